"""The rules of C4: Raffel et al. 2020, JMLR 21(140), section 2.2, and additional ones from the published code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from corpora import option

TERMINAL = (".", "?", "!", '"', "'")
"""The paper lists the first three and the quotation mark; its code also accepts the apostrophe."""
CITATION = re.compile(r"\[(?:\d*|edit|citation needed)\]")
POLICY = re.compile("terms of use|privacy policy|cookie policy|uses cookies|use of cookies|use cookies")


@dataclass(frozen=True)
class LineRules:
    """The rules for single lines."""

    line_words: int = option(3, "The smallest number of words in a line.", min=0)
    word_length: int = option(1000, "The largest number of characters in a word.", min=1)
    curly: bool = option(True, "Whether a curly bracket counts as code.")

    def broken_by(self, line: str) -> Iterator[str]:
        """The names of the rules that a line breaks, in the order in which the published code checks them."""
        words, low = line.split(), line.lower()
        bare = CITATION.sub("", line.strip())
        if any(len(word) > self.word_length for word in words):
            yield "long word"
        if not bare.endswith(TERMINAL) or bare.endswith("..."):
            yield "no terminal punctuation"
        if len(words) < self.line_words:
            yield "short line"
        if "lorem ipsum" in low:
            yield "lorem ipsum"
        if "javascript" in low:
            yield "javascript"
        if self.curly and "{" in line:
            yield "curly bracket"
        if POLICY.search(low):
            yield "policy"
