"""Verify the checksums of all files of a version and its ancestors, or of the whole store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from corpora.errors import DatasetDamaged
from corpora.store.dataset import Dataset
from corpora.store.store import Store


@dataclass(frozen=True)
class Verified:
    """The result for one version."""

    reference: str
    files: int = 0
    """How many files were read."""
    problem: str | None = None
    """What is damaged; None if nothing is."""
    notes: list[str] = field(default_factory=list)
    """What else the user should know: files that do not belong to the version, missing parents."""


def verify_family(store: Store, reference: str) -> Iterator[Verified]:
    """Verify a version, then all of its ancestors, each once.

    Args:
        store: where the versions are.
        reference: NAME, NAME@TAG or NAME@FINGERPRINT.

    Yields:
        One result per version, as soon as it is known; damage is reported in the result and does not raise.

    Raises:
        DatasetNotFound: the version does not exist.
        DatasetDamaged: the version's own manifest cannot be read.
    """
    versions, damaged = store.survey()
    by_folder = {dataset.path.name: dataset for dataset in reversed(versions)}
    unreadable = {each.path.name: each for each in damaged}
    todo: list[str] = []
    seen: set[str] = set()
    first = store.find(reference)
    yield _verified(first)
    seen.add(first.path.name)
    todo += first.manifest.parents
    while todo:
        parent = todo.pop(0)
        digits = parent.rpartition("@")[2]
        if digits in seen:
            continue
        seen.add(digits)
        if digits in by_folder:
            yield _verified(by_folder[digits])
            todo += by_folder[digits].manifest.parents
        elif digits in unreadable:
            yield Verified(parent, problem=unreadable[digits].problem)
        else:
            yield Verified(parent, notes=[f"{parent}: no longer in the store, not verified"])


def verify_all(store: Store) -> Iterator[Verified]:
    """Verify every version in a store."""
    versions, damaged = store.survey()
    for dataset in versions:
        yield _verified(dataset)
    for each in damaged:
        yield Verified(each.reference, problem=each.problem)


def _verified(dataset: Dataset) -> Verified:
    caches = dataset.cache_files()
    notes = [f"{path} was written by the datasets library; corpora gc --yes deletes it" for path in caches]
    notes += [f"{path} does not belong to the version" for path in dataset.foreign_files() if path not in caches]
    try:
        dataset.verify()
    except DatasetDamaged as error:
        return Verified(dataset.reference, problem=str(error), notes=notes)
    return Verified(dataset.reference, files=len(dataset.manifest.files), notes=notes)
