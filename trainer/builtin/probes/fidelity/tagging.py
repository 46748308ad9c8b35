"""Parts of speech of held-out words, from a spaCy model if one is installed."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from trainer import ProbeError

DEFAULT = "en_core_web_sm"
MISSING = f"no parts of speech: the spaCy model {DEFAULT} is not installed (python -m spacy download {DEFAULT})"
"""Why a result has no parts of speech."""
TAGS = (
    "ADJ", "ADP", "ADV", "AUX", "CCONJ", "DET", "INTJ", "NOUN", "NUM", "PART", "PRON", "PROPN", "PUNCT", "SCONJ",
    "SYM", "VERB", "X", "untagged",
)  # fmt: skip
"""Universal Dependencies' parts of speech, and `untagged` for words without one."""


@dataclass(frozen=True)
class Tagger:
    """A loaded spaCy model."""

    identity: str
    """Its name and version."""
    tags: Callable[[Sequence[Sequence[str]]], list[list[int]]]
    """Maps the words of sentences to the indices of their tags in TAGS."""


def find_tagger(name: str) -> Tagger | None:
    """Load a spaCy model.

    Args:
        name: an installed model or the folder of one; `auto` is en_core_web_sm.

    Returns:
        None for `auto` if en_core_web_sm is not installed.

    Raises:
        ProbeError: the model is not installed, cannot be loaded, or does not tag.
    """
    import spacy

    if name == "auto":
        if not spacy.util.is_package(DEFAULT):
            return None
        name = DEFAULT
    elif not spacy.util.is_package(name) and not Path(name).is_dir():
        raise ProbeError(f"tagger is {name}, which is not an installed spaCy model: python -m spacy download {name}")
    return _loaded(name)


@lru_cache(maxsize=1)
def _loaded(name: str) -> Tagger:
    import spacy
    from spacy.tokens import Doc

    try:
        pipeline = spacy.load(name, exclude=["ner", "parser", "lemmatizer"])
    except (OSError, ValueError) as error:
        raise ProbeError(f"tagger is {name}, which spaCy cannot load: {str(error).splitlines()[0]}") from error
    if not any(component in pipeline.pipe_names for component in ("tagger", "morphologizer", "attribute_ruler")):
        raise ProbeError(
            f"tagger is {name}, which does not tag; it consists of {', '.join(pipeline.pipe_names) or 'no components'}"
        )
    places = {tag: place for place, tag in enumerate(TAGS)}

    def tags(sentences: Sequence[Sequence[str]]) -> list[list[int]]:
        docs = pipeline.pipe(Doc(pipeline.vocab, words=[word or " " for word in words]) for words in sentences)
        return [[places.get(token.pos_, len(TAGS) - 1) for token in doc] for doc in docs]

    return Tagger(f"{pipeline.meta['lang']}_{pipeline.meta['name']} {pipeline.meta['version']}", tags)


def spelled(pieces: Sequence[str], starts: Sequence[bool]) -> list[str]:
    """Join word pieces into words, without the tokenizer's markers such as `##`.

    Args:
        pieces: the pieces of one sequence.
        starts: for each piece, whether it begins a word.
    """
    words: list[str] = []
    for piece, begins in zip(pieces, starts, strict=True):
        text = re.sub("^(##|▁|Ġ)", "", piece)
        if begins or not words:
            words.append(text)
        else:
            words[-1] += text
    return words
