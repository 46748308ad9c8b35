"""Tokenize a sentence dataset, with any tokenizer or with one trained on it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
import pyarrow as pa

from corpora.errors import OptionError
from corpora.execution import Executor, Progress, silent
from corpora.operations.tokens.paragraphs import units, whole_paragraphs
from corpora.operations.tokens.unknown_tokens import count_unknown, summarised
from corpora.operations.tokens.word_cache import word_cache
from corpora.operations.version_writer import Rows, Work, counted_part, write_version, written_parts
from corpora.plugin import Sequences, sha256_of, split_short
from corpora.store import (
    TOKENIZER_FILE,
    Casing,
    Dataset,
    Manifest,
    Piece,
    Plan,
    Store,
    Vocabulary,
    list_array,
    load_tokenizer,
    scores_in,
    scores_schema,
    tokens_schema,
    train_wordpiece,
    write_text,
)

if TYPE_CHECKING:
    from tokenizers import Tokenizer

VERSION = 2
"""Increased whenever the same options give different rows. Version 1 made control tokens of literals, like `keep`."""
UNIT_VERSIONS = {"paragraph": 1}
"""Added to the version for one unit only: paragraphs once ended at the end of their block."""
Specials = Literal["text", "keep"]
SPECIALS_A_SEQUENCE = 2
"""[CLS] and [SEP], which the trainer adds and which all limits include."""


def tokenize(
    dataset: Dataset | str,
    *,
    tokenizer: str | Path | None = None,
    train: int | None = None,
    like: Dataset | str | None = None,
    casing: Casing | None = None,
    unit: str = "sentence",
    min_tokens: int = 1,
    max_tokens: int = 512,
    special_tokens_in_text: Specials = "text",
    name: str | None = None,
    executor: Executor | str = "serial",
    store: Store | None = None,
    progress: Progress = silent,
) -> Dataset:
    """Turn a sentence dataset into sequences of token ids.

    A sequence keeps the scores of the sentence that it was made from; paragraphs and packed rows have no scores.

    Args:
        dataset: open, or given by reference.
        tokenizer: a `tokenizer.json`, a WordPiece `vocab.txt`, a folder with one of them, or a hub id.
        train: instead, train a WordPiece vocabulary with this many pieces on the dataset.
        like: instead, use the tokenizer of this token dataset.
        casing: whether the tokenizer lower-cases text. It applies to a trained tokenizer (by default uncased) and to a
            `vocab.txt` (by default inferred from the pieces).
        unit: what becomes a sequence: `sentence`, `paragraph`, or `packed:N` (consecutive sentences of a document,
            joined up to N tokens). Packing starts anew with each document and each block of 65,536 sentences, so the
            last row of each can be shorter.
        min_tokens: shorter sequences are dropped. Both limits include [CLS] and [SEP].
        max_tokens: longer sequences are split into pieces of at most this length.
        special_tokens_in_text: what a literal `[MASK]` or `<s>` in a sentence becomes: `text` encodes it like any other
            text, `keep` as the control token, as `tokenizers` does.
        name: of the new dataset; by default NAME-tokens.

    Raises:
        OptionError: settings contradict each other.
        InputError: the tokenizer cannot be read.
    """
    work = Work.here(store, executor, progress)
    parent = work.open(dataset)
    parent.need("sentences", "tokenize")
    if [tokenizer, train, like].count(None) != 2:
        raise OptionError("tokenize takes either a tokenizer (FILE, DIR or hub id), --train SIZE, or --like DATASET")
    _check_lengths(min_tokens, max_tokens)
    if special_tokens_in_text not in get_args(Specials):
        raise OptionError(f"special tokens in text is {special_tokens_in_text!r}; it must be text or keep")
    given: dict[str, Any] = {"tokenizer": tokenizer, "train": train, "casing": casing}
    if special_tokens_in_text != "text":
        given["special-tokens-in-text"] = special_tokens_in_text
    if like is not None:
        if casing is not None:
            raise OptionError("--like uses the tokenizer unchanged, including its casing; omit --casing")
        other = work.open(like)
        other.need("tokens", "--like")
        tokenizer, given["like"] = other.tokenizer_file, other.reference
    loaded = None if tokenizer is None else load_tokenizer(str(tokenizer), casing)
    settings = {"unit": _checked_unit(unit, max_tokens), "min_tokens": min_tokens, "max_tokens": max_tokens}
    return _tokenized(parent, loaded, settings, given, name or f"{parent.name}-tokens", work)


def _tokenized(
    parent: Dataset, loaded: Tokenizer | None, settings: dict[str, Any], given: dict[str, Any], name: str, work: Work
) -> Dataset:
    """The version with the ids of a loaded tokenizer, or of one that is trained first."""
    plan = _plan(parent, loaded, settings, given)

    def write(staging: Path) -> Manifest:
        """Train the tokenizer if none is loaded, then tokenize."""
        trained = loaded or train_wordpiece(
            parent, int(given["train"] or 0), given["casing"] or "uncased", work.progress
        )
        keep_special = given.get("special-tokens-in-text") == "keep"
        return _write(staging, name, plan, parent, trained, work, keep_special=keep_special)

    return work.add(name, plan, write)


def _check_lengths(min_tokens: int, max_tokens: int) -> None:
    if not min_tokens <= max_tokens or max_tokens <= SPECIALS_A_SEQUENCE:
        raise OptionError(f"no sequence fits --min-tokens {min_tokens} and --max-tokens {max_tokens}")


def _plan(parent: Dataset, loaded: Tokenizer | None, settings: dict[str, Any], given: dict[str, Any]) -> Plan:
    """The plan of the version, with the tokenizer's content, or the settings for training it."""
    trained = {"train": given["train"], "casing": given["casing"] or "uncased"} if loaded is None else {}
    inputs = () if loaded is None else ((TOKENIZER_FILE, sha256_of(json.loads(loaded.to_str()))),)
    table: dict[str, Any] = {"tokenize": parent.name, **given}
    if given["tokenizer"] is not None:
        path = Path(given["tokenizer"])
        table["tokenizer"] = str(path.absolute() if path.exists() else given["tokenizer"])
    table |= {key.replace("_", "-"): value for key, value in settings.items()}
    component = {
        "kind": "tokenizers",
        "name": "wordpiece",
        "version": (1 if "special-tokens-in-text" in given else VERSION) + UNIT_VERSIONS.get(settings["unit"], 0),
        "uses": {"tokenizers": _tokenizers_version()},
    }
    return Plan(
        action="tokenize",
        components=(component,),
        settings=settings | trained,
        parents=(parent.fingerprint,),
        inputs=inputs,
        recipe={key: value for key, value in table.items() if value is not None},
    )


