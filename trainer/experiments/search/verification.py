"""Verify a proposal: trained anew with other seeds, against natural proportions and the best single part."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from trainer.evaluation import Interval, difference
from trainer.experiments.search.draws import Mix
from trainer.experiments.search.proxies import SearchRun, fidelity, train_proxy
from trainer.experiments.search.results import Proxy, Verdict, Verification
from trainer.experiments.study import Watching, closer, merged, read_outcomes

LOWEST = "the lowest point of the surface"


def verify(
    run: SearchRun, proxies: Sequence[Proxy], proposal: Mix, lowest: Mix, executor: str, shown: Watching
) -> tuple[list[Verification], float]:
    """The proposal against natural proportions, the best single part, and the lowest point of the surface.

    All are trained anew, with seeds that took no part in the choice.

    Args:
        lowest: the mix with the lowest predicted loss, of which the proposal may have left parts out.
    """
    search, table = run.search, run.search.table
    alone = [proxy for proxy in proxies if Mix(proxy.label, proxy.shares).single]
    best = min(alone, key=lambda proxy: search.sign(search.target) * proxy.values[search.target])
    others = [Mix(proxies[0].label, proxies[0].shares), Mix(best.label, best.shares)]
    if lowest.shares not in {proposal.shares, *(other.shares for other in others)}:
        others.append(lowest)
    runs: dict[tuple[float, ...], list[Proxy]] = {}
    for drawn in [proposal, *others]:
        if drawn.shares not in runs:
            runs[drawn.shares] = []
            for seed in table.verify_seeds:
                shown.tell(f"verification: {drawn.label}, seed {seed}")
                updates = table.verify_updates or table.updates
                runs[drawn.shares].append(train_proxy(run, drawn, seed, updates, executor, shown))
    means = {shares: statistics.fmean(each.values[search.target] for each in made) for shares, made in runs.items()}
    made = []
    for other in others:
        apart = None
        if other.shares != proposal.shares:
            apart = _difference(run, runs[proposal.shares], runs[other.shares])
        made.append(Verification(other.label, other.shares, means[other.shares], apart, _verdict(apart)))
    return made, means[proposal.shares]


def _difference(run: SearchRun, one: Sequence[Proxy], other: Sequence[Proxy]) -> Interval | None:
    """By how much the first runs are better by the target, over the same held-out sequences or dev examples."""
    sides = [[run.search.table.out / "runs" / proxy.run for proxy in side] for side in (one, other)]
    if run.search.target in run.held_out:
        measured = [[fidelity(run, folder, run.search.target) for folder in side] for side in sides]
        return closer(measured[0], measured[1], "kl")
    measure = "f1" if run.search.benchmark == "squad" else "glue"
    ours, theirs = (merged(read_outcomes(side))[0].columns for side in sides)
    return difference(ours, theirs, measure, run.search.study.table.score)


def _verdict(apart: Interval | None) -> Verdict | None:
    if apart is None:
        return None
    if not apart.excludes_zero:
        return "cannot tell"
    return "better" if apart.difference > 0 else "worse"
