"""The quality rules of MassiveText: Rae et al. 2021, arXiv 2112.11446, appendix A.1.1, "Quality filtering"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

from corpora import option

if TYPE_CHECKING:
    from spacy.language import Language

STOP_WORDS = frozenset(("the", "be", "to", "of", "and", "that", "have", "with"))
BULLETS = ("•", "-")
ELLIPSES = ("...", "…")
Words = Literal["spaces", "spacy"]


@dataclass(frozen=True)
class QualityRules:
    """The rules, with the thresholds of the paper."""

    min_words: int = option(50, "The smallest number of words.", min=0)
    max_words: int = option(100_000, "The largest number of words.", min=0)
    min_length: float = option(3.0, "The smallest mean length of words, in characters.", min=0)
    max_length: float = option(10.0, "The largest mean length of words, in characters.", min=0)
    symbols: float = option(0.1, "The largest ratio of # to words, and of ellipses to words.", min=0)
    bullets: float = option(0.9, "The largest share of lines that begin with a bullet point.", min=0, max=1)
    ellipses: float = option(0.3, "The largest share of lines that end with an ellipsis.", min=0, max=1)
    letters: float = option(0.8, "The smallest share of words with a letter.", min=0, max=1)
    stop_words: int = option(
        2, "How many of the words the, be, to, of, and, that, have, with must occur; 0 for other languages.", min=0
    )
    words: Words = option("spaces", "How words are found: at spaces, or as spaCy's tokens (like datatrove).")

    def broken(self, lines: Sequence[str]) -> Iterator[str]:
        """The names of the rules that a text breaks, in the order of the paper.

        Args:
            lines: the paragraphs of the text.
        """
        text = "\n".join(lines)
        found = words_of(text, self.words)
        spoken = [word for word in found if any(map(str.isalnum, word))]
        if len(spoken) < self.min_words:
            yield "too few words"
        if len(spoken) > self.max_words:
            yield "too many words"
        if not found:
            return
        mean = sum(map(len, spoken)) / max(len(spoken), 1)
        if mean < self.min_length:
            yield "short words"
        if mean > self.max_length:
            yield "long words"
        if text.count("#") > self.symbols * len(found):
            yield "many hashes"
        if sum(map(text.count, ELLIPSES)) > self.symbols * len(found):
            yield "many ellipses"
        if sum(line.lstrip().startswith(BULLETS) for line in lines) > self.bullets * len(lines):
            yield "lines are bullet points"
        if sum(line.rstrip().endswith(ELLIPSES) for line in lines) > self.ellipses * len(lines):
            yield "lines end in ellipses"
        if sum(any(map(str.isalpha, word)) for word in found) < self.letters * len(found):
            yield "words without letters"
        if self.stop_words and len(STOP_WORDS.intersection(_bare(found, self.words))) < self.stop_words:
            yield "few stop words"


def words_of(text: str, kind: Words) -> list[str]:
    """The words of a text.

    Args:
        text: of any length.
        kind: `spaces` gives runs without white space, `spacy` the tokens of spaCy's English tokenizer.
    """
    if kind == "spaces":
        return text.split()
    limit = _tokenizer().max_length
    parts = (text[start : start + limit] for start in range(0, len(text), limit))
    return [token.text for part in parts for token in _tokenizer().tokenizer(part) if token.text.strip()]


def _bare(words: Sequence[str], kind: Words) -> Iterator[str]:
    """Words without punctuation at their ends, which spaCy has already separated."""
    return (word.strip("\"'“”‘’.,;:!?()[]—–-") for word in words) if kind == "spaces" else iter(words)


@cache
def _tokenizer() -> Language:
    import spacy

    return spacy.blank("en")
