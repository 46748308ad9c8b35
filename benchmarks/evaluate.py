"""Fine-tuning against the plain transformers loop padded to 128: examples a second, and whether scores agree.

    python benchmarks/evaluate.py [--task sst-2] [--rows 1500] [--seeds 2] [--data ../shared/data/glue]

Both train the same small model on the same examples with the same settings, in turns, in one process on one
thread. Without GLUE at hand both run on the toy grammar's tasks of the same names (cola, rte, sst-2).
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

from trainer.examples import Examples, Splits
from trainer.finetuning import finetune, schedule
from trainer.metrics import measured
from trainer.registry import registry as tasks
from trainer.settings import settings_for

LENGTH, EPOCHS = 128, 3


def model_folder(folder: Path, splits: Splits) -> Path:
    """A BERT of 2 layers of 64 with a vocabulary of these sentences, random weights."""
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
        vocab_size=len(fast), hidden_size=64, num_hidden_layers=2, num_attention_heads=2, intermediate_size=256
    )
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
    model.train()
    for _ in range(int(settings.epochs)):
        for picked in torch.randperm(len(labels)).split(settings.batch_size):
            batch = {name: values[picked] for name, values in rows.items()}
            loss = model(**batch, labels=labels[picked]).loss
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), settings.clip)
            for group in optimizer.param_groups:
                group["lr"] = settings.learning_rate * schedule(done, total, settings.warmup)
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


def main() -> None:
    """Run both in turns and print the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--task", default="sst-2")
    parser.add_argument("--rows", type=int, default=1500)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[2] / "shared" / "data" / "glue")
    given = parser.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as place:
        data = given.data
        task = tasks.find("tasks", given.task)()
        if not data.is_dir():
            from corpora.builtin.sources.toy import write_tasks

            data = Path(place) / "toy"
            write_tasks(data)
        whole = task.read(data)
        splits = Splits(whole.train.take(range(min(given.rows, len(whole.train)))), whole.dev)
        folder = model_folder(Path(place) / "model", splits)
        settings = settings_for("study", "classification", {"epochs": EPOCHS, "learning-rate": 1e-3})
        runs: dict[str, list[tuple[float, float]]] = {"plain, padded to 128": [], "trainer": []}
        for seed in range(given.seeds):
            runs["plain, padded to 128"].append(plain(folder, splits, settings, seed))
            runs["trainer"].append(ours(folder, task, splits, settings, seed))
    speeds = {}
    for name, made in runs.items():
        speeds[name] = statistics.median(EPOCHS * len(splits.train) / seconds for seconds, _ in made)
        scores = ", ".join(f"{score:.1f}" for _, score in made)
        print(f"{name:22} {speeds[name]:8.1f} examples/s   dev accuracy {scores}")
    ratio = speeds["trainer"] / speeds["plain, padded to 128"]
    print(
        json.dumps(
            {
                "ratio": round(ratio, 2),
                "task": given.task,
                "rows": len(splits.train),
                "data": str(data),
                "torch": torch.__version__,
            }
        )
    )


if __name__ == "__main__":
    main()
