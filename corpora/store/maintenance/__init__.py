"""Maintenance of a store: checksums, verification, and garbage collection."""
