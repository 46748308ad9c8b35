"""Remove rows by their content: copies of earlier rows, and rows that share n-grams with evaluation data."""
