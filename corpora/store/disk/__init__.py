"""Files on disk: atomic writes, locks, and refusal of symbolic links."""
