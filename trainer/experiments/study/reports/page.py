"""Write a self-contained page about runs and their scores, with measured figures next to quoted ones."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from trainer.evaluation import Measurements, read_record
from trainer.experiments.study.reports.answers import Answer, agreement_table, answers
from trainer.experiments.study.reports.charts import composition_picture, curves_picture, size_picture
from trainer.experiments.study.reports.comparisons import difference_table, questions
from trainer.experiments.study.reports.doses import dose_picture, dose_table
from trainer.experiments.study.reports.drawing import Picture, to_element, to_pdf
from trainer.experiments.study.reports.forest import forest
from trainer.experiments.study.reports.formats import ReportTable, to_csv, to_latex, to_markdown
from trainer.experiments.study.reports.probes import ProbeValue, probe_picture, probe_table, probe_values
from trainer.experiments.study.reports.tables import (
    dataset_table,
    distillation_table,
    network_table,
    score_table,
    task_table,
)
from trainer.experiments.study.run_results import RunResults, merged, read_run_results
from trainer.experiments.study.stored_answers import StoredAnswer, write_answers
from trainer.runtime import write_whole


@dataclass
class Report:
    """The content of a report, independent of its format."""

    title: str
    preset: str
    answers: list[Answer]
    pictures: dict[str, Picture]
    """By name; an answer's picture is named after its question."""
    tables: list[ReportTable]
    notes: list[str] = field(default_factory=list)

    @property
    def details(self) -> list[Picture]:
        """The pictures that do not belong to a question."""
        asked = {answer.question.name for answer in self.answers}
        return [picture for name, picture in self.pictures.items() if name not in asked]


def report(
    runs: Sequence[Path | str],
    out: Path | str,
    *,
    preset: str = "sanh9",
    measured: Path | str | None = None,
    title: str = "Distilling BERT: what the transfer dataset does",
) -> Path:
    """Write one self-contained HTML page about runs and the scores of their students.

    Args:
        runs: run folders, evaluated or not, and folders of evaluated models such as a teacher.
        out: the file to write.
        preset: of the GLUE score: `sanh9`, `glue8` or `leaderboard`.
        measured: a file written by `trainer measure --out FILE`, for the table of networks.
        title: of the page.

    Returns:
        The path of the page.

    Raises:
        RunError: a folder has neither a run nor an evaluation.
        ResultDamaged: a stored result was edited.
    """
    outcomes = read_run_results(runs)
    networks = read_record(Path(measured), Measurements) if measured else None
    path = Path(out)
    write_whole(path, to_html(report_content(outcomes, preset=preset, networks=networks, title=title)))
    return path


def write_report(made: Report, folder: Path) -> Path:
    """Write a report in every format.

    These are the page and Markdown; the answers as JSON; tables as CSV and LaTeX; figures as SVG, PDF and CSV.

    Args:
        made: the report.
        folder: where to write the files.

    Returns:
        The path of the page.
    """
    table_folder, figures = folder / "tables", folder / "figures"
    for table in made.tables:
        write_whole(table_folder / f"{table.name}.csv", to_csv(table))
        write_whole(table_folder / f"{table.name}.tex", to_latex(table))
    for name, picture in made.pictures.items():
        write_whole(figures / f"{name}.svg", picture.svg)
        write_whole(figures / f"{name}.csv", to_csv(picture.data))
        write_whole(figures / f"{name}.pdf", to_pdf(picture))
    answered = [f"## {answer.question.title}\n\n" + "\n\n".join(answer.sentences) for answer in made.answers]
    notes = "\n".join(f"- {note}" for note in made.notes)
    text = "\n\n".join([f"# {made.title}", *answered, *map(to_markdown, made.tables), notes])
    write_whole(folder / "report.md", text.rstrip() + "\n")
    write_answers(folder, [_stored(answer) for answer in made.answers])
    write_whole(folder / "report.html", to_html(made))
    return folder / "report.html"


def _stored(answer: Answer) -> StoredAnswer:
    table = difference_table([answer.question])
    rows = tuple(dict(zip(table.header, row.cells, strict=True)) for row in table.rows)
    return StoredAnswer(answer.question.title, answer.sentences, rows)


