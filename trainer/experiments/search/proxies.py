"""The proxies of a search: each mix's dataset, the student distilled on it, and its measurements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpora import Dataset, DatasetError, mix, sha256_of, transform
from corpora import open as open_dataset
from trainer.errors import TaskError
from trainer.experiments.search.draws import Mix, mixes_of
from trainer.experiments.search.parts import check_parts, open_held_out, open_parts
from trainer.experiments.search.results import Proxy
from trainer.experiments.search.settings import Search
from trainer.experiments.study import (
    HeldOut,
    Student,
    StudyCallbacks,
    StudyRun,
    is_current,
    is_side_by_side,
    measure_held_out,
    merged,
    read_held_out,
    read_run_results,
    score_model,
    train_side_by_side,
    train_student,
    write_held_out,
)


@dataclass
class SearchRun:
    """A search with checked parts."""

    search: Search
    study: StudyRun
    parts: list[Dataset]
    held_out: dict[str, Dataset]
    tokens: int
    """In each mix."""

    def tokens_trained(self, updates: int) -> int:
        """The tokens that a student trains on, special tokens included: those of so many updates on the natural mix.

        Args:
            updates: of a run on the natural mix.
        """
        tokens, rows = sum(part.tokens or 0 for part in self.parts), sum(part.rows for part in self.parts)
        return budget_tokens(self.search, updates, tokens=tokens, rows=rows)

    def mixes(self) -> list[Mix]:
        """The mixes that are chosen before anything is measured."""
        table = self.search.table
        names, tokens = [part.name for part in self.parts], [part.tokens or 0 for part in self.parts]
        return mixes_of(names, tokens, number=self.search.drawn, alpha=table.alpha, seed=table.seed)

    def name(self, drawn: Mix) -> str:
        """The name of a mix's dataset in the store, derived from its content."""
        content = [[part.fingerprint for part in self.parts], drawn.shares, self.tokens, self.search.table.seed]
        return f"{self.search.path.stem}-mix-{sha256_of(content)[:8]}"

    def built(self, drawn: Mix) -> bool:
        """Whether the dataset of a mix is in the store; if so, the run folder of its proxy is known too."""
        try:
            self.study.datasets[self.name(drawn)] = open_dataset(self.name(drawn))
        except DatasetError:
            return False
        return True

    def build(self, drawn: Mix, executor: str) -> str:
        """Build the dataset of a mix, or find it.

        Args:
            drawn: the mix.
            executor: how to make the dataset, such as `processes:workers=2`.

        Returns:
            Its name in the store.
        """
        name, seed = self.name(drawn), self.search.table.seed
        shares = {part.reference: share for part, share in zip(self.parts, drawn.shares, strict=True) if share > 0}
        if len(shares) == 1:
            made = transform(next(iter(shares)), "sample", tokens=self.tokens, seed=seed, name=name, executor=executor)
        else:
            made = mix(shares, tokens=self.tokens, seed=seed, name=name, executor=executor)
        self.study.datasets[name] = made
        return name

    def student(self, drawn: Mix, seed: int, updates: int) -> Student:
        """The student to distil on a mix.

        Args:
            drawn: the mix.
            seed: of the run.
            updates: of a run on the natural mix; every student trains on the same number of tokens.
        """
        return Student("distill", self.name(drawn), f"tokens={self.tokens_trained(updates)}", seed)


def budget_tokens(search: Search, updates: int, *, tokens: int, rows: int) -> int:
    """The tokens of a number of updates, special tokens included, if rows have the average length of all parts.

    Args:
        search: sets the sequences per update.
        updates: of a run.
        tokens: in all parts, without special tokens.
        rows: in all parts.
    """
    return round(updates * search.study.distillation().sequences * (tokens + 2 * rows) / rows)


def opened_search(search: Search, made: Mapping[str, Dataset]) -> SearchRun:
    """A search whose datasets are built, checked before anything is trained.

    Args:
        search: the settings.
        made: the datasets of the recipe, by name.

    Raises:
        TransferError, ModelError: the parts cannot be mixed, trained on or measured.
    """
    parts = open_parts(search, made)
    held_out = open_held_out(search, made, parts)
    tokens = check_parts(search, made, parts, held_out)
    return SearchRun(search, StudyRun(search.study, dict(made), Path()), parts, held_out, tokens)


def train_ahead(
    run: SearchRun, wanted: Sequence[tuple[Mix, int]], updates: int, executor: str, shown: StudyCallbacks
) -> None:
    """Train the proxies of several mixes side by side, if the search has workers; measuring them is left.

    Args:
        run: the search.
        wanted: the mixes, each with the seed of its run.
        updates: as for `train_proxy`.
        executor: how to make the datasets.
        shown: callbacks that follow the steps.
    """
    if not is_side_by_side(run.search.study):
        return
    for drawn in dict.fromkeys(drawn for drawn, _ in wanted):
        run.build(drawn, executor)
    students = [run.student(drawn, seed, updates) for drawn, seed in wanted]
    due = [student for student in students if not run.study.done(student)]
    if len(due) > 1:
        train_side_by_side(run.study, due, shown)


def train_proxy(run: SearchRun, drawn: Mix, seed: int, updates: int, executor: str, shown: StudyCallbacks) -> Proxy:
    """The proxy of a mix, trained and measured now unless that was done before.

    Args:
        run: the search.
        drawn: the mix.
        seed: of the run.
        updates: of a run on the natural mix.
        executor: how to make the dataset.
        shown: callbacks that follow the steps.
    """
    name = run.build(drawn, executor)
    student = run.student(drawn, seed, updates)
    folder = run.study.folder(student)
    if not run.study.done(student):
        train_student(run.study, student, shown)
    values = {measure: fidelity(run, folder, measure).mean("kl") for measure in run.held_out}
    if run.search.table.task:
        score_model(run.study, folder / "student", drawn.label, shown)
        values[run.search.table.task] = task_score(run, [folder])
    return Proxy(drawn.label, drawn.shares, run.study.dataset(name).reference, folder.name, values)


def fidelity(run: SearchRun, folder: Path, name: str) -> HeldOut:
    """A student's fidelity to the teacher on a held-out dataset, measured now unless that was done before.

    Args:
        run: the search.
        folder: the student's run folder.
        name: of the held-out dataset.
    """
    dataset, limit, place = run.held_out[name], run.search.table.held_out_rows, folder / "held-out" / name
    model, teacher = folder / "student", run.study.teacher
    known = read_held_out(place)
    if known is None or not is_current(known, model, teacher, dataset, limit=limit):
        known = measure_held_out(model, teacher, dataset, limit=limit, device=run.search.study.evaluate.device)
        write_held_out(place, known)
    return known


def task_score(run: SearchRun, folders: Sequence[Path]) -> float:
    """The score on a task in percent, the mean over seeds; F1 for SQuAD.

    Args:
        run: the search.
        folders: the run folders of the seeds.

    Raises:
        TaskError: a run has no score.
    """
    (outcome,) = merged(read_run_results(folders))
    score = outcome.mean("f1" if run.search.benchmark == "squad" else "glue")
    if score is None:
        raise TaskError(f"{run.search.path}: {run.search.table.task} has no score in {folders[0]}")
    return score
