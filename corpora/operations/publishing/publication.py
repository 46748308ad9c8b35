"""Publish a dataset: export it in the hub's layout, and upload it if its licences allow redistribution."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from corpora.errors import DatasetError, OptionError, first_line
from corpora.execution import Progress, silent
from corpora.operations.version_writer import SIDE_FILES, Work
from corpora.store import (
    TOKENIZER_FILE,
    Dataset,
    Manifest,
    Store,
    link_or_copy,
    read_stream,
    storage_errors,
    write_text,
)
from corpora.store.pages import card

FREE = re.compile(
    r"(public domain|pd)( in the (usa|us|united states))?( \(project gutenberg\))?\.?|cc0([- ]1\.0)?( universal)?"
    r"|cc[- ]by([- ]sa)?([- ]\d\.\d)?([- ](international|unported|igo|[a-z]{2}))?(?<![- ]n[cd])"
    r"|mit( license)?|apache([- ]license)?([- ]2(\.0)?)?|bsd([- ][0-4][- ]clause)?([- ]license)?"
    r"|gfdl([- ]1\.[1-3])?([- ]or[- ]later)?|(odc[- ]by|(odc[- ])?(pddl|odbl))([- ]1\.0)?|unlicense",
    re.IGNORECASE,
)
"""Licences that let anyone redistribute the text. NC and ND are not included: they depend on the user and the use."""


def export_hub(
    dataset: Dataset | str,
    folder: Path,
    *,
    private: bool = False,
    store: Store | None = None,
    progress: Progress = silent,
) -> int:
    """Export a dataset in the hub's layout: Parquet files under `data/`, the card, the tokenizer, the document list.

    `datasets.load_dataset(str(folder))` then opens it as the split `train`.

    Args:
        dataset: open, or given by reference.
        folder: empty or not existing.
        private: leave the command, local paths and counts of the text out of the card, and omit the document list.
            This always applies to datasets that were built as private.

    Returns:
        The number of rows.

    Raises:
        OptionError: the folder is not empty.
        StorageError: the disk is full or read-only, or the folder cannot be created.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise OptionError(f"{folder} is not an empty folder; give an empty one, or one that does not exist")
    found = Work.here(store, "serial", progress).open(dataset)
    manifest = found.manifest.without_secrets() if private else found.manifest
    with storage_errors(folder):
        (folder / "data").mkdir(parents=True, exist_ok=True)
        for number, path in enumerate(found.files):
            name = f"train-{number:05d}-of-{len(found.files):05d}.parquet"
            _parquet(path, folder / "data" / name, found.schema)
            progress("export", number + 1, len(found.files), "")
        for side in (TOKENIZER_FILE,) if private or manifest.private else SIDE_FILES:
            if (found.path / side).exists():
                link_or_copy(found.path / side, folder / side)
        write_text(folder / "README.md", hub_card(manifest))
    return found.rows


def hub_card(manifest: Manifest) -> str:
    """The dataset card of a version, with the location of its Parquet files in the YAML."""
    head, rest = card(manifest).split("\n", 1)
    configs = "configs:\n- config_name: default\n  data_files:\n  - split: train\n    path: data/*.parquet"
    return "\n".join([head, configs, rest])


def push(
    dataset: Dataset | str,
    repository: str,
    *,
    private: bool = False,
    may_redistribute: bool = False,
    store: Store | None = None,
    progress: Progress = silent,
) -> str:
    """Upload a dataset to the hub.

    Args:
        dataset: open, or given by reference.
        repository: OWNER/NAME; created if it does not exist.
        private: make the repository private, and export as private.
        may_redistribute: upload it regardless of the recorded licences; the user confirms that they have the right to.

    Returns:
        The URL of the commit.

    Raises:
        DatasetError: a recorded licence does not allow redistribution, none is recorded, or the hub rejects the upload.
    """
    found = Work.here(store, "serial", progress).open(dataset)
    if not may_redistribute:
        check_licences(found.reference, found.manifest.licences)
    with tempfile.TemporaryDirectory() as folder:
        export_hub(found, Path(folder) / "hub", private=private, progress=progress)
        return upload(Path(folder) / "hub", repository, kind="dataset", private=private)


def check_licences(what: str, licences: dict[str, int]) -> None:
    """Check that every licence lets anyone redistribute the texts.

    Args:
        what: the dataset or model, for the error message.
        licences: the number of documents by licence; empty if none is recorded. Of several licences joined by commas,
            each must allow it.

    Raises:
        DatasetError: a licence does not allow it, or is unknown.
    """
    held = {licence or "unknown": number for licence, number in licences.items() if not _free(licence)}
    if not licences:
        held = {"unknown": 0}
    if held:
        listed = ", ".join(f"{number:,} documents with licence {licence[:60]!r}" for licence, number in held.items())
        raise DatasetError(
            f"{what} was not uploaded: according to the recorded licences, {listed} may not be redistributed; "
            "give --i-may-redistribute if you have the right to"
        )


def _free(licence: str) -> bool:
    return all(FREE.fullmatch(part.strip()) for part in licence.split(","))


def upload(folder: Path, repository: str, *, kind: str, private: bool) -> str:
    """Upload a folder in one commit, with the token from `hf auth login` or `HF_TOKEN`.

    Args:
        folder: all of its files are uploaded.
        repository: OWNER/NAME; created if it does not exist.
        kind: `dataset` or `model`.
        private: make a new repository private.

    Returns:
        The URL of the commit.

    Raises:
        DatasetError: the hub rejects the upload or cannot be reached.
    """
    import huggingface_hub

    hub = huggingface_hub.HfApi()
    try:
        hub.create_repo(repository, repo_type=kind, private=private, exist_ok=True)
        commit = hub.upload_folder(
            repo_id=repository, folder_path=folder, repo_type=kind, commit_message="Upload by transferset"
        )
    except hub_errors() as error:
        raise DatasetError(
            f"{repository} was not uploaded: {first_line(error)}; check the name, and log in with hf auth login"
        ) from error
    return str(commit.commit_url)


def hub_errors() -> tuple[type[Exception], ...]:
    """The exceptions that the hub's client raises if the hub rejects a request, cannot be reached, or disconnects."""
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError

    client_error = next(base for base in HfHubHTTPError.__mro__ if base.__name__ == "HTTPError")  # of its HTTP library
    return (client_error, HFValidationError, OSError)


def _parquet(source: Path, target: Path, schema: pa.Schema) -> None:
    with pq.ParquetWriter(target, schema, compression="zstd") as writer:
        for batch in read_stream(source):
            writer.write_batch(batch)
