"""Built-in students: one plugin module a file."""
