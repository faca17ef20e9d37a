"""What a class knows: results, misconceptions, tables for other systems."""
