"""The files beside the data that `datasets.load_from_disk` requires."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa

from corpora.plugin import Json
from corpora.store.disk.atomic import write_text


def write_datasets_files(folder: Path, schema: pa.Schema, files: Iterable[Path]) -> None:
    """Write `dataset_info.json` and `state.json`, which `datasets.load_from_disk` requires."""
    features = {field.name: _feature(field.type) for field in schema}
    state: dict[str, Json] = {
        "_data_files": [{"filename": path.name} for path in files],
        "_fingerprint": folder.name[:16],
        "_format_columns": None,
        "_format_kwargs": {},
        "_format_type": None,
        "_output_all_columns": False,
        "_split": None,
    }
    write_text(folder / "dataset_info.json", json.dumps({"features": features}, indent=2))
    write_text(folder / "state.json", json.dumps(state, indent=2))


def _feature(kind: pa.DataType) -> dict[str, Json]:
    if pa.types.is_list(kind):
        return {"feature": _feature(kind.value_type), "_type": "List"}
    return {"dtype": str(kind), "_type": "Value"}
