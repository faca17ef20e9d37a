"""What passes between the student's process and the tests'."""
