"""What passes between the student's process and the tests': plain values, and functions to call.

Read `values` first: it is the list of all that crosses. No notebook, no sandbox and no course here.
"""
