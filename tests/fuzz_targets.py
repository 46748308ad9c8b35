"""What `tests/fuzz.py` mutates: a good file of each kind, and the code that reads files of that kind."""

from __future__ import annotations

import json
from pathlib import Path

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


def targets(folder: Path) -> list[Target]:
    """All kinds, each in a folder of its own."""
    from trainer.evaluation.tasks.task_file import read_task
    from trainer.models import sentence_modules

    places = {name: folder / name for name in ("recipes", "results", "task", "dump", "sentence", "tokens")}
    for place in places.values():
        place.mkdir()
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
        Target("task file", places["task"] / "task.toml", TASK.encode(), read_task, "toml"),
    ]  # fmt: skip


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
    tokenizer = folder / "tokenizer.json"
    return [*made, Target("model's tokenizer", tokenizer, tokenizer.read_bytes(), lambda p: load_tokenizer(p.parent))]


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


def _sealed(folder: Path) -> Target:
    from trainer.evaluation.results import read_sealed, write_sealed

    path = folder / "cola-0-0123.json"
    write_sealed(path, {"task": "cola", "seed": 0, "identity": {"engine": 4}, "scores": {"matthews": 0.5}})
    return Target("sealed result", path, path.read_bytes(), read_sealed)
