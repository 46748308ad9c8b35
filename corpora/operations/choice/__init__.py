"""Rows removed for what they say: copies of earlier rows, and rows that share n-grams with evaluation data."""
