"""spaCy as a splitter: its blank sentencizer, or any installed pipeline."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, ClassVar

from corpora import OptionError, Splitter, hookimpl, option
from corpora.builtin.splitters.cuts import cut

if TYPE_CHECKING:
    from spacy.language import Language

PIECE = 100_000
"""Characters passed to spaCy at once: it slows down on long texts and refuses more than a million."""
UNNEEDED = ["ner", "lemmatizer", "attribute_ruler", "tagger", "morphologizer", "textcat"]


@dataclass(frozen=True)
class Spacy(Splitter):
    """spaCy: the rules of `blank`, or the parser or sentence recogniser of an installed pipeline."""

    name: ClassVar[str] = "spacy"
    uses: ClassVar[tuple[str, ...]] = ("spacy",)

    pipeline: str = option("blank", "An installed pipeline such as en_core_web_sm, or blank for the sentencizer.")
    language: str = option("en", "Language of the blank pipeline's tokenizer.")

    def split(self, paragraph: str) -> list[str]:
        """The sentences that the pipeline finds.

        Raises:
            OptionError: the pipeline is not installed, sets no sentence boundaries, or the language is unknown.
        """
        return cut(paragraph, _starts(loaded(self.pipeline, self.language), paragraph))


def _starts(pipeline: Language, paragraph: str) -> Iterator[int]:
    """Where sentences begin; the last sentence of a piece is read again as the first of the next."""
    at = 0
    while at < len(paragraph):
        piece = paragraph[at : at + PIECE]
        with pipeline.memory_zone():  # otherwise the strings of all texts stay in memory
            found = [sentence.start_char for sentence in pipeline(piece).sents]
        last = found[-1] if found else 0
        whole = at + len(piece) >= len(paragraph)
        yield from (at + start for start in found if start and (whole or start < last))
        at += len(piece) if whole or last == 0 else last
        if not whole and last:
            yield at


@cache
def loaded(name: str, language: str) -> Language:
    """The spaCy pipeline of this name, loaded once per process.

    Args:
        name: an installed pipeline, or `blank`.
        language: the tokenizer's language code; only used by `blank`.

    Raises:
        OptionError: the pipeline is not installed, sets no sentence boundaries, or the language is unknown.
    """
    import spacy

    if name == "blank":
        try:
            pipeline = spacy.blank(language)
        except ImportError as error:
            raise OptionError(
                f"spacy: language is {language!r}, which spaCy does not have; use en, de, …, or xx"
            ) from error
        pipeline.add_pipe("sentencizer")
        return pipeline
    try:
        pipeline = spacy.load(name, exclude=UNNEEDED)
    except OSError as error:
        raise OptionError(
            f"spacy: pipeline {name!r} is not installed; python -m spacy download {name}, or use blank"
        ) from error
    if not {"parser", "senter", "sentencizer"} & set(pipeline.pipe_names):
        raise OptionError(f"spacy: pipeline {name!r} sets no sentence boundaries; it has {pipeline.pipe_names}")
    return pipeline


@hookimpl
def corpora_splitters() -> list[type[Splitter]]:
    """Offer the splitter."""
    return [Spacy]
