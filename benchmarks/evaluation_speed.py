"""Processor time to evaluate a study's models, beside another checkout, and whether any score differs.

    python benchmarks/evaluation_speed.py --against ../before [--data ../shared/data] [--share 0.25] [--out FILE]

Each checkout runs in its own environment (`CHECKOUT/.venv`), on one thread, in turns. It evaluates a teacher of four
layers, a start and a student of two (random weights, the 30,522 words of bert-base-uncased, width 128) on subsets of
SST-2, RTE and SQuAD; then a second study with the same teacher and start. `--share` makes the subsets smaller.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

PROGRAM = """
import json, sys, time
from pathlib import Path
import torch
torch.set_num_threads(1)
from trainer import evaluate
place, data = Path(sys.argv[1]), Path(sys.argv[2])
share = float(sys.argv[3])
asked = {
    "sst-2": ("glue", {"train_rows": int(320 * share), "dev_rows": int(872 * share), "epochs": 1}),
    "rte": ("glue", {"train_rows": int(160 * share), "dev_rows": int(277 * share), "epochs": 1}),
    "squad": ("squad", {"train_rows": int(64 * share), "dev_rows": int(200 * share), "epochs": 1}),
}
seconds, scores = {}, {}
for study, names in (("first", ("teacher", "start", "student")), ("second", ("teacher-copy", "start-copy"))):
    for task, (folder, changes) in asked.items():
        began = time.process_time()
        for name in names:
            made = evaluate(task, model=place / name, data=data / folder, changes=changes, device="cpu")
            for column in made.columns.values():
                scores[f"{name} {column.title}"] = column.metrics
        seconds[f"{study} study, {task}"] = time.process_time() - began
print(json.dumps({"seconds": seconds, "scores": scores}))
"""


def write_models(folder: Path, vocabulary: Path) -> None:
    """Three models of one vocabulary, and copies of two in other folders, as a second study has them."""
    import torch
    import transformers

    words = vocabulary.read_text(encoding="utf-8").split("\n")
    pieces = {word: number for number, word in enumerate(words) if word}
    tokenizer = transformers.BertTokenizer(vocab=pieces, do_lower_case=True)
    for name, layers, seed in (("teacher", 4, 0), ("start", 2, 1), ("student", 2, 2)):
        torch.manual_seed(seed)
        config = transformers.BertConfig(
            vocab_size=len(pieces), hidden_size=128, num_hidden_layers=layers, num_attention_heads=2,
            intermediate_size=512,
        )  # fmt: skip
        transformers.BertForMaskedLM(config).save_pretrained(folder / name)
        tokenizer.save_pretrained(folder / name)
    for name in ("teacher", "start"):
        shutil.copytree(folder / name, folder / f"{name}-copy")


def run(checkout: Path, models: Path, data: Path, share: float) -> dict[str, dict[str, float]]:
    """What PROGRAM prints in one checkout, with an empty home and fresh copies of the models."""
    with tempfile.TemporaryDirectory() as place:
        copies = shutil.copytree(models, Path(place) / "models")
        environment = {**os.environ, "CORPORA_HOME": f"{place}/home", "OMP_NUM_THREADS": "1"}
        environment.pop("TRAINER_RESULTS", None)
        program = [checkout / ".venv/bin/python", "-c", PROGRAM, copies, data.absolute(), share]
        done = subprocess.run(list(map(str, program)), cwd=checkout, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{checkout}: {done.stderr[-2000:]}")
    made: dict[str, dict[str, float]] = json.loads(done.stdout.splitlines()[-1])
    return made


def main() -> None:
    """Run both and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--against", type=Path, required=True, help="the other checkout")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--share", type=float, default=1.0, help="of the subsets' rows, above 0")
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        write_models(Path(place), given.data / "vocab" / "bert-base-uncased-vocab.txt")
        before, after = (
            run(checkout, Path(place), given.data, given.share) for checkout in (given.against, Path.cwd())
        )
    lines = [f"{'step':28}{'before':>9}{'after':>9}{'ratio':>7}"]
    for step, seconds in before["seconds"].items():
        now = after["seconds"][step]
        lines.append(f"{step:28}{seconds:8.1f}s{now:8.1f}s{seconds / now:7.2f}")
    whole = [sum(side["seconds"].values()) for side in (before, after)]
    lines.append(f"{'both studies':28}{whole[0]:8.1f}s{whole[1]:8.1f}s{whole[0] / whole[1]:7.2f}")
    differing = [name for name, metrics in before["scores"].items() if metrics != after["scores"][name]]
    lines.append(f"scores that differ in any digit: {len(differing)} of {len(before['scores'])} {differing or ''}")
    print("\n".join(lines))
    if given.out:
        given.out.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
