"""The page of a search: answer, response surface, proxies, verification and models."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from trainer.experiments.search.pictures import surface_picture
from trainer.experiments.search.proposal import Surface
from trainer.experiments.search.results import DIGITS, SearchResult
from trainer.experiments.search.sentences import value_text
from trainer.experiments.study import Answer, Question, Report, ReportTable, write_report

NOTES = (
    "All mixes have the same number of tokens, and all students train on the same number of tokens.",
    "The intervals of the proposal cover the scatter of the proxies around the surface, not the choice of the model. "
    "Verification runs use seeds that were not used in the search; their intervals resample the held-out documents (or "
    "sequences, if there are few documents) or dev examples, and the runs of each side.",
    "Proxies are small and short: the ranking of mixes may change for larger students and longer training.",
)


def write_page(folder: Path, result: SearchResult, surface: Surface, sign: float) -> Path:
    """Write the page, with its tables and figures in the formats of a study's report.

    Args:
        folder: where to write the files.
        result: of the search.
        surface: of the target.
        sign: 1 or -1, converts a loss to the target's value.

    Returns:
        The path of the page.
    """
    question = Question("surface", "Which mix is best?", "", (), ())
    made = Report(
        title=result.title, preset="", answers=[Answer(question, result.sentences)],
        pictures={"surface": surface_picture(result, surface, sign)},
        tables=[_verification(result), _proxies(result), _models(result)], notes=list(NOTES),
    )  # fmt: skip
    return write_report(made, folder)


def _verification(result: SearchResult) -> ReportTable:
    header = ("mix", *result.parts, f"{result.target}, {result.unit}", "proposal is better by", "from", "to", "verdict")
    table = ReportTable("verification", "Verification at equal tokens", header)
    shares, digits = list(result.proposal.shares.values()), DIGITS[result.unit]
    table.add("proposal", *_percents(shares), f"{result.verified:.{digits}f}", "", "", "", "")
    for each in result.verifications:
        apart = each.apart
        ends = (apart.difference, apart.low, apart.high) if apart else ()
        cells = [f"{number:+.{digits}f}" for number in ends] or ["", "", ""]
        verdict = each.verdict or "the same mix"
        table.add(each.against, *_percents(each.shares), f"{each.value:.{digits}f}", *cells, verdict)
    return table


def _proxies(result: SearchResult) -> ReportTable:
    measures = tuple(result.proxies[0].values)
    table = ReportTable("proxies", "Proxies", ("proxy", *result.parts, *measures))
    for proxy in result.proxies:
        table.add(proxy.label, *_percents(proxy.shares), *(f"{proxy.values[measure]:.4f}" for measure in measures))
    table.notes.append(
        f"{result.tokens_per_mix:,} tokens per mix; each proxy trains on about {result.tokens_per_proxy:,} tokens, "
        "special tokens included. For held-out datasets, KL(teacher || student) in nats per token; for a task, the "
        "score in percent."
    )
    return table


def _models(result: SearchResult) -> ReportTable:
    models = list(dict.fromkeys(name for response in result.responses for name in response.errors))
    header = ("measure", "model", "formula", *(f"{part}: best" for part in result.parts), *models)
    table = ReportTable("models", "Response surfaces", header)
    for each in result.responses:
        errors = (f"{each.errors[name]:.4g}" if name in each.errors else "" for name in models)
        table.add(each.measure, each.model, each.formula, *_percents(each.best), *errors)
    value = value_text(result.proposal.value, result.unit)
    table.notes.append(
        "The last columns give each model's error at predicting a left-out proxy; the first within 10 % of the "
        f"lowest is chosen. The surface of {result.target} decides; it predicts {value} for the proposal."
    )
    return table


def _percents(shares: Sequence[float]) -> list[str]:
    return [f"{share:.1%}" for share in shares]
