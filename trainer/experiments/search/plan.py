"""The steps of a search: which are done, and about how long the others will take on this machine."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from corpora import Dataset, DatasetError
from corpora import open as open_dataset
from trainer.distillation import CARD
from trainer.errors import RunError
from trainer.experiments.search.draws import Mix
from trainer.experiments.search.parts import check_part_names, check_teacher, mix_tokens
from trainer.experiments.search.proxies import SearchRun, budget_tokens, opened_search
from trainer.experiments.search.settings import Search, read_search
from trainer.experiments.study import Size, State, Step, dataset_steps, opened, speeds_of, teacher_step

VERIFIED = ("the proposal", "natural proportions", "the best single part")


def plan_search(path: Path | str) -> list[Step]:
    """Every step of a search in order, with its state and cost; nothing is written.

    Once the datasets are built, they are checked as in `run_search`.

    Args:
        path: the recipe file.

    Raises:
        RecipeError: the file has an unknown table or key, a wrong value, or too small a budget.
        TransferError: the parts cannot be mixed or measured.
        ResultDamaged: a finished proxy was changed.
    """
    search = read_search(path)
    check_teacher(search)
    check_part_names(search)
    steps, sizes = dataset_steps(search.study)
    run = _opened(search, steps)
    try:
        trained = opened(search.study)
    except (DatasetError, RunError):
        trained = None
    if run is not None and trained is not None:
        run.study.teacher = trained.teacher
    speeds = speeds_of(search.table.out)
    steps.append(teacher_step(search.study, trained, sizes, speeds.get("pretrain")))
    begun = run if trained is not None else None
    return steps + _students(search, begun, _proxy_tokens(search, run, sizes), speeds.get("distill"))


def _opened(search: Search, steps: list[Step]) -> SearchRun | None:
    """The search, if its datasets are built."""
    if any(step.state != "done" for step in steps) or search.table.bands:
        return None
    made: Mapping[str, Dataset] = {name: open_dataset(name) for name in search.recipe.datasets}
    return opened_search(search, made)


def _proxy_tokens(search: Search, run: SearchRun | None, sizes: Mapping[str, Size]) -> int | None:
    """The tokens that a proxy trains on; None if the sizes of the parts are unknown."""
    if run is not None:
        return run.tokens_trained(search.table.updates)
    known = [sizes[name] for name in search.table.parts if name in sizes]
    if len(known) < len(search.table.parts) or not all(size.rows for size in known):
        return None
    mix_tokens(search, {name: sizes[name].tokens for name in search.table.parts if not search.table.bands})
    tokens, rows = sum(size.tokens for size in known), sum(size.rows for size in known)
    return budget_tokens(search, search.table.updates, tokens=tokens, rows=rows)


def _students(search: Search, run: SearchRun | None, tokens: int | None, speed: float | None) -> list[Step]:
    table, proxies = search.table, []
    if run is not None:
        proxies = [_step(mix.label, _state(run, mix), tokens, speed) for mix in run.mixes()]
    else:
        proxies = [_step(f"proxy {number}", "missing", tokens, speed) for number in range(1, search.drawn + 1)]
    proxies += [_step(f"refinement {number}", "missing", tokens, speed) for number in range(1, table.refine + 1)]
    more = None if tokens is None else round(tokens * (table.verify_updates or table.updates) / table.updates)
    return proxies + [
        _step(f"verification: {mix}, seed {seed}", "missing", more, speed)
        for mix in VERIFIED
        for seed in table.verify_seeds
    ]


def _state(run: SearchRun, mix: Mix) -> State:
    """The state of the proxy of a mix."""
    if not run.built(mix):
        return "missing"
    student = run.student(mix, run.search.table.seed, run.search.table.updates)
    if run.study.done(student):
        return "done"
    return "begun" if (run.study.folder(student) / CARD).is_file() else "missing"


def _step(label: str, state: State, tokens: int | None, speed: float | None) -> Step:
    left = 0 if state == "done" else tokens
    return Step("student", label, state, left, left / speed if left and speed else None)
