"""The repetition rules of MassiveText: Rae et al. 2021, arXiv 2112.11446, table A1."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from corpora import option
from corpora.builtin.filters.gopher.quality import Words, words_of

DUPLICATE_GRAMS = (5, 6, 7, 8, 9, 10)
TOP_GRAMS = (2, 3, 4)


@dataclass(frozen=True)
class RepetitionRules:
    """The rules, with the thresholds of the paper."""

    lines: float = option(0.30, "The largest share of lines that occurred before.", min=0, max=1)
    line_characters: float = option(0.20, "The largest share of characters in such lines.", min=0, max=1)
    top_2: float = option(0.20, "The largest share of characters in the most common word pair.", min=0, max=1)
    top_3: float = option(0.18, "The largest share of characters in the most common 3-gram.", min=0, max=1)
    top_4: float = option(0.16, "The largest share of characters in the most common 4-gram.", min=0, max=1)
    duplicate_5: float = option(0.15, "The largest share of characters in repeated 5-grams.", min=0, max=1)
    duplicate_6: float = option(0.14, "The largest share of characters in repeated 6-grams.", min=0, max=1)
    duplicate_7: float = option(0.13, "The largest share of characters in repeated 7-grams.", min=0, max=1)
    duplicate_8: float = option(0.12, "The largest share of characters in repeated 8-grams.", min=0, max=1)
    duplicate_9: float = option(0.11, "The largest share of characters in repeated 9-grams.", min=0, max=1)
    duplicate_10: float = option(0.10, "The largest share of characters in repeated 10-grams.", min=0, max=1)
    words: Words = option("spaces", "How words are found: at spaces, or as spaCy's tokens (like datatrove).")

    def shares(self, lines: Sequence[str], *, least: int = 1) -> Iterator[tuple[str, float, float]]:
        """The measurements in the order of the paper.

        Args:
            lines: the paragraphs of a text.
            least: how often the most common n-gram must occur to count; in the paper, once is enough.

        Yields:
            The name of the measurement, its value, and its threshold.
        """
        characters = sum(map(len, lines)) + max(len(lines) - 1, 0)
        if not characters:
            return
        seen = Counter(lines)
        again = [line for line, times in seen.items() for _ in range(times - 1)]
        yield "duplicate lines", len(again) / len(lines), self.lines
        yield "characters in duplicate lines", sum(map(len, again)) / characters, self.line_characters
        words = words_of("\n".join(lines), self.words)
        for size in TOP_GRAMS:
            yield f"commonest {size}-gram", _commonest(words, size, least) / characters, getattr(self, f"top_{size}")
        for size in DUPLICATE_GRAMS:
            threshold: float = getattr(self, f"duplicate_{size}")
            yield f"duplicate {size}-grams", _repeated(words, size) / characters, threshold


def _commonest(words: Sequence[str], size: int, least: int) -> int:
    """The characters in all occurrences of the most common n-gram, including its spaces; the first one on ties."""
    counts = Counter(zip(*(words[start:] for start in range(size)), strict=False))
    if not counts:
        return 0
    gram, times = counts.most_common(1)[0]
    return (sum(map(len, gram)) + size - 1) * times if times >= least else 0


def _repeated(words: Sequence[str], size: int) -> int:
    """The characters, without spaces, in n-grams that occurred before; overlapping n-grams are not counted twice."""
    seen: set[tuple[str, ...]] = set()
    characters = at = 0
    while at + size <= len(words):
        gram = tuple(words[at : at + size])
        if gram in seen:
            characters += sum(map(len, gram))
            at += size
        else:
            seen.add(gram)
            at += 1
    return characters
