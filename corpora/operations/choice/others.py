"""A component's inputs besides the rows: statistics of the parent, and of other datasets that its options name."""

from __future__ import annotations

from collections.abc import Sequence

from corpora.errors import OptionError
from corpora.operations.version_writer import Work
from corpora.plugin import Counts, Transform
from corpora.store import Dataset, counts_needed, vocabulary_in


def other_datasets(parent: Dataset, components: Sequence[Transform], work: Work) -> dict[str, Dataset]:
    """The datasets that components read in addition to the parent, by the reference in their options.

    Args:
        parent: the dataset that is transformed.
        components: those that list options in `reads`.
        work: opens the datasets.

    Raises:
        DatasetNotFound: the store has no such dataset.
        OptionError: its kind or tokenizer differs from the parent's, or it is empty.
    """
    found: dict[str, Dataset] = {}
    for component in components:
        for option in component.reads:
            reference = component.options()[option]
            if not isinstance(reference, str):
                raise OptionError(f"{component.name}: {option} is {reference!r}; it must be the name of a dataset")
            found[reference] = other = work.open(reference)
            _check(other, parent, f"{component.name}: {option}")
    return found


def _check(other: Dataset, parent: Dataset, what: str) -> None:
    other.need(parent.kind, f"{what} of {parent.reference}")
    if vocabulary_in(other.path) != vocabulary_in(parent.path):
        raise OptionError(
            f"{what} is {other.reference}, which has a different tokenizer than {parent.reference}; "
            f"tokenize its sentences with --like {parent.name}"
        )
    if not other.rows:
        raise OptionError(f"{what} is {other.reference}, which has no rows; give a dataset with the text that you want")
    if other.fingerprint == parent.fingerprint:
        raise OptionError(f"{what} is {other.reference}, the dataset itself; give one with the text that you want")


def statistics_for(parent: Dataset, components: Sequence[Transform], work: Work) -> dict[str, Counts]:
    """The statistics that components need; missing ones are counted and stored.

    Args:
        parent: the dataset that is transformed.
        components: those that list statistics in `needs`.
        work: where and how to count.

    Returns:
        The parent's statistics by name, and those of another dataset by `NAME of REFERENCE`.
    """
    needs = [statistic for component in components for statistic in component.needs]
    counts = counts_needed(work.store, parent, needs, work.executor)
    for reference, other in other_datasets(parent, components, work).items():
        theirs = counts_needed(work.store, other, needs, work.executor)
        counts |= {f"{name} of {reference}": each for name, each in theirs.items()}
    return counts


def recorded(chain: Sequence[Transform], others: dict[str, Dataset]) -> tuple[dict[str, object], dict[str, str]]:
    """What a plan records about the other datasets.

    Args:
        chain: the components.
        others: the datasets that they read, by reference.

    Returns:
        Settings with the fingerprints of the datasets; and the options of the first component that name them, with
        resolved references, for the recipe.
    """
    reads: dict[str, str] = {}
    for place, component in enumerate(chain):
        for option in component.reads:
            key = option if place == 0 else f"{component.name}: {option}"
            reads[key] = others[str(component.options()[option])].fingerprint
    named = {option: others[str(chain[0].options()[option])].reference for option in chain[0].reads}
    return ({"reads": reads} if reads else {}), named
