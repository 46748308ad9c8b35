"""What belongs to a book's text and what does not: headings, front and back matter, boilerplate."""
