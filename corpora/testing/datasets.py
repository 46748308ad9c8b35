"""Check that a provider of external datasets meets its contract."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from corpora.errors import InputError
from corpora.plugin import DatasetProvider
from corpora.store import ExternalDataset
from corpora.testing.checking import ContractBroken, called, check_component, in_another_process, require

Row = dict[str, object]


def check_dataset(given: type[DatasetProvider] | DatasetProvider) -> list[Row]:
    """Check that a provider meets its contract, using its dataset, which is read twice.

    `freeze` fixes everything that changes over time; the fingerprint is always the same, in another process too; rows
    have the columns and types of sentences or token ids; each document's rows are consecutive; and reading the dataset
    again gives the same rows.

    Args:
        given: a provider of a small dataset, or a class whose options all have defaults.

    Returns:
        The rows, as the store would keep them.

    Raises:
        ContractBroken: it does not meet the contract.
    """
    component = check_component(given, DatasetProvider)
    frozen = called(component, "freeze", component.freeze)
    right = isinstance(frozen, type(component))
    require(right, component, f"freeze returned {type(frozen).__name__}; it must return the same class")
    again = called(component, "freeze", frozen.freeze)
    require(
        again == frozen, component, "freeze changes a frozen provider; fix everything that changes over time at once"
    )
    _check_fingerprint(frozen)
    licence = called(frozen, "licence", frozen.licence)
    require(isinstance(licence, str), component, f"licence returned {licence!r}; it must return str, empty if unknown")
    rows = _rows(frozen)
    require(_rows(frozen) == rows, component, "blocks gave different rows the second time; sort what has no order")
    return rows


def fingerprint(provider: DatasetProvider) -> str:
    """The provider's fingerprint; a function of its own, so that a worker can import it."""
    return provider.fingerprint()


def _check_fingerprint(provider: DatasetProvider) -> None:
    found = called(provider, "fingerprint", provider.fingerprint)
    right = isinstance(found, str) and bool(found)
    require(right, provider, f"fingerprint returned {found!r}; it must return the sha256 of its files")
    same = found == called(provider, "fingerprint", provider.fingerprint) == in_another_process(provider, fingerprint)
    require(same, provider, "fingerprint gave two values for the same dataset; hash its content in a fixed order")


def _rows(provider: DatasetProvider) -> list[Row]:
    """Its rows, after the checks that the store makes when it imports a dataset."""
    with TemporaryDirectory() as staging:
        try:
            _, batches = called(provider, "blocks", ExternalDataset(provider.name, provider).rows, Path(staging))
            return [row for batch in batches for row in batch.to_pylist()]
        except InputError as error:
            raise ContractBroken(str(error)) from error
