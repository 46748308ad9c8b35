"""Labelled toy tasks: right layouts, right answers, nothing shared with the corpus or between train and dev."""

import csv
import json

import pytest

from corpora.builtin.sources.toy import Toy
from corpora.builtin.sources.toy.grammar import held_out
from corpora.builtin.sources.toy.tasks import write_tasks

SIZES = {"CoLA": (200, 60), "RTE": (200, 60), "SST-2": (100, 40), "squad": (150, 50)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tasks")
    write_tasks(folder, seed=1, sizes=SIZES)
    return folder


def table(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def questions(path):
    articles = json.loads(path.read_text(encoding="utf-8"))["data"]
    return [(p["context"], q) for a in articles for p in a["paragraphs"] for q in p["qas"]]


def test_cola_has_no_header_and_four_columns(folder):
    rows = table(folder / "CoLA" / "train.tsv")
    assert len(rows) == 200 and {len(row) for row in rows} == {4}
    assert {(label, mark) for _, label, mark, _ in rows} == {("1", ""), ("0", "*")}


def test_rte_has_glue_s_header_and_labels(folder):
    rows = table(folder / "RTE" / "dev.tsv")
    assert rows[0] == ["index", "sentence1", "sentence2", "label"] and len(rows) == 61
    assert {row[3] for row in rows[1:]} == {"entailment", "not_entailment"}


def test_sst_2_has_glue_s_header(folder):
    rows = table(folder / "SST-2" / "dev.tsv")
    assert rows[0] == ["sentence", "label"] and {row[1] for row in rows[1:]} == {"0", "1"}


@pytest.mark.parametrize("part", ["train", "dev"])
def test_answers_start_where_they_are_said_to(folder, part):
    found = questions(folder / "squad" / f"{part}-v1.1.json")
    assert len(found) == SIZES["squad"][part == "dev"] == len({q["id"] for _, q in found})
    for context, question in found:
        for answer in question["answers"]:
            assert context[answer["answer_start"] :].startswith(answer["text"])


def test_all_their_sentences_are_held_out(folder):
    rows = [row for task in ("CoLA", "RTE", "SST-2") for row in table(folder / task / "train.tsv")[1:]]
    texts = [text for row in rows for text in row if " " in text]
    assert len(texts) > 600 and all(held_out(text) for text in texts)


def test_the_corpus_has_none_of_their_text(folder):
    toy = Toy(books=4, articles=200, words=5000)
    corpus = " ".join(p for s in toy.shards() for d in toy.read(s) for p in d.paragraphs).lower()
    rows = [row for task in ("CoLA", "RTE", "SST-2") for row in table(folder / task / "dev.tsv")[1:]]
    texts = [text for row in rows for text in row if " " in text]
    texts += [context for context, _ in questions(folder / "squad" / "dev-v1.1.json")]
    assert not [text for text in texts if text.lower() in corpus]


@pytest.mark.parametrize("task", ["CoLA", "RTE", "SST-2"])
def test_train_and_dev_share_no_row(folder, task):
    train, dev = (
        {tuple(text for text in row if " " in text) for row in table(folder / task / f"{part}.tsv")}
        for part in ("train", "dev")
    )
    assert not (train & dev) - {()}


def test_a_broken_sentence_differs_from_every_good_one(folder):
    rows = table(folder / "CoLA" / "train.tsv")
    good = {text for _, label, _, text in rows if label == "1"}
    assert not good & {text for _, label, _, text in rows if label == "0"}


def test_the_same_seed_gives_the_same_bytes(folder, tmp_path):
    again = write_tasks(tmp_path, seed=1, sizes=SIZES)
    assert [p.read_bytes() for p in again] == [(folder / p.relative_to(tmp_path)).read_bytes() for p in again]
