"""Built-in callbacks: one plugin module per file."""
