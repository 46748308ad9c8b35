"""Read files of books as blocks: EPUB, HTML and plain text in any encoding and layout."""
