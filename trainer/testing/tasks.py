"""Check the contract of a task on its own data."""

from __future__ import annotations

from pathlib import Path

from corpora.testing import called, check_component, require
from trainer.evaluation import METRICS
from trainer.plugin import Examples, Splits, Task


def check_task(given: type[Task] | Task, data: Path) -> Splits:
    """Check the contract of a task on a folder with its data.

    Args:
        given: the class, or a component with the options to test.
        data: the folder, as for `trainer evaluate --data`.

    Returns:
        The examples that it read.

    Raises:
        ContractBroken: the check failed; the message says how.
    """
    component = check_component(given, Task, travels=False)
    head = component.head()
    splits: Splits = called(component, "read", component.read, data)
    unknown = [name for name in head.metrics if head.problem != "spans" and name not in METRICS]
    require(
        bool(head.metrics) and not unknown,
        component,
        f"its metrics are {head.metrics}; the choices are {', '.join(METRICS)}",
    )
    require(isinstance(splits, Splits), component, f"read returned {type(splits).__name__}; it must return Splits")
    require(bool(splits.dev), component, "read returned no dev set; return one for each of its columns in tables")
    for name, examples in {"train": splits.train, **splits.dev}.items():
        _check_examples(component, name, examples)
    require(
        called(component, "read", component.read, data) == splits,
        component,
        "read returned different examples the second time",
    )
    return splits


def _check_examples(component: Task, name: str, examples: Examples) -> None:
    head, rows = component.head(), len(examples)
    require(rows > 0, component, f"{name} has no examples")
    lengths = {len(examples.first), len(examples.gold), len(examples.ids), len(examples.second or examples.first)}
    require(
        lengths == {rows},
        component,
        f"the columns of {name} have {sorted(lengths)} rows; all must have the same number",
    )
    require(len(set(examples.ids)) == rows, component, f"two examples of {name} have the same id")
    if head.problem == "classification":
        outside = [label for label in examples.gold if label not in range(len(head.classes))]
        require(
            not outside, component, f"{name} has the label {outside[:1]}; labels are numbers below {len(head.classes)}"
        )
