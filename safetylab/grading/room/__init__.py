"""Where notebooks run: the sandbox, its server, the processes, and both ways of running."""
