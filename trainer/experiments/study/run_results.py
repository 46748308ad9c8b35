"""Results of runs: each run's transfer dataset, losses, fidelity, speed and scores, read from its folder."""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, TypedDict

import msgspec

from corpora import options_of
from corpora.errors import first_line
from trainer.distillation import LogLine, RunSettings, read_log
from trainer.errors import RunError
from trainer.evaluation import Column, Evaluation, as_record, glue_score, read_sealed
from trainer.evaluation.probes import ProbeResult, read_results
from trainer.experiments.study.held_out import FIDELITY, HeldOut, read_held_out
from trainer.experiments.study.transfer import Transfer, transfer_of
from trainer.runtime import parse_json

MEASURES = ("glue", "exact match", "f1")
"""The scores by which students are compared: GLUE's, and SQuAD's two."""
STUDENT, START, MASKED_LM = "student", "initial student", "masked-LM only"
BASELINES = (START, MASKED_LM)
"""The roles in a study, besides distilled students, that show what the transfer dataset adds."""

Curve = tuple[tuple[int, float], ...]
"""(update, held-out KL) of one run, in order."""

DECIDING = {option.name for option in options_of(RunSettings) if option.decides}


@dataclass(frozen=True)
class RunResults:
    """A run, or a model that was evaluated without one (a teacher)."""

    name: str
    folder: Path
    card: dict[str, Any]
    transfer: Transfer | None
    last: LogLine | dict[str, Any]
    """The last line of the log: losses, fidelity, speed."""
    evaluations: dict[str, Evaluation] = field(default_factory=dict)
    """The results of `trainer evaluate`, by benchmark."""
    held_out: dict[str, list[float]] = field(default_factory=dict)
    """The final value of each measure of FIDELITY on held-out text, one per run."""
    measured: tuple[HeldOut, ...] = ()
    """Fidelity sequence by sequence, per run; empty if the study did not measure it."""
    curves: tuple[Curve, ...] = ()
    """Held-out KL by update, per run."""
    probes: list[dict[str, ProbeResult]] = field(default_factory=list)
    """Probe results by probe name, one mapping per run; `trainer.evaluation.probes.probe_rows` lists their rows."""
    runs: int = 1
    """The number of runs merged into this one; they differ only in their seed."""

    @property
    def role(self) -> str:
        """The role in a study: STUDENT, one of BASELINES, `teacher`, or `network` for anything else."""
        losses = self.card.get("recipe", {}).get("loss", [])
        if self.card.get("kind") == "start":
            return START
        if self.card.get("kind") == "distill" and self.transfer is not None:
            return MASKED_LM if losses and all(loss.startswith("masked-lm") for loss in losses) else STUDENT
        return "teacher" if self.card.get("kind") == "pretrain" else "network"

    @property
    def label(self) -> str:
        """The name in figures and sentences: the transfer dataset, or the role if it is not a distilled student."""
        if self.role == STUDENT and self.transfer is not None:
            return self.transfer.name
        return self.name if self.role == "network" else self.role

    @property
    def natural(self) -> bool:
        """Whether the run trained on text without noise."""
        return self.transfer is not None and self.transfer.natural

    @property
    def composition(self) -> str:
        """The composition of the transfer dataset; empty without one."""
        return "" if self.transfer is None else self.transfer.composition

    @property
    def size(self) -> int:
        """Tokens in the transfer dataset; 0 without one."""
        return 0 if self.transfer is None else self.transfer.tokens

    @property
    def budget(self) -> str:
        """The training budget, such as `epochs=3`."""
        return str(self.card.get("recipe", {}).get("budget", ""))

    @property
    def seed(self) -> int | None:
        """The seed of the training."""
        seed = self.card.get("recipe", {}).get("seed")
        return None if seed is None else int(seed)

    @cached_property
    def columns(self) -> dict[str, Column]:
        """The columns of all benchmarks, by title."""
        return {name: column for made in self.evaluations.values() for name, column in made.columns.items()}

    @property
    def _glue_columns(self) -> dict[str, Column]:
        return self.evaluations["glue"].columns if "glue" in self.evaluations else {}

    def tasks(self, preset: str = "sanh9") -> tuple[str, ...]:
        """The tasks in the run's GLUE score.

        Args:
            preset: of the GLUE score.
        """
        columns = self._glue_columns
        return glue_score(dict.fromkeys(columns, 0.0), preset).tasks

    def scores(self, measure: str, preset: str = "sanh9") -> list[float]:
        """One score per fine-tuning seed in percent or, for fidelity, one value per run; empty if not measured.

        Args:
            measure: one of MEASURES or of FIDELITY; agreement is in percent too.
            preset: of the GLUE score.
        """
        if measure in FIDELITY:
            return [(1 if measure == "kl" else 100) * value for value in self.held_out.get(measure, [])]
        if measure != "glue":
            return list(self.columns["SQuAD"].metrics[measure]) if "SQuAD" in self.columns else []
        scores = {name: column.scores for name, column in self._glue_columns.items()}
        seeds = min(map(len, scores.values()), default=0)
        made = [
            glue_score({name: values[seed] for name, values in scores.items()}, preset).value for seed in range(seeds)
        ]
        return [value for value in made if value is not None]

    def mean(self, measure: str, preset: str = "sanh9") -> float | None:
        """The mean over runs and fine-tuning seeds, from which differences are computed; for GLUE, of the tasks' means.

        Args:
            measure: one of MEASURES or of FIDELITY.
            preset: of the GLUE score.

        Returns:
            None if it was not measured.
        """
        if measure == "glue":
            scores = {name: column.scores for name, column in self._glue_columns.items()}
            means = {name: statistics.fmean(values) for name, values in scores.items() if values}
            return glue_score(means, preset).value
        found = self.scores(measure, preset)
        return statistics.fmean(found) if found else None


