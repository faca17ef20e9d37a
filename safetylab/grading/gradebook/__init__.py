"""An nbgrader course: submissions taken in, graded in a room, written to its gradebook."""
