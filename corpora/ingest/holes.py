"""Sentences with a hole: text that a source had to leave something out of, and that does not read without it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from corpora.plugin import HOLE, Splitter, must_return

STAND_IN = "Formula"
"""What a splitter sees in the place of a hole: a word, so that it cuts where it would cut around one."""


def whole_sentences(paragraph: str, splitter: Splitter) -> tuple[list[str], int]:
    """The sentences of a paragraph without those that hold a hole, and how many those were."""
    if HOLE not in paragraph:
        return _split(paragraph, splitter), 0
    sentences = _split(paragraph.replace(HOLE, STAND_IN), splitter)
    holes = _places(paragraph)
    ends = list(accumulate(_letters(sentence) for sentence in sentences))
    starts = [0, *ends[:-1]]
    whole = [
        sentence
        for sentence, start, end in zip(sentences, starts, ends, strict=True)
        if not any(start < place + len(STAND_IN) and place < end for place in holes)
    ]
    return whole, len(sentences) - len(whole)


def _split(paragraph: str, splitter: Splitter) -> list[str]:
    sentences = splitter.split(paragraph)
    if not isinstance(sentences, list):
        must_return(False, splitter, "split", sentences, "a list of sentences")
    return sentences


def _places(paragraph: str) -> Sequence[int]:
    """Where the stand-ins begin, in characters that are not white space: a splitter loses no others."""
    before = paragraph.split(HOLE)[:-1]
    counts = accumulate(_letters(part) for part in before)
    return [count + number * len(STAND_IN) for number, count in enumerate(counts)]


def _letters(text: str) -> int:
    return sum(map(len, text.split()))
