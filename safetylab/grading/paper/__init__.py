"""A notebook as a document: read, recognised, rebuilt on the released one, marked."""
