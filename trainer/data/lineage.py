"""The lineage that run cards record: how a dataset was made, and from which versions, back to the sources."""

from __future__ import annotations

from dataclasses import dataclass, field

import corpora


@dataclass(frozen=True)
class Origin:
    """How one version of a dataset was made, and the licences of its texts."""

    made_by: dict[str, object] = field(default_factory=dict)
    """The version's plan, without its input files."""
    parents: list[str] = field(default_factory=list)
    """NAME@FINGERPRINT of the versions it was made from."""
    rows: int = 0
    documents: int = 0
    licences: dict[str, int] = field(default_factory=dict)
    """Number of documents under each licence."""
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Lineage(Origin):
    """The origin of a dataset and of all versions it was made from."""

    ancestors: dict[str, Origin | None] = field(default_factory=dict)
    """By NAME@FINGERPRINT, parents before grandparents; None for versions that are no longer in the store."""

    def is_made_from(self, reference: str) -> bool:
        """Whether the dataset was tokenized from this version.

        Args:
            reference: NAME@FINGERPRINT of a dataset of sentences.
        """
        return self.made_by.get("action") == "tokenize" and reference in self.parents


def lineage_of(dataset: corpora.Dataset) -> Lineage:
    """The lineage of a registered dataset."""
    store = corpora.Store(dataset.path.parent.parent)
    ancestors: dict[str, Origin | None] = {}
    todo = list(dataset.manifest.parents)
    while todo:
        reference = todo.pop(0)
        if reference in ancestors:
            continue
        try:
            found = store.find(reference)
        except corpora.DatasetNotFound:
            ancestors[reference] = None
            continue
        ancestors[reference] = _origin(found)
        todo += found.manifest.parents
    return Lineage(**vars(_origin(dataset)), ancestors=ancestors)


def _origin(dataset: corpora.Dataset) -> Origin:
    manifest = dataset.manifest
    return Origin(
        made_by={key: value for key, value in manifest.plan.items() if key != "inputs"},
        parents=list(manifest.parents),
        rows=manifest.rows,
        documents=manifest.documents,
        licences=dict(manifest.licences),
        notes=list(manifest.notes),
    )
