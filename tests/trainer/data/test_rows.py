"""Rows from memory-mapped Arrow files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from trainer import TransferError
from trainer.data.lineage import lineage_of
from trainer.data.rows import Survey, open_rows, read_files


def written(path: Path, *batches: list[list[int]], dtype: Any = None) -> Path:
    """An Arrow stream file as corpora writes them."""
    schema = pa.schema({"input_ids": pa.list_(dtype or pa.uint16()), "document": pa.large_string()})
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_stream(sink, schema) as writer:
        for number, rows in enumerate(batches):
            documents = pa.array([f"d{number}"] * len(rows), pa.large_string())
            writer.write_batch(pa.record_batch([pa.array(rows, schema[0].type), documents], schema=schema))
    return path


def test_rows_are_found_by_number_over_blocks_and_files(tmp_path: Path) -> None:
    first = written(tmp_path / "a", [[1, 2], [3]], [], [[], [4]])
    rows = read_files([first, written(tmp_path / "b", [[5, 6]])])
    assert len(rows) == 5
    assert [ids.tolist() for ids in rows.take(np.array([4, 0, 2, 1, 3]))] == [[5, 6], [1, 2], [], [3], [4]]


def test_taking_rows_copies_nothing(tmp_path: Path) -> None:
    (row,) = read_files([written(tmp_path / "a", [[1, 2, 3]])]).take(np.array([0]))
    assert row.dtype == np.uint16
    assert not row.flags.owndata


def test_wide_vocabularies_come_as_they_are(tmp_path: Path) -> None:
    (row,) = read_files([written(tmp_path / "a", [[70_000]], dtype=pa.uint32())]).take(np.array([0]))
    assert row.tolist() == [70_000]


def test_the_survey_counts_ids_and_finds_the_longest_row(tmp_path: Path) -> None:
    survey = read_files([written(tmp_path / "a", [[1, 1, 3]], [[1], []])]).survey
    assert (survey.counts.tolist(), survey.longest, survey.tokens, survey.largest_id) == ([0, 3, 0, 1], 3, 4, 3)


@pytest.mark.parametrize("content", [b"", b"PK gone", b"\x93NUMPY"])
def test_a_survey_that_was_cut_short_is_made_again(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "survey.npz").write_bytes(content)
    assert Survey.read(tmp_path / "survey.npz") is None


@pytest.mark.parametrize(
    "values",
    [
        {"counts": np.array([1.5]), "longest": np.int64(3)},
        {"counts": np.array([[1]]), "longest": np.int64(3)},
        {"counts": np.array([-1]), "longest": np.int64(3)},
        {"counts": np.array([1]), "longest": np.array([3, 4])},
        {"counts": np.array([1])},
    ],
)
def test_a_survey_of_another_shape_is_made_again(tmp_path: Path, values: dict[str, object]) -> None:
    np.savez(tmp_path / "survey.npz", **values)  # type: ignore[arg-type]
    assert Survey.read(tmp_path / "survey.npz") is None


def test_a_survey_with_any_byte_flipped_is_made_again_or_is_the_same(tmp_path: Path) -> None:
    path = tmp_path / "survey.npz"
    Survey(np.array([0, 3, 1]), 3).write(path)
    whole = path.read_bytes()
    for at in range(0, len(whole), 7):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 255]) + whole[at + 1 :])
        kept = Survey.read(path)
        assert kept is None or (kept.counts.tolist(), kept.longest) == ([0, 3, 1], 3)


def test_a_survey_is_kept_whole_and_read_as_it_was(tmp_path: Path) -> None:
    Survey(np.array([0, 3, 1]), 3).write(tmp_path / "survey.npz")
    kept = Survey.read(tmp_path / "survey.npz")
    assert kept is not None and (kept.counts.tolist(), kept.longest) == ([0, 3, 1], 3)
    assert [path.name for path in tmp_path.iterdir()] == ["survey.npz"]


def test_documents_and_the_first_rows(tmp_path: Path) -> None:
    rows = read_files([written(tmp_path / "a", [[1], [2]], [[3], [4]])])
    assert rows.documents() == {"d0", "d1"}
    assert [ids.tolist() for ids in rows.head(3).take(np.arange(3))] == [[1], [2], [3]]
    assert len(rows.head(99)) == 4


def test_a_registered_dataset_is_opened_with_its_lineage(tokens: Any) -> None:
    rows = open_rows("corpus-tokens")
    assert (len(rows), rows.fingerprint, rows.survey.tokens) == (tokens.rows, tokens.fingerprint, tokens.tokens)
    assert lineage_of(tokens).parents[0].startswith("corpus@")
    assert rows.lineage is not None and rows.lineage.documents == 6


def test_the_lineage_goes_back_to_the_sources_and_names_what_is_gone(tokens: Any, corpus: Any) -> None:
    import corpora

    half = corpora.transform(tokens, "sample", rate=0.5)
    mixed = corpora.concat([half, corpora.transform(half, "shuffle")], name="mixed")
    told = lineage_of(mixed).ancestors
    assert [reference.partition("@")[0] for reference in told] == [
        "corpus-tokens-50pct", "corpus-tokens-50pct-shuffle", "corpus-tokens", "corpus",
    ]  # fmt: skip
    assert told[corpus.reference].made_by["recipe"]["build"] == "texts"
    corpora.Store(corpus.path.parent.parent).remove(corpus.reference, force=True)
    assert lineage_of(mixed).ancestors[corpus.reference] is None


def test_sentences_without_a_tokenizer_say_what_to_do(corpus: Any) -> None:
    with pytest.raises(TransferError, match="corpora tokenize corpus"):
        open_rows("corpus")
