"""Built-in losses: one plugin module a file."""
