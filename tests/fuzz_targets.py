"""What `tests/fuzz.py` mutates: a good file of each kind, and the code that reads files of that kind."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from dataclasses import asdict
from pathlib import Path

import numpy as np

from fuzz import REPOSITORY, Target

SHA1 = "0123456789abcdef0123456789abcdef01234567"
DUMP = "enwiki-20260101-pages-articles.xml.bz2"
MIRROR = "https://mirror.example/dumps/enwiki/20260101/"
TASK = """problem = "classification"
train = "train.tsv"
dev = "dev.tsv"
text = "text"
label = "label"
labels = ["no", "yes"]
metrics = ["accuracy"]
"""


PLACES = ("recipes", "results", "task", "dump", "sentence", "tokens", "labelled", "squad", "pairs", "run")


def targets(folder: Path) -> list[Target]:
    """All kinds, each in a folder of its own."""
    from trainer.evaluation.sentence_pairs import pooling_of
    from trainer.evaluation.tasks.task_file import read_task
    from trainer.models import sentence_modules

    places = {name: folder / name for name in PLACES}
    places["pooling"] = folder / "encoder/1_Pooling"
    for place in places.values():
        place.mkdir(parents=True)
    (places["pooling"].parent / "modules.json").write_text('[{"path": "1_Pooling"}]', encoding="utf-8")
    modules = [{"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}]
    for name in ("train.tsv", "dev.tsv"):
        (places["task"] / name).write_text("text\tlabel\na b\tyes\nc d\tno\n", encoding="utf-8")
    return [
        _manifest(folder),
        _recipe(places["recipes"]),
        _study(places["recipes"]),
        _status(places["dump"]),
        *_model(folder / "model"),
        _tokenizer(places["tokens"]),
        _sealed(places["results"]),
        Target(
            "modules.json", places["sentence"] / "modules.json", json.dumps(modules).encode(),
            lambda path: sentence_modules(path.parent),
        ),
        Target(
            "pooling", places["pooling"] / "config.json", b'{"pooling_mode_mean_tokens": true, "x": [1]}',
            lambda path: pooling_of(path.parents[1]),
        ),
        _answers(places["recipes"]),
        Target("task file", places["task"] / "task.toml", TASK.encode(), read_task, "toml"),
        _presets(places["recipes"]),
        *_labelled(places["labelled"]),
        *_squad(places["squad"]),
        *_pairs(places["pairs"]),
        *_run(places["run"]),
        *_texts(folder),
    ]  # fmt: skip


def _texts(folder: Path) -> list[Target]:
    """Files of the sources `texts` and `books`, each alone in its folder."""
    import corpora

    rows = json.dumps({"version": 1, "rows": [{"id": 1, "text": "One."}, {"text": ["Two.", "Three."]}]}).encode()
    page = b'<!DOCTYPE html [<!ENTITY a "An &b;"><!ENTITY b "eel">]><html><body><h1>Eels</h1><p>&a; &amp; &b;.</p>'
    book = (
        b'<?xml version="1.0" encoding="utf-8"?><FictionBook xmlns:l="x"><description><title-info><book-title>Eels'
        b"</book-title><lang>en</lang></title-info></description><body><title><p>Eels</p></title><section><p>An eel"
        b'<a l:href="#n" type="note">1</a>.</p><poem><stanza><v>An eel</v><v>again</v></stanza></poem></section></body>'
        b'<body name="notes"><section id="n"><p>A fish.</p></section></body></FictionBook>'
    )
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as written:
        written.writestr("a.txt", "One sentence, and one more. " * 9)
        written.writestr("deep/b.jsonl", '{"text": "One."}\n' * 9)

    def target(source: str, name: str, good: bytes, structure: str) -> Target:
        place = folder / f"{source}-{name}"
        place.mkdir()
        made = corpora.registry.find("sources", source).from_options({"folder": str(place)})

        def read(_: Path) -> object:
            return [[*made.read(shard)] for shard in made.shards()]

        return Target(f"{source}, {name}", place / name, good, read, structure)

    return [
        target("texts", "rows.json", rows, "json"),
        target("texts", "archive.zip", archive.getvalue(), "bytes"),
        target("texts", "page.html", page, "bytes"),
        target("books", "book.fb2", book, "bytes"),
    ]


def _manifest(folder: Path) -> Target:
    import corpora
    from corpora.store.manifest import read_manifest

    (folder / "texts").mkdir()
    (folder / "texts/a.txt").write_text("One sentence. And one more.", encoding="utf-8")
    made = corpora.build(f"texts:folder={folder / 'texts'}", name="fuzz")
    place = folder / "versions/fuzz" / made.path.name
    place.mkdir(parents=True)
    path = place / "manifest.json"
    return Target("manifest", path, (made.path / "manifest.json").read_bytes(), read_manifest)


def _recipe(folder: Path) -> Target:
    from corpora import plan_datasets, read_recipe

    text = (REPOSITORY / "recipes/demo.toml").read_bytes().partition(b"# A plugin's noise")[0]
    return Target("recipe", folder / "recipe.toml", text, lambda path: plan_datasets(read_recipe(path)), "toml")


def _study(folder: Path) -> Target:
    from trainer.experiments.study.grid import read_study

    return Target("study", folder / "study.toml", (REPOSITORY / "recipes/demo.toml").read_bytes(), read_study, "toml")


def _answers(folder: Path) -> Target:
    """The answers in a study's folder."""
    from trainer.experiments.study.stored_answers import study_answers

    recipe = folder / "answered.toml"
    text = (REPOSITORY / "recipes/demo.toml").read_text(encoding="utf-8")
    recipe.write_text(text.replace('"../demo/study"', f'"{folder}"'), encoding="utf-8")
    good = b'[{"question": "How much?", "sentences": ["This much."], "differences": [{"one": "a"}]}]'
    return Target("study answers", folder / "answers.json", good, lambda path: study_answers(recipe))