def _write(
    staging: Path, name: str, plan: Plan, parent: Dataset, tokenizer: Tokenizer, work: Work, *, keep_special: bool
) -> Manifest:
    saved = staging / TOKENIZER_FILE
    if not saved.exists():
        write_text(saved, tokenizer.to_str(pretty=True))
    text = saved.read_text(encoding="utf-8")
    vocabulary = Vocabulary(text)
    scores = scores_in(parent.schema) if plan.settings["unit"] == "sentence" else []
    schema = pa.schema([*tokens_schema(len(vocabulary.pieces)), *scores_schema(scores)])
    (staging / "parts").mkdir(exist_ok=True)
    pieces = parent.pieces()
    task = TokenizeTask(
        staging / "parts",
        vocabulary,
        schema,
        tuple(pieces) if plan.settings["unit"] == "paragraph" else (),
        keep_special,
        **{key: plan.settings[key] for key in ("unit", "min_tokens", "max_tokens")},
    )
    accounting: dict[str, Any] = {"sentences": parent.rows}
    batches = summarised(written_parts(work, task, pieces, "tokenize", accounting), accounting)
    rows = Rows(schema, batches, parents=(parent,), accounting=accounting)
    return write_version(staging, name, plan, rows, work)


@dataclass(frozen=True)
class TokenizeTask:
    """Tokenizes one piece of a sentence dataset."""

    folder: Path
    vocabulary: Vocabulary
    schema: pa.Schema
    pieces: tuple[Piece, ...]
    """All pieces of the dataset if the unit is `paragraph`, because a paragraph can continue in the next piece."""
    keep_special: bool
    unit: str
    min_tokens: int
    max_tokens: int

    def __call__(self, piece: Piece) -> tuple[Path, dict[str, int]]:
        """Write the piece's sequences unless an earlier attempt did; the path, and counts of dropped and split ones."""
        path = self.folder / f"tokens-{piece.block_number:07d}.arrow"
        tally = {"sequences": 0, "dropped": 0, "split": 0}
        return counted_part(path, self.schema, self._batches(piece, tally), tally)

    def _batches(self, piece: Piece, tally: dict[str, int]) -> Iterator[pa.RecordBatch]:
        for batch in whole_paragraphs(piece, self.pieces) if self.pieces else (b for _, _, b in piece.batches()):
            texts, documents = units(batch, self.unit)
            encoded = self._encode(texts)
            for key, number in count_unknown(texts, encoded, self.vocabulary).items():
                tally[key] = tally.get(key, 0) + number
            if self.unit.startswith("packed:"):
                encoded, documents = pack(encoded, documents, int(self.unit.partition(":")[2]) - SPECIALS_A_SEQUENCE)
            block, origin = fit(encoded, self.min_tokens - SPECIALS_A_SEQUENCE, self.max_tokens - SPECIALS_A_SEQUENCE)
            kept = np.bincount(origin, minlength=len(encoded))
            tally["sequences"] += len(encoded)
            tally["dropped"] += int((kept == 0).sum())
            tally["split"] += int((kept > 1).sum())
            rows = pa.array(origin)
            columns = [list_array(block, self.schema.field(0).type.value_type)]
            columns += [pa.array(documents, pa.large_string()).take(rows)]
            columns += [batch[name].take(rows) for name in self.schema.names[2:]]
            yield pa.RecordBatch.from_arrays(columns, schema=self.schema)

    def _encode(self, texts: list[str]) -> Sequences:
        encoded = word_cache(self.vocabulary, keep_special=self.keep_special).encode(texts)
        width = np.uint16 if self.schema.field(0).type.value_type == pa.uint16() else np.uint32
        return Sequences(encoded.values.astype(width), encoded.offsets)


