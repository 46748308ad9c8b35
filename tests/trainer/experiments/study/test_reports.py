"""The report: self-contained, measured apart from quoted, and honest about what is missing."""

from __future__ import annotations

import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest

from trainer.errors import ResultDamaged, RunError
from trainer.evaluation.evaluator import evaluate
from trainer.evaluation.measurement import measure
from trainer.experiments.study.reports.formats import ReportTable, to_csv, to_latex, to_markdown
from trainer.experiments.study.reports.page import Report, report, to_html
from trainer.experiments.study.run_results import merged, read_run_results


@pytest.fixture(scope="module")
def evaluated(student: Path, write_tasks, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three evaluated runs: natural text in two sizes, and one shuffled."""
    root = tmp_path_factory.mktemp("evaluated")
    write_tasks(root)
    for number, (name, tokens) in enumerate((("c-tokens", 4000), ("c-10pct", 400), ("c-10pct-shuffle", 400))):
        run = root / name
        shutil.copytree(student, run / "student")
        dataset = {"name": name, "fingerprint": f"{number:064x}", "rows": tokens // 10, "tokens": tokens}
        card = {"kind": "distill", "preset": "study", "status": "finished", "recipe": {"seed": 42}, "dataset": dataset}
        (run / "run.json").write_text(json.dumps(card), encoding="utf-8")
        (run / "log.jsonl").write_text('{"update": 3, "losses": {"soft-target": 2.5}}\n{"update":', encoding="utf-8")
        model, short = run / "student", {"epochs": 1, "length": 40, "stride": 10}
        evaluate("glue", model=model, data=root / "glue", tasks=["CoLA", "RTE", "WNLI"], seeds=2, changes={"epochs": 1})
        evaluate("squad", model=model, data=root / "squad", changes=short)
    return root


@pytest.fixture
def runs(evaluated: Path, tmp_path: Path) -> list[Path]:
    """Copies of them, for one test."""
    names = ("c-tokens", "c-10pct", "c-10pct-shuffle")
    return [shutil.copytree(evaluated / name, tmp_path / name) for name in names]


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.names: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        for name, value in attrs:
            if name in ("href", "src", "xlink:href") and value:
                self.links.append(value)
            if name == "id" and value:
                self.ids.append(value)


@pytest.mark.slow
def test_the_page_loads_nothing_from_elsewhere_and_its_links_lead_somewhere(runs: list[Path], tmp_path: Path) -> None:
    page = Tags()
    page.feed(report(runs, tmp_path / "r.html").read_text(encoding="utf-8"))
    assert all(link.startswith(("#", "data:")) for link in page.links) and page.names.count("script") == 1
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)
    assert len(page.ids) == len(set(page.ids)) and page.names.count("svg") == 8


@pytest.mark.slow
def test_quoted_lines_are_marked_and_measured_ones_are_not(runs: list[Path], tmp_path: Path) -> None:
    text = report(runs, tmp_path / "r.html").read_text(encoding="utf-8")
    lines = re.findall(r"<tr( class=\"quoted\")?><th scope=\"row\">([^<]*)", text)
    assert all(("quoted" in name) == bool(mark) for mark, name in lines)
    assert "BERT_BASE (quoted, superseded)" in text and "GLUE (sanh9, 2 of 9 tasks)" in text


@pytest.mark.slow
def test_both_questions_are_answered_and_what_is_missing_is_named(runs: list[Path], tmp_path: Path) -> None:
    text = report(runs, tmp_path / "r.html").read_text(encoding="utf-8")
    assert "RQ1" in text and "RQ2" in text and "WNLI is not in" in text and "shuffle" in text


def test_a_teacher_that_was_only_evaluated_stands_beside_the_runs(runs: list[Path], student: Path, glue: Path) -> None:
    teacher = shutil.copytree(student, runs[0].parent / "teacher")
    evaluate("glue", model=teacher, data=glue, tasks=["CoLA"], changes={"epochs": 1})
    outcomes = read_run_results([teacher, runs[0]])
    assert [run.role for run in outcomes] == ["network", "student"] and len(outcomes[0].scores("glue")) == 1


def test_an_evaluation_edited_by_hand_is_not_reported(runs: list[Path], tmp_path: Path) -> None:
    path = runs[0] / "evaluation" / "squad.json"
    path.write_text(
        path.read_text(encoding="utf-8").replace('"missing": {}', '"missing": {"a": "b"}'), encoding="utf-8"
    )
    with pytest.raises(ResultDamaged, match="was edited"):
        report(runs, tmp_path / "r.html")


def test_a_folder_that_holds_nothing_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="has neither a run"):
        report([tmp_path], tmp_path / "r.html")


@pytest.mark.slow
def test_networks_stand_beside_the_studys(runs: list[Path], student: Path, tmp_path: Path) -> None:
    measure([student], rows=20, passes=1, out=tmp_path / "m.json")
    text = report(runs, tmp_path / "r.html", measured=tmp_path / "m.json").read_text(encoding="utf-8")
    assert "BERT_STUDENT (quoted)" in text and "one CPU thread" in text


def test_measurements_that_are_not_there_are_not_called_damaged(tmp_path: Path) -> None:
    with pytest.raises(ResultDamaged, match=r"m\.json cannot be read: No such file"):
        report([], tmp_path / "r.html", measured=tmp_path / "m.json")


def test_tables_can_be_written_as_markdown_csv_and_latex() -> None:
    table = ReportTable("s", "A & B", ("network", "F1"))
    table.add("ours_1", "1.0")
    table.add("theirs", "2.0", quoted=True)
    assert "| *theirs* | *2.0* |" in to_markdown(table)
    assert to_csv(table).splitlines()[1:] == ["ours_1,1.0,measured", "theirs,2.0,quoted"]
    assert r"ours\_1 & 1.0 \\" in to_latex(table) and r"\caption{A \& B}" in to_latex(table)


@pytest.mark.parametrize(("rows", "folded"), [(40, False), (41, True)])
def test_a_long_table_is_folded_with_its_number_of_rows(rows: int, folded: bool) -> None:
    table = ReportTable("s", "A table", ("network", "F1"))
    for number in range(rows):
        table.add(f"ours {number}", "1.0")
    text = to_markdown(table)
    page = to_html(Report("R", "", [], {}, [table]))
    assert f"| ours {rows - 1} | 1.0 |" in text and f">ours {rows - 1}</th>" in page
    assert ("<summary>41 rows</summary>\n\n| network | F1 |" in text) == folded
    assert ("<details><summary>41 rows</summary>" in page) == folded and page.count("<details>") == 1 + folded


@pytest.mark.slow
def test_fidelity_stands_beside_the_scores_with_every_seed_and_its_curve(runs: list[Path], tmp_path: Path) -> None:
    for run, kls in zip(runs, ((0.1, 0.2), (0.15, 0.3), (0.5, 0.6)), strict=True):
        again = shutil.copytree(run, run.parent / f"{run.name}-43")
        card = json.loads((again / "run.json").read_text(encoding="utf-8"))
        (again / "run.json").write_text(json.dumps(card | {"recipe": {"seed": 43}}), encoding="utf-8")
        for folder, kl in zip((run, again), kls, strict=True):
            line = {"update": 3, "losses": {}, "held_out": {"kl": kl, "top1_agreement": 0.5}}
            (folder / "log.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")
    every = [*runs, *(run.parent / f"{run.name}-43" for run in runs)]
    text = report(every, tmp_path / "r.html").read_text(encoding="utf-8")
    assert (
        "0.150 (0.100–0.200)" in text and "50.0 (50.0–50.0)" in text and "Held-out KL to the teacher by update" in text
    )
    assert [line.count("c-10pct-43") for line in text.splitlines() if "<th" in line and "c-10pct-43" in line] == [1]


def test_only_runs_that_differ_in_their_seed_are_put_together(runs: list[Path]) -> None:
    card = json.loads((runs[0] / "run.json").read_text(encoding="utf-8"))
    recipes = [{"seed": 43}, {"seed": 43, "learning-rate": 1.0}, {"seed": 42}]
    for number, recipe in enumerate(recipes):
        again = shutil.copytree(runs[0], runs[0].parent / f"again-{number}")
        (again / "run.json").write_text(json.dumps(card | {"recipe": recipe}), encoding="utf-8")
    made = merged(read_run_results([runs[0], *(runs[0].parent / f"again-{n}" for n in range(3))]))
    assert [(run.name, run.runs) for run in made] == [("c-tokens", 2), ("again-1", 1), ("again-2", 1)]


@pytest.mark.parametrize("content", ["{", "[]", '{"recipe": 3}', '{"updates": "many"}', "[" * 9000, '{"dataset": []}'])
def test_a_damaged_run_card_is_one_clear_error(tmp_path: Path, content: str) -> None:
    (tmp_path / "run.json").write_text(content, encoding="utf-8")
    with pytest.raises(RunError, match=r"run.json is not a run card"):
        read_run_results([tmp_path])
