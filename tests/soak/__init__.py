"""Interrupted work, over and over; see `__main__`."""
