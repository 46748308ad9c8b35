"""How plugins are found: the hooks, the registry, and errors in a plugin's code."""
