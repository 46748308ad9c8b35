"""What a tiny BERT learns from toy text that it does not learn from the same text with its words shuffled.

Trains a WordPiece vocabulary and three models of one size (none, shuffled, natural) for the same number of updates,
then measures masked-LM accuracy on held-out sentences and the toy CoLA task after a short fine-tuning.

    OMP_NUM_THREADS=1 python benchmarks/toy.py
"""

from __future__ import annotations

import argparse
import itertools
import random
import re
import time
from collections.abc import Iterator, Sequence

import torch
from tokenizers import BertWordPieceTokenizer
from transformers import BertConfig, BertForMaskedLM, BertForSequenceClassification

from corpora import generator, registry
from corpora.builtin.sources.toy.acceptability import AcceptabilityExample, acceptability_examples
from corpora.builtin.sources.toy.grammar import Words

AGREEING = (
    "is", "are", "was", "were", "has", "have", "do", "does", "himself", "herself", "itself", "themselves",
    "he", "she", "they", "his", "her", "their",
)  # fmt: skip
LENGTH = 40
MASKED = 0.25


def sentences(books: int) -> list[str]:
    """The sentences of a toy corpus, cut where a full stop stands before a space."""
    source = registry.make("sources", f"toy:books={books},articles={books * 20}")
    paragraphs = (p for shard in source.shards() for document in source.read(shard) for p in document.paragraphs)
    return [s for paragraph in paragraphs for s in re.split(r'(?<=[.!?]["]) |(?<=[.!?]) ', paragraph)]


def shuffled(text: str, rng: random.Random) -> str:
    """The sentence with its words in any order; marks of punctuation count as words."""
    words = re.findall(r"\w+|[^\w\s]", text)
    rng.shuffle(words)
    return " ".join(words)


class Coder:
    """A WordPiece tokenizer and the batches made with it."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.pieces = BertWordPieceTokenizer(lowercase=True)
        self.pieces.train_from_iterator(texts, vocab_size=2000, show_progress=False)
        self.mask = self.pieces.token_to_id("[MASK]")
        self.pieces.enable_padding(length=LENGTH)
        self.pieces.enable_truncation(LENGTH)

    def ids(self, texts: Sequence[str]) -> torch.Tensor:
        """[rows, length], padded with 0."""
        ids = torch.tensor([e.ids for e in self.pieces.encode_batch(list(texts))])
        return ids[:, : int((ids > 0).sum(1).max())]


def masked(ids: torch.Tensor, mask: int, chance: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Inputs with the mask where chance is low enough, and labels with -100 elsewhere."""
    hit = (chance[:, : ids.shape[1]] < MASKED) & (ids > 4)
    return ids.masked_fill(hit, mask), ids.masked_fill(~hit, -100)


def batches(texts: Sequence[str], seed: int) -> Iterator[list[str]]:
    """Batches of 64 sentences of about one length, without end."""
    rng = random.Random(seed)
    while True:
        order = sorted(rng.sample(texts, len(texts)), key=lambda text: text.count(" "))
        starts = range(0, len(order) - 63, 64)
        yield from (order[start : start + 64] for start in rng.sample(starts, len(starts)))


def pretrain(coder: Coder, texts: Sequence[str], updates: int, seed: int) -> BertForMaskedLM:
    """A model of 2 layers of 128, after so many updates of 64 sentences."""
    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=coder.pieces.get_vocab_size(),
        hidden_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=512,
        initializer_range=0.08,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        max_position_embeddings=LENGTH,
    )
    model = BertForMaskedLM(config)
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2e-3, total_steps=max(updates, 2), pct_start=0.1)
    for texts_ in itertools.islice(batches(texts, seed), updates):
        ids = coder.ids(texts_)
        inputs, labels = masked(ids, coder.mask, torch.rand(len(ids), LENGTH))
        hit = labels != -100
        hidden = model.bert(inputs, attention_mask=(ids > 0).long()).last_hidden_state[hit]
        loss = torch.nn.functional.cross_entropy(model.cls(hidden), labels[hit])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return model.eval()


@torch.no_grad()
def fill_accuracy(model: BertForMaskedLM, coder: Coder, texts: Sequence[str]) -> tuple[float, float]:
    """Share of masked pieces that are found: of all, and of those that agree with something."""
    agreeing = torch.tensor([i for w in AGREEING if (i := coder.pieces.token_to_id(w)) is not None])
    ids = coder.ids(texts)
    chance = torch.rand(len(ids), LENGTH, generator=torch.Generator().manual_seed(1))
    inputs, labels = masked(ids, coder.mask, chance)
    found = model(inputs, attention_mask=(ids > 0).long()).logits.argmax(-1) == labels
    hit = labels != -100
    those = hit & torch.isin(labels, agreeing)
    return float(found[hit].float().mean()), float(found[those].float().mean())


def matthews(
    model: BertForMaskedLM,
    coder: Coder,
    train: Sequence[AcceptabilityExample],
    dev: Sequence[AcceptabilityExample],
    epochs: int,
) -> float:
    """Matthews correlation on dev after a few epochs of fine-tuning."""
    torch.manual_seed(0)
    classifier = BertForSequenceClassification(model.config)
    classifier.bert.load_state_dict(model.bert.state_dict(), strict=False)
    optimizer = torch.optim.AdamW(classifier.parameters(), lr=5e-4)
    classifier.train()
    for start in (start for _ in range(epochs) for start in torch.randperm(len(train) // 32).mul(32).tolist()):
        batch = train[start : start + 32]
        ids = coder.ids([row.text for row in batch])
        labels = torch.tensor([int(row.acceptable) for row in batch])
        loss = classifier(ids, attention_mask=(ids > 0).long(), labels=labels).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    classifier.eval()
    with torch.no_grad():
        ids = coder.ids([row.text for row in dev])
        said = classifier(ids, attention_mask=(ids > 0).long()).logits.argmax(-1)
    truth = torch.tensor([int(row.acceptable) for row in dev])
    return float(torch.corrcoef(torch.stack([said.float(), truth.float()]))[0, 1].nan_to_num())


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--updates", type=int, default=1500)
    parser.add_argument("--books", type=int, default=20)
    parser.add_argument("--epochs", type=int, default=6)
    options = parser.parse_args()
    torch.set_num_threads(1)
    natural = sentences(options.books)
    rng = random.Random(0)
    rng.shuffle(natural)
    held, natural = natural[:1000], natural[1000:]
    coder = Coder(natural)
    rows = list(itertools.islice(acceptability_examples(Words(generator("benchmark", 0))), 3600))
    print(f"{len(natural):,} sentences, {coder.pieces.get_vocab_size():,} pieces, {options.updates:,} updates of 64")
    print("| trained on | CPU seconds | filled in | of them agreeing | CoLA Matthews | CPU seconds of fine-tuning |")
    print("|---|---|---|---|---|---|")
    for name, texts in (
        ("natural", natural),
        ("shuffled", [shuffled(text, rng) for text in natural]),
        ("nothing", natural),
    ):
        start = time.process_time()
        model = pretrain(coder, texts, 0 if name == "nothing" else options.updates, seed=1)
        middle = time.process_time()
        all_, agreeing = fill_accuracy(model, coder, held)
        score = matthews(model, coder, rows[:3000], rows[3000:], options.epochs)
        spent = time.process_time() - middle
        print(
            f"| {name} | {middle - start:.0f} | {all_:.3f} | {agreeing:.3f} | {score:.3f} | {spent:.0f} |", flush=True
        )


if __name__ == "__main__":
    main()
