"""The one recipe file: `[datasets.NAME]` tables say what to build; what trainers read is left alone."""

from __future__ import annotations

import inspect
import json
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

from corpora.errors import CorporaError, DatasetNotFound, RecipeError, unknown_name
from corpora.execution import Executor, Progress, make_executor, silent
from corpora.ingest import build
from corpora.operations import (
    concat,
    distinct,
    is_of_files,
    mix,
    parse_shares,
    split,
    tokenize,
    transform,
    without,
)
from corpora.plugin import Json, Selection, Transform, address_of, options_of, registry
from corpora.store import Dataset, Manifest, Plan, Store, default_store

TABLES = ("datasets", "study", "search", "teacher", "distill", "evaluate", "probes")
PARENTS = {
    "build": "", "concat": "concat", "mix": "mix", "tokenize": "tokenize", "transform": "from", "split": "split",
    "distinct": "distinct", "without": "without",
}  # fmt: skip
"""Each action, and the key that names its parents."""
NOT_IN_RECIPES = {
    "dataset", "datasets", "name", "names", "executor", "store", "progress", "source", "component", "shares",
}  # fmt: skip


@dataclass(frozen=True)
class Recipe:
    """A recipe file, read and checked for spelling."""

    path: Path
    datasets: Mapping[str, Mapping[str, Any]]
    """Each dataset's table, in an order in which parents come first."""
    rest: Mapping[str, Json] = field(default_factory=dict)
    """The tables that trainers read."""


@dataclass(frozen=True)
class Step:
    """One dataset of a recipe, before it is made."""

    name: str
    action: str
    state: str
    """`there`, `to build`, or `needs its inputs` where only fetching them would tell."""
    rows: int | None
    tokens: int | None
    """Known where it is there; otherwise what its parents let expect, or None."""