def read_run_results(folders: Sequence[Path | str]) -> list[RunResults]:
    """The results in each folder, in order.

    Args:
        folders: of runs or evaluated models.

    Raises:
        RunError: a folder has neither a run nor an evaluation.
        ResultDamaged: a stored evaluation was edited.
    """
    return [_read(Path(folder)) for folder in folders]


def merged(outcomes: Sequence[RunResults]) -> list[RunResults]:
    """Merge runs that differ only in their seed: their scores become one list.

    Args:
        outcomes: two runs with the same seed are kept apart.
    """
    groups: dict[str, list[RunResults]] = {}
    for run in outcomes:
        runs = groups.setdefault(run.folder.as_posix() if run.transfer is None else _but_its_seed(run), [])
        if run.seed in {other.seed for other in runs}:
            groups[run.folder.as_posix()] = [run]
        else:
            runs.append(run)
    return [_together(runs) for runs in groups.values()]


def _but_its_seed(run: RunResults) -> str:
    """Everything that affects a run's student, except the seed."""
    recipe = {key: value for key, value in run.card.get("recipe", {}).items() if key in DECIDING - {"seed"}}
    teacher = (run.card.get("teacher") or {}).get("weights")
    return json.dumps([run.role, run.transfer and run.transfer.fingerprint, teacher, recipe], sort_keys=True)


def _together(runs: Sequence[RunResults]) -> RunResults:
    first = runs[0]
    if len(runs) == 1:
        return first
    evaluations = {}
    for benchmark, made in first.evaluations.items():
        others = [run.evaluations[benchmark].columns for run in runs[1:] if benchmark in run.evaluations]
        columns = {
            name: _longer(column, [other[name] for other in others if name in other])
            for name, column in made.columns.items()
        }
        evaluations[benchmark] = replace(made, columns=columns)
    held_out = {name: [value for run in runs for value in run.held_out.get(name, [])] for name in first.held_out}
    return replace(
        first,
        evaluations=evaluations,
        held_out=held_out,
        measured=tuple(measured for run in runs for measured in run.measured),
        curves=tuple(curve for run in runs for curve in run.curves),
        probes=[results for run in runs for results in run.probes],
        runs=len(runs),
    )


def _longer(column: Column, others: Sequence[Column]) -> Column:
    """A column with the seeds of others appended."""
    every = (column, *others)
    return replace(
        column,
        metrics={name: [value for one in every for value in one.metrics[name]] for name in column.metrics},
        seeds=[seed for one in every for seed in one.seeds],
        collapsed=[seed for one in every for seed in one.collapsed],
        cells=[cell for one in every for cell in one.cells],
        notes=list(dict.fromkeys(note for one in every for note in one.notes)),
    )


def _read(folder: Path) -> RunResults:
    card, evaluations = _card(folder / "run.json"), _evaluations(folder / "evaluation")
    probed = read_results(folder / "probes")
    if not card and not evaluations and not probed:
        raise RunError(
            f"{folder} has neither a run (run.json) nor an evaluation; run trainer evaluate --model {folder}"
        )
    lines = read_log(folder / "log.jsonl")
    last: LogLine | dict[str, Any] = lines[-1] if lines else {}
    measured = read_held_out(folder)
    held_out = {name: [float(last["held_out"][name])] for name in FIDELITY if name in last.get("held_out", {})}
    if measured is not None:
        held_out = {name: [measured.mean(name)] for name in FIDELITY}
    return RunResults(
        name=folder.resolve().name,
        folder=folder,
        card=card,
        transfer=transfer_of(card["dataset"]) if card.get("dataset") else None,
        last=last,
        evaluations=evaluations,
        held_out=held_out,
        measured=() if measured is None else (measured,),
        curves=_curve(lines),
        probes=[probed] if probed else [],
    )


def _evaluations(folder: Path) -> dict[str, Evaluation]:
    """The results of `trainer evaluate` by benchmark, with paths of cells; without those that need no fine-tuning."""
    evaluations = {}
    for path in sorted(folder.glob("*.json")):
        content = read_sealed(path)
        if "columns" not in content:
            continue
        made = as_record(content, path, Evaluation)
        columns = {
            name: replace(column, cells=[str(folder / cell) for cell in column.cells])
            for name, column in made.columns.items()
        }
        evaluations[path.stem] = replace(made, columns=columns)
    return evaluations


class _Recipe(TypedDict, total=False):
    loss: list[str]
    budget: str
    seed: int


class _Card(TypedDict, total=False):
    """The fields of a run card that reports read; a run without updates has no dataset."""

    kind: str
    preset: str
    recipe: _Recipe
    dataset: dict[str, object] | None
    teacher: dict[str, object] | None
    updates: int | None
    speed: dict[str, float | None]


def _card(path: Path) -> dict[str, Any]:
    """The content of a `run.json`, with the fields that reports read checked; empty without a file."""
    if not path.is_file():
        return {}
    try:
        content: dict[str, Any] = parse_json(path.read_bytes())
        msgspec.convert(content, _Card)
    except (OSError, ValueError) as error:
        raise RunError(
            f"{path} is not a run card ({first_line(error)}); restore it, or leave {path.parent} out"
        ) from error
    return content


def _curve(lines: Sequence[LogLine]) -> tuple[Curve, ...]:
    points = [
        (int(line["update"]), float(line["held_out"]["kl"])) for line in lines if "kl" in line.get("held_out", {})
    ]
    return (tuple(points),) if points else ()
