"""Files on disk: written atomically, locked, and never reached through symbolic links."""
