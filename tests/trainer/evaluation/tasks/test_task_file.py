"""Tasks of a user's own files: what spreadsheets, pandas and `datasets` write is read, and what cannot be is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from trainer.errors import TaskError
from trainer.evaluation.tasks.task_file import read_task
from trainer.plugin import Splits


def task(folder: Path, train: str, dev: str = "", *, end: str = "csv", **keys: object) -> Splits:
    """The examples of a task file next to tables with these contents; the dev table is the train table by default."""
    for name, content in (("train", train), ("dev", dev or train)):
        (folder / f"{name}.{end}").write_text(content, encoding="utf-8")
    told = {
        "problem": "classification", "train": f"train.{end}", "dev": f"dev.{end}", "text": "text", "label": "label",
    }  # fmt: skip
    lines = [f"{key} = {json.dumps(value)}\n" for key, value in {**told, **keys}.items()]
    (folder / "own.toml").write_text("".join(lines), encoding="utf-8")
    return read_task(folder / "own.toml").read(folder)


@pytest.mark.parametrize(
    "rows", ["a,1\nb,0\n", "a,1.0\nb,0.0\n", "a, 1\nb,0 \n", "a,1\nb,0.0\n", "a,1.\nb,0\nc,1.00\n"]
)
@pytest.mark.parametrize("dev", ["x,1\ny,0\n", "x,1.0\ny,0.0\n", "x, 1.0 \ny,0\n"])
def test_labels_that_are_the_same_number_are_one_class_however_they_are_written(
    tmp_path: Path, rows: str, dev: str
) -> None:
    splits = task(tmp_path, "text,label\n" + rows, "text,label\n" + dev)
    assert read_task(tmp_path / "own.toml").head().classes == ("0", "1")
    assert list(splits.train.gold)[:2] == [1, 0] == list(splits.dev["own"].gold)


def test_numbers_that_are_not_whole_and_versions_stay_classes_of_their_own(tmp_path: Path) -> None:
    task(tmp_path, "text,label\na,1.10\nb,1.1\nc,v2.0\nd,1.5\n")
    assert read_task(tmp_path / "own.toml").head().classes == ("1.1", "1.10", "1.5", "v2.0")


def test_a_missing_value_of_parquet_makes_no_class(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    task(tmp_path, "text,label\na,1\nb,0\n")
    for split in ("train", "dev"):
        pq.write_table(pa.table({"text": ["a", "b", "c"], "label": [1.0, 0.0, float("nan")]}), tmp_path / f"{split}.pq")
        (tmp_path / f"{split}.pq").rename(tmp_path / f"{split}.Parquet")
    toml = tmp_path / "own.toml"
    toml.write_text(toml.read_text(encoding="utf-8").replace(".csv", ".Parquet"), encoding="utf-8")
    own = read_task(toml)
    assert own.head().classes == ("0", "1") and own.read(tmp_path).train.unreadable == {"without a label": 1}


def test_unknown_labels_are_named_with_the_labels_of_the_task(tmp_path: Path) -> None:
    dev = "text,label\n" + "".join(f"row,label {number}\n" for number in (7, 7, 8, 9, 10, 11))
    told = r"dev\.csv: no example could be read \(2 with the unknown label 'label 7', .*2 with other unknown labels\); "
    with pytest.raises(TaskError, match=told + "the labels are no, yes"):
        task(tmp_path, "text,label\na,yes\nb,no\n", dev)


def test_spaces_around_the_names_of_columns_are_no_part_of_them(tmp_path: Path) -> None:
    assert len(task(tmp_path, " text, label\na,1\nb,0\n").train) == 2


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"name": " "}, "name is empty"),
        ({"label": "text"}, "the column text is both the text and the label"),
        ({"text-pair": "label"}, "the column label is both the text and the label"),
    ],
)
def test_a_task_that_would_mean_nothing_is_refused(tmp_path: Path, keys: dict[str, object], said: str) -> None:
    with pytest.raises(TaskError, match=rf"own\.toml: {said}"):
        task(tmp_path, "text,label\na,1\nb,0\n", **keys)


def test_tags_and_words_are_read_from_json_lists_in_a_csv_file(tmp_path: Path) -> None:
    rows = 'text,label\n"[""a b"", ""c""]","[""N"", ""V""]"\n"d e f","[""N"", ""N"", ""V""]"\n[ g ],N V N\n'
    train = task(tmp_path, rows, problem="tagging").train
    assert list(train.first) == ["a\u00a0b c", "d e f", "[ g ]"]
    assert list(train.gold) == [[0, 1], [0, 0, 1], [0, 1, 0]] and not train.unreadable


@pytest.mark.parametrize("tags", ["\"['N', 'V']\"", "['N' 'V']", "[0 1]", "[N]"])
def test_lists_that_python_or_numpy_printed_are_counted_and_make_no_class(tmp_path: Path, tags: str) -> None:
    rows = f"text,label\na b,N V\na b,{tags}\n"
    train = task(tmp_path, rows, problem="tagging").train
    assert read_task(tmp_path / "own.toml").head().classes == ("N", "V") and len(train) == 1
    assert [reason.split(";")[0] for reason in train.unreadable] == ["with lists that are not JSON"]


def test_an_unknown_tag_and_an_empty_one_are_named(tmp_path: Path) -> None:
    lists = (["N", "V"], ["N", "X"], ["N", ""])
    rows = "".join(json.dumps({"text": ["a", "b"], "label": tags}) + "\n" for tags in lists)
    train = task(tmp_path, rows, end="jsonl", problem="tagging", labels=["N", "V"]).train
    assert train.unreadable == {"with the unknown label 'X'": 1, "with an empty tag": 1}


def test_spans_are_read_from_the_answers_of_squad_too(tmp_path: Path) -> None:
    context = "the cat saw the cat"
    answers: tuple[object, ...] = (
        "cat", {"text": ["cat"], "answer_start": [16]}, {"text": ["cat", "cow"], "answer_start": [3, 0]},
        {"text": ["cow"], "answer_start": [0]}, {"text": [], "answer_start": []}, {"text": "cat"}, ["cat"], None,
    )  # fmt: skip
    rows = "".join(json.dumps({"question": "?", "context": context, "answers": each}) + "\n" for each in answers)
    keys = {"problem": "spans", "text": "question", "text-pair": "context", "label": "answers"}
    train = task(tmp_path, rows, end="jsonl", **keys).train
    assert list(train.gold) == [[(4, "cat")], [(16, "cat")], [(4, "cat")]]
    assert train.unreadable == {"answer not in context": 1, "context or answer empty": 1, "text missing": 3}
