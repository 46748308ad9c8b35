"""The look of the original Toronto BookCorpus: lower case, Penn Treebank tokens, ASCII."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import ClassVar

from numpy.random import Generator

from corpora import TextTransform, Transform, hookimpl, option

ASCII = str.maketrans({
    "‘": "'", "’": "'", "‚": "'", "‛": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "–": "-", "—": "--",
    "―": "--", "…": "...", "\u00a0": " ", "æ": "ae", "œ": "oe", "Æ": "AE", "Œ": "OE", "ß": "ss", "ø": "o", "Ø": "O",
})  # fmt: skip
OPENING_QUOTE = re.compile(r'(?:(?<=\s)|(?<=^)|(?<=[(\[{<-]))"')
SINGLE_OPENING = re.compile(r"(?:(?<=\s)|(?<=^)|(?<=[(\[{<]))'(?=\S)(?!(?:s|m|d|ll|re|ve|t|em|tis|twas|cause)\b)", re.I)
APART = (
    (re.compile(r"\.{2,}"), " ... "),
    (re.compile(r"-{2,}"), " -- "),
    (re.compile(r"[;@#$%&?!*\[\](){}<>]|``|''"), r" \g<0> "),
    (re.compile(r"[,:](?!\d)"), r" \g<0> "),
    (re.compile(r"(?<=[^.\s])(\.)(?=['\")\]}>\s]*$)"), r" \1 "),
    (re.compile(r"(?<=[a-z])('(?:s|m|d|ll|re|ve))(?![a-z])", re.I), r" \1"),
    (re.compile(r"(?<=[a-z])(n't)(?![a-z])", re.I), r" \1"),
    (re.compile(r"(?<=[^\s'])'(?=\s|$)"), " '"),
    (re.compile(r"\b(?:can(?=not\b)|(?:gim|lem)(?=me\b)|(?:gon|wan)(?=na\b)|got(?=ta\b))", re.I), r"\g<0> "),
)  # fmt: skip


@dataclass(frozen=True)
class PennTreebank(TextTransform):
    """Lower-case and split into Penn Treebank tokens like the original TBC. Lossy: case, accents, spacing are lost."""

    name: ClassVar[str] = "ptb"
    cites: ClassVar[str] = "Marcus et al. 1993 (tokens); Zhu et al. 2015 (the corpus that looks like this)"

    lower: bool = option(True, "Lower-case as well.")

    def rewrite(self, sentence: str, rng: Generator) -> str:
        """The sentence's tokens, separated by spaces; quotes become `` and '', and other non-ASCII is dropped."""
        text = unicodedata.normalize("NFKD", sentence.translate(ASCII)).encode("ascii", "ignore").decode()
        text = SINGLE_OPENING.sub("` ", OPENING_QUOTE.sub("`` ", text)).replace('"', "''")
        for pattern, apart in APART:
            text = pattern.sub(apart, text)
        text = " ".join(text.split())
        return text.lower() if self.lower else text


@hookimpl
def corpora_transforms() -> list[type[Transform]]:
    """Offer the transform."""
    return [PennTreebank]
