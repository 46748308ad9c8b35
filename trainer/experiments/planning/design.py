"""The design of short runs: nested samples of a dataset, each trained for several numbers of updates."""

from __future__ import annotations

from dataclasses import dataclass

from corpora import OptionError
from corpora.errors import counted
from trainer.errors import TransferError

FEWEST, MOST = 6, 28
"""Limits for the number of short runs. Six are three levels of data and updates; fewer cannot separate the two."""
SPAN = 16
"""The ratio of the largest to the smallest run, in rows and in updates."""


@dataclass(frozen=True)
class ShortRun:
    """A short run to do."""

    rows: int
    """The size of the nested sample to train on."""
    updates: int
    repeat: int = 0
    """0, or the number of a repetition with another seed."""


def short_runs(number: int, *, rows: int, sequences: int, updates: int, dataset: str) -> list[ShortRun]:
    """The short runs of a plan, smallest first.

    Data and updates have the same levels, which span a factor of SPAN. A run that would end before reading its sample
    once is left out, because a smaller sample gives the same run. Three levels leave 6 runs, four 10, five 15; any
    further runs repeat the smallest ones with another seed.

    Args:
        number: how many.
        rows: of the whole dataset.
        sequences: per update.
        updates: of the longest run.
        dataset: its name, for messages.

    Raises:
        OptionError: too few runs for a fit, or too few updates.
        TransferError: the dataset is too small for nested samples.
    """
    if not FEWEST <= number <= MOST:
        raise OptionError(
            f"--runs {number}: must be between {FEWEST} and {MOST}; "
            f"fewer than {FEWEST} cannot separate the effect of data from that of updates"
        )
    if updates < SPAN:
        raise OptionError(
            f"--updates {updates}: the longest short run needs at least {SPAN}, since the shortest has 1/{SPAN} of them"
        )
    largest = min(rows, updates * sequences)
    if largest < SPAN * sequences:
        raise TransferError(
            f"{dataset} has {counted(rows, 'row')}; the smallest of its nested samples would have "
            f"{largest // SPAN:,}, less "
            f"than an update of {sequences:,}; use --sequences {max(largest // SPAN, 1)}, or at least "
            f"{SPAN * sequences:,} rows"
        )
    levels = max(level for level in range(3, 8) if level * (level + 1) // 2 <= number)
    parts = [float(SPAN) ** (-level / (levels - 1)) for level in range(levels)]
    made = [
        ShortRun(min(round(largest * less), round(updates * shorter) * sequences), round(updates * shorter))
        for number_shorter, shorter in enumerate(parts)
        for less in parts[number_shorter:]
    ]
    made.sort(key=lambda run: (run.updates, run.rows))
    return made + [ShortRun(run.rows, run.updates, 1) for run in made[: number - len(made)]]
