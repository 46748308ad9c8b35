"""Inputs without labels in every layout: lines of text, tables with a task's columns, and what is wrong with them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from trainer.errors import TaskError
from trainer.evaluation.tasks.unlabelled import read_unlabelled
from trainer.plugin import Examples, registry

PAIRS = [("a b", "c"), ("d", "e f")]


def read(path: Path, content: str, task: str, *, pairs: bool) -> Examples:
    path.write_text(content, encoding="utf-8")
    return read_unlabelled(path, registry.make("tasks", task), pairs=pairs)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("r.txt", "a b\n\nc, \u0085 d\r\n"),
        ("r.csv", 'id,sentence\n1,a b\n2,"c, \u0085 d"\n'),
        ("r.tsv", "sentence\na b\nc, \u0085 d\n"),
        ("r.tsv", "x\t1\t\ta b\nx\t0\t*\tc, \u0085 d\n"),
        ("r.jsonl", '{"sentence": "a b"}\n{"sentence": "c, \\u0085 d", "label": "?"}\n'),
    ],
)
def test_sentences_are_read_from_text_and_tables(tmp_path: Path, name: str, content: str) -> None:
    made = read(tmp_path / name, content, "cola", pairs=False)
    assert list(made.first) == ["a b", "c, \u0085 d"] and made.second is None and len(made.gold) == 2


@pytest.mark.parametrize("task", ["rte", "qnli", "mnli", "squad"])
def test_pairs_are_read_from_text_with_a_tab(tmp_path: Path, task: str) -> None:
    made = read(tmp_path / "r.txt", "".join(f"{one}\t{two}\n" for one, two in PAIRS), task, pairs=True)
    assert list(zip(made.first, made.second or (), strict=True)) == PAIRS


def test_squad_takes_questions_and_contexts(tmp_path: Path) -> None:
    rows = "".join(json.dumps({"question": one, "context": two}) + "\n" for one, two in PAIRS)
    made = read(tmp_path / "r.jsonl", rows, "squad", pairs=True)
    assert list(made.first) == ["a b", "d"] and list(made.second or ()) == ["c", "e f"]


def test_rows_without_text_are_counted(tmp_path: Path) -> None:
    made = read(tmp_path / "r.jsonl", '{"sentence": " "}\n{"sentence": 3}\n{"sentence": "a"}\n', "cola", pairs=False)
    assert len(made) == 1 and made.unreadable == {"text missing": 2}


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("r.csv", "said,x\na,b\n", "has no column sentence1; it has said, x"),
        ("r.txt", "a\nb\tc\td\n", "no unlabelled row could be read .2 lines without exactly one tab"),
        ("r.csv", "sentence1\na\n", "has no column sentence2; it has sentence1"),
        ("r.pdf", "a", "is not a table; its name must end in"),
        ("r.jsonl", "", "is empty"),
    ],
)
def test_what_cannot_be_read_is_one_clear_error(tmp_path: Path, name: str, content: str, why: str) -> None:
    with pytest.raises(TaskError, match=why):
        read(tmp_path / name, content, "rte", pairs=True)
