"""Built-in students: one plugin module per file."""
