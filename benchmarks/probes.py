"""Pseudo-log-likelihoods beside minicons: how far apart the scores of minimal pairs are, and how long both take.

Without a model folder it makes a BERT of 6 layers and a width of 384 with random weights, which are spread enough that
its distributions are far from flat. minicons (MIT) is not a dependency: install it into an environment of its own that
sees this one's packages, and run this file there. Without it, only the speed is printed.

    OMP_NUM_THREADS=1 python benchmarks/probes.py --pairs ../shared/data/blimp --vocabulary VOCAB.txt
    OMP_NUM_THREADS=1 python benchmarks/probes.py --pairs ../shared/data/blimp --model RUN/student
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch

from trainer.builtin.probes.minimal_pairs import MinimalPairs, Pair
from trainer.evaluation.probes import LoadedModel, find_model
from trainer.runtime import precision_for


def random_model(vocabulary: Path, folder: Path, *, layers: int = 6, hidden: int = 384) -> Path:
    """A BERT with random weights and BERT's tokenizer, as a folder."""
    from tokenizers import Tokenizer
    from tokenizers.models import WordPiece
    from tokenizers.normalizers import BertNormalizer
    from tokenizers.pre_tokenizers import BertPreTokenizer
    from tokenizers.processors import BertProcessing
    from transformers import BertConfig, BertForMaskedLM, PreTrainedTokenizerFast

    pieces = {piece: number for number, piece in enumerate(vocabulary.read_text(encoding="utf-8").splitlines())}
    tokenizer = Tokenizer(WordPiece(pieces, unk_token="[UNK]"))
    tokenizer.normalizer, tokenizer.pre_tokenizer = BertNormalizer(lowercase=True), BertPreTokenizer()
    tokenizer.post_processor = BertProcessing(("[SEP]", pieces["[SEP]"]), ("[CLS]", pieces["[CLS]"]))
    names = {f"{name}_token": f"[{name.upper()}]" for name in ("pad", "unk", "cls", "sep", "mask")}
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, **names).save_pretrained(folder)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(pieces), hidden_size=hidden, num_hidden_layers=layers, num_attention_heads=hidden // 32,
        intermediate_size=4 * hidden,
    )  # fmt: skip
    model = BertForMaskedLM(config)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    model.save_pretrained(folder)
    return folder


def loaded(folder: Path, precision: str) -> LoadedModel:
    """A model on the CPU, as `trainer probe` loads it."""
    found, device = find_model(folder), torch.device("cpu")
    return LoadedModel(
        found.name, found.folder, found.load, found.longest, found.vocabulary, device, precision_for(precision, device)
    )


def spread(pairs: list[Pair], number: int) -> list[Pair]:
    """So many pairs, evenly over the file."""
    return [pairs[place] for place in np.linspace(0, len(pairs) - 1, number).astype(int)]


def ours(folder: Path, sentences: list[str], precision: str) -> tuple[np.ndarray, float]:
    """Scores, and processor seconds without loading."""
    subject = loaded(folder, precision)
    subject.log_likelihoods(sentences[:2])
    started = time.process_time()
    return subject.log_likelihoods(sentences), time.process_time() - started


def theirs(folder: Path, sentences: list[str], *, batch: int = 10) -> tuple[np.ndarray, float]:
    """minicons' scores, and processor seconds without loading."""
    from minicons.scorer import MaskedLMScorer

    scorer = MaskedLMScorer(str(folder), "cpu")
    if not hasattr(scorer.tokenizer, "batch_encode_plus"):  # minicons 0.3 calls it; transformers 5 calls it __call__
        scorer.tokenizer.batch_encode_plus = scorer.tokenizer.__call__
    found, started = [], time.process_time()
    for start in range(0, len(sentences), batch):
        found += scorer.sequence_score(
            sentences[start : start + batch], reduction=lambda scores: scores.sum().item(), PLL_metric="within_word_l2r"
        )
    return np.array(found), time.process_time() - started


def main() -> None:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=Path, required=True)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--vocabulary", type=Path)
    parser.add_argument("--number", type=int, default=100)
    parser.add_argument("--precision", default="fp32")
    given = parser.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.model or random_model(given.vocabulary, Path(scratch))
        pairs = spread(MinimalPairs(pairs=given.pairs)._read(), given.number)
        sentences = [sentence for pair in pairs for sentence in (pair.good, pair.bad)]
        scores, seconds = ours(folder, sentences, given.precision)
        told: dict[str, object] = {
            "pairs": len(pairs),
            "precision": given.precision,
            "pairs_per_processor_second": round(len(pairs) / seconds, 2),
            "median_log_likelihood": round(statistics.median(scores.tolist()), 2),
        }
        if find_spec("minicons"):
            others, their_seconds = theirs(folder, sentences)
            told["minicons_pairs_per_processor_second"] = round(len(pairs) / their_seconds, 2)
            told["max_absolute_difference_nats"] = float(np.abs(scores - others).max())
            told["same_preference"] = int(((scores[::2] > scores[1::2]) == (others[::2] > others[1::2])).sum())
    print(json.dumps(told, indent=1))


if __name__ == "__main__":
    main()
