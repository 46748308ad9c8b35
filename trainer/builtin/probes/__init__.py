"""Probes that come with the trainer."""
