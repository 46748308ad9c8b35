"""Paragraphs stay whole, wherever blocks, files and pieces end."""

from itertools import groupby

import pyarrow as pa
import pytest

import corpora
from corpora.operations.tokens.paragraphs import whole_paragraphs
from corpora.store.blocks import SENTENCES, BlockWriter, Limits, pieces_of

SIZES = [1, 5, 1, 1, 23, 2, 7, 7, 1]


def paragraphs_of(batches) -> list[tuple]:
    rows = [row for batch in batches for row in batch.to_pylist()]
    return [
        (key, [row["text"] for row in group]) for key, group in groupby(rows, lambda r: (r["document"], r["paragraph"]))
    ]


def rows_in(sizes) -> pa.RecordBatch:
    rows = [
        {"text": f"{number}.{line}", "paragraph": number % 4, "document": f"d{number // 4}"}
        for number, size in enumerate(sizes)
        for line in range(size)
    ]
    return pa.RecordBatch.from_pylist(rows, SENTENCES)


@pytest.mark.parametrize("block_rows", [1, 3, 7, 48, 100])
@pytest.mark.parametrize("target_bytes", [1, 400, 1 << 24])
@pytest.mark.parametrize("file_bytes", [1, 1 << 24])
def test_every_paragraph_is_whole_in_one_batch_and_comes_once(tmp_path, block_rows, target_bytes, file_bytes):
    with BlockWriter(tmp_path, SENTENCES, Limits(rows=block_rows, file_bytes=file_bytes)) as writer:
        writer.write(rows_in(SIZES))
        pieces = pieces_of(writer.close(), target_bytes=target_bytes)
    batches = [batch for piece in pieces for batch in whole_paragraphs(piece, pieces)]
    assert [one for batch in batches for one in paragraphs_of([batch])] == paragraphs_of([rows_in(SIZES)])


def test_a_tokenized_paragraph_does_not_end_where_its_block_ends(corpus, reblocked):
    small = reblocked(corpus, 7)
    assert len(list(small.batches())) > 30
    assert corpora.tokenize(small, train=120, unit="paragraph").rows == 240
