"""Recipe files: `[datasets.NAME]` tables define what to build; the trainer reads the other tables."""