def pack(block: Sequences, documents: list[str], size: int) -> tuple[Sequences, list[str]]:
    """Join consecutive rows of a document into rows of at most `size` ids; a longer row stays on its own.

    Args:
        block: the rows.
        documents: [rows], the document id of each row.
        size: the number of ids, without special tokens.

    Returns:
        The joined rows, and the document id of each.
    """
    starts, room, last = [], 0, None
    for row, length in enumerate(block.lengths.tolist()):
        if documents[row] != last or length > room:
            starts.append(row)
            room, last = size, documents[row]
        room -= length
    offsets = np.append(block.offsets[starts], block.offsets[-1])
    return Sequences(block.values, offsets), [documents[row] for row in starts]


def fit(block: Sequences, shortest: int, longest: int) -> tuple[Sequences, Any]:
    """Split rows of more than `longest` ids, then drop rows that are empty or have fewer than `shortest` ids.

    Args:
        block: the rows.
        shortest: without special tokens; may be 0 or negative.
        longest: without special tokens, at least 1.

    Returns:
        The rows, and the row of `block` that each came from: [rows], int64.
    """
    lengths = block.lengths
    pieces = np.maximum(1, -(-lengths // longest))
    origin = np.repeat(np.arange(len(block)), pieces)
    first = np.repeat(np.cumsum(pieces) - pieces, pieces)
    starts = block.offsets[:-1][origin] + (np.arange(len(origin)) - first) * longest
    sizes = np.minimum(longest, block.offsets[1:][origin] - starts)
    keep = sizes >= max(shortest, 1)
    starts, sizes, origin = starts[keep], sizes[keep], origin[keep]
    offsets = np.concatenate([[0], np.cumsum(sizes)])
    positions = np.repeat(starts - offsets[:-1], sizes) + np.arange(offsets[-1])
    return Sequences(block.values[positions], offsets), origin


def _checked_unit(unit: str, max_tokens: int) -> str:
    name, settings = split_short(unit)
    size = settings.get("", "")
    if name in ("sentence", "paragraph") and not settings:
        return name
    if name == "packed" and size.isdigit() and SPECIALS_A_SEQUENCE < int(size) <= max_tokens:
        return f"packed:{int(size)}"
    raise OptionError(f"unit is {unit!r}; it must be sentence, paragraph, or packed:N with N up to {max_tokens}")


def _tokenizers_version() -> str:
    from importlib.metadata import version

    return version("tokenizers")
