"""Labelled tasks from the toy grammar in the formats of CoLA, RTE, SST-2 and SQuAD, held out from the corpus."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from types import MappingProxyType

from corpora import generator
from corpora.builtin.sources.toy.acceptability import acceptability_examples
from corpora.builtin.sources.toy.article import Article, write_article
from corpora.builtin.sources.toy.entailment import pairs
from corpora.builtin.sources.toy.grammar import Words
from corpora.builtin.sources.toy.sentiment import sentiment_examples

SIZES: Mapping[str, tuple[int, int]] = MappingProxyType(
    {"CoLA": (3000, 600), "RTE": (3000, 600), "SST-2": (1500, 400), "squad": (2000, 400)}
)
"""Rows of train and dev; for SQuAD, questions."""
Row = tuple[str, ...]


def write_tasks(folder: Path, seed: int = 42, sizes: Mapping[str, tuple[int, int]] = SIZES) -> list[Path]:
    """Write each task into its own folder: `CoLA`, `RTE`, `SST-2` as TSV, `squad` as JSON.

    Args:
        folder: created if it does not exist.
        seed: determines the rows.
        sizes: rows of train and dev by task; tasks that are missing here are not written.

    Returns:
        The files written, train before dev.
    """
    paths = []
    for task, counts in sizes.items():
        (folder / task).mkdir(parents=True, exist_ok=True)
        paths += (
            _write_questions(folder / task, seed, counts) if task == "squad" else _write(folder / task, seed, counts)
        )
    return paths


def _write(folder: Path, seed: int, counts: tuple[int, int]) -> list[Path]:
    header, rows = {"CoLA": ((), _cola), "RTE": (RTE_HEADER, _rte), "SST-2": (SST_HEADER, _sst)}[folder.name]
    distinct = _distinct(rows(Words(generator("toy", "task", folder.name, seed))))
    paths = []
    for part, count in zip(("train", "dev"), counts, strict=True):
        paths.append(folder / f"{part}.tsv")
        numbered = (
            (str(number), *row) if header == RTE_HEADER else row for number, row in enumerate(islice(distinct, count))
        )
        lines = ["\t".join(row) for row in ([header] if header else []) + list(numbered)]
        paths[-1].write_text("\n".join(lines) + "\n", encoding="utf-8")
    return paths


def _distinct(rows: Iterator[Row]) -> Iterator[Row]:
    """The rows with a new text, so that train and dev share none."""
    seen: set[Row] = set()
    for row in rows:
        text = tuple(part for part in row if " " in part)
        if text not in seen:
            seen.add(text)
            yield row


RTE_HEADER = ("index", "sentence1", "sentence2", "label")
SST_HEADER = ("sentence", "label")


def _cola(words: Words) -> Iterator[Row]:
    return (
        ("toy-" + error, str(int(good)), "" if good else "*", text)
        for error, good, text in acceptability_examples(words)
    )


def _rte(words: Words) -> Iterator[Row]:
    return ((one, two, "entailment" if entailed else "not_entailment") for one, two, entailed in pairs(words))


def _sst(words: Words) -> Iterator[Row]:
    return ((text, str(int(good))) for text, good in sentiment_examples(words))


def _write_questions(folder: Path, seed: int, counts: tuple[int, int]) -> list[Path]:
    paths, number = [], 0
    for part, count in zip(("train", "dev"), counts, strict=True):
        data: list[dict[str, object]] = []
        left = count
        while left > 0:
            article = write_article(seed, number, for_tasks=True)
            paragraphs, left = _squad(article, left)
            data.append({"title": article.title.replace(" ", "_"), "paragraphs": paragraphs})
            number += 1
        paths.append(folder / f"{part}-v1.1.json")
        paths[-1].write_text(json.dumps({"version": "1.1", "data": data}) + "\n", encoding="utf-8")
    return paths


def _squad(article: Article, left: int) -> tuple[list[dict[str, object]], int]:
    """The article's paragraphs with at most `left` questions, and how many are still to be written."""
    paragraphs: list[dict[str, object]] = []
    for place, ((_, sentences), context) in enumerate(zip(article.sections, article.paragraphs, strict=True)):
        questions: list[dict[str, object]] = []
        start = 0
        for sentence in sentences:
            for question, answer in sentence.answers[:left]:
                answers = [{"text": answer, "answer_start": start + sentence.text.index(answer)}]
                name = f"toy-{article.number}-{place}-{len(questions)}"
                questions.append({"id": name, "question": question, "answers": answers})
                left -= 1
            start += len(sentence.text) + 1
        if questions:
            paragraphs.append({"context": context, "qas": questions})
    return paragraphs, left
