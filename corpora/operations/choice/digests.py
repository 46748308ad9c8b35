"""A 128-bit digest of each row's values, optionally normalised, by which copies are recognised."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from hashlib import blake2b
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from corpora.errors import OptionError
from corpora.store import Dataset, sequences_of

DIGEST_BYTES = 16
NORMALISATIONS = ("case", "punctuation", "space")
"""Differences that a comparison can ignore, in the order in which they are removed."""

WHITE_SPACE = r"[\t-\r\x1c-\x1f \x{85}\pZ]+"
"""The white space at which `str.split` splits."""


def parse_normalise(words: str | Iterable[str]) -> tuple[str, ...]:
    """Parse normalisations, and put them into the order in which they apply.

    Args:
        words: names separated by commas, such as `case,space`, or a list of names.

    Raises:
        OptionError: a name is not a normalisation.
    """
    given = [word.strip() for word in words.split(",")] if isinstance(words, str) else list(words)
    chosen = {word for word in given if word}
    for word in sorted(chosen):
        if word not in NORMALISATIONS:
            raise OptionError(f"--normalise is {word!r}; it takes {', '.join(NORMALISATIONS)}, joined by commas")
    return tuple(name for name in NORMALISATIONS if name in chosen)


def ignored_differences(normalise: str | Iterable[str], parent: Dataset) -> tuple[str, ...]:
    """The normalisations for the rows of a dataset, in the order in which they apply.

    Args:
        normalise: as the user gives them.
        parent: the dataset whose rows are compared.

    Raises:
        OptionError: a name is not a normalisation, or the dataset contains token ids.
    """
    ignored = parse_normalise(normalise)
    if ignored and parent.kind != "sentences":
        raise OptionError(
            f"--normalise compares text, but {parent.reference} contains token ids; "
            "apply it to the sentences that they were tokenized from, then tokenize the result"
        )
    return ignored


def digests(batch: pa.RecordBatch, normalise: tuple[str, ...]) -> NDArray[np.uint64]:
    """A digest of each row's values: BLAKE2b truncated to 128 bits.

    Among n rows, the probability that two different ones have the same digest is below n * n / 2**129, which is less
    than 2**-64 up to 6 billion rows. There is no known way to construct such rows on purpose.

    Args:
        batch: a block; only its first column is used.
        normalise: as `parse_normalise` returns it; empty for token ids.

    Returns:
        [rows, 2], uint64: the two halves of each digest.
    """
    if normalise:
        batch = batch.set_column(0, batch.schema.field(0), normalised(batch.column(0), normalise))
    block = sequences_of(batch).tight()
    data = block.values.tobytes()
    ends = (block.offsets * block.values.itemsize).tolist()
    return as_pairs(b"".join([digest_of(data[start:stop]) for start, stop in pairwise(ends)]))


def digest_of(data: bytes | memoryview) -> bytes:
    """The 16-byte digest of some bytes."""
    return blake2b(data, digest_size=DIGEST_BYTES).digest()


def as_pairs(joined: bytes) -> NDArray[np.uint64]:
    """Concatenated digests as numbers: [digests, 2], uint64.

    Args:
        joined: 16 bytes per digest.
    """
    return np.frombuffer(joined, dtype="<u8").reshape(-1, 2)


def normalised(texts: pa.Array, how: tuple[str, ...]) -> pa.Array:
    """Texts without differences in case, punctuation or space; a text that would become empty stays unchanged.

    Args:
        texts: an array of strings.
        how: any of `case` (Unicode's case folding), `punctuation` (removes all characters in Unicode's categories P
            and S) and `space` (collapses white space to one space, and strips it at the ends). With any of them,
            accented letters are composed (NFC).
    """
    found = pc.utf8_normalize(texts, form="NFC")
    if "case" in how:
        found = _folded(found)
    if "punctuation" in how:
        found = pc.replace_substring_regex(found, r"[\pP\pS]+", "")
    if "space" in how:
        found = pc.utf8_trim_whitespace(pc.replace_substring_regex(found, WHITE_SPACE, " "))
    is_empty = pc.equal(pc.utf8_length(pc.utf8_trim_whitespace(found)), 0)
    return pc.if_else(is_empty, texts, found).cast(texts.type)


def _folded(texts: pa.Array) -> pa.Array:
    """Texts with their case folded: in Arrow for ASCII, where that is to lower it, and else by Python."""
    plain = pc.string_is_ascii(texts)
    others = [unicodedata.normalize("NFC", text.casefold()) for text in texts.filter(pc.invert(plain)).to_pylist()]
    return pc.replace_with_mask(pc.utf8_lower(texts), pc.invert(plain), pa.array(others, texts.type))
