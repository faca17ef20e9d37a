"""Wrong answers that people really write, each with the id it must be told, and odd right ones."""

ANSWERS: list = []
