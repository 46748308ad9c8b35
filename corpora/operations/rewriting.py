"""Rewrite one block with one transform, and check what the transform returned."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.random import Generator

from corpora.errors import PluginError
from corpora.plugin import Context, Score, Sequences, TextTransform, TokenTransform, plugin_code
from corpora.store import Vocabulary, list_array, scores_schema, sequences_of


def rewrite_text(
    batch: pa.RecordBatch,
    component: TextTransform,
    rng: Generator,
    vocabulary: Vocabulary | None,
    *,
    first_row: int = 0,
) -> pa.RecordBatch:
    """Rewrite a block's sentences; token ids are decoded, rewritten and encoded row by row.

    Args:
        batch: the block.
        component: the transform.
        rng: the block's generator, the transform's only source of randomness.
        vocabulary: of a token dataset; None for a sentence dataset.
        first_row: the index of the block's first row in its dataset, for error messages.

    Returns:
        The rewritten block, without the rows that became empty.

    Raises:
        PluginError: the transform failed, or returned something other than text.
    """
    rewritten: list[str] = []
    read = readable(batch, vocabulary)
    with plugin_code(component, "rewrite", lambda: f"row {first_row + len(rewritten):,}"):
        for text in read:
            rewritten.append(component.rewrite(text, rng))
    wrong = next((value for value in rewritten if not isinstance(value, str)), None)
    if wrong is not None or None in rewritten:
        raise PluginError(f"{component.name}.rewrite returned {type(wrong).__name__}; it must return str")
    if vocabulary is None:
        column: Any = pa.array(rewritten, pa.large_string())
        keep = np.array([bool(text) for text in rewritten], dtype=bool)
    else:
        encoded = vocabulary.encode_again(rewritten, read, batch["input_ids"].to_pylist())
        column = pa.array(encoded, batch.schema.field("input_ids").type)
        keep = np.array([len(ids) > 0 for ids in encoded], dtype=bool)
    return batch.set_column(0, batch.schema.field(0), column).filter(pa.array(keep))


def rewrite_tokens(
    batch: pa.RecordBatch, component: TokenTransform, context: Context, rng: Generator
) -> pa.RecordBatch:
    """Rewrite a block's token ids; columns such as `document` follow their rows.

    Args:
        batch: the block.
        component: the transform.
        context: of the block.
        rng: the block's generator, the transform's only source of randomness.

    Raises:
        PluginError: the transform returned an invalid block (see `check_block`).
    """
    block = sequences_of(batch)
    result = component.apply(block, context, rng)
    check_block(result, block, len(context.vocabulary))
    others = batch.columns[1:]
    if result.origin is not None:
        others = [column.take(pa.array(result.origin)) for column in others]
    field_type = batch.schema.field("input_ids").type
    return pa.RecordBatch.from_arrays([list_array(result, field_type.value_type), *others], schema=batch.schema)


def with_score(batch: pa.RecordBatch, component: Score, context: Context) -> pa.RecordBatch:
    """A block with its rows' scores as an additional float32 column; a score that is not finite becomes NaN.

    Args:
        batch: the block; the new column comes last.
        component: its name is the name of the column.
        context: of the block.

    Raises:
        PluginError: the component returned something other than one number per row.
    """
    scores = component.score(sequences_of(batch), context)
    check_scores(scores, batch.num_rows)
    with np.errstate(over="ignore"):
        numbers = scores.astype(np.float32)
    numbers[~np.isfinite(numbers)] = np.nan
    return batch.append_column(scores_schema([component.name])[0], pa.array(numbers))


def readable(batch: pa.RecordBatch, vocabulary: Vocabulary | None) -> list[str]:
    """A block's rows as text; ids are decoded, including special pieces.

    Args:
        batch: a block with `text` or `input_ids`.
        vocabulary: decodes ids; None for a sentence dataset.
    """
    if vocabulary is None:
        texts: list[str] = batch["text"].to_pylist()
        return texts
    return vocabulary.tokenizer.decode_batch(batch["input_ids"].to_pylist(), skip_special_tokens=False)


def check_scores(scores: object, rows: int) -> None:
    """Check that a score component returned one number per row.

    Args:
        scores: what the component returned.
        rows: the number of rows in the block.

    Raises:
        PluginError: it returned something else.
    """
    if not (isinstance(scores, np.ndarray) and scores.dtype.kind in "fiub" and scores.shape == (rows,)):
        got = f"{scores.dtype} {list(scores.shape)}" if isinstance(scores, np.ndarray) else type(scores).__name__
        raise PluginError(f"score returned {got}; it must return an array of numbers [{rows}], one per row")


def check_block(result: Sequences, block: Sequences, vocabulary: int) -> None:
    """Check that a token transform returned a valid block.

    Args:
        result: what the transform returned.
        block: the block that it was given.
        vocabulary: the size of the vocabulary; 0 skips the check of ids.

    Raises:
        PluginError: the result has invalid offsets, dtypes, ids or origins.
    """
    if not isinstance(result, Sequences):
        raise PluginError(f"apply returned {type(result).__name__}; it must return Sequences")
    offsets, rows = result.offsets, len(result)
    if result.values.dtype != block.values.dtype or offsets.dtype != np.int64:
        raise PluginError(
            f"values are {result.values.dtype} and offsets {offsets.dtype}; they must be {block.values.dtype} and int64"
        )
    if rows < 0 or offsets[0] < 0 or offsets[-1] > len(result.values) or (np.diff(offsets) < 0).any():
        raise PluginError("offsets decrease, or point outside the values")
    if vocabulary and len(result.values) and int(result.values.max()) >= vocabulary:
        raise PluginError(f"id {int(result.values.max())} is outside the vocabulary of {vocabulary:,}")
    origin = result.origin
    if origin is None and rows != len(block):
        raise PluginError(
            f"apply returned {rows:,} rows for {len(block):,}; set origin to the input row that each comes from"
        )
    if origin is not None and (len(origin) != rows or (rows and not 0 <= origin.min() <= origin.max() < len(block))):
        raise PluginError(f"origin must give a row of the block for each of {rows:,} rows")