def _status(folder: Path) -> Target:
    from corpora.builtin.sources.wikipedia.dump.status import finished_files

    file = {"size": 5, "url": f"/enwiki/20260101/{DUMP}", "md5": "x", "sha1": SHA1}
    status = {"version": "0.8", "jobs": {"articlesdump": {"status": "done", "files": {DUMP: file}}}}
    read = lambda path: finished_files(path.read_text(encoding="utf-8", errors="replace"), MIRROR)  # noqa: E731
    return Target("dump status", folder / "dumpstatus.json", json.dumps(status).encode(), read)


def _model(folder: Path) -> list[Target]:
    from transformers import BertConfig, BertForMaskedLM

    from trainer.models import load_tokenizer
    from trainer.models.configurations import load_config, read_model_files
    from trainer.models.files.weights import weight_shapes
    from trainer.models.tokenization.tokenizers import check_special_tokens

    config = BertConfig(
        vocab_size=50, hidden_size=8, num_hidden_layers=2, num_attention_heads=2, intermediate_size=16,
        max_position_embeddings=16,
    )  # fmt: skip
    BertForMaskedLM(config).save_pretrained(folder)
    _small_tokenizer().save(str(folder / "tokenizer.json"))

    def read(path: Path) -> None:
        read_model_files(path.parent, teacher=True)
        load_config(path.parent)

    names = {"config.json": read, "model.safetensors": lambda path: weight_shapes(path.parent)}
    kinds = {"config.json": "json", "model.safetensors": "safetensors"}
    made = [Target(name, folder / name, (folder / name).read_bytes(), names[name], kinds[name]) for name in names]
    tokenizer, settings = folder / "tokenizer.json", folder / "tokenizer_config.json"
    told = {"tokenizer_class": "BertTokenizer", "do_lower_case": True, "model_max_length": 16, "mask_token": "[MASK]"}
    tell = lambda path: check_special_tokens(load_tokenizer(path.parent))  # noqa: E731
    return [
        *made,
        Target("tokenizer_config", settings, json.dumps(told).encode(), tell),
        Target("model's tokenizer", tokenizer, tokenizer.read_bytes(), lambda path: load_tokenizer(path.parent)),
    ]


def _tokenizer(folder: Path) -> Target:
    from corpora.store import Vocabulary, load_tokenizer

    def read(path: Path) -> None:
        vocabulary = Vocabulary(load_tokenizer(str(path), None).to_str())
        vocabulary.encode(["a b w3 [MASK] c"])

    return Target("tokenizer.json", folder / "tokenizer.json", _small_tokenizer().to_str().encode(), read)


