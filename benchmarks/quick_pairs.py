"""What `benchmarks/quick.py` compares: each step of the project beside its peer, on generated data."""

from __future__ import annotations

import argparse
import itertools
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Work = Callable[[], object]
BOOKS, BOOK_WORDS, ARTICLES, PARAGRAPHS = 24, 6000, 600, 2000
TOY = {"books": 8, "articles": 100}
TASK_ROWS, TASK_EPOCHS, WINDOWS = 320, 2, 400
DISTILLATION = argparse.Namespace(
    layers=4, student_layers=2, hidden=128, vocabulary=8000, sequences=60, micro_batch_tokens=4096, large_batch=0,
    dropout=0.0, compile=False,
)  # fmt: skip


@dataclass(frozen=True)
class Pair:
    """A step and its peer, which do the same work."""

    step: str
    peer: str
    """What the peer is, in words."""
    ours: Work
    theirs: Work
    share: float = 1.0
    """The work of the peer as a share of ours."""


def pairs(folder: Path) -> list[Pair]:
    """All pairs, their inputs written into a folder and their libraries imported."""
    made = [_wikitext(folder), _books(folder), _sentences(folder), *_datasets(folder), _distillation()]
    return [*made, *_evaluation(folder)]


def _wikitext(folder: Path) -> Pair:
    import wikitext

    from corpora.builtin.sources.toy.dump import write_dump

    dump = write_dump(folder / "toywiki-20200101-pages-articles.xml", ARTICLES, 1)
    texts = [text for _, text in wikitext.articles([dump])]
    tool = wikitext.ours(wikitext.site_of(dump))["ours"]
    return Pair(
        "wikitext", "mwparserfromhell's strip_code", lambda: [tool(text) for text in texts],
        lambda: [wikitext.strip_code(text) for text in texts],
    )  # fmt: skip


def _books(folder: Path) -> Pair:
    import books

    books.write_books(folder / "books", BOOKS, BOOK_WORDS)

    def run(way: Callable[[Path, Path], None]) -> Work:
        def work() -> None:
            with tempfile.TemporaryDirectory(dir=folder) as place:
                way(folder / "books", Path(place))

        return work

    return Pair(
        "books", "decode, blingfire, lines of text", run(_build), run(books.straightforward(1)),
    )  # fmt: skip


def _build(folder: Path, home: Path) -> None:
    import corpora

    corpora.build(f'books:folder="{folder}"', store=corpora.Store(home))


def _sentences(folder: Path) -> Pair:
    from corpora import registry

    texts = [path.read_text(encoding="utf-8") for path in sorted((folder / "books").glob("*.txt"))]
    paragraphs = [paragraph for text in texts for paragraph in text.split("\n\n")][:PARAGRAPHS]
    rules, peer = (registry.make("splitters", name) for name in ("rules", "sentencex"))
    return Pair(
        "sentences", "sentencex", lambda: [rules.split(text) for text in paragraphs],
        lambda: [peer.split(text) for text in paragraphs],
    )  # fmt: skip


def _datasets(folder: Path) -> list[Pair]:
    import datasets
    import transfer
    import transfer_peers

    import corpora

    home = folder / "home"
    made = transfer.prepare(home, 0, TOY)
    datasets.disable_caching()
    store = corpora.Store(home)

    def ours(step: str) -> Work:
        work = transfer.ours(argparse.Namespace(step=step, home=home, workers=[1]))

        def again() -> None:
            work()
            store.remove(f"{step}-1")

        return again

    def theirs(step: str) -> Work:
        work = transfer_peers.step(step, home)

        def again() -> None:
            work()
            shutil.rmtree(home / f"peer-{step}")

        return again

    shares = {"tokenize": 1.0, "shuffle": made["peer_tokens"] / made["tokens"]}
    return [Pair(step, "datasets.map(batched)", ours(step), theirs(step), share) for step, share in shares.items()]


