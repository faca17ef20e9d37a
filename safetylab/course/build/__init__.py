"""From a lab's source to its two notebooks and to a class's archive.

Rules that refuse a lab belong here; what a learner's copy needs does not.
"""
