"""Run a search: parts, teacher, proxies, surfaces, proposal, verification, page; finished steps are reused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from corpora import Dataset, build_datasets
from corpora.errors import counted
from trainer.experiments.search.draws import Mix
from trainer.experiments.search.page import write_page
from trainer.experiments.search.parts import check_part_names, check_teacher
from trainer.experiments.search.proposal import Proposal, Surface, fit_surface, next_mix, optimum, propose
from trainer.experiments.search.proxies import SearchRun, opened_search, train_ahead, train_proxy
from trainer.experiments.search.results import Proposed, Proxy, Response, SearchResult, write_result
from trainer.experiments.search.sentences import sentences_of
from trainer.experiments.search.settings import Search, read_search
from trainer.experiments.search.verification import LOWEST, verify
from trainer.experiments.study import StudyCallbacks, make_teacher


def run_search(path: Path | str, *, executor: str = "serial", callbacks: StudyCallbacks | None = None) -> SearchResult:
    """Train the proxies that are missing, propose a mix, verify it, and write the page.

    Args:
        path: the recipe file.
        executor: how to make datasets, such as `processes:workers=2`; it does not affect their bytes.
        callbacks: callbacks that follow the steps.

    Raises:
        RecipeError: the file has an unknown table or key, a wrong value, or too small a budget; raised first.
        TransferError: the parts cannot be mixed or measured; raised before anything is trained.
        RunError: the user asked to stop; the same command resumes.
        CorporaError: an error of a step.
    """
    search, shown = read_search(path), callbacks or StudyCallbacks()
    check_teacher(search)
    check_part_names(search)
    shown.tell(f"{counted(len(search.recipe.datasets), 'dataset')}")
    with shown.building() as progress:
        made = {each.name: each for each in build_datasets(search.recipe, executor=executor, progress=progress)}
    run = opened_search(search, made)
    table = search.table
    with run.study.workers:
        run.study.teacher = make_teacher(run.study, shown)
        proxies = _proxies(run, executor, shown)
        surfaces = {measure: _surface(search, proxies, measure) for measure in search.measures}
        found = propose(surfaces[search.target], proxies[0].shares, seed=table.seed)
        shown.tell(f"proposal: {_shares(run.parts, found.shares)}")
        lowest = Mix(LOWEST, optimum(surfaces[search.target], proxies[0].shares))
        verifications, verified = verify(run, proxies, Mix("proposal", found.shares), lowest, executor, shown)
    result = SearchResult(
        title=table.title, target=search.target, unit=search.unit,
        parts=tuple(part.name for part in run.parts), natural=proxies[0].shares, tokens_per_mix=run.tokens,
        tokens_per_proxy=run.tokens_trained(table.updates), proxies=tuple(proxies),
        responses=tuple(_response(surface, measure, proxies) for measure, surface in surfaces.items()),
        proposal=_proposed(run, found), verified=verified, verifications=tuple(verifications),
        page=str(table.out / "report.html"),
    )  # fmt: skip
    result = replace(result, sentences=sentences_of(result))
    write_page(table.out, result, surfaces[search.target], search.sign(search.target))
    write_result(table.out, result)
    return result


def _proxies(run: SearchRun, executor: str, shown: StudyCallbacks) -> list[Proxy]:
    """All proxies, trained or reused: the fixed mixes, then refinements, each where the best mix is expected."""
    table, made, mixes = run.search.table, list[Proxy](), run.mixes()
    train_ahead(run, [(mix, table.seed) for mix in mixes], table.updates, executor, shown)
    for number in range(1, table.proxies + 1):
        if number > len(mixes):
            shares = next_mix(_surface(run.search, made, run.search.target))
            mixes.append(Mix(f"refinement {number - run.search.drawn}", shares))
        mix = mixes[number - 1]
        shown.tell(f"proxy {number} of {table.proxies}: {mix.label} ({_shares(run.parts, mix.shares)})")
        made.append(train_proxy(run, mix, table.seed, table.updates, executor, shown))
    return made


def _shares(parts: Sequence[Dataset], shares: Sequence[float]) -> str:
    return ", ".join(f"{part.name} {share:.1%}" for part, share in zip(parts, shares, strict=True))


def _surface(search: Search, proxies: Sequence[Proxy], measure: str) -> Surface:
    shares = np.asarray([proxy.shares for proxy in proxies])
    return fit_surface(
        search.forms(), shares, np.asarray([search.sign(measure) * proxy.values[measure] for proxy in proxies])
    )


def _proposed(run: SearchRun, found: Proposal) -> Proposed:
    """The proposal by the names of the parts, with its value in the unit of the measure."""
    names, sign = [part.name for part in run.parts], run.search.sign(run.search.target)
    shares, low, high = (dict(zip(names, each, strict=True)) for each in (found.shares, found.low, found.high))
    return Proposed(shares, low, high, sign * found.value, *sorted([sign * found.value_low, sign * found.value_high]))


def _response(surface: Surface, measure: str, proxies: Sequence[Proxy]) -> Response:
    return Response(
        measure, surface.form.name, surface.form.formula, surface.errors, tuple(surface.parameters.tolist()),
        optimum(surface, proxies[0].shares),
    )  # fmt: skip
