"""Fine-tuning against the plain transformers loop padded to 128: examples a second, and whether scores agree.

    python benchmarks/evaluate.py [--task sst-2 …] [--rows 600] [--seeds 3] [--data ../shared/data/glue]

Both train the same small model on the same examples with the same settings, in turns, in one process on one
thread. Without GLUE at hand both run on the toy grammar's tasks of the same names.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import torch

from trainer.distillation import learning_rate_factor, warmup_updates
from trainer.errors import TaskNotFound
from trainer.evaluation.finetuning.settings import settings_for
from trainer.evaluation.finetuning.training import finetune
from trainer.evaluation.metrics import measured
from trainer.plugin.discovery import registry as tasks
from trainer.plugin.examples import Examples, Splits

LENGTH, EPOCHS = 128, 3
TASKS = ("cola", "sst-2", "mrpc", "rte")


def model_folder(folder: Path, splits: Splits, *, layers: int = 2, hidden: int = 64) -> Path:
    """A BERT with a vocabulary of these sentences, random weights."""
    import transformers
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers

    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    made = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    made.normalizer, made.pre_tokenizer = normalizers.BertNormalizer(), pre_tokenizers.BertPreTokenizer()
    names = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    texts = [*splits.train.first, *(splits.train.second or ())]
    made.train_from_iterator(texts, trainers.WordPieceTrainer(vocab_size=8000, special_tokens=names))
    made.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    fast = transformers.PreTrainedTokenizerFast(
        tokenizer_object=made, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]"
    )
    config = transformers.BertConfig(
        vocab_size=len(fast), hidden_size=hidden, num_hidden_layers=layers, num_attention_heads=max(2, hidden // 64),
        intermediate_size=4 * hidden,
    )  # fmt: skip
    torch.manual_seed(0)
    transformers.BertForMaskedLM(config).save_pretrained(folder)
    fast.save_pretrained(folder)
    return folder


def plain(folder: Path, splits: Splits, settings: Any, seed: int) -> tuple[float, float]:
    """The usual loop: every row padded to 128. Returns seconds of training, and the dev score."""
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    torch.manual_seed(seed)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForSequenceClassification.from_pretrained(folder, num_labels=2)
    rows = _padded(tokenizer, splits.train)
    labels = torch.tensor(list(splits.train.gold))
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=settings.learning_rate, betas=(0.9, settings.beta2), eps=settings.epsilon, weight_decay=0
    )
    total, done, started = int(settings.epochs * -(-len(labels) // settings.batch_size)), 0, time.perf_counter()
    warmup = warmup_updates(settings.warmup, updates=total)
    model.train()
    for _ in range(int(settings.epochs)):
        for picked in torch.randperm(len(labels)).split(settings.batch_size):
            batch = {name: values[picked] for name, values in rows.items()}
            loss = model(**batch, labels=labels[picked]).loss
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), settings.clip)
            for group in optimizer.param_groups:
                group["lr"] = settings.learning_rate * learning_rate_factor(done, updates=total, warmup=warmup)
            optimizer.step()
            optimizer.zero_grad()
            done += 1
    seconds = time.perf_counter() - started
    (dev,) = splits.dev.values()
    model.eval()
    asked = _padded(tokenizer, dev)
    answers = []
    with torch.inference_mode():
        for start in range(0, len(dev), 64):
            batch = {name: values[start : start + 64] for name, values in asked.items()}
            answers += model(**batch).logits.argmax(-1).tolist()
    return seconds, measured(("accuracy",), torch.tensor(answers).numpy(), torch.tensor(list(dev.gold)).numpy())[
        "accuracy"
    ]


def _padded(tokenizer: Any, examples: Examples) -> Any:
    pairs = [list(examples.first)] + ([list(examples.second)] if examples.second is not None else [])
    return tokenizer(*pairs, padding="max_length", truncation=True, max_length=LENGTH, return_tensors="pt")


def ours(folder: Path, task: Any, splits: Splits, settings: Any, seed: int) -> tuple[float, float]:
    """The same by trainer; seconds of training alone, as its progress tells."""
    first: list[float] = []
    last: list[float] = []

    def told(_what: str, done: int, _total: int) -> None:
        (first if done == 1 else last).append(time.perf_counter())

    made = finetune(task, splits, folder, settings=settings, seed=seed, progress=told)
    ((column, dev),) = splits.dev.items()
    answers = torch.tensor(made.evidence[column]["answers"]).numpy()
    seconds = (last[-1] - first[0]) * made.updates / (made.updates - 1)
    return seconds, measured(("accuracy",), answers, torch.tensor(list(dev.gold)).numpy())["accuracy"]


def compared(task: Any, splits: Splits, given: argparse.Namespace) -> dict[str, Any]:
    """Both on one task, in turns: examples a second, dev scores by seed, and the ratio of the speeds."""
    made: dict[str, list[tuple[float, float]]] = {"plain": [], "trainer": []}
    settings = settings_for("study", "classification", {"epochs": EPOCHS, "learning-rate": given.learning_rate})
    with tempfile.TemporaryDirectory() as place:
        folder = model_folder(Path(place), splits, layers=given.layers, hidden=given.hidden)
        for seed in range(given.seeds):
            made["plain"].append(plain(folder, splits, settings, seed))
            made["trainer"].append(ours(folder, task, splits, settings, seed))
    seconds = {name: [spent for spent, _ in runs] for name, runs in made.items()}
    return {
        "task": task.title,
        "examples": EPOCHS * len(splits.train),
        "seconds": {name: statistics.median(spent) for name, spent in seconds.items()},
        "ratio": statistics.median(p / t for p, t in zip(seconds["plain"], seconds["trainer"], strict=True)),
        "dev_accuracy": {name: [round(score, 1) for _, score in runs] for name, runs in made.items()},
    }


def main() -> None:
    """Run both in turns on each task and print the medians."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--task", action="append", help="repeatable; " + ", ".join(TASKS))
    parser.add_argument("--rows", type=int, default=600)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--layers", type=int, default=2)
    parser.add_argument("--hidden", type=int, default=64)
    parser.add_argument("--learning-rate", type=float, default=1e-3)
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[2] / "shared" / "data" / "glue")
    given = parser.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as place:
        if not given.data.is_dir():
            from corpora.builtin.sources.toy.tasks import write_tasks

            given.data = Path(place)
            write_tasks(given.data)
        rows = []
        for name in given.task or TASKS:
            task = tasks.find("tasks", name)()
            try:
                whole = task.read(given.data)
            except TaskNotFound as error:
                print(f"left out: {error}")
                continue
            splits = Splits(whole.train.take(range(min(given.rows, len(whole.train)))), whole.dev)
            rows.append(row := compared(task, splits, given))
            print(_line(row), flush=True)
    total = {name: sum(row["seconds"][name] for row in rows) for name in ("plain", "trainer")}
    ratio = total["plain"] / total["trainer"]
    print(f"all       plain {total['plain']:.1f} s, trainer {total['trainer']:.1f} s: {ratio:.2f}x")
    print(
        json.dumps({"arguments": {k: str(v) for k, v in vars(given).items()}, "rows": rows, "torch": torch.__version__})
    )


def _line(row: dict[str, Any]) -> str:
    speeds = [f"{name} {row['examples'] / row['seconds'][name]:7.1f} examples/s" for name in ("plain", "trainer")]
    scores = "; ".join(f"{name} {', '.join(map(str, row['dev_accuracy'][name]))}" for name in ("plain", "trainer"))
    return f"{row['task']:9} {', '.join(speeds)}: {row['ratio']:.2f}x   dev accuracy {scores}"


if __name__ == "__main__":
    main()
