"""A search as described in its recipe file: parts, proxies and measures, all checked before any work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Literal

from corpora import Component, Json, Recipe, RecipeError, option, read_recipe
from trainer.experiments.search.results import Unit
from trainer.experiments.search.surfaces import FORMS, Form, proxies_needed
from trainer.experiments.study import Study, study_of

SET_BY_SEARCH = {"budget": "updates", "seed": "seed", "held-out": "held-out", "held-out-rows": "held-out-rows"}
"""Keys of [distill] that a search sets, and the key of [search] to use instead."""

MOST, MOST_UPDATES = 1000, 10**9
"""The most proxies of a search, and the most updates of one run."""


@dataclass(frozen=True)
class SearchTable(Component):
    """The `[search]` table: the parts to mix, the number of proxies, and the measures."""

    name: ClassVar[str] = "search"
    parts: tuple[str, ...] = option(..., "Token datasets to mix; or one dataset to cut into score bands.")
    held_out: tuple[str, ...] = option(..., "Datasets to measure fidelity on; they must not share text with the parts.")
    bands: int | None = option(None, "Cut the dataset in parts into this many bands of equal size.", min=2, max=12)
    column: str | None = option(None, "The score column for the bands.")
    target: str | None = option(None, "The measure to optimise: a held-out dataset or the task; default: the first.")
    task: str | None = option(None, "A GLUE task, or SQuAD, to score every proxy on; needs an [evaluate] table.")
    proxies: int = option(
        16, "Proxy students: natural proportions, each part alone, and random mixes.", min=1, max=MOST
    )
    refine: int = option(
        4, "How many of the proxies to place, one by one, where the best mix is predicted.", min=0, max=MOST
    )
    updates: int = option(
        100,
        "Updates per proxy on the natural mix; all proxies train on the same number of tokens.",
        min=1,
        max=MOST_UPDATES,
    )
    tokens: int | None = option(None, "Tokens in each mix; default: the size of the smallest part.", min=1)
    alpha: float = option(
        1.0, "Concentration of the Dirichlet distribution; below 1 favours mixes with few parts.", min=0.05, max=100
    )
    model: Literal["auto", "linear", "log-linear", "exponential", "quadratic", "log-quadratic"] = option(
        "auto", "The response surface; auto chooses the one that predicts left-out proxies best."
    )
    seed: int = option(42, "Seed of the draws and the proxies.", min=0)
    verify_seeds: tuple[int, ...] = option((43, 44, 45), "Seeds of the verification runs.", min=0)
    verify_updates: int | None = option(
        None, "Updates per verification run; default: those of a proxy.", min=1, max=MOST_UPDATES
    )
    held_out_rows: int = option(1000, "Number of held-out sequences to measure on.", min=1)
    out: Path = option(Path("search"), "The folder of the search.", decides=False)
    title: str = option("The best mix of these parts", "The page's title.", decides=False)
    workers: int = option(1, "How many proxies to train side by side; one on a GPU.", min=1, decides=False)


@dataclass(frozen=True)
class Search:
    """A search: its table, and a study for training and scoring its proxies."""

    path: Path
    recipe: Recipe
    table: SearchTable
    study: Study

    @property
    def count(self) -> int:
        """The number of parts."""
        return self.table.bands or len(self.table.parts)

    @property
    def drawn(self) -> int:
        """The number of proxies whose mixes are chosen before anything is measured."""
        return self.table.proxies - self.table.refine

    @property
    def measures(self) -> tuple[str, ...]:
        """The names of the measures: the held-out datasets, then the task."""
        return (*self.table.held_out, *filter(None, [self.table.task]))

    @property
    def target(self) -> str:
        """The measure that the search optimises."""
        return self.table.target or self.measures[0]

    @property
    def unit(self) -> Unit:
        """The unit of the target."""
        return "percent" if self.target == self.table.task else "nats per token"

    def sign(self, measure: str) -> float:
        """The factor that makes a measure a loss: 1 if lower is better, -1 for the score of a task.

        Args:
            measure: one of `measures`.
        """
        return -1.0 if measure == self.table.task else 1.0

    @property
    def benchmark(self) -> str:
        """The benchmark of the task: `glue` or `squad`."""
        return "squad" if str(self.table.task).lower() == "squad" else "glue"

    def forms(self) -> list[Form]:
        """The response surfaces to choose from, given the number of proxies."""
        if self.table.model != "auto":
            return [form for form in FORMS if form.name in ("constant", self.table.model)]
        return [form for form in FORMS if proxies_needed(form, self.count) <= self.drawn]


def read_search(path: Path | str) -> Search:
    """Read and check a search's recipe file before any work is done.

    Args:
        path: the file; paths in it are relative to its folder.

    Raises:
        RecipeError: a table is missing, has an unknown key or a wrong value, or the budget is too small.
    """
    recipe = read_recipe(Path(path))
    try:
        for needed in ("search", "teacher"):
            if needed not in recipe.rest:
                raise RecipeError(f"the table [{needed}] is missing; see docs/how-to/search.md")
        made = _search(Path(path), recipe)
        _check(made)
    except (ValueError, LookupError, OSError, RecipeError) as error:  # OSError: a name that is too long
        raise RecipeError(f"{path}: {str(error).removeprefix(f'{path}: ')}") from error
    return made


def _search(path: Path, recipe: Recipe) -> Search:
    rest = {name: _table(name, content) for name, content in recipe.rest.items()}
    table = SearchTable.from_options(rest.pop("search"))
    table = replace(table, out=path.parent / table.out.expanduser())
    distill = rest.get("distill", {})
    if not table.parts:
        raise RecipeError("[search] parts lists no dataset; list two, or one with bands and column")
    for key, instead in SET_BY_SEARCH.items():
        if key in distill:
            raise RecipeError(f"[distill] sets {key}; in a search, set {instead} in [search]")
    if ("evaluate" in rest) != (table.task is not None):
        raise RecipeError("[search] task needs an [evaluate] table, and the table needs task; set both or neither")
    squad = str(table.task).lower() == "squad"
    evaluate = dict(rest.get("evaluate", {"data": "."}))
    evaluate |= {"glue": bool(table.task) and not squad, "squad": squad}
    if table.task and not squad:
        evaluate["tasks"] = [table.task]
    grid = {"transfer": list(table.parts), "seeds": [table.seed], "baselines": [], "out": str(table.out.absolute())}
    study = {**grid, "title": table.title, "measure": False, "workers": table.workers}
    tables: dict[str, Any] = {**rest, "study": study, "evaluate": evaluate}
    return Search(path, recipe, table, replace(study_of(path, recipe, tables), command="trainer search"))


def _table(name: str, content: Json) -> dict[str, Json]:
    if not isinstance(content, Mapping):
        raise RecipeError(f"{name} is a value; it must be a table: [{name}]")
    return dict(content)


def _check(search: Search) -> None:
    table = search.table
    if (table.bands is None) != (table.column is None):
        raise RecipeError("[search] bands and column need each other; set both or neither")
    if table.bands and len(table.parts) != 1:
        raise RecipeError(f"[search] parts lists {len(table.parts)} datasets; bands need exactly one")
    if search.count < 2:
        raise RecipeError("[search] parts lists fewer than two datasets; list two, or one with bands and column")
    listed = {"parts": table.parts, "held-out": table.held_out, "verify-seeds": tuple(map(str, table.verify_seeds))}
    for key, names in listed.items():
        if repeated := {name for name in names if names.count(name) > 1}:
            raise RecipeError(f"[search] {key} lists {min(repeated)} twice")
    if not table.held_out or not table.verify_seeds:
        raise RecipeError("[search] needs at least one held-out dataset and one of verify-seeds")
    if table.seed in table.verify_seeds:
        raise RecipeError(
            f"[search] verify-seeds contains {table.seed}, the seed of the proxies; "
            "since the proposal is chosen with it, verify with other seeds"
        )
    if search.target not in search.measures:
        raise RecipeError(f"[search] target is {search.target!r}; it must be one of {', '.join(search.measures)}")
    _check_budget(search)


def _check_budget(search: Search) -> None:
    table, count = search.table, search.count
    needed = {form.name: proxies_needed(form, count) for form in FORMS if form.name != "constant"}
    least = max(needed[name] for name in ("linear", "log-linear", "exponential"))
    if search.drawn < (wanted := least if table.model == "auto" else needed[table.model]):
        listed = ", ".join(f"{name} {number}" for name, number in needed.items())
        raise RecipeError(
            f"[search] proxies is {table.proxies}; {count} parts with model {table.model} need at least "
            f"{wanted + table.refine}: {wanted} to fit (by model: {listed}) and refine = {table.refine}"
        )
