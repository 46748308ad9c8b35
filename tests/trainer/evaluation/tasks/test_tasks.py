"""GLUE and SQuAD in every layout they come in, and what is wrong with files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from corpora import CorporaError
from trainer.errors import TaskError, TaskNotFound
from trainer.evaluation.tasks.tables import read_table
from trainer.evaluation.tasks.task_file import read_task
from trainer.plugin import Splits
from trainer.plugin.discovery import registry

REAL_SIZES = {
    "cola": (8551, {"CoLA": 1043}), "sst-2": (67349, {"SST-2": 872}), "mrpc": (3668, {"MRPC": 408}),
    "sts-b": (5749, {"STS-B": 1500}), "rte": (2490, {"RTE": 277}), "wnli": (635, {"WNLI": 71}),
}  # fmt: skip


def read(name: str, data: Path):
    return registry.find("tasks", name)().read(data)


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.real_data
@pytest.mark.parametrize("name", REAL_SIZES)
def test_no_row_of_real_glue_is_lost(real: Path, name: str) -> None:
    splits = read(name, real / "glue")
    assert (len(splits.train), {column: len(dev) for column, dev in splits.dev.items()}) == REAL_SIZES[name]
    assert not splits.train.unreadable


@pytest.mark.slow
@pytest.mark.real_data
def test_real_squad_is_read_whole(real: Path) -> None:
    splits = read("squad", real / "squad")
    assert (len(splits.train), len(splits.dev["SQuAD"])) == (87599, 10570)


def test_cola_without_a_header_keeps_its_first_row(glue: Path) -> None:
    splits = read("cola", glue)
    assert len(splits.train) == 120 and splits.train.first[0] == "the cat sat bad"


def test_a_task_is_found_beside_the_others_in_a_folder_glue_and_by_its_own_folder(glue: Path, tmp_path: Path) -> None:
    rows = read("cola", glue).train.first
    assert read("cola", tmp_path).train.first == rows == read("cola", glue / "CoLA").train.first


def test_quotes_tabs_and_odd_line_ends_inside_fields_are_plain_text(tmp_path: Path) -> None:
    row = '1\t1\t2\t"The pie" doesn\'t\t"A lone quote and \u0085 a break\n'
    text = "Quality\t#1 ID\t#2 ID\t#1 String\t#2 String\n" + row * 3
    for split in ("train", "dev"):
        write(tmp_path / "MRPC" / f"{split}.tsv", text)
    train = read("mrpc", tmp_path).train
    assert len(train) == 3 and train.second[0] == '"A lone quote and \u0085 a break'


def test_rows_that_cannot_be_read_are_counted_by_reason(tmp_path: Path) -> None:
    header = "index\tsentence1\tsentence2\tlabel\n"
    good, short, wrong, long = "0\ta\tb\tentailment\n", "1\ta\tb\n", "2\ta\tb\tmaybe\n", "3\ta\tb\tc\tentailment\n"
    for split in ("train", "dev"):
        write(tmp_path / "RTE" / f"{split}.tsv", header + good + short + wrong + long)
    assert read("rte", tmp_path).train.unreadable == {
        "too few columns": 1, "too many columns": 1, "with the unknown label 'maybe'": 1,
    }  # fmt: skip


def test_a_file_cut_in_mid_line_is_an_error(glue: Path) -> None:
    path = glue / "RTE" / "dev.tsv"
    path.write_text(path.read_text(encoding="utf-8")[:-30], encoding="utf-8")
    with pytest.raises(TaskError, match=r"dev\.tsv is cut short"):
        read("rte", glue)


def test_a_missing_label_column_says_which_columns_there_are(glue: Path) -> None:
    write(glue / "RTE" / "dev.tsv", "index\tsentence1\tsentence2\n0\ta\tb\n")
    with pytest.raises(TaskError, match="has no column label or gold_label; it has index, sentence1, sentence2"):
        read("rte", glue)


@pytest.mark.parametrize(("content", "why"), [("", "is empty"), ("index\tsentence1\tsentence2\tlabel\n", "no rows")])
def test_an_empty_dev_set_is_an_error(glue: Path, content: str, why: str) -> None:
    write(glue / "RTE" / "dev.tsv", content)
    with pytest.raises(TaskError, match=why):
        read("rte", glue)


def test_a_task_that_is_not_there_is_told_apart_from_one_that_is_damaged(glue: Path) -> None:
    with pytest.raises(TaskNotFound, match="WNLI is not in"):
        read("wnli", glue)
    (glue / "RTE" / "train.tsv").unlink()
    with pytest.raises(TaskNotFound, match="RTE has no train file"):
        read("rte", glue)


def test_jsonl_maps_labels_by_name_or_by_the_hubs_number(tmp_path: Path) -> None:
    for split in ("train", "dev_matched"):
        rows = [{"premise": "a", "hypothesis": "b", "label": label} for label in ("contradiction", "neutral", 0)]
        write(tmp_path / "MNLI" / f"{split}.jsonl", "\n".join(map(json.dumps, rows)) + "\n")
    splits = read("mnli", tmp_path)
    assert list(splits.train.gold) == [2, 1, 0] and list(splits.dev) == ["MNLI-m"]


def test_parquet_labels_in_another_order_are_mapped_by_name(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    features = {"info": {"features": {"label": {"names": ["not_entailment", "entailment"], "_type": "ClassLabel"}}}}
    table = pa.table({"question": ["q", "q"], "sentence": ["s", "s"], "label": [0, 1], "idx": [0, 1]})
    (tmp_path / "qnli").mkdir()
    for split in ("train", "validation"):
        tagged = table.replace_schema_metadata({"huggingface": json.dumps(features)})
        pq.write_table(tagged, tmp_path / "qnli" / f"{split}-00000-of-00001.parquet")
    assert list(read("qnli", tmp_path).train.gold) == [1, 0]


def test_answers_that_do_not_occur_are_counted_and_not_trained_on(tmp_path: Path) -> None:
    answers = [
        {"text": "cat", "answer_start": 4},
        {"text": "cow", "answer_start": 0},
        {"text": "sat", "answer_start": 0},
    ]
    asked = [{"id": str(i), "question": "?", "answers": [answer]} for i, answer in enumerate(answers)]
    content = {"version": "1.1", "data": [{"paragraphs": [{"context": "the cat sat", "qas": asked}]}]}
    for split in ("train", "dev"):
        write(tmp_path / f"{split}-v1.1.json", json.dumps(content))
    splits = read("squad", tmp_path)
    assert splits.train.unreadable == {"answer not in context": 1} and len(splits.dev["SQuAD"]) == 3
    assert splits.train.gold[1] == [(8, "sat")]


def test_squad_is_read_from_the_hubs_parquet_too(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    row = {"id": "1", "title": "t", "context": "the cat", "question": "who?",
           "answers": {"text": ["cat"], "answer_start": [4]}}  # fmt: skip
    (tmp_path / "plain_text").mkdir()
    for split in ("train", "validation"):
        pq.write_table(pa.Table.from_pylist([row]), tmp_path / "plain_text" / f"{split}-00000-of-00001.parquet")
    assert read("squad", tmp_path).dev["SQuAD"].gold == [[(4, "cat")]]


@pytest.mark.parametrize("name", ["cola", "squad"])
def test_a_folder_that_is_not_there_is_one_clear_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(CorporaError, match="is not a folder"):
        read(name, tmp_path / "nowhere")


@pytest.mark.parametrize(("value", "said"), [("5.1", "5.1"), ("-1", "-1"), ("50", "50")])
def test_an_stsb_label_outside_0_to_5_is_one_clear_error(tmp_path: Path, value: str, said: str) -> None:
    header = "index\tsentence1\tsentence2\tscore\n"
    write(tmp_path / "STS-B" / "train.tsv", header + "0\ta\tb\t5.000\n1\ta\tb\t0\n")
    write(tmp_path / "STS-B" / "dev.tsv", header + f"0\ta\tb\t2.5\n1\ta\tb\t{value}\n")
    with pytest.raises(TaskError, match=rf"dev\.tsv: example 2 has the score {said}; it must be from 0 to 5"):
        read("sts-b", tmp_path)


def task(folder: Path, rows: list[dict[str, object]], problem: str = "classification", **keys: object) -> Splits:
    """The examples of a task file next to JSONL files with these rows."""
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    for split in ("train", "dev"):
        write(folder / f"{split}.jsonl", lines)
    told = {"problem": problem, "train": "train.jsonl", "dev": "dev.jsonl", "text": "text", "label": "label", **keys}
    made = write(folder / "task.toml", "".join(f"{key} = {json.dumps(value)}\n" for key, value in told.items()))
    return read_task(made).read(folder)


@pytest.mark.parametrize(
    ("labels", "gold"),
    [
        ([1, 2, 1], [0, 1, 0]),
        ([2.0, 5.0, 2.0], [0, 1, 0]),
        (["3", 4, "3"], [0, 1, 0]),
        ([True, False], [1, 0]),
        ([-1, 1, -1], [0, 1, 0]),
    ],
)
def test_classes_that_are_numbers_are_matched_by_their_own_text(
    tmp_path: Path, labels: list[object], gold: list[int]
) -> None:
    train = task(tmp_path, [{"text": "a", "label": label} for label in labels]).train
    assert (list(train.gold), train.unreadable) == (gold, {})


def test_a_number_beside_the_classes_is_not_taken_for_the_place_of_one(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [{"text": "a", "label": label} for label in (1, 3, 0)]
    train = task(tmp_path, rows, labels=["1", "3"]).train
    assert (list(train.gold), train.unreadable) == ([0, 1], {"with the unknown label '0'": 1})


def test_a_missing_label_makes_no_class(tmp_path: Path) -> None:
    labelled: list[dict[str, object]] = [{"text": "a", "label": "x"}, {"text": "a", "label": "y"}]
    rows = [
        *labelled,
        {"text": "b", "label": None},
        {"text": "c"},
        {"text": "d", "label": ""},
        {"text": "e", "label": " "},
    ]
    assert task(tmp_path, rows).train.unreadable == {"without a label": 4}
    assert read_task(tmp_path / "task.toml").head().classes == ("x", "y")


@pytest.mark.parametrize("cell", [7, True, [["N"]], {"N": 1}, [None], None])
def test_tags_that_are_no_list_are_counted(tmp_path: Path, cell: object) -> None:
    rows: list[dict[str, object]] = [{"text": "a c", "label": "N V"}, {"text": "b", "label": cell}]
    train = task(tmp_path, rows, "tagging").train
    assert len(train) == 1 and train.unreadable == {"words and tags differ in number": 1}


@pytest.mark.parametrize("line", ["9" * 5000, "[" * 9000, r'{"text": "\ud800", "label": 1}', "{"])
def test_a_line_that_no_tokenizer_could_read_is_counted(tmp_path: Path, line: str) -> None:
    path = write(tmp_path / "train.jsonl", '{"text": "a", "label": 1}\n' + line + "\n" + '{"text": "b", "label": 2}\n')
    assert len(read_table(path).rows) == 2 and read_table(path).unreadable == {"not JSON": 1}


def test_a_value_too_large_for_a_float_is_no_label(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [{"text": "a", "label": 1.5}, {"text": "b", "label": 10**400}]
    assert task(tmp_path, rows, "regression").train.unreadable == {"label not a number": 1}


def test_a_json_array_of_objects_and_a_field_of_any_length_are_read(tmp_path: Path) -> None:
    path = write(tmp_path / "rows.json", json.dumps([{"text": "a"}, {"text": "b", "label": 2}, 3], indent=1))
    assert len(read_table(path).rows) == 2 and read_table(path).unreadable == {"not a JSON object": 1}
    with pytest.raises(TaskError, match="is not a JSON array of objects"):
        read_table(write(tmp_path / "cut.json", '[{"text": "a"},'))
    long = write(tmp_path / "long.csv", "text,label\n" + "word " * 50_000 + ",1\n")
    assert len(read_table(long).rows[0]["text"]) == 250_000


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"metrics": ["acuracy"]}, "no metric is named acuracy; did you mean accuracy"),
        ({"metrics": ["pearson"]}, "the metric pearson does not fit classification; use accuracy or f1 or macro-f1"),
        (
            {"problem": "regression", "metrics": ["f1"]},
            "the metric f1 does not fit regression; use pearson or",
        ),
        ({"problem": "regression", "labels": ["1", "2"]}, r"regression has no classes, but there are labels \(1, 2\)"),
        ({"labels": ["x"]}, "there is only the class x; classification needs at least two labels"),
        ({"labels": ["x", "y", "x"]}, "a label occurs twice in x, y, x; list each once"),
        ({"problem": "riddle"}, "problem is 'riddle'; it must be one of"),
    ],
)
def test_a_task_whose_parts_do_not_fit_is_refused_before_training(
    tmp_path: Path, changes: dict[str, Any], said: str
) -> None:
    rows: list[dict[str, object]] = [{"text": "a", "label": 1}, {"text": "b", "label": 2}]
    with pytest.raises(CorporaError, match=rf"^\S+task\.toml: {said}"):
        task(tmp_path, rows, **changes)


def test_labels_that_are_numbers_in_toml_are_matched_as_text(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [{"text": "a", "label": 1}, {"text": "b", "label": "0"}]
    assert list(task(tmp_path, rows, labels=[0, 1]).train.gold) == [1, 0]


@pytest.mark.parametrize(("name", "gap"), [("train.tsv", "\t"), ("train.csv", ",")])
def test_a_column_name_that_occurs_twice_is_refused(tmp_path: Path, name: str, gap: str) -> None:
    path = write(tmp_path / name, gap.join(("text", "label", "text")) + "\n" + gap.join("abc") + "\n")
    with pytest.raises(TaskError, match=r"has 1 column name more than once, such as 'text'"):
        read_table(path)


@pytest.mark.parametrize("told", ["{", "[]", '{"info": 3}', '{"info": {"features": {"x": {"names": [1]}}}}'])
def test_class_names_of_parquet_that_cannot_be_read_are_one_clear_error(tmp_path: Path, told: str) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = tmp_path / "train.parquet"
    pq.write_table(pa.table({"x": [0]}).replace_schema_metadata({"huggingface": told}), path)
    with pytest.raises(TaskError, match=r"train.parquet has class names that cannot be read"):
        read_table(path)


def test_a_damaged_parquet_file_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "train.parquet").write_bytes(b"PAR1" + b"\xff" * 40 + (30).to_bytes(4, "little") + b"PAR1")
    with pytest.raises(TaskError, match="train.parquet") as found:
        read_table(tmp_path / "train.parquet")
    assert "\n" not in str(found.value)


@pytest.mark.parametrize("answers", [None, {"text": ["a"]}, {"text": ["a"], "answer_start": [None]}])
def test_parquet_of_another_layout_than_squads_is_one_clear_error(tmp_path: Path, answers: object) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = [{"id": "1", "question": "q", "context": "a", "answers": answers}]
    for name in ("train.parquet", "validation.parquet"):
        pq.write_table(pa.Table.from_pylist(rows), tmp_path / name)
    with pytest.raises(TaskError, match=r"train.parquet: row 1 does not have the layout of SQuAD"):
        read("squad", tmp_path)


@pytest.mark.parametrize(
    "change", [{"question": 3}, {"answers": [{"answer_start": 1e999, "text": "b"}]}, {"answers": 3}]
)
def test_squad_with_a_value_of_another_type_is_one_clear_error(tmp_path: Path, change: dict[str, object]) -> None:
    asked = {"id": "1", "question": "q", "answers": [{"answer_start": 0, "text": "b"}], **change}
    content = {"data": [{"paragraphs": [{"context": "b", "qas": [asked]}]}]}
    for name in ("train-v1.1.json", "dev-v1.1.json"):
        write(tmp_path / name, json.dumps(content))
    with pytest.raises(TaskError, match=r"train-v1.1.json does not have the layout of SQuAD"):
        read("squad", tmp_path)
