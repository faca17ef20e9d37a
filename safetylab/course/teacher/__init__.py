"""An instructor's course: its gradebook's beginning and its JupyterLab.

What grades belongs to `safetylab.grading`.
"""