def _small_tokenizer():  # type: ignore[no-untyped-def]
    from corpora.store.tokenizers import wordpiece

    specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    return wordpiece([*specials, *(f"w{number}" for number in range(45))], "uncased", "made")


def _seal(content: bytes) -> bytes:
    """A result with the seal of its content; unchanged if it is not a JSON object."""
    from corpora import sha256_of

    try:
        values = json.loads(content)
        return json.dumps({**values, "sha256": sha256_of(values)}).encode()
    except (ValueError, TypeError, RecursionError):
        return content


def _sealed(folder: Path) -> Target:
    from trainer.evaluation.results import read_sealed, write_sealed

    path = folder / "cola-0-0123.json"
    write_sealed(path, {"task": "cola", "seed": 0, "identity": {"engine": 4}, "scores": {"matthews": 0.5}})
    return Target("sealed result", path, path.read_bytes(), read_sealed)


def _presets(folder: Path) -> Target:
    from trainer.distillation import resolve

    text = b'preset = "study"\nbudget = "updates=8"\nloss = ["soft-target:temperature=2", "cosine"]\nsequences = 16\n'
    return Target("preset", folder / "preset.toml", text, lambda path: resolve(str(path), {}), "toml")


LABELLED = {
    "train.tsv": ("classification", b"text\tlabel\na b\tyes\nc d\tno\n", "bytes"),
    "train.csv": ("classification", b'text,label\n"a, b",yes\nc d,no\n', "bytes"),
    "train.jsonl": ("regression", b'{"text": "a b", "label": 2.5}\n{"text": "c d", "label": 1}\n', "jsonl"),
    "tags.jsonl": ("tagging", b'{"text": ["a", "b"], "label": ["N", "V"]}\n{"text": "c", "label": "N"}\n', "jsonl"),
    "spans.jsonl": ("spans", b'{"text": "who?", "context": "a b c", "label": "b"}\n' * 2, "jsonl"),
}
"""Files of labelled examples: the kind of problem, the content, and its structure."""


def _labelled(folder: Path) -> list[Target]:
    """Labelled files, each read through a task file next to it."""
    made = []
    for name, (problem, content, structure) in LABELLED.items():
        task = folder / f"{name}.toml"
        pair = 'text-pair = "context"\n' if problem == "spans" else ""
        keys = {"problem": problem, "train": name, "dev": name, "text": "text", "label": "label"}
        task.write_text("".join(f'{key} = "{value}"\n' for key, value in keys.items()) + pair, encoding="utf-8")
        made.append(Target(f"task {name}", folder / name, content, lambda path, task=task: _examples(task), structure))
    return made


def _examples(task: Path) -> None:
    from trainer.evaluation.tasks.task_file import read_task

    _encode(read_task(task).read(task.parent))


def _encode(splits: object) -> None:
    """Encode all texts, as a tokenizer does, which fails on half a surrogate pair."""
    for examples in (splits.train, *splits.dev.values()):  # type: ignore[attr-defined]
        for text in (*examples.first, *(examples.second or ())):
            text.encode()


def _squad(folder: Path) -> list[Target]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from trainer.builtin.tasks.squad import Squad
    from trainer.evaluation.scoring import score_squad

    asked = {"id": "q1", "question": "who?", "answers": [{"answer_start": 2, "text": "b"}]}
    article = {"title": "t", "paragraphs": [{"context": "a b c", "qas": [asked, {**asked, "id": "q2"}]}]}
    content = json.dumps({"version": "1.1", "data": [article]}).encode()
    for name in ("json", "parquet", "score"):
        (folder / name).mkdir()
    for name in ("train-v1.1.json", "dev-v1.1.json"):
        (folder / "json" / name).write_bytes(content)
    (folder / "score/dev.json").write_bytes(content)
    answers = {"answer_start": [2], "text": ["b"]}
    rows = [{"id": "q1", "question": "who?", "context": "a b c", "answers": answers}]
    for name in ("train.parquet", "validation.parquet"):
        pq.write_table(pa.Table.from_pylist(rows), folder / "parquet" / name)
    parquet = folder / "parquet/train.parquet"
    read = lambda path: _encode(Squad().read(path.parent))  # noqa: E731
    return [
        Target("squad json", folder / "json/train-v1.1.json", content, read),
        Target("squad parquet", parquet, parquet.read_bytes(), read, "bytes"),
        Target(
            "predictions", folder / "score/predictions.json", b'{"q1": "b", "q2": "a"}',
            lambda path: score_squad(path, path.parent / "dev.json"),
        ),
    ]  # fmt: skip


