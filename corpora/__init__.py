"""Build text corpora as versioned datasets, and extend every step with plugins."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from corpora.component import Component, option
from corpora.errors import (
    ChildDied,
    CorporaError,
    DatasetDamaged,
    DatasetError,
    DatasetInUse,
    DatasetNotFound,
    InputChanged,
    InputError,
    IsolationError,
    LimitExceeded,
    OptionError,
    PluginError,
    RecipeError,
    StorageError,
    TooManyFailed,
    UnknownName,
    WorkerError,
    unknown_name,
)
from corpora.hookspecs import hookimpl

if TYPE_CHECKING:
    from corpora.hashing import generator, seed_of, sha256_file, sha256_of
    from corpora.isolate import Guard, guarded
    from corpora.kinds import (
        Catalogue,
        DatasetProvider,
        Entry,
        Filter,
        Selection,
        Source,
        Splitter,
        Statistic,
        Template,
        TextTransform,
        TokenTransform,
        Transform,
    )
    from corpora.plugins import Registry, registry
    from corpora.records import Context, Counts, Defaults, Document, Reject, Sequences, Shard

LAZY = {
    "corpora.hashing": ["generator", "seed_of", "sha256_file", "sha256_of"],
    "corpora.isolate": ["Guard", "guarded"],
    "corpora.kinds": [
        "Catalogue",
        "DatasetProvider",
        "Entry",
        "Filter",
        "Selection",
        "Source",
        "Splitter",
        "Statistic",
        "Template",
        "TextTransform",
        "TokenTransform",
        "Transform",
    ],
    "corpora.plugins": ["Registry", "registry"],
    "corpora.records": ["Context", "Counts", "Defaults", "Document", "Reject", "Sequences", "Shard"],
}
"""Public names that cost an import of NumPy, pyarrow or plugins: where each is found when it is first used."""

_HOME = {name: module for module, names in LAZY.items() for name in names}

__all__ = [
    "Catalogue", "ChildDied", "Component", "Context", "CorporaError", "Counts", "DatasetDamaged", "DatasetError",
    "DatasetInUse", "DatasetNotFound", "DatasetProvider", "Defaults", "Document", "Entry", "Filter", "Guard",
    "InputChanged", "InputError", "IsolationError", "LimitExceeded", "OptionError", "PluginError", "RecipeError",
    "Registry", "Reject", "Selection", "Sequences", "Shard", "Source", "Splitter", "Statistic", "StorageError",
    "Template", "TextTransform", "TokenTransform", "TooManyFailed", "Transform", "UnknownName", "WorkerError",
    "generator", "guarded", "hookimpl", "option", "registry", "seed_of", "sha256_file", "sha256_of", "unknown_name",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'corpora' has no attribute {name!r}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value
