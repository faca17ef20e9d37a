"""From a lab's text source to a learner's notebook: build, workspace, command line."""
