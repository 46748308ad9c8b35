"""Write the recipe that makes a version, as TOML."""

from __future__ import annotations

import json
from collections.abc import Mapping

from corpora.ingest.recipe.schema import PARENTS, action_of
from corpora.operations import is_of_files
from corpora.plugin import Json
from corpora.store import Dataset, Store


def recipe_text(store: Store, dataset: Dataset) -> str:
    """The recipe that makes a version from its sources, as TOML.

    Args:
        store: has all of the version's ancestors.
        dataset: the version.

    Raises:
        DatasetNotFound: an ancestor is no longer in the store.
    """
    family: dict[str, Dataset] = {}
    _collect(store, dataset, family)
    names = _names(family)
    made = {names[key]: member for key, member in family.items() if "elsewhere" not in member.manifest.plan["recipe"]}
    references = {member.reference: names[key] for key, member in family.items()}
    tables = {name: _table(member, names, references) for name, member in made.items()}
    return "\n\n".join(
        "\n".join([f"[datasets.{_toml_key(name)}]", *(f"{key} = {_toml(value)}" for key, value in table.items())])
        for name, table in tables.items()
    )


def _collect(store: Store, dataset: Dataset, family: dict[str, Dataset]) -> None:
    """Add a version to the family, after all versions that it is made from."""
    if dataset.fingerprint not in family:
        recipe = dataset.manifest.plan["recipe"]
        reads = [recipe[option] for option in dataset.manifest.plan["settings"].get("reads", {}) if option in recipe]
        others = [*filter(None, [recipe.get("like")]), *reads]
        others += [word for word in recipe.get("of", []) if not is_of_files(word)]
        for parent in [*dataset.manifest.parents, *others]:
            _collect(store, store.find(parent), family)
        family[dataset.fingerprint] = dataset


def _names(family: dict[str, Dataset]) -> dict[str, str]:
    """A name for each version: its own, or NAME-FINGERPRINT if a version closer to the requested one has that name."""
    names: dict[str, str] = {}
    for fingerprint, dataset in reversed(family.items()):
        clash = dataset.name in names.values()
        own = f"{dataset.name}-{dataset.path.name}" if clash else dataset.name
        names[fingerprint] = dataset.manifest.plan["recipe"].get("elsewhere", own)  # `parquet:DIR` has no table
    return names


def _table(dataset: Dataset, names: Mapping[str, str], references: Mapping[str, str]) -> dict[str, Json]:
    """The table that makes a version, with its parents under the names that they have in this recipe."""
    table = dict(dataset.manifest.plan["recipe"])
    key = PARENTS[action_of(dataset.name, table)]
    parents = [names[fingerprint] for fingerprint in dataset.manifest.plan["parents"]]
    if key == "mix":
        shares = [word.rpartition(":")[2] for word in table[key]]
        parents = [f"{name}:{share}" for name, share in zip(parents, shares, strict=True)]
    if key:
        table[key] = parents if isinstance(table[key], list) else parents[0]
    if "like" in table:
        table["like"] = references[table["like"]]
    for option in dataset.manifest.plan["settings"].get("reads", {}):
        if option in table:
            table[option] = references[table[option]]
    if "of" in table:
        table["of"] = [references.get(word, word) for word in table["of"]]
    return table


def _toml(value: object) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str | bool) else str(value)


def _toml_key(name: str) -> str:
    return name if name.replace("-", "").replace("_", "").isalnum() else json.dumps(name)
