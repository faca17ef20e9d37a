"""Graded labs on the safety of AI, and the bench they stand on.

Importing it, or any part of it, keeps BLAS and OpenMP to one thread.
"""

from safetylab.threads import one_thread

__version__ = "0.2.0"

one_thread()
