"""Built-in families of models: one plugin module per file."""
