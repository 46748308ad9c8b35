"""Download the public benchmarks from the hub."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from corpora import hub_errors
from corpora.errors import first_line, unknown_name
from trainer.errors import TaskError

REPOSITORIES = {"glue": "nyu-mll/glue", "squad": "rajpurkar/squad"}
"""The hub's Parquet copies, by benchmark."""
FILES = ("*/train-*.parquet", "*/validation*.parquet", "README.md")
"""Test files are left out: their labels are not public."""


@dataclass(frozen=True)
class Fetched:
    """A downloaded benchmark, with its commit on the hub."""

    benchmark: str
    repository: str
    commit: str
    folder: Path


def fetch(benchmark: str, to: Path | str, *, revision: str | None = None) -> Fetched:
    """Download the train and dev files of a public benchmark, for `trainer evaluate --data`.

    Existing files are not downloaded again; an interrupted download continues.

    Args:
        benchmark: `glue` or `squad`.
        to: where to create a folder with the benchmark's name.
        revision: a commit, branch or tag of the hub's repository; the newest commit by default.

    Raises:
        UnknownName: no public copy of the benchmark is known.
        TaskError: the hub cannot be reached, or refuses.
    """
    from huggingface_hub import HfApi, snapshot_download

    if benchmark not in REPOSITORIES:
        raise unknown_name("public benchmark", benchmark, REPOSITORIES)
    repository, folder = REPOSITORIES[benchmark], Path(to) / benchmark
    try:
        commit = str(HfApi().dataset_info(repository, revision=revision).sha)
        snapshot_download(
            repository, repo_type="dataset", revision=commit, local_dir=str(folder), allow_patterns=list(FILES)
        )
    except hub_errors() as error:
        raise TaskError(
            f"{repository} cannot be downloaded from the hub ({first_line(error)}); repeat the command with network "
            f"access, or put the benchmark's own files into {folder}"
        ) from error
    return Fetched(benchmark, repository, commit, folder)
