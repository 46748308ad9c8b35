"""Build text corpora as versioned datasets, and extend every step with plugins."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from corpora.component import Component, Option, option, options_of
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
    first_line,
    unknown_name,
)

if TYPE_CHECKING:
    from corpora.assemble import open_dataset as open
    from corpora.building import build
    from corpora.cli.plugins import print_components
    from corpora.cli.terminal import bars, run_app
    from corpora.commands import component_group
    from corpora.concatenating import concat
    from corpora.dataset import Dataset
    from corpora.diffing import diff
    from corpora.exporting import export
    from corpora.hashing import generator, seed_of, sha256_file, sha256_of
    from corpora.hookspecs import hookimpl
    from corpora.isolate import Guard, guarded
    from corpora.kinds import (
        Catalogue,
        DatasetProvider,
        Entry,
        Filter,
        Score,
        Selection,
        Source,
        Splitter,
        Statistic,
        Template,
        TextTransform,
        TokenTransform,
        Transform,
    )
    from corpora.manifest import without_places
    from corpora.mixing import mix
    from corpora.plugins import Registry, registry
    from corpora.progress import Progress
    from corpora.publishing import check_licences, export_hub, hub_errors, push, upload
    from corpora.recipe import Recipe, build_datasets, plan_datasets, read_recipe
    from corpora.records import Context, Counts, Defaults, Document, Reject, Sequences, Shard
    from corpora.reporting import report
    from corpora.scaffold import new_plugin
    from corpora.selecting import split
    from corpora.store import Store
    from corpora.tokenizing import tokenize
    from corpora.transforming import transform

LAZY = {
    "corpora.building": ["build"],
    "corpora.commands": ["component_group"],
    "corpora.concatenating": ["concat"],
    "corpora.dataset": ["Dataset"],
    "corpora.progress": ["Progress"],
    "corpora.assemble": ["open"],
    "corpora.store": ["Store"],
    "corpora.tokenizing": ["tokenize"],
    "corpora.selecting": ["split"],
    "corpora.transforming": ["transform"],
    "corpora.hashing": ["generator", "seed_of", "sha256_file", "sha256_of"],
    "corpora.hookspecs": ["hookimpl"],
    "corpora.isolate": ["Guard", "guarded"],
    "corpora.manifest": ["without_places"],
    "corpora.kinds": [
        "Catalogue",
        "DatasetProvider",
        "Entry",
        "Filter",
        "Score",
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
    "corpora.publishing": ["check_licences", "export_hub", "hub_errors", "push", "upload"],
    "corpora.recipe": ["Recipe", "build_datasets", "plan_datasets", "read_recipe"],
    "corpora.cli.plugins": ["print_components"],
    "corpora.cli.terminal": ["bars", "run_app"],
    "corpora.diffing": ["diff"],
    "corpora.exporting": ["export"],
    "corpora.mixing": ["mix"],
    "corpora.reporting": ["report"],
    "corpora.scaffold": ["new_plugin"],
    "corpora.records": ["Context", "Counts", "Defaults", "Document", "Reject", "Sequences", "Shard"],
}
"""Public names that cost an import of NumPy, pyarrow or plugins: where each is found when it is first used."""

_HOME = {name: module for module, names in LAZY.items() for name in names}

__all__ = [
    "Catalogue", "ChildDied", "Component", "Context", "CorporaError", "Counts", "Dataset", "DatasetDamaged",
    "DatasetError", "DatasetInUse", "DatasetNotFound", "DatasetProvider", "Defaults", "Document", "Entry", "Filter",
    "Guard", "InputChanged", "InputError", "IsolationError", "LimitExceeded", "Option", "OptionError", "PluginError",
    "Progress", "Recipe", "RecipeError", "Registry", "Reject", "Score", "Selection", "Sequences", "Shard", "Source",
    "Splitter", "Statistic", "StorageError", "Store", "Template", "TextTransform", "TokenTransform", "TooManyFailed",
    "Transform", "UnknownName", "WorkerError", "bars", "build", "build_datasets", "check_licences", "component_group",
    "concat", "diff", "export", "export_hub", "first_line", "generator", "guarded", "hookimpl", "hub_errors", "mix",
    "new_plugin", "open", "option", "options_of", "plan_datasets", "print_components", "push", "read_recipe",
    "registry", "report", "run_app", "seed_of", "sha256_file", "sha256_of", "split", "tokenize", "transform",
    "unknown_name", "upload", "without_places",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'corpora' has no attribute {name!r}")
    value = getattr(import_module(_HOME[name]), "open_dataset" if name == "open" else name)
    globals()[name] = value
    return value
