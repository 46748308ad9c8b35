"""Check that sources, filters and catalogues meet their contracts."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from corpora.errors import CorporaError
from corpora.plugin import Catalogue, Document, Entry, Filter, Reject, Shard, Source, registry
from corpora.testing import inputs
from corpora.testing.chance import check_order, check_repeats
from corpora.testing.checking import ContractBroken, called, check_component, require, searched

MOST_REASONS = 12


def check_filter(given: type[Filter] | Filter) -> None:
    """Check that a filter meets its contract.

    It returns None, or a short reason that is always the same for the same cause, in any order and in any process.

    Args:
        given: a filter, or a class whose options all have defaults.

    Raises:
        ContractBroken: it does not meet the contract.
    """
    component = check_component(given, Filter)
    reasons = Counter[str]()

    def _check(document: Document) -> None:
        reason = called(component, "reject", reject, component, document)
        right = reason is None or (isinstance(reason, str) and 0 < len(reason) <= 80 and "\n" not in reason)
        require(right, component, f"reject returned {reason!r}; it must return None or a few words on one line")
        reasons.update([reason] if reason else [])
        require(
            len(reasons) <= MOST_REASONS,
            component,
            f"reject gave {len(reasons)} different reasons, such as {', '.join(sorted(reasons)[:3])}; reasons are "
            "counted, so use the same words for the same cause, without figures",
        )
        check_repeats(component, "reject", reject, document)

    searched(_check, inputs.documents())
    check_order(component, "reject", reject, [Document("d", (text,)) for text in inputs.PARAGRAPHS])


def reject(component: Filter, document: Document) -> str | None:
    """The filter's reason to reject a document, or None; a function, so that a worker can import it."""
    return component.reject(document)


def check_source(given: type[Source] | Source) -> list[Document]:
    """Check that a source meets its contract, using its input, which is read several times.

    Shards have unique keys and a fixed order; each item gives a document or a reject with a unique id; paragraphs are
    not empty and have no line breaks; and a shard gives the same items again, in any order and in any process.

    Args:
        given: a source with a small input, or a class whose options all have defaults.

    Returns:
        The documents.

    Raises:
        ContractBroken: it does not meet the contract.
    """
    component = check_component(given, Source)
    shards = called(component, "shards", component.shards)
    _check_shards(component, shards)
    _check_defaults(component)
    found = [item for shard in shards for item in called(component, "read", read, component, shard)]
    for item in found:
        _check_item(component, item)
    twice = [id for id, number in Counter(item.id for item in found).items() if number > 1]
    require(not twice, component, f"two items have the id {twice[0] if twice else ''}; it must be unique in the source")
    check_order(component, "read", read, list(shards))
    return [item for item in found if isinstance(item, Document)]


def read(component: Source, shard: Shard) -> list[Document | Reject]:
    """The items of one shard; a function, so that a worker can import it."""
    return list(component.read(shard))


def check_catalogue(given: type[Catalogue] | Catalogue) -> list[Entry]:
    """Check that a catalogue meets its contract: entries with unique ids and with addresses, in a fixed order.

    Args:
        given: a small catalogue, or a class whose options all have defaults.

    Returns:
        The entries.

    Raises:
        ContractBroken: it does not meet the contract.
    """
    component = check_component(given, Catalogue)
    entries = called(component, "find", find, component, None)
    require(all(isinstance(entry, Entry) for entry in entries), component, "find gave something other than Entry")
    ids = {entry.id for entry in entries}
    require(len(ids) == len(entries) and "" not in ids, component, "each entry needs a unique id")
    require(all(entry.url for entry in entries), component, "an entry has no url")
    check_order(component, "find", find, [None])
    return list(entries)


def find(component: Catalogue, _: object) -> list[Entry]:
    """The catalogue's entries; a function, so that a worker can import it."""
    return list(component.find())


def _check_shards(component: Source, shards: Sequence[Shard]) -> None:
    right = isinstance(shards, Sequence) and all(isinstance(shard, Shard) for shard in shards)
    require(right, component, f"shards returned {type(shards).__name__}; it must return a sequence of Shard")
    keys = [shard.key for shard in shards]
    require(len(set(keys)) == len(keys), component, "two shards have the same key; it must be unique in the source")
    absolute = next((key for key in keys if key.startswith("/")), None)
    require(
        absolute is None,
        component,
        f"the shard key {absolute} depends on the source's location; use a path relative to its folder",
    )
    again = called(component, "shards", component.shards)
    require(
        list(again) == list(shards),
        component,
        "shards gave different shards or another order the second time; sort them",
    )


def _check_defaults(component: Source) -> None:
    defaults = component.defaults()
    try:
        for text in defaults.filters:
            registry.make("filters", text)
        registry.make("splitters", defaults.splitter)
    except CorporaError as error:
        raise ContractBroken(f"{component.name}: its default filters or splitter do not work: {error}") from error


def _check_item(component: Source, item: Any) -> None:
    right = isinstance(item, Document | Reject)
    require(right, component, f"read yielded {type(item).__name__}; it must yield Document or Reject")
    require(isinstance(item.id, str) and bool(item.id), component, "read yielded an item without an id")
    if isinstance(item, Reject):
        require(bool(item.stage and item.reason), component, f"the reject {item.id} has no stage or no reason")
        return
    paragraphs = item.paragraphs
    require(isinstance(paragraphs, tuple), component, f"the paragraphs of {item.id} are not a tuple")
    for text in paragraphs:
        require(
            isinstance(text, str) and bool(text.strip()) and len(text.splitlines()) == 1,
            component,
            f"{item.id} has the paragraph {text!r}; paragraphs must be non-empty text without line breaks",
        )
    outside = [number for number, _ in item.headings if not 0 <= number <= len(paragraphs)]
    require(not outside, component, f"{item.id} has a heading before paragraph {outside[0] if outside else 0}")
    try:
        json.dumps(item.metadata)
    except TypeError as error:
        raise ContractBroken(f"{component.name}: the metadata of {item.id} are not JSON values ({error})") from error