def read_recipe(path: Path) -> Recipe:
    """Read a recipe file.

    Raises:
        RecipeError: it is missing, no TOML, or says what no action understands, with near matches.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
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
            raise RecipeError("datasets must be tables, [datasets.NAME], one for each dataset")
        for name, table in datasets.items():
            _check_table(name, table)
        return Recipe(path, {name: datasets[name] for name in _ordered(datasets)}, content)
    except CorporaError as error:
        raise RecipeError(f"{path}: {error}") from error


def build_datasets(
    recipe: Recipe, *, executor: Executor | str = "serial", store: Store | None = None, progress: Progress = silent
) -> list[Dataset]:
    """Make every dataset of a recipe, or find what is there.

    Raises:
        CorporaError: whatever an action raises.
    """
    made: dict[str, Dataset] = {}
    workers = make_executor(executor)
    with workers.kept():
        for name in recipe.datasets:
            told = _naming(progress, name)
            made[name] = _run(recipe, name, made, executor=workers, store=store or default_store(), progress=told)
    return list(made.values())


def _naming(progress: Progress, name: str) -> Progress:
    """The same with the name of the dataset in its details, since stages of many datasets follow one another."""
    return lambda stage, done, total, detail: progress(stage, done, total, f"{name} {detail}".rstrip())


def plan_datasets(recipe: Recipe, *, store: Store | None = None) -> list[Step]:
    """What `build_datasets` would make and what it would find; nothing is written or fetched."""
    planning = _PlanningStore((store or default_store()).home)
    made: dict[str, Dataset] = {}
    steps: dict[str, Step] = {}
    for name, table in recipe.datasets.items():
        action = _action(name, table)
        if _fetches(recipe, table, action, [parent for parent in _parents(table, action) if parent not in steps]):
            steps[name] = Step(name, action, "needs its inputs", None, None)
            continue
        if any(parent in steps and parent not in made for parent in _parents(table, action)):
            steps[name] = Step(name, action, "to build", *_expected(table, {**steps, **made}, planning))
            continue
        try:
            made[name] = found = _run(recipe, name, made, executor="serial", store=planning, progress=silent)
            steps[name] = Step(name, action, "there", found.rows, found.tokens)
        except (_Missing, DatasetNotFound):
            steps[name] = Step(name, action, "to build", *_expected(table, {**steps, **made}, planning))
    return list(steps.values())


def _fetches(recipe: Recipe, table: Mapping[str, Json], action: str, parents: list[str]) -> bool:
    """Whether a step, or a parent that lives elsewhere, goes out to the network to be looked at."""
    components = [registry.make("datasets", parent) for parent in parents if ":" in parent]
    if action == "build":
        components.append(_component(recipe, table, action))
    return any(component.fetches() for component in components)


def recipe_text(store: Store, dataset: Dataset) -> str:
    """The recipe that makes a version, from its sources on, as TOML."""
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
    """Add a version by its fingerprint, after all that it is made from."""
    if dataset.fingerprint not in family:
        recipe = dataset.manifest.plan["recipe"]
        reads = [recipe[option] for option in dataset.manifest.plan["settings"].get("reads", {}) if option in recipe]
        others = [*filter(None, [recipe.get("like")]), *reads]
        others += [word for word in recipe.get("of", []) if not is_of_files(word)]
        for parent in [*dataset.manifest.parents, *others]:
            _collect(store, store.find(parent), family)
        family[dataset.fingerprint] = dataset


def _names(family: dict[str, Dataset]) -> dict[str, str]:
    """A name for each version: its own, or NAME-FINGERPRINT where a version nearer to the one asked for has it."""
    names: dict[str, str] = {}
    for fingerprint, dataset in reversed(family.items()):
        clash = dataset.name in names.values()
        own = f"{dataset.name}-{dataset.path.name}" if clash else dataset.name
        names[fingerprint] = dataset.manifest.plan["recipe"].get("elsewhere", own)  # as `parquet:DIR`, without a table
    return names


def _table(dataset: Dataset, names: Mapping[str, str], references: Mapping[str, str]) -> dict[str, Json]:
    """The table that makes a version, its parents by the names that they have here."""
    table = dict(dataset.manifest.plan["recipe"])
    key = PARENTS[_action(dataset.name, table)]
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


def _action(name: str, table: Mapping[str, Json]) -> str:
    found = [action for action in PARENTS if action in table]
    if len(found) != 1:
        raise RecipeError(f"[datasets.{name}] needs exactly one of {', '.join(PARENTS)}")
    return found[0]


def _check_table(name: str, table: object) -> None:
    if not isinstance(table, dict):
        raise RecipeError(f"datasets.{name} is {table!r}; it must be a table")
    action = _action(name, table)
    _check_types(name, table, action)
    if action == "transform" and table["transform"] in PARENTS:
        verb = table["transform"]
        raise RecipeError(f'[datasets.{name}] has transform = "{verb}"; write {verb} = "DATASET", without "from"')
    known = {PARENTS[action] or action, action, *_settings(ACTIONS[action])}
    if action in ("build", "transform"):
        cls = registry.find("sources" if action == "build" else "transforms", table[action])
        known |= {option.name for option in options_of(cls)}
    if action == "split":
        known |= {"side"}
    for key in table:
        if key not in known:
            raise unknown_name(f"key of [datasets.{name}]", key, known)


def _check_types(name: str, table: Mapping[str, object], action: str) -> None:
    """See that each value has the type that the action takes; components check their own options.

    Raises:
        RecipeError: one has not.
    """
    hints = {
        key.replace("_", "-"): str(p.annotation) for key, p in inspect.signature(ACTIONS[action]).parameters.items()
    }
    hints = {key: hint for key, hint in hints.items() if key in _settings(ACTIONS[action])}
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


def _settings(action: Callable[..., object]) -> set[str]:
    parameters = inspect.signature(action).parameters
    return {key.replace("_", "-") for key in parameters if key not in NOT_IN_RECIPES}


def _parents(table: Mapping[str, Any], action: str) -> list[str]:
    named = table.get(PARENTS[action], [])
    if action == "mix":
        return list(parse_shares(named))
    like = [table["like"]] if action == "tokenize" and "like" in table else []
    if action == "transform":
        like = [table[option] for option in _reads(table)]
    if action == "without":
        like = [word for word in table.get("of", []) if not is_of_files(word)]
    return [named, *like] if isinstance(named, str) else list(named)


def _reads(table: Mapping[str, Any]) -> list[str]:
    """The options of a table's transform that name other datasets."""
    cls = registry.find("transforms", table["transform"])
    return [option for option in cls.reads if option in table] if issubclass(cls, Transform) else []


def _ordered(datasets: Mapping[str, Mapping[str, Json]]) -> Iterator[str]:
    graph = {name: [p for p in _parents(t, _action(name, t)) if p in datasets] for name, t in datasets.items()}
    try:
        yield from TopologicalSorter(graph).static_order()
    except CycleError as error:
        raise RecipeError(f"datasets are made from each other: {' from '.join(error.args[1])}") from None


