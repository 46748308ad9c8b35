"""What every command has in common: JSON answers, versions, home folders, exit codes."""

import json
from pathlib import Path

import pytest
from rich.table import Table

import corpora
from corpora import OptionError, StorageError
from corpora.cli import main
from corpora.cli.console import table_console
from corpora.cli.console.terminal import with_home

pytestmark = pytest.mark.usefixtures("home")


def ran(capsys, *words):
    with pytest.raises(SystemExit) as ended:
        main([str(word) for word in words])
    out, error = capsys.readouterr()
    return ended.value.code or 0, out, error


def answer(capsys, *words):
    code, out, _ = ran(capsys, *words, "--json")
    assert code == 0
    return json.loads(out)


def test_looking_commands_answer_in_json(corpus, capsys):
    assert answer(capsys, "path", "corpus") == {"reference": corpus.reference, "path": str(corpus.path)}
    (verified,) = answer(capsys, "verify", "corpus")
    assert verified["reference"] == corpus.reference and verified["problem"] is None and verified["files"] > 1
    assert [row["text"] for row in answer(capsys, "head", "corpus", "-n", 2)] == next(corpus.batches())[
        "text"
    ].to_pylist()[:2]


def test_keeping_commands_answer_in_json(corpus, capsys):
    assert answer(capsys, "tag", "corpus", "v1") == {"tag": "corpus@v1", "reference": corpus.reference}
    assert answer(capsys, "remove", "corpus") == {"removed": str(corpus.path)}


def test_export_answers_in_json(corpus, capsys, tmp_path):
    file = tmp_path / "rows.jsonl"
    assert answer(capsys, "export", "corpus", file) == {"path": str(file), "rows": corpus.rows}


def test_recipes_answer_in_json(capsys, tmp_path):
    file = tmp_path / "recipe.toml"
    file.write_text('[datasets.small]\nbuild = "toy"\nbooks = 1\narticles = 1\n', encoding="utf-8")
    (planned,) = answer(capsys, "build", "--recipe", file, "--dry-run")
    assert (planned["name"], planned["state"]) == ("small", "to build")
    (made,) = answer(capsys, "build", "--recipe", file)
    assert made["reference"].startswith("small@")
    assert answer(capsys, "recipe", "small")["datasets"]["small"]["build"] == "toy"


def test_one_of_a_thing_is_singular(tmp_path, capsys):
    (tmp_path / "a.txt").write_text("This is the only sentence.\n", encoding="utf-8")
    _, out, _ = ran(capsys, "build", "texts", "--folder", tmp_path, "--name", "mine")
    assert "1 sentence from 1 document\n" in out
    _, out, _ = ran(capsys, "export", "mine", tmp_path / "rows.jsonl")
    assert out.endswith("rows.jsonl: 1 row\n")


def test_the_notes_of_a_recipe_are_printed_once(capsys, tmp_path):
    (tmp_path / "in").mkdir()
    for name in ("a.txt", "b.png"):
        (tmp_path / "in" / name).write_text("This is a sentence. This is another.\n", encoding="utf-8")
    recipe = """
        [datasets.mine]
        build = "texts"
        folder = "in"
        [datasets.half]
        from = "mine"
        transform = "sample"
        rate = 0.5
    """
    (tmp_path / "recipe.toml").write_text(recipe, encoding="utf-8")
    code, out, _ = ran(capsys, "build", "--recipe", tmp_path / "recipe.toml")
    assert code == 0 and "half@" in out
    assert out.count("1 .png") == 1


def test_both_programs_print_their_version(capsys):
    from trainer.cli import main as trainer

    assert ran(capsys, "--version")[:2] == (0, "corpora 0.1.0\n")
    with pytest.raises(SystemExit) as ended:
        trainer(["--version"])
    assert (ended.value.code or 0, capsys.readouterr().out) == (0, "trainer 0.1.0\n")


@pytest.mark.parametrize(
    ("word", "expanded"),
    [("~/a", "HOME/a"), ("--folder=~/a", "--folder=HOME/a"), ("tbc:folder=~/a", "tbc:folder=HOME/a"),
     ("parquet:~/a", "parquet:HOME/a"), ("a~/b", "a~/b"), ("~", "~")],
)  # fmt: skip
def test_the_home_folder_is_found_wherever_a_path_begins(word, expanded):
    assert with_home(word) == expanded.replace("HOME", str(Path.home()))


def test_the_home_folder_is_found_in_components(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("One text.", encoding="utf-8")
    assert corpora.build("texts:folder=~/in").rows == 1


@pytest.mark.parametrize(
    "line",
    ["build texts", "build tbc", "build texts --encoding cp9", "sample corpus", "nosuch", "--nosuch", "head"],
)  # fmt: skip
def test_wrong_usage_exits_with_2(corpus, capsys, line):
    assert ran(capsys, *line.split())[0] == 2


@pytest.mark.parametrize("line", ["build texts --folder /nosuch", "show nosuch"])
def test_what_is_not_there_exits_with_1(corpus, capsys, line):
    assert ran(capsys, *line.split())[0] == 1


def test_a_store_that_cannot_be_made_is_a_storage_error(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("", encoding="utf-8")
    for place in ("file", "file/below"):
        monkeypatch.setenv("CORPORA_HOME", str(tmp_path / place))
        with pytest.raises(StorageError, match=r"cannot create the folder .*file.* CORPORA_HOME"):
            corpora.build("toy:books=1,articles=1")


def test_a_source_without_its_folder_is_a_wrong_option():
    with pytest.raises(OptionError, match="texts: no folder given; use --folder DIR"):
        corpora.build("texts")


def test_tables_in_pipes_are_wide_and_keep_a_width_that_is_asked_for(monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    row = [
        "a folder with a rather long name",
        *(f"column {number} of a table with many columns" for number in range(6)),
    ]
    printed = {}
    for columns in (None, "60"):
        monkeypatch.setenv("COLUMNS", columns) if columns else monkeypatch.delenv("COLUMNS", raising=False)
        table = Table(*row)
        table_console().print(table)
        printed[columns] = capsys.readouterr().out
    assert all(name in printed[None] for name in row)
    assert max(map(len, printed["60"].splitlines())) <= 60
