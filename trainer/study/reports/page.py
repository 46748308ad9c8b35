"""Put runs and their scores into one self-contained page, measured figures beside quoted ones."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from trainer.evaluation import read_sealed
from trainer.runtime import write_whole
from trainer.study.reports import quoted
from trainer.study.reports.answers import Answer, answers
from trainer.study.reports.charts import Point, composition_figure, size_figure, to_svg
from trainer.study.reports.formats import Sheet, to_csv, to_latex, to_markdown
from trainer.study.reports.tables import dataset_sheet, distillation_sheet, network_sheet, score_sheet, task_sheet
from trainer.study.run_results import FIDELITY, MEASURES, Scored, merged, read_outcomes

PLACES = {"natural": "10%", "shuffle": "Rand.", "generate": "Gen."}
"""The study's transfer dataset that stands beside each composition."""


@dataclass
class Report:
    """Everything that a report shows, before it is written in one format or another."""

    title: str
    preset: str
    sheets: list[Sheet]
    figures: dict[str, Any] = field(default_factory=dict)
    """matplotlib figures by name: `size`, `composition`."""
    answers: list[Answer] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def report(
    runs: Sequence[Path | str],
    out: Path | str,
    *,
    preset: str = "sanh9",
    measured: Path | str | None = None,
    title: str = "Distilling BERT: what the transfer dataset does",
) -> Path:
    """Write one self-contained HTML page about runs and what their students score.

    Args:
        runs: run folders, evaluated or not; folders of evaluated models (a teacher) stand beside them.
        out: the file to write.
        preset: which GLUE score: `sanh9`, `glue8` or `leaderboard`.
        measured: what `trainer measure --out FILE` wrote, for the table of networks.

    Raises:
        RunError: a folder holds neither a run nor an evaluation.
        ResultDamaged: a stored result was edited.
    """
    outcomes = read_outcomes(runs)
    networks = read_sealed(Path(measured)) if measured else None
    path = Path(out)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, to_html(gathered(outcomes, preset=preset, networks=networks, title=title)))
    return path


