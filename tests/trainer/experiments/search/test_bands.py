"""Score bands: they share no row, have about the same size, and leave out only rows without a score."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import corpora
from trainer.errors import TransferError
from trainer.experiments.search.parts import _bands


@pytest.fixture
def scored(home: Path, tmp_path: Path) -> Callable[..., corpora.Dataset]:
    """A function that makes a dataset with one row per score."""

    def scored(scores: list[float | None]) -> corpora.Dataset:
        (tmp_path / "rows").mkdir()
        table = pa.table({"text": [f"row {i}" for i in range(len(scores))], "score": pa.array(scores, pa.float64())})
        pq.write_table(table, tmp_path / "rows" / "rows.parquet")
        return corpora.transform(f"parquet:{tmp_path / 'rows'},scores=score", "sample", rate=1.0, name="scored")

    return scored


def texts(band: corpora.Dataset) -> list[str]:
    return [text for batch in band.batches() for text in batch["text"].to_pylist()]


@pytest.mark.parametrize("number", [2, 3, 5])
@pytest.mark.parametrize(
    "scores",
    [
        np.arange(60.0).tolist(),
        np.random.default_rng(1).normal(size=400).tolist(),
        np.random.default_rng(2).integers(0, 40, 900).astype(float).tolist(),
        (1e6 + np.arange(40) * 1e-3).tolist() * 2 + np.arange(400.0).tolist(),
    ],
    ids=["ranks", "normal", "many ties", "closer than float32"],
)
def test_every_scored_row_is_in_exactly_one_band(
    scored: Callable[..., corpora.Dataset], scores: list[float], number: int
) -> None:
    bands = _bands(scored([*scores, None, float("nan")]), "score", number)
    found = [text for band in bands for text in texts(band)]
    assert len(found) == len(set(found)) == len(scores)
    assert max(band.rows for band in bands) - min(band.rows for band in bands) <= len(scores) / number


@pytest.mark.parametrize(
    ("scores", "column", "message"),
    [
        ([1.0, 2.0], "text", "has no score column 'text', only "),
        ([1.0, 2.0], "scroe", "has no score column 'scroe', only "),
        ([1.0, 1.0, 1.0], "score", "too many rows share one score"),
        ([None, None], "score", "has no row with a score"),
    ],
)
def test_what_cannot_be_cut_is_one_line(
    scored: Callable[..., corpora.Dataset], scores: list[float | None], column: str, message: str
) -> None:
    with pytest.raises(TransferError, match=message):
        _bands(scored(scores), column, 2)
