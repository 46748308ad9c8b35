"""From the wikitext of a page to the paragraphs of an article, pass by pass."""
