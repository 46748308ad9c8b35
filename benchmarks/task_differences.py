"""Paired differences between models on one task, from results that `trainer evaluate` has written; it trains nothing.

The first result is compared with each other one. Dev examples are resampled for both models together and fine-tuning
seeds for each model, as in a study's report, so the interval contains the chance of fine-tuning where there are seeds.

    python benchmarks/task_differences.py natural/SST-2.json shuffled/SST-2.json generated/SST-2.json
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from trainer.evaluation import Column, Evaluation, as_record, read_sealed
from trainer.evaluation.intervals import as_words, difference


def columns_of(path: Path) -> dict[str, Column]:
    """The columns of one evaluation, with the paths of their cells."""
    made = as_record(read_sealed(path), path, Evaluation)
    return {
        name: replace(column, cells=[str(path.parent / cell) for cell in column.cells])
        for name, column in made.columns.items()
    }


def main() -> None:
    """Print the scores of every result, and how much the first is better than each other one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", type=Path, nargs="+")
    paths = parser.parse_args().results
    first = columns_of(paths[0])
    for path in paths:
        columns = columns_of(path)
        for name, column in columns.items():
            shown = "; ".join(f"{metric} {', '.join(f'{x:.1f}' for x in xs)}" for metric, xs in column.metrics.items())
            apart = ""
            if path != paths[0] and name in first:
                found = difference({name: first[name]}, {name: column}, "glue", "sanh9")
                apart = "" if found is None else f"; the first is better by {found.difference:.1f} {as_words(found)}"
            print(f"{path.parent.name:24} {name}: {shown}{apart}")


if __name__ == "__main__":
    main()
