"""The bench of the AI-safety labs: what their notebooks import."""

__version__ = "0.1.0"
