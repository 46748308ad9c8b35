"""GLUE and SQuAD in every layout they come in, and what is wrong with files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from corpora import CorporaError
from trainer.errors import TaskError, TaskNotFound
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
        "too few columns": 1, "too many columns": 1, "unknown label": 1,
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