def _run(
    recipe: Recipe,
    name: str,
    made: Mapping[str, Dataset],
    *,
    executor: Executor | str,
    store: Store,
    progress: Progress,
) -> Dataset:
    table = dict(recipe.datasets[name])
    action = _action(name, table)
    where: dict[str, Any] = {"executor": executor, "store": store, "progress": progress}
    parents = [made.get(parent, parent) for parent in _parents(table, action)]
    settings = {k.replace("-", "_"): table[k] for k in _settings(ACTIONS[action]) if k in table}
    if action == "concat":
        return concat(parents, name=name, **where)
    if action == "mix":
        shares = {made[p].reference if p in made else p: share for p, share in parse_shares(table["mix"]).items()}
        return mix(shares, name=name, **settings, **where)
    if action == "split":
        sides = [f"{name}-{side}" for side in ("train", "held-out")]
        side = table.get("side", "train")
        sides[side == "held-out"] = name
        return split(parents[0], names=(sides[0], sides[1]), **settings, **where)[side == "held-out"]
    if action == "tokenize":
        _relative(recipe, settings, "tokenizer")
        like = {"like": parents[1]} if "like" in settings else {}
        return tokenize(parents[0], name=name, **settings | like, **where)
    if action == "without":
        settings["of"] = [*parents[1:], *(_file_word(recipe, word) for word in table["of"] if is_of_files(word))]
        return without(parents[0], name=name, **settings, **where)
    if action == "distinct":
        return distinct(parents[0], name=name, **settings, **where)
    if action == "transform":
        named = {option: made[table[option]].reference for option in _reads(table) if table[option] in made}
        table |= named
    component = _component(recipe, table, action)
    if action == "build":
        return build(component, name=name, **settings, **where)
    own = {option.field for option in options_of(type(component))}  # its own `rate` is not the amount to take
    return transform(parents[0], component, name=name, **{k: v for k, v in settings.items() if k not in own}, **where)


def _component(recipe: Recipe, table: Mapping[str, Any], action: str) -> Any:
    cls = registry.find("sources" if action == "build" else "transforms", table[action])
    own = {option.name: option for option in options_of(cls)}
    values = {key: value for key, value in table.items() if key in own}
    for key in values:
        if own[key].type is Path:
            _relative(recipe, values, key)
    return cls.from_options(values)


def _file_word(recipe: Recipe, word: str) -> str:
    """A word of `of` that names files, its path relative to the recipe's folder."""
    kind, colon, path = word.rpartition(":")
    return f"{kind}{colon}{recipe.path.parent / Path(path).expanduser()}"


def _relative(recipe: Recipe, values: dict[str, Json], key: str) -> None:
    """Paths in a recipe are relative to the recipe's folder; a tokenizer that is not a path there is a hub id."""
    value = values.get(key)
    if isinstance(value, str) and address_of(value):
        return
    if isinstance(value, str) and (key != "tokenizer" or (recipe.path.parent / value).exists()):
        values[key] = str(recipe.path.parent / Path(value).expanduser())
    elif isinstance(value, list):
        values[key] = [
            item if address_of(item) else str(recipe.path.parent / Path(item).expanduser()) for item in value
        ]


def _expected(
    table: Mapping[str, Any], known: Mapping[str, Step | Dataset], store: Store
) -> tuple[int | None, int | None]:
    """The rows and tokens that a transform's parent and rate let expect."""
    if "transform" not in table:
        return None, None
    parent = known.get(table["from"])
    try:
        parent = parent or store.find(table["from"])
    except DatasetNotFound:
        return None, None
    if not issubclass(registry.find("transforms", table["transform"]), Selection):
        return parent.rows, parent.tokens  # a rate of its own is not one of rows
    if "rate" not in table:
        return table.get("rows"), table.get("tokens")
    return tuple(None if n is None else round(n * table["rate"]) for n in (parent.rows, parent.tokens))  # type: ignore[return-value]


class _Missing(Exception):
    """A version that a plan would have to write."""


class _PlanningStore(Store):
    """A store that finds versions and writes none."""

    def add(self, name: str, plan: Plan, write: Callable[[Path], Manifest], **_: object) -> tuple[Dataset, bool]:
        """The version of a plan.

        Raises:
            _Missing: it is not there.
        """
        found = next((d for d in self.all() if d.fingerprint == plan.fingerprint), None)
        if found is None:
            raise _Missing
        return found, False


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
