"""Upkeep of a store: checksums, verification, and what can be deleted."""
