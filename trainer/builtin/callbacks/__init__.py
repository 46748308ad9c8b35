"""Built-in callbacks: one plugin module a file."""
