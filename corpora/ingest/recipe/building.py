"""Make the datasets of a recipe, or list what would be made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpora.errors import DatasetNotFound, OptionError, RecipeError, UnknownName
from corpora.execution import Executor, Progress, make_executor, silent
from corpora.ingest import build
from corpora.ingest.recipe.schema import ACTIONS, Recipe, action_of, parents_of, reads_of, settings_of
from corpora.operations import concat, distinct, is_of_files, mix, parse_shares, split, tokenize, transform, without
from corpora.plugin import Json, Selection, address_of, options_of, registry
from corpora.store import Dataset, Manifest, Plan, Store, default_store


@dataclass(frozen=True)
class Step:
    """One dataset of a recipe, before it is made."""

    name: str
    action: str
    state: str
    """`there`, `to build`, or `needs its inputs` if that cannot be known without downloading them."""
    rows: int | None
    tokens: int | None
    """Exact if the dataset exists; otherwise an estimate from its parents, or None."""


def build_datasets(
    recipe: Recipe, *, executor: Executor | str = "serial", store: Store | None = None, progress: Progress = silent
) -> list[Dataset]:
    """Make every dataset of a recipe; those that exist are reused.

    Args:
        recipe: as `read_recipe` returns it.
        executor: an executor or its short form; its workers are kept for all datasets.
        store: where versions are kept; by default the store at `$CORPORA_HOME`.
        progress: is called as the actions advance; its details begin with the dataset's name.

    Returns:
        The datasets, parents before the datasets made from them.

    Raises:
        RecipeError: an action refuses a setting; the message names the dataset.
        CorporaError: any other error of an action.
    """
    made: dict[str, Dataset] = {}
    workers = make_executor(executor)
    with workers.kept():
        for name in recipe.datasets:
            told = _naming(progress, name)
            made[name] = _run(recipe, name, made, executor=workers, store=store or default_store(), progress=told)
    return list(made.values())


def _naming(progress: Progress, name: str) -> Progress:
    """The same progress with the dataset's name in front of its details, to tell the datasets' stages apart."""
    return lambda stage, done, total, detail: progress(stage, done, total, f"{name} {detail}".rstrip())


def plan_datasets(recipe: Recipe, *, store: Store | None = None) -> list[Step]:
    """What `build_datasets` would make or reuse; nothing is written or downloaded.

    Args:
        recipe: as `read_recipe` returns it.
        store: where versions are looked up; by default the store at `$CORPORA_HOME`.
    """
    planning = _PlanningStore((store or default_store()).home)
    made: dict[str, Dataset] = {}
    steps: dict[str, Step] = {}
    for name, table in recipe.datasets.items():
        action = action_of(name, table)
        if _fetches(recipe, table, action, [parent for parent in parents_of(table, action) if parent not in steps]):
            steps[name] = Step(name, action, "needs its inputs", None, None)
            continue
        if any(parent in steps and parent not in made for parent in parents_of(table, action)):
            steps[name] = Step(name, action, "to build", *_expected(table, {**steps, **made}, planning))
            continue
        try:
            made[name] = found = _run(recipe, name, made, executor="serial", store=planning, progress=silent)
            steps[name] = Step(name, action, "there", found.rows, found.tokens)
        except _Missing:
            steps[name] = Step(name, action, "to build", *_expected(table, {**steps, **made}, planning))
    return list(steps.values())


def _fetches(recipe: Recipe, table: Mapping[str, Json], action: str, parents: list[str]) -> bool:
    """Whether inspecting a step or an external parent needs the network."""
    components = [registry.make("datasets", parent) for parent in parents if ":" in parent]
    if action == "build":
        components.append(_component(recipe, table, action))
    return any(component.fetches() for component in components)


def _run(recipe: Recipe, name: str, made: Mapping[str, Dataset], **where: Any) -> Dataset:
    """A recipe's dataset, made or found; `where` are the executor, the store and the progress."""
    try:
        return _act(recipe, name, made, where)
    except (OptionError, UnknownName) as error:
        raise RecipeError(f"{recipe.path}: [datasets.{name}] {error}") from error


def _act(recipe: Recipe, name: str, made: Mapping[str, Dataset], where: dict[str, Any]) -> Dataset:
    table = dict(recipe.datasets[name])
    action = action_of(name, table)
    parents = [made.get(parent, parent) for parent in parents_of(table, action)]
    settings = {k.replace("-", "_"): table[k] for k in settings_of(ACTIONS[action]) if k in table}
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
        named = {option: made[table[option]].reference for option in reads_of(table) if table[option] in made}
        table |= named
    component = _component(recipe, table, action)
    if action == "build":
        return build(component, name=name, **settings, **where)
    own = {option.field for option in options_of(type(component))}  # its `rate` option is not the amount to take
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
    """A word of `of` that names files, with its path resolved relative to the recipe's folder."""
    kind, colon, path = word.rpartition(":")
    return f"{kind}{colon}{recipe.path.parent / Path(path).expanduser()}"


def _relative(recipe: Recipe, values: dict[str, Json], key: str) -> None:
    """Resolve a path relative to the recipe's folder; a tokenizer that does not exist there is a hub id."""
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
    """The rows and tokens expected from a transform's parent and rate."""
    if "transform" not in table:
        return None, None
    parent = known.get(table["from"])
    try:
        parent = parent or store.find(table["from"])
    except DatasetNotFound:
        return None, None
    if not issubclass(registry.find("transforms", table["transform"]), Selection):
        return parent.rows, parent.tokens  # a `rate` option of the component does not change the number of rows
    if "rate" not in table:
        return table.get("rows"), table.get("tokens")
    return tuple(None if n is None else round(n * table["rate"]) for n in (parent.rows, parent.tokens))  # type: ignore[return-value]


class _Missing(Exception):
    """A version that does not exist and would have to be written."""


class _PlanningStore(Store):
    """A store that finds versions but never writes any."""

    def add(self, name: str, plan: Plan, write: Callable[[Path], Manifest], **_: object) -> tuple[Dataset, bool]:
        """The version that a plan describes.

        Raises:
            _Missing: it does not exist.
        """
        found = next((d for d in self.all() if d.fingerprint == plan.fingerprint), None)
        if found is None:
            raise _Missing
        return found, False
