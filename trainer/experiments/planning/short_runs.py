"""Do the short runs of a plan; each is a run folder named by its content, and finished runs are reused."""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

from corpora import Dataset, sha256_of, transform
from corpora import open as open_dataset
from corpora.errors import counted
from trainer.distillation import LogLine, RunSettings, StartingPoint, plugins_of, read_log, resolve, student_plugins
from trainer.errors import ResultDamaged, RunError
from trainer.evaluation import as_record, read_sealed, write_sealed
from trainer.experiments.planning.design import ShortRun
from trainer.plugin import Callback

FILE = "short-run.json"
"""File in a run folder with the result of a finished run."""
MEASUREMENTS = 4
"""Number of held-out measurements of a run, including the one at its end."""
CHOSEN = ("budget", "seed", "held-out-every", "early-stop", "keep-best")
"""Settings that the plan decides for each run."""


@dataclass(frozen=True)
class ShortRunResult:
    """A finished short run."""

    folder: str
    """The folder's name in the plan's `runs`."""
    rows: int
    """In the sample."""
    tokens: int
    """In the sample, special tokens included; the run has read all of them."""
    updates: int
    epochs: float
    seed: int
    fidelity: dict[str, float]
    """On held-out text at the end: `kl`, `masked_lm`, `top1_agreement`."""
    curve: list[tuple[int, dict[str, float]]]
    """The same at earlier updates. The learning rate was still high then, so a run that ends there is better."""
    tokens_per_second: float | None
    """Training speed, without measurements; None if the run is too short to tell."""


@dataclass(frozen=True)
class _Stored:
    result: ShortRunResult


@dataclass(frozen=True)
class ShortRunSettings:
    """The settings shared by all short runs of a plan."""

    start: StartingPoint
    teachers: Sequence[str | Path]
    preset: str
    options: Mapping[str, object]
    out: Path
    command: str
    """The command that resumes the plan, for messages."""

    def recipe(self, run: ShortRun) -> dict[str, object]:
        """The options of one run.

        Args:
            run: its updates, and the number of its repetition, which is added to the seed.
        """
        seed = resolve(self.preset, self.options).seed + run.repeat
        every = max(1, run.updates // MEASUREMENTS)
        return {
            **self.options,
            "budget": f"updates={run.updates}",
            "seed": seed,
            "held-out-every": every,
            "log-every": 1,
        }

    def sample(self, run: ShortRun) -> Dataset:
        """The nested sample that a run trains on; each sample of a dataset includes the smaller ones.

        Args:
            run: its rows.
        """
        whole = open_dataset(self.start.dataset)
        return whole if run.rows >= whole.rows else transform(whole, "sample", rows=run.rows)


def run_short_run(
    base: ShortRunSettings, run: ShortRun, *, watch: Sequence[Callback], tell: Callable[[str], None]
) -> ShortRunResult:
    """A short run, which is trained now unless it is already finished.

    Args:
        base: the settings shared by all short runs.
        run: rows, updates and seed of this one.
        watch: callbacks of the training.
        tell: called with a line when the run is reused or started.

    Raises:
        RunError: the user asked to stop, or another process is training there; the same command resumes.
        ResultDamaged: the stored result was edited.
    """
    from trainer.distillation import distill, repeated_by

    dataset, options = base.sample(run), base.recipe(run)
    settings = resolve(base.preset, options)
    identity = identity_of(base, dataset, settings)
    folder = base.out / "runs" / f"{run.rows}-rows-{run.updates}-updates-seed-{settings.seed}-{sha256_of(identity)[:8]}"
    known = _known(folder, identity)
    if known is not None:
        tell(f"{_named(run)}: found")
        return known
    tell(f"{_named(run)}: training")
    begun = any((folder / "checkpoints").glob("update-*"))
    with repeated_by(base.command):
        outcome = distill(
            dataset.reference, base.teachers, folder,
            preset=base.preset, options=options, watch=watch, resume=begun, overwrite=not begun,
        )  # fmt: skip
    if outcome.status != "finished":
        raise RunError(
            f"stopped in {folder} after {outcome.updates:,} of {counted(outcome.total, 'update')} ({outcome.reason}); "
            f"resume with {base.command}"
        )
    made = _result(folder, run, dataset, settings)
    write_sealed(folder / FILE, {"identity": identity, "result": asdict(made)})
    return made


def identity_of(base: ShortRunSettings, dataset: Dataset, settings: RunSettings) -> dict[str, object]:
    """Everything that affects a run and its measurements, by content."""
    plugins = student_plugins(plugins_of(settings))
    return {
        "dataset": dataset.fingerprint, "teachers": list(base.start.teachers),
        "recipe": settings.options(deciding=True),
        "held-out": base.start.held_out.fingerprint, "held-out-rows": settings.held_out_rows,
        **({"plugins": plugins} if plugins else {}),
    }  # fmt: skip


def _known(folder: Path, identity: Mapping[str, object]) -> ShortRunResult | None:
    path = folder / FILE
    if not path.is_file():
        return None
    sealed = read_sealed(path)
    if sealed.get("identity") != json.loads(json.dumps(identity)):
        raise ResultDamaged(f"{path} is the result of another run; delete {folder} to train it again")
    return as_record(sealed, path, _Stored).result


def _result(folder: Path, run: ShortRun, dataset: Dataset, settings: RunSettings) -> ShortRunResult:
    lines = read_log(folder / "log.jsonl")
    measured = [(int(line["update"]), line["held_out"]) for line in lines if "held_out" in line]
    if not measured:
        raise RunError(f"{folder} ended without a measurement; delete it to train it again")
    tokens, per_epoch = (dataset.tokens or 0) + 2 * dataset.rows, -(-dataset.rows // settings.sequences)
    seconds = _seconds_per_update(lines)
    return ShortRunResult(
        folder=folder.name, rows=dataset.rows, tokens=tokens, updates=run.updates,
        epochs=run.updates / per_epoch, seed=settings.seed, fidelity=measured[-1][1], curve=measured[:-1],
        tokens_per_second=round(tokens / per_epoch / seconds, 1) if seconds else None,
    )  # fmt: skip


def _seconds_per_update(lines: Sequence[LogLine]) -> float | None:
    """The median time of updates without a measurement, from a log with a line for each update."""
    times = [
        line["elapsed_seconds"] - before["elapsed_seconds"]
        for before, line in pairwise(lines)
        if "held_out" not in line and line["elapsed_seconds"] > before["elapsed_seconds"]
    ]
    return statistics.median(times) if times else None


def _named(run: ShortRun) -> str:
    return f"{counted(run.rows, 'row')}, {counted(run.updates, 'update')}{', different seed' if run.repeat else ''}"
