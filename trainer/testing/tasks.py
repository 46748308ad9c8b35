"""Check that a task keeps its contract, on its own data."""

from __future__ import annotations

from pathlib import Path

from corpora.testing import called, check_component, need
from trainer.evaluation import METRICS
from trainer.plugin import Examples, Splits, Task


def check_task(given: type[Task] | Task, data: Path) -> Splits:
    """Check that a task keeps its contract, on a folder that holds its data.

    Args:
        given: the class, or a component with the options to be tried.
        data: the folder that `trainer evaluate --data` would be given.

    Returns:
        What it read.

    Raises:
        ContractBroken: it does not.
    """
    component = check_component(given, Task, travels=False)
    head = component.head()
    splits: Splits = called(component, "read", component.read, data)
    unknown = [name for name in head.metrics if head.problem != "spans" and name not in METRICS]
    need(
        bool(head.metrics) and not unknown, component, f"its metrics are {head.metrics}; there are {', '.join(METRICS)}"
    )
    need(isinstance(splits, Splits), component, f"read returned {type(splits).__name__}; it must return Splits")
    need(bool(splits.dev), component, "read gave no dev set; give one for each column that it fills in tables")
    for name, examples in {"train": splits.train, **splits.dev}.items():
        _check_examples(component, name, examples)
    need(
        called(component, "read", component.read, data) == splits, component, "read gave something else the second time"
    )
    return splits


def _check_examples(component: Task, name: str, examples: Examples) -> None:
    head, rows = component.head(), len(examples)
    need(rows > 0, component, f"{name} has no examples")
    lengths = {len(examples.first), len(examples.gold), len(examples.ids), len(examples.second or examples.first)}
    need(lengths == {rows}, component, f"the columns of {name} have {sorted(lengths)} rows; they must have as many")
    need(len(set(examples.ids)) == rows, component, f"two examples of {name} have one id")
    if head.problem == "classification":
        outside = [label for label in examples.gold if label not in range(len(head.classes))]
        need(
            not outside, component, f"{name} has the label {outside[:1]}; labels are numbers below {len(head.classes)}"
        )
