"""Drop sentences with a hole: the source had to leave something out, and the sentence is broken without it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate

import numpy as np

from corpora.plugin import HOLE, Array, Splitter, must_return

STAND_IN = "Formula"
"""What the splitter sees in place of a hole: a word, so that it splits there as it would around a word."""


def with_stand_ins(paragraphs: Sequence[str]) -> Sequence[str]:
    """The paragraphs as the splitter gets them; those without a hole are the same objects.

    Args:
        paragraphs: with `HOLE` where something is missing.
    """
    if not any(HOLE in text for text in paragraphs):
        return paragraphs
    return [text.replace(HOLE, STAND_IN) if HOLE in text else text for text in paragraphs]


def whole_spans(paragraphs: Sequence[str], spans: tuple[Array, Array]) -> tuple[tuple[Array, Array], int]:
    """The places of the sentences without a hole, and the number of those that have one.

    Args:
        paragraphs: with `HOLE` where something is missing.
        spans: where the sentences begin and end in the texts of `with_stand_ins`, joined by line breaks.
    """
    before = [len(part) for part in "\n".join(paragraphs).split(HOLE)[:-1]]
    if not before:
        return spans, 0
    places = np.cumsum(before) + len(STAND_IN) * np.arange(len(before))
    begins, stops = spans
    changes = np.zeros(len(begins) + 1, np.int64)
    np.add.at(changes, np.searchsorted(stops, places, side="right"), 1)
    np.add.at(changes, np.searchsorted(begins, places + len(STAND_IN)), -1)
    whole = np.cumsum(changes[:-1]) == 0
    return (begins[whole], stops[whole]), int(np.count_nonzero(~whole))


def whole_sentences(paragraphs: Sequence[str], splitter: Splitter) -> Iterator[tuple[list[str], int]]:
    """Split paragraphs into sentences, and drop the sentences with a hole.

    Args:
        paragraphs: of one document, with `HOLE` where something is missing.
        splitter: for the document's language.

    Yields:
        For each paragraph, the remaining sentences and the number of dropped ones.

    Raises:
        PluginError: the splitter returned something other than lists of sentences.
    """
    texts = with_stand_ins(paragraphs)
    for paragraph, text, sentences in zip(paragraphs, texts, splitter.split_all(texts), strict=True):
        if not isinstance(sentences, list):
            must_return(False, splitter, "split", sentences, "a list of sentences")
        if text is paragraph:
            yield sentences, 0
        else:
            whole = _without_holes(paragraph, sentences)
            yield whole, len(sentences) - len(whole)


def _without_holes(paragraph: str, sentences: list[str]) -> list[str]:
    holes = _places(paragraph)
    ends = list(accumulate(_letters(sentence) for sentence in sentences))
    starts = [0, *ends[:-1]]
    return [
        sentence
        for sentence, start, end in zip(sentences, starts, ends, strict=True)
        if not any(start < place + len(STAND_IN) and place < end for place in holes)
    ]


def _places(paragraph: str) -> Sequence[int]:
    """Where the stand-ins begin, counted in characters other than white space, because a splitter keeps these."""
    before = paragraph.split(HOLE)[:-1]
    counts = accumulate(_letters(part) for part in before)
    return [count + number * len(STAND_IN) for number, count in enumerate(counts)]


def _letters(text: str) -> int:
    return sum(map(len, text.split()))
