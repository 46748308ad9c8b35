"""Check that a provider of external datasets keeps its contract."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from corpora.errors import InputError
from corpora.plugin import DatasetProvider
from corpora.store import Elsewhere
from corpora.testing.checking import ContractBroken, called, check_component, elsewhere, need

Row = dict[str, object]


def check_dataset(given: type[DatasetProvider] | DatasetProvider) -> list[Row]:
    """Check that a provider keeps its contract, on the dataset that it is pointed at, which is read twice.

    `freeze` fixes what moves; the fingerprint is the same again and in another process; rows have the columns and
    types of sentences or of token ids, each document's rows are consecutive, and a second reading gives them again.

    Args:
        given: a provider pointed at something small, or a class whose options all have defaults.

    Returns:
        The rows, as the store would keep them.

    Raises:
        ContractBroken: it does not.
    """
    component = check_component(given, DatasetProvider)
    frozen = called(component, "freeze", component.freeze)
    need(isinstance(frozen, type(component)), component, f"freeze gave {type(frozen).__name__}; give the same class")
    again = called(component, "freeze", frozen.freeze)
    need(again == frozen, component, "freeze changes what is frozen already; fix everything that moves the first time")
    _check_fingerprint(frozen)
    licence = called(frozen, "licence", frozen.licence)
    need(isinstance(licence, str), component, f"licence gave {licence!r}; give text, empty where it is not known")
    rows = _rows(frozen)
    need(_rows(frozen) == rows, component, "blocks gave other rows the second time; sort what has no order")
    return rows


def fingerprint(provider: DatasetProvider) -> str:
    """What identifies its content."""
    return provider.fingerprint()


def _check_fingerprint(provider: DatasetProvider) -> None:
    found = called(provider, "fingerprint", provider.fingerprint)
    need(isinstance(found, str) and bool(found), provider, f"fingerprint gave {found!r}; give the sha256 of its files")
    same = found == called(provider, "fingerprint", provider.fingerprint) == elsewhere(provider, fingerprint)
    need(same, provider, "fingerprint gave two values for the same dataset; hash its content in a fixed order")


def _rows(provider: DatasetProvider) -> list[Row]:
    """Its rows, checked as the store checks them when it takes a dataset in."""
    with TemporaryDirectory() as staging:
        try:
            _, batches = called(provider, "blocks", Elsewhere(provider.name, provider).rows, Path(staging))
            return [row for batch in batches for row in batch.to_pylist()]
        except InputError as error:
            raise ContractBroken(str(error)) from error
