"""The engineer's how-to: every command on the page runs, in small."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PAGE = REPOSITORY / "docs" / "how-to" / "own-text-student.md"
BLOCK = re.compile(r"<!-- (?P<what>run|refused|file: \S+) -->\n```\w+\n(?P<text>.*?)```", re.DOTALL)
SMALLER = {"layers:6": "layers:1", "epochs=3": "updates=2 --sequences 8", "--seeds 3": "--seeds 1 --epochs 1"}


DRIVER = """
import importlib, shlex
for line in open("lines"):
    program, *arguments = shlex.split(line)
    try:
        importlib.import_module(f"{program}.cli").main(arguments)
        code = 0
    except SystemExit as end:
        code = end.code or 0
    print("=>", code, line, flush=True)
"""
"""All commands in one process, as each program's own door runs them: torch is loaded once."""


def small(text: str) -> str:
    """The commands of the page, with less to compute."""
    for large, smaller in SMALLER.items():
        text = text.replace(large, smaller)
    return text


def teacher(folder: Path, texts: Path) -> None:
    """A tiny BERT with a vocabulary trained on the texts."""
    from tokenizers import BertWordPieceTokenizer
    from transformers import BertConfig, BertForMaskedLM, BertTokenizerFast

    words = BertWordPieceTokenizer(lowercase=True)
    words.train([str(path) for path in sorted(texts.glob("*.txt"))], vocab_size=200, show_progress=False)
    size = words.get_vocab_size()
    BertTokenizerFast(vocab=words.get_vocab(), do_lower_case=True).save_pretrained(folder)
    shape = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32}
    BertForMaskedLM(BertConfig(vocab_size=size, max_position_embeddings=128, **shape)).save_pretrained(folder)


@pytest.mark.slow
def test_the_page_runs_as_it_stands_in_small(tmp_path, texts):
    texts.rename(tmp_path / "mine")
    teacher(tmp_path / "teacher", tmp_path / "mine")
    for name in ("train", "dev"):
        rows = [f"hello number {n},{n % 2}" for n in range(16)]
        (tmp_path / f"{name}.csv").write_text("\n".join(["review,stars", *rows]) + "\n", encoding="utf-8")
    lines = []
    for block in BLOCK.finditer(PAGE.read_text(encoding="utf-8")):
        if block["what"].startswith("file: "):
            (tmp_path / block["what"].removeprefix("file: ")).write_text(block["text"], encoding="utf-8")
            continue
        lines += [line for line in small(block["text"]).splitlines() if not line.startswith("export ")]
    (tmp_path / "lines").write_text("\n".join(lines), encoding="utf-8")
    environment = os.environ | {"OMP_NUM_THREADS": "1", "CORPORA_HOME": str(tmp_path / "home")}
    command = [sys.executable, "-c", DRIVER]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    codes = [int(line.split()[1]) for line in done.stdout.splitlines() if line.startswith("=> ")]
    assert codes == [0] * (len(lines) - 1) + [1], done.stdout + done.stderr
    assert "--i-may-redistribute" in done.stderr.splitlines()[-1]
    assert (tmp_path / "run" / "student" / "model.safetensors").exists()
