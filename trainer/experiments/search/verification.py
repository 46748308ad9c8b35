"""Verify a proposal: train it again with other seeds, and compare it with natural proportions and the best part."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from trainer.evaluation import Interval, difference
from trainer.experiments.search.draws import Mix
from trainer.experiments.search.proxies import SearchRun, fidelity, train_ahead, train_proxy
from trainer.experiments.search.results import DIGITS, Proxy, Verification
from trainer.experiments.study import StudyCallbacks, closer, merged, read_run_results

LOWEST = "the lowest point of the surface"


def verify(
    run: SearchRun, proxies: Sequence[Proxy], proposal: Mix, lowest: Mix, executor: str, shown: StudyCallbacks
) -> tuple[list[Verification], float]:
    """Compare the proposal with natural proportions, the best single part, and the lowest point of the surface.

    All are trained again, with seeds that were not used in the search.

    Args:
        run: the search.
        proxies: all proxies, starting with natural proportions.
        proposal: the mix to verify.
        lowest: the mix with the lowest predicted loss, which may have parts that the proposal leaves out.
        executor: how to make datasets.
        shown: callbacks that follow the steps.

    Returns:
        The comparisons, and the proposal's mean value over the seeds.
    """
    search, table = run.search, run.search.table
    alone = [proxy for proxy in proxies if Mix(proxy.label, proxy.shares).single]
    best = min(alone, key=lambda proxy: search.sign(search.target) * proxy.values[search.target])
    others = [Mix(proxies[0].label, proxies[0].shares), Mix(best.label, best.shares)]
    if lowest.shares not in {proposal.shares, *(other.shares for other in others)}:
        others.append(lowest)
    runs: dict[tuple[float, ...], list[Proxy]] = {}
    updates, differing = table.verify_updates or table.updates, {each.shares: each for each in (*others, proposal)}
    again = [(drawn, seed) for drawn in differing.values() for seed in table.verify_seeds]
    train_ahead(run, again, updates, executor, shown)
    for drawn in [proposal, *others]:
        if drawn.shares not in runs:
            runs[drawn.shares] = []
            for seed in table.verify_seeds:
                shown.tell(f"verification: {drawn.label}, seed {seed}")
                runs[drawn.shares].append(train_proxy(run, drawn, seed, updates, executor, shown))
    means = {shares: statistics.fmean(each.values[search.target] for each in made) for shares, made in runs.items()}
    made = []
    for other in others:
        apart = None
        if other.shares != proposal.shares:
            apart = _difference(run, runs[proposal.shares], runs[other.shares])
        verdict = None if apart is None else apart.verdict(DIGITS[search.unit])
        made.append(Verification(other.label, other.shares, means[other.shares], apart, verdict))
    return made, means[proposal.shares]


def _difference(run: SearchRun, one: Sequence[Proxy], other: Sequence[Proxy]) -> Interval | None:
    """How much better the first runs are by the target, on the same held-out sequences or dev examples."""
    sides = [[run.search.table.out / "runs" / proxy.run for proxy in side] for side in (one, other)]
    if run.search.target in run.held_out:
        measured = [[fidelity(run, folder, run.search.target) for folder in side] for side in sides]
        return closer(measured[0], measured[1], "kl")
    measure = "f1" if run.search.benchmark == "squad" else "glue"
    ours, theirs = (merged(read_run_results(side))[0].columns for side in sides)
    return difference(ours, theirs, measure, run.search.study.table.score)
