"""The hooks that a plugin can implement. Each returns component classes, which users choose by name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from corpora.plugin.kinds import (
        Catalogue,
        DatasetProvider,
        Filter,
        Source,
        Splitter,
        Statistic,
        Template,
    )
    from corpora.plugin.transforms import Transform

NAMESPACE = "corpora"
hookspec = pluggy.HookspecMarker(NAMESPACE)
hookimpl = pluggy.HookimplMarker(NAMESPACE)


@hookspec
def corpora_sources() -> Iterable[type[Source]]:  # type: ignore[empty-body]
    """Offer sources to `corpora build NAME`."""


@hookspec
def corpora_catalogues() -> Iterable[type[Catalogue]]:  # type: ignore[empty-body]
    """Offer catalogues of books to `corpora build books --catalogue NAME`."""


@hookspec
def corpora_filters() -> Iterable[type[Filter]]:  # type: ignore[empty-body]
    """Offer filters to `corpora build … --filter NAME`."""


@hookspec
def corpora_splitters() -> Iterable[type[Splitter]]:  # type: ignore[empty-body]
    """Offer sentence splitters to `corpora build … --splitter NAME`."""


@hookspec
def corpora_templates() -> Iterable[type[Template]]:  # type: ignore[empty-body]
    """Offer renderers of wiki templates to `corpora build wikipedia --template NAME`."""


@hookspec
def corpora_transforms() -> Iterable[type[Transform]]:  # type: ignore[empty-body]
    """Offer transforms to `corpora transform NAME`."""


@hookspec
def corpora_statistics() -> Iterable[type[Statistic]]:  # type: ignore[empty-body]
    """Offer statistics for reports and for transforms that need them."""


@hookspec
def corpora_datasets() -> Iterable[type[DatasetProvider]]:  # type: ignore[empty-body]
    """Offer external datasets, whose references work wherever a dataset name does."""
