"""Built-in losses: one plugin module per file."""
