"""How well `trainer plan` extrapolates: fit the runs of at most a quarter of the largest, and predict the others.

It reads the `plan.json` of finished plans, trains nothing, and prints every prediction with its error. Make a plan with
`--runs 15`: its levels are a factor of two apart, so six runs are at most a quarter of the largest, and nine are not.

    python benchmarks/planning.py PLAN/plan.json …
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from trainer.experiments.planning import Point, compare_forms, errors_of

WITHIN = 0.15


def check(path: Path) -> None:
    """Print the predictions of one plan's larger runs from its smaller ones."""
    plan = json.loads(path.read_text(encoding="utf-8"))
    start = plan["start"]["kl"]
    points = [Point(run["tokens"], run["updates"], run["fidelity"]["kl"], start) for run in plan["runs"]]
    most_data, most_updates = (max(getattr(point, name) for point in points) for name in ("data", "updates"))
    quarter = 1.01 / 4
    small = [p for p in points if p.data <= quarter * most_data and p.updates <= quarter * most_updates]
    large = sorted((p for p in points if p not in small), key=lambda p: (p.updates, p.data))
    tried = compare_forms(small)
    tokens = sum(run["tokens"] * run["epochs"] for run in plan["runs"])
    print(f"{plan['dataset'][:40]}: {len(points)} runs on {tokens:,.0f} tokens, start at KL {plan['start']['kl']:.3f}")
    print(f"fitted to {len(small)} runs of at most a quarter, of KL {min(p.loss for p in small):.3f} and above")
    print(f"{'tokens':>8} {'updates':>8} {'measured':>9}" + "".join(f" {each.fitted.form.name:>12}" for each in tried))
    every = [errors_of(each.fitted, large) for each in tried]
    for number, point in enumerate(large):
        shown = "".join(
            f" {each.fitted.loss(point.data, point.updates):6.3f} {np.expm1(errors[number]):+5.0%}"
            for each, errors in zip(tried, every, strict=True)
        )
        print(f"{point.data:8.0f} {point.updates:8.0f} {point.loss:9.3f}{shown}")
    for each, errors in zip(tried, every, strict=True):
        sizes = np.abs(np.expm1(errors))
        chosen = " (chosen from the small runs alone)" if each is tried[0] else ""
        print(
            f"{each.fitted.form.name}: mean error {sizes.mean():.1%}, largest {sizes.max():.1%}, "
            f"{(sizes <= WITHIN).sum()} of {len(large)} within {WITHIN:.0%}{chosen}"
        )
    print()


def main() -> None:
    """Check every plan that is named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("plans", type=Path, nargs="+")
    for path in parser.parse_args().plans:
        check(path)


if __name__ == "__main__":
    main()
