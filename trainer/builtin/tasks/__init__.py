"""Built-in tasks: one plugin module a file."""
