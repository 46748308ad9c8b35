"""What a recipe file can contain: its tables, the actions that make datasets, and the types of their settings."""

from __future__ import annotations

import inspect
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

from corpora.errors import CorporaError, RecipeError, unknown_name
from corpora.ingest import build
from corpora.operations import concat, distinct, is_of_files, mix, parse_shares, split, tokenize, transform, without
from corpora.plugin import Json, Transform, options_of, registry

TABLES = ("datasets", "study", "search", "teacher", "distill", "evaluate", "probes")
PARENTS = {
    "build": "", "concat": "concat", "mix": "mix", "tokenize": "tokenize", "transform": "from", "split": "split",
    "distinct": "distinct", "without": "without",
}  # fmt: skip
"""The key that names the parents, for each action."""
NOT_IN_RECIPES = {
    "dataset", "datasets", "name", "names", "executor", "store", "progress", "source", "component", "shares",
}  # fmt: skip
ACTIONS: dict[str, Callable[..., object]] = {
    "build": build,
    "concat": concat,
    "mix": mix,
    "tokenize": tokenize,
    "transform": transform,
    "split": split,
    "distinct": distinct,
    "without": without,
}

SIDES = ("train", "held-out")
"""The parts that `split` makes."""


@dataclass(frozen=True)
class Recipe:
    """A recipe file whose tables, keys and types have been checked."""

    path: Path
    datasets: Mapping[str, Mapping[str, Any]]
    """Each dataset's table, by name, parents first."""
    rest: Mapping[str, Json] = field(default_factory=dict)
    """The other tables, which the trainer reads."""


LONGEST_BYTES = 10_000_000


def read_recipe(path: Path) -> Recipe:
    """Read a recipe file and check its tables.

    Args:
        path: a TOML file of at most 10 MB.

    Raises:
        RecipeError: it is missing, too large or not TOML, has unknown tables or keys (the message lists close matches)
            or values of the wrong type, or datasets are made from each other in a cycle.
    """
    try:
        with path.open("rb") as file:  # it may be a pipe, or a device that never ends
            text = file.read(LONGEST_BYTES + 1)
        if len(text) > LONGEST_BYTES:
            raise RecipeError(f"the recipe {path} has more than {LONGEST_BYTES / 1e6:,.0f} MB; is it a recipe file?")
        content = tomllib.loads(text.decode("utf-8").replace("\r\n", "\n"))
    except FileNotFoundError:
        raise RecipeError(f"the recipe {path} does not exist") from None
    except (OSError, ValueError, RecursionError) as error:
        raise RecipeError(f"the recipe {path} cannot be read: {error}") from error
    try:
        for key in content:
            if key not in TABLES:
                raise unknown_name("table of a recipe", key, TABLES)
        datasets = content.pop("datasets", {})
        if not isinstance(datasets, dict):
            raise RecipeError("datasets must be tables, one [datasets.NAME] per dataset")
        for name, table in datasets.items():
            _check_table(name, table)
        return Recipe(path, {name: datasets[name] for name in _ordered(datasets)}, content)
    except CorporaError as error:
        raise RecipeError(f"{path}: {error}") from error


def action_of(name: str, table: Mapping[str, Json]) -> str:
    """The action of a dataset's table: the one key of `PARENTS` that it has.

    Args:
        name: of the dataset, for the error message.
        table: its table.

    Raises:
        RecipeError: it has none of these keys, or several.
    """
    found = [action for action in PARENTS if action in table]
    if len(found) != 1:
        meant = [f"; did you mean {close[0]}?" for key in table if (close := get_close_matches(key, PARENTS, 1))]
        hint = meant[0] if meant and not found else ""
        raise RecipeError(f"[datasets.{name}] needs exactly one of {', '.join(PARENTS)}{hint}")
    return found[0]