def write_report(made: Report, folder: Path) -> Path:
    """Write a report in every format: the page, Markdown, and under `tables` and `figures` CSV, LaTeX and PDF.

    Returns:
        The page.
    """
    for name in ("tables", "figures"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for sheet in made.sheets:
        write_whole(folder / "tables" / f"{sheet.name}.csv", to_csv(sheet))
        write_whole(folder / "tables" / f"{sheet.name}.tex", to_latex(sheet))
    for name, figure in made.figures.items():
        if figure.axes:
            figure.savefig(folder / "figures" / f"{name}.pdf", metadata={"CreationDate": None})
    answered = [f"## {answer.question}\n\n" + "\n\n".join(answer.paragraphs) for answer in made.answers]
    text = "\n\n".join([f"# {made.title}", *answered, *map(to_markdown, made.sheets), *(f"- {n}" for n in made.notes)])
    write_whole(folder / "report.md", text + "\n")
    write_whole(folder / "report.html", to_html(made))
    return folder / "report.html"


def gathered(runs: Sequence[Scored], *, preset: str, networks: dict[str, Any] | None, title: str) -> Report:
    """The tables, figures and answers about runs."""
    outcomes = merged(runs)
    sheets = [
        score_sheet(outcomes, preset), task_sheet(outcomes), dataset_sheet(outcomes), distillation_sheet(runs),
        network_sheet(networks),
    ]  # fmt: skip
    figures = {"size": size_figure(size_points(outcomes, preset))}
    figures["composition"] = composition_figure(composition_points(outcomes, preset))
    made = Report(title, preset, [sheet for sheet in sheets if sheet.rows], figures)
    made.answers = answers(outcomes, preset)
    made.notes = _notes(outcomes)
    if count := sum("% interval" in said for answer in made.answers for said in answer.paragraphs):
        made.notes.append(f"Of {count} intervals at 95 %, about one in twenty excludes zero by chance alone.")
    return made


def size_points(outcomes: Sequence[Scored], preset: str) -> dict[str, list[Point]]:
    """For each measure, the students on natural text by the tokens of their transfer datasets, and the study's."""
    sizes = {"10%": 402.6e6, "1%": 40.3e6, "0.1%": 4.0e6}
    panels: dict[str, list[Point]] = {}
    for measure in (*MEASURES, *FIDELITY):
        points = [
            Point(run.name, run.transfer.tokens, tuple(scores), series=run.budget)
            for run in outcomes
            if run.role == "student" and run.transfer and run.transfer.natural
            if (scores := run.scores(measure, preset))
        ]
        theirs = [Point(name, x, (y,), quoted=True) for name, x in sizes.items() if (y := _theirs(name, measure))]
        if points:
            panels[measure] = points + theirs
    return panels


def composition_points(outcomes: Sequence[Scored], preset: str) -> dict[str, list[Point]]:
    """For each measure, the students on datasets of one size by composition, and the study's."""
    runs = [run for run in of_one_size(outcomes) if run.transfer]
    kinds = sorted(
        {run.transfer.composition for run in runs if run.transfer}, key=lambda kind: (kind != "natural", kind)
    )
    panels: dict[str, list[Point]] = {}
    for measure in (*MEASURES, *FIDELITY):
        points = [
            Point(run.transfer.composition, kinds.index(run.transfer.composition), tuple(scores), series=run.budget)
            for run in runs
            if run.transfer and (scores := run.scores(measure, preset))
        ]
        theirs = [
            Point(kind, kinds.index(kind) + 0.18, (score,), quoted=True)
            for kind in kinds
            if kind in PLACES and (score := _theirs(PLACES[kind], measure))
        ]
        if points:
            panels[measure] = points + theirs
    return panels


def of_one_size(outcomes: Sequence[Scored]) -> list[Scored]:
    """The students whose transfer datasets hold about as many tokens as those that were harmed."""
    students = [run for run in outcomes if run.role == "student" and run.transfer]
    harmed = [run.transfer.tokens for run in students if run.transfer and not run.transfer.natural]
    if not harmed:
        return []
    size = statistics.median(harmed)
    return [run for run in students if run.transfer and abs(run.transfer.tokens - size) <= 0.15 * size]


def to_html(made: Report) -> str:
    """The page: no script, no font, no picture from elsewhere."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    titles = {"size": "Scores over the size of the transfer dataset", "composition": "Scores over its composition"}
    figures = {name: to_svg(figure, name, titles[name]) for name, figure in made.figures.items() if figure.axes}
    environment = Environment(
        loader=PackageLoader("trainer.study.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    written = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return environment.get_template("report.html.j2").render(
        report=made, figures=figures, titles=titles, written=written
    )


def _theirs(transfer: str, measure: str) -> float | None:
    score = quoted.study_score(transfer)
    if score is None:
        return None
    return {"glue": score.glue, "exact match": score.exact_match, "f1": score.f1}.get(measure)


def _notes(outcomes: Sequence[Scored]) -> list[str]:
    """What to know, each said once with all the runs that it holds for."""
    found: dict[str, list[str]] = {}
    for run in outcomes:
        said = [reason for made in run.evaluations.values() for reason in made["missing"].values()]
        for name, column in run.columns.items():
            if column["collapsed"]:
                many = f"{len(column['collapsed'])} of {len(column['seeds'])} seeds"
                said.append(f"{name}: {many} give one answer to everything")
            said += [f"{name}: {note}" for note in column["notes"]]
        if run.card and run.card.get("status") != "finished":
            said.append(f"not finished ({run.card.get('status')})")
        for note in said:
            found.setdefault(note, []).append(run.name)
    return [
        f"{note} ({'all' if len(names) == len(outcomes) > 1 else ', '.join(names)})" for note, names in found.items()
    ]
