"""A learner's own copies: made, kept, brought up to date, checked, counted.

Nothing here overwrites a learner's work.
"""