def _pairs(folder: Path) -> list[Target]:
    from trainer.builtin.probes.minimal_pairs import MinimalPairs

    line = {"sentence_good": "A cat sleeps.", "sentence_bad": "A cat sleep.", "field": "syntax", "UID": "agreement"}
    content = (json.dumps(line) + "\n").encode() * 3
    read = lambda path: MinimalPairs(pairs=path).inputs(None)  # type: ignore[arg-type]  # noqa: E731
    return [
        Target("pairs", folder / "pairs.jsonl", content, read, "jsonl"),
        Target("pairs, gzip", folder / "pairs.jsonl.gz", content, read, "jsonl", lambda part: gzip.compress(part, 1)),
    ]


def _run(folder: Path) -> list[Target]:
    """The files in a run folder that `trainer report` and `--resume` read."""
    from trainer.data.rows import Survey
    from trainer.distillation import RunCard, resolve
    from trainer.distillation.runs.run_card import DatasetEntry, PlanEntry, card_text, read_card
    from trainer.evaluation.evaluator import Evaluation
    from trainer.evaluation.intervals import evidence
    from trainer.evaluation.results import Column
    from trainer.experiments.study.held_out import HeldOut
    from trainer.experiments.study.reports.page import report_content
    from trainer.experiments.study.run_results import read_run_results

    recipe = resolve("study", {}).options()
    card = RunCard("distill", "study", recipe, DatasetEntry("toy", "0" * 64, 5, 50), plan=PlanEntry(4), updates=4)
    losses, held_out = {"soft-target": 2.5, "cosine": 0.5}, {"kl": 2.0, "top1_agreement": 0.25}
    log = "".join(
        json.dumps({"update": update, "losses": losses, "held_out": held_out, "tokens_per_second": 9.5}) + "\n"
        for update in range(1, 5)
    )
    (folder / "run.json").write_text(card_text(card), encoding="utf-8")
    (folder / "log.jsonl").write_text(log, encoding="utf-8")
    Survey(np.array([0, 2, 3]), 7).write(folder / "survey.npz")

    def report(path: Path) -> None:
        report_content(read_run_results([folder]), preset="sanh9", networks=None, title="Fuzz")

    survey, evaluation = folder / "survey.npz", folder / "evaluation"
    column = Column("RTE", "rte", {"accuracy": [50.0]}, {"accuracy": 50.0}, [0], [], 2, 2, ["cells/rte-0.json"], "sanh")
    scores = json.dumps(Evaluation("glue", {}, {"RTE": column}, {}, {}).as_json()).encode()
    answers = json.dumps({"RTE": {"answers": [0, 1], "gold": [1, 1]}}).encode()
    measured = json.dumps(asdict(HeldOut("toy", "0", "1", (0, 1), (0, 0), (4, 4), (1.0, 2.0), (1, 2)))).encode()
    (evaluation / "cells").mkdir(parents=True)
    return [
        Target("evaluation", evaluation / "glue.json", scores, report, pack=_seal),
        Target(
            "cell answers",
            evaluation / "cells/rte-0.answers.json",
            answers,
            lambda path: evidence(str(path.with_name("rte-0.json")), "RTE"),
        ),
        Target("held-out", folder / "held-out.json", measured, report, pack=_seal),
        Target("run card", folder / "run.json", card_text(card).encode(), read_card),
        Target("run card, report", folder / "run.json", card_text(card).encode(), report),
        Target("log, report", folder / "log.jsonl", log.encode(), report, "jsonl"),
        Target("survey.npz", survey, survey.read_bytes(), lambda path: Survey.read(path), "bytes"),
    ]