def _check_table(name: str, table: object) -> None:
    if not isinstance(table, dict):
        raise RecipeError(f"datasets.{name} is {table!r}; it must be a table")
    action = action_of(name, table)
    _check_types(name, table, action)
    if action == "transform" and table["transform"] in PARENTS:
        verb = table["transform"]
        raise RecipeError(f'[datasets.{name}] has transform = "{verb}"; write {verb} = "DATASET", without "from"')
    known = {PARENTS[action] or action, action, *settings_of(ACTIONS[action])}
    if action in ("build", "transform"):
        cls = registry.find("sources" if action == "build" else "transforms", table[action])
        known |= {option.name for option in options_of(cls)}
    if action == "split":
        known |= {"side"}
        if table.get("side", "train") not in SIDES:
            raise RecipeError(f"[datasets.{name}] side is {str(table['side'])[:60]!r}; it must be {' or '.join(SIDES)}")
    if action == "transform" and not table.get("from"):
        raise RecipeError(f'[datasets.{name}] has no from = "DATASET", the dataset to transform')
    for key in table:
        if key not in known:
            raise unknown_name(f"key of [datasets.{name}]", key, known)
    for key, parameter in inspect.signature(ACTIONS[action]).parameters.items():
        setting = key.replace("_", "-")
        if parameter.default is inspect.Parameter.empty and key not in NOT_IN_RECIPES and setting not in table:
            raise RecipeError(f"[datasets.{name}] has no {setting}, which {action} needs")


def _check_types(name: str, table: Mapping[str, object], action: str) -> None:
    """Check the types of an action's settings; components check their own options.

    Raises:
        RecipeError: one has another type.
    """
    hints = {
        key.replace("_", "-"): str(p.annotation) for key, p in inspect.signature(ACTIONS[action]).parameters.items()
    }
    hints = {key: hint for key, hint in hints.items() if key in settings_of(ACTIONS[action])}
    hints |= {action: "str", PARENTS[action] or action: "str"}
    hints |= {key: "Sequence[str]" for key in ("concat", "mix") if key == action}
    for key, hint in hints.items():
        if key in table and not _fits(table[key], hint):
            raise RecipeError(f"[datasets.{name}] {key} is {str(table[key])[:60]!r}; it must be {_wanted(hint)}")


def _fits(value: object, hint: str) -> bool:
    if isinstance(value, list):
        return ("Sequence[" in hint or "Iterable[" in hint) and all(isinstance(word, str) for word in value)
    if isinstance(value, bool):
        return hint == "bool"
    if isinstance(value, int | float):
        whole = isinstance(value, int) and abs(value) < 1 << 63
        return whole if "int" in hint else "float" in hint and (whole or isinstance(value, float))
    return isinstance(value, str) and hint.partition(" ")[0] not in ("int", "float", "bool") and hint[:9] != "Sequence["


def _wanted(hint: str) -> str:
    kinds = {"Sequence[": "a list of text", "Iterable[": "text or a list of text"}
    kinds |= {"int": "a whole number below 2^63", "float": "a number", "bool": "true or false"}
    return next((wanted for kind, wanted in kinds.items() if kind in hint), "text")


def settings_of(action: Callable[..., object]) -> set[str]:
    """The keys of an action's settings in a recipe, derived from its parameters; those for parents are not included."""
    parameters = inspect.signature(action).parameters
    return {key.replace("_", "-") for key in parameters if key not in NOT_IN_RECIPES}


def parents_of(table: Mapping[str, Any], action: str) -> list[str]:
    """The datasets that a table's dataset is made from or reads.

    Args:
        table: of one dataset.
        action: as `action_of` returns it.
    """
    named = table.get(PARENTS[action], [])
    if action == "mix":
        return list(parse_shares(named))
    like = [table["like"]] if action == "tokenize" and "like" in table else []
    if action == "transform":
        like = [table[option] for option in reads_of(table)]
    if action == "without":
        like = [word for word in table.get("of", []) if not is_of_files(word)]
    return [named, *like] if isinstance(named, str) else list(named)


def reads_of(table: Mapping[str, Any]) -> list[str]:
    """The options of a table's transform that name other datasets; the component refuses those of another type."""
    cls = registry.find("transforms", table["transform"])
    return [option for option in cls.reads if isinstance(table.get(option), str)] if issubclass(cls, Transform) else []


def _ordered(datasets: Mapping[str, Mapping[str, Json]]) -> Iterator[str]:
    graph = {name: [p for p in parents_of(t, action_of(name, t)) if p in datasets] for name, t in datasets.items()}
    try:
        yield from TopologicalSorter(graph).static_order()
    except CycleError as error:
        raise RecipeError(f"datasets are made from each other in a cycle: {' from '.join(error.args[1])}") from None