def _distillation() -> Pair:
    import distill
    import torch

    work = distill.made(DISTILLATION, torch.device("cpu"))
    contenders = dict(distill.contenders(work, DISTILLATION))
    plain = next(update for name, update in contenders.items() if name.startswith("(a)"))
    ours = next(update for name, update in contenders.items() if name.startswith("(c4)"))
    return Pair("distillation", "the plain padded loop", _fresh(work, ours), _fresh(work, plain))


def _fresh(work: Any, update: Work) -> Work:
    def run() -> None:
        work.student.zero_grad(set_to_none=True)
        update()

    return run


def _evaluation(folder: Path) -> list[Pair]:
    import evaluate

    from corpora.builtin.sources.toy.tasks import write_tasks
    from trainer.evaluation.finetuning.settings import settings_for
    from trainer.plugin.discovery import registry
    from trainer.plugin.examples import Splits

    write_tasks(folder / "tasks")
    task = registry.find("tasks", "cola")()
    whole = task.read(folder / "tasks")
    splits = Splits(whole.train.take(range(min(TASK_ROWS, len(whole.train)))), whole.dev)
    settings = settings_for("study", "classification", {"epochs": TASK_EPOCHS, "learning-rate": 1e-3})
    model = evaluate.model_folder(folder / "model", splits)
    seeds = itertools.count()  # features are kept by content, weights are not
    finetuning = Pair(
        "fine-tuning", "the plain transformers loop, padded to 128",
        lambda: evaluate.ours(model, task, splits, settings, next(seeds)),
        lambda: evaluate.plain(model, splits, settings, next(seeds)),
    )  # fmt: skip
    return [finetuning, _windows(folder, model)]


def _windows(folder: Path, model: Path) -> Pair:
    from transformers import AutoConfig, AutoTokenizer

    from trainer.evaluation.finetuning.settings import settings_for
    from trainer.evaluation.problems.features import Reader
    from trainer.evaluation.problems.spans import Spans
    from trainer.plugin.discovery import registry

    examples = next(iter(registry.find("tasks", "squad")().read(folder / "tasks").dev.values()))
    examples = examples.take([number % len(examples) for number in range(WINDOWS)])
    settings = settings_for("study", "span", {"length": 96, "stride": 32})
    tokenizer, config = AutoTokenizer.from_pretrained(model), AutoConfig.from_pretrained(model)

    def peer() -> object:
        return dev_windows(tokenizer, examples, length=settings.length, stride=settings.stride)

    own = Reader.of(AutoTokenizer.from_pretrained(model), config)
    return Pair(
        "windows", "padded windows as lists, by datasets.map",
        lambda: Spans.features(_spans(), examples, own, settings, train=False), peer,
    )  # fmt: skip


def _spans() -> Any:
    from trainer.evaluation.problems.lookup import problem_of
    from trainer.plugin.discovery import registry

    return problem_of(registry.find("tasks", "squad")().head())


def dev_windows(tokenizer: Any, examples: Any, *, length: int, stride: int) -> object:
    """Windows of questions and contexts the usual way: a table, mapped in batches, every window padded to the end."""
    import datasets

    def windows(rows: dict[str, list[str]]) -> dict[str, Any]:
        made = tokenizer(
            rows["question"], rows["context"], truncation="only_second", max_length=length, stride=stride,
            return_overflowing_tokens=True, return_offsets_mapping=True, padding="max_length",
        )  # fmt: skip
        samples = made.pop("overflow_to_sample_mapping")
        places = [
            [place if kind == 1 else None for place, kind in zip(offsets, made.sequence_ids(row), strict=True)]
            for row, offsets in enumerate(made["offset_mapping"])
        ]
        return {**made, "offset_mapping": places, "example": [rows["id"][sample] for sample in samples]}

    columns = {"id": list(examples.ids), "question": list(examples.first), "context": list(examples.second)}
    table = datasets.Dataset.from_dict(columns)
    return table.map(windows, batched=True, remove_columns=table.column_names)
