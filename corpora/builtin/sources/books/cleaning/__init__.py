"""Separate a book's text from everything else: headings, front and back matter, boilerplate."""
