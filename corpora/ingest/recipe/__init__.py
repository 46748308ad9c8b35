"""Recipe files: `[datasets.NAME]` tables say what to build; the trainer reads the other tables."""