def report_content(
    runs: Sequence[RunResults],
    *,
    preset: str,
    networks: Measurements | None,
    title: str,
    probes: Sequence[ProbeValue] = (),
) -> Report:
    """The answers, pictures and tables about runs.

    Args:
        runs: the runs; those that differ only in their seed are merged.
        preset: of the GLUE score.
        networks: sizes and inference times, for the table of networks.
        title: of the report.
        probes: values of probes; empty uses those stored with the runs.
    """
    outcomes = merged(runs)
    probes = probes or probe_values(outcomes)
    asked = questions(outcomes, preset)
    pictures = [
        *(forest(question) for question in asked), size_picture(outcomes, preset),
        composition_picture(outcomes, preset), dose_picture(outcomes), curves_picture(outcomes), probe_picture(probes),
    ]  # fmt: skip
    differences = difference_table(asked)
    tables = [
        score_table(outcomes, preset), differences, agreement_table(outcomes, preset), task_table(outcomes),
        dose_table(outcomes), probe_table(probes), dataset_table(outcomes), distillation_table(runs),
        network_table(networks),
    ]  # fmt: skip
    made = Report(
        title, preset, answers(asked), {picture.name: picture for picture in pictures if picture},
        [table for table in tables if table.rows], _notes(outcomes, preset),
    )  # fmt: skip
    if differences.rows:
        made.notes.append(
            f"Of the {len(differences.rows)} intervals at 95 %, about one in twenty excludes zero by chance alone."
        )
    return made


def to_html(made: Report) -> str:
    """The page, which embeds its style and script and loads nothing else."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("trainer.experiments.study.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pictures = {name: rendered(picture) for name, picture in made.pictures.items()}
    style, script = page_style()
    written = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return environment.get_template("report.html.j2").render(
        report=made, drawn=pictures, written=written, style=style, script=script
    )


@dataclass(frozen=True)
class RenderedPicture:
    """A picture as elements of a page."""

    picture: Picture
    wide: str
    narrow: str
    svg_link: str
    csv_link: str


def page_style() -> tuple[str, str]:
    """The style sheet and the script of all pages."""
    files = Path(__file__).parent / "templates"
    return (files / "report.css").read_text(encoding="utf-8"), (files / "report.js").read_text(encoding="utf-8")


def rendered(picture: Picture) -> RenderedPicture:
    """A picture as elements of a page, with links to its files."""
    return RenderedPicture(
        picture,
        wide=to_element(picture, narrow=False),
        narrow=to_element(picture, narrow=True),
        svg_link=f"data:image/svg+xml;base64,{b64encode(picture.svg.encode()).decode()}",
        csv_link=f"data:text/csv;charset=utf-8,{quote(to_csv(picture.data))}",
    )


def _notes(outcomes: Sequence[RunResults], preset: str) -> list[str]:
    """Notes, each with all the runs to which it applies."""
    found: dict[str, list[str]] = {}
    for run in outcomes:
        said = [reason for made in run.evaluations.values() for reason in made.missing.values()]
        for name, column in run.columns.items():
            said += [f"{name}: {note}" for note in (column.warning, *column.notes) if note]
        if run.card and run.card.get("status") != "finished":
            said.append(f"not finished ({run.card.get('status')})")
        for note in said:
            found.setdefault(note, []).append(run.name)
    notes = [
        f"{note} ({'all' if len(names) == len(outcomes) > 1 else ', '.join(names)})" for note, names in found.items()
    ]
    return notes + _uneven(outcomes, preset)


def _uneven(outcomes: Sequence[RunResults], preset: str) -> list[str]:
    """A note if GLUE scores are means over different tasks, which are neither compared nor drawn together."""
    sets: dict[tuple[str, ...], list[str]] = {}
    for run in outcomes:
        if tasks := run.tasks(preset):
            sets.setdefault(tasks, []).append(run.label)
    if len(sets) < 2:
        return []
    said = "; ".join(f"{', '.join(names)}: {', '.join(tasks)}" for tasks, names in sets.items())
    return [f"GLUE scores are means over different tasks, so these groups are not compared with each other ({said})"]
