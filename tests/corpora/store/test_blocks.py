"""Blocks: the same rows give the same bytes, however they came."""

import hashlib

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpora import DatasetDamaged
from corpora.store.blocks import SENTENCES, BlockWriter, Limits, pieces_of, read_stream


def written(folder, texts, cuts, limits):
    folder.mkdir()
    columns = [
        pa.array(texts, pa.large_string()),
        pa.array(range(len(texts)), pa.int32()),
        pa.array(["d"] * len(texts), pa.large_string()),
    ]
    batch = pa.RecordBatch.from_arrays(columns, schema=SENTENCES)
    with BlockWriter(folder, SENTENCES, limits) as writer:
        for start, stop in zip([0, *cuts], [*cuts, len(texts)], strict=True):
            writer.write(batch.slice(start, stop - start))
        return writer.close()


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(max_size=30), max_size=60), st.sets(st.integers(0, 60), max_size=5))
def test_rows_cut_in_any_way_give_the_same_bytes(tmp_path_factory, texts, cuts):
    base, small = tmp_path_factory.mktemp("blocks"), Limits(rows=7, values=60, file_bytes=2000)
    cuts = sorted(cut for cut in cuts if cut <= len(texts))
    both = written(base / "one", texts, [], small), written(base / "two", texts, cuts, small)
    hashes = [[hashlib.sha256(path.read_bytes()).hexdigest() for path in files] for files in both]
    assert hashes[0] == hashes[1]
    assert [t for path in both[0] for batch in read_stream(path) for t in batch["text"].to_pylist()] == texts


def test_pieces_cover_every_block_once(tmp_path):
    files = written(tmp_path / "d", [f"text {n}" for n in range(95)], [], Limits(rows=10))
    pieces = pieces_of(files, target_bytes=300)
    seen = [(number, row, batch.num_rows) for piece in pieces for number, row, batch in piece.batches()]
    assert [number for number, _, _ in seen] == list(range(10)) and [row for _, row, _ in seen] == list(
        range(0, 95, 10)
    )
    assert len(pieces) > 1


def test_a_file_that_is_no_arrow_stream_is_named(tmp_path):
    (tmp_path / "x.arrow").write_bytes(b"nonsense")
    with pytest.raises(DatasetDamaged, match=r"x\.arrow"):
        list(read_stream(tmp_path / "x.arrow"))
