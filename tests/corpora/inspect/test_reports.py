"""The report as a whole: one file that asks for nothing, with tables, figures, lineage and rows."""

import json
import re
from pathlib import Path

import pytest

import corpora
from corpora.inspect.lineage import draw, lineage
from corpora.inspect.reports import report_tables
from corpora.store.store import default_store


@pytest.fixture
def datasets(corpus, tokens):
    """A corpus, its tokens, a sample, and two noises of the sample."""
    sample = corpora.transform(tokens, "sample", rate=0.5)
    return [corpus, tokens, sample, corpora.transform(sample, "shuffle"), corpora.transform(sample, "generate")]


@pytest.fixture
def page(datasets, tmp_path):
    """The text of their report."""
    return corpora.report(datasets, tmp_path / "out" / "report.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_page_asks_for_nothing_outside_itself(page):
    assert not re.findall(r'(?:src|href)="(?!#|data:)[^"]*"', page)
    assert "default-src 'none'" in page


@pytest.mark.slow
def test_the_studys_tables_are_there_with_quoted_rows_marked(page):
    for title in ("Table 4", "Tables 5 and 8", "Where documents went", "Compared with the original BookCorpus"):
        assert title in page
    assert page.count('<tr class="quoted">') == 2 + 6


@pytest.mark.slow
def test_figures_lie_in_the_page_for_tokens_and_for_words(page):
    figures = re.findall(r'<figure id="([\w-]+)"', page)
    assert figures == [f"{name}-{unit}" for name in ("lengths", "ranks", "growth") for unit in ("tokens", "words")]


@pytest.mark.slow
def test_ids_are_unique(page):
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


@pytest.mark.slow
def test_rows_stand_before_and_after_each_transform(page):
    assert page.count('class="pairs rewritten"') == 2 and page.count('class="pairs selected"') == 1
    assert "<mark>" in page and "taken, row" in page


def test_markup_in_texts_and_names_is_escaped(home, tmp_path):
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "d.txt").write_text("It says <script>alert(1)</script> and & more of it, in one line.\n" * 9)
    made = corpora.build(f"texts:folder={folder}", name="hostile", duplicates="keep")
    low = corpora.transform(made, "lowercase")
    page = corpora.report([made, low], tmp_path / "r.html").read_text(encoding="utf-8")
    assert "<script>alert" not in page and "&lt;script&gt;" in page


def test_lineage_shows_ancestors_that_were_not_asked_for(datasets):
    nodes = lineage(datasets[-1:], default_store())
    assert [(node.lines[0], node.chosen) for node in nodes.values()] == [
        ("corpus", False), ("corpus-tokens", False), ("corpus-tokens-50pct", False),
        ("corpus-tokens-50pct-generated", True),
    ]  # fmt: skip
    assert draw(nodes).count("<path") == 2 * 3


@pytest.mark.slow
def test_a_parent_that_was_removed_is_said_to_be_gone(datasets, tmp_path):
    default_store().remove("corpus-tokens-50pct", force=True)
    page = corpora.report(datasets[-1:], tmp_path / "r.html").read_text(encoding="utf-8")
    assert "no longer in the store" in page


def test_a_dataset_without_rows_can_be_reported(corpus, tmp_path):
    empty = corpora.tokenize(corpus, train=120, min_tokens=400, name="empty")
    page = corpora.report([empty, corpora.transform(empty, "shuffle")], tmp_path / "r.html")
    assert "Tables 5 and 8" in page.read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.skipif(not Path("/sys").is_dir(), reason="needs a folder that nobody can write")
def test_a_store_that_cannot_be_written_is_reported_all_the_same(tokens, tmp_path):
    (default_store().home / ".statistics").symlink_to("/sys")
    page = corpora.report([tokens], tmp_path / "r.html").read_text(encoding="utf-8")
    assert "growth-tokens" in page


def test_two_versions_of_one_name_are_told_apart(tokens):
    versions = [corpora.transform(tokens, "sample", rate=0.5, seed=seed, name="s") for seed in (1, 2)]
    [table, *_] = report_tables(versions)
    assert [row[0] for row in table.rows] == [version.reference for version in versions]


@pytest.mark.slow
def test_the_command_writes_page_figures_and_tables(run, datasets, tmp_path):
    names = [dataset.name for dataset in datasets]
    out = run("report", *names, "--out", tmp_path / "r.html", "--figures", tmp_path / "figures").out
    assert "Table 4" in out and "D_T 10 % (study), quoted" in out
    files = sorted(path.name for path in (tmp_path / "figures").iterdir())
    assert len(files) == 12 and files[:2] == ["growth-tokens.pdf", "growth-tokens.png"]
    tables = json.loads(run("report", *names, "--json").out)
    assert tables[0]["rows"][0][1] == datasets[0].manifest.text_bytes


def test_figures_without_a_page_are_refused(run, tokens, tmp_path):
    assert "--figures needs --out" in run("report", "corpus-tokens", "--figures", tmp_path, code=2).err


def test_scores_and_shares_of_a_mix_are_shown(tokens, tmp_path):
    scored = corpora.transform(tokens, "surprisal")
    train, held_out = corpora.split(scored, held_out=0.5)
    mixed = corpora.mix({train.name: 0.25, held_out.name: 0.75}, name="mixed")
    tables = {t.title: t for t in report_tables([scored, train, mixed])}
    assert tables["Scores"].headers[:5] == ["dataset", "score", "mean", "least", "1 %"]
    assert [row[0] for row in tables["Scores"].rows] == [scored.name, train.name, "mixed"]
    made = {row[0]: row[1] for row in tables["How rows were made"].rows}
    assert made["mixed"] == f"{train.name} 0.25, {held_out.name} 0.75"
