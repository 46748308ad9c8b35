"""The commands as a user types them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from transformers import BertTokenizer

from trainer.cli import PANELS

SMALL = [
    "--sequences", "64", "--micro-batch-tokens", "2048", "--budget", "updates=4", "--log-every", "1",
    "--precision", "fp32",
]  # fmt: skip
SHAPE = ["--layers", "1", "--hidden", "16", "--heads", "1", "--positions", "64"]


@pytest.fixture
def trainer(run: Callable[..., Any]) -> Callable[..., Any]:
    """Call `trainer`."""
    return lambda *arguments, code=0: run(*arguments, code=code, program="trainer")


@pytest.fixture
def teacher(tokens: Any, trainer: Callable[..., Any], tmp_path: Path) -> Path:
    """A teacher pre-trained on `corpus-tokens`, by the command line."""
    trainer("pretrain", "--dataset", tokens.name, "--out", tmp_path / "teacher", *SHAPE, *SMALL)
    return tmp_path / "teacher"


def test_the_way_from_sequences_to_teacher_to_student(
    teacher: Path, trainer: Callable[..., Any], tmp_path: Path
) -> None:
    found = json.loads(trainer("inspect", teacher, "--json").out)
    assert (found["masked_lm_head"], found["layers"], found["casing"]) == (True, 1, "lower-cased")
    split = ["--student", "layers:1", "--loss", "soft-target", "--loss", "masked-lm:weight=2"]
    told = trainer("distill", "--dataset", "corpus", "--teacher", teacher, "--out", tmp_path / "run", *split, *SMALL)
    card = json.loads((tmp_path / "run" / "run.json").read_text(encoding="utf-8"))
    assert "4 updates done" in told.out
    assert card["recipe"]["loss"] == ["soft-target", "masked-lm:weight=2"]
    assert card["dataset"]["name"] == "corpus-tokens"


def test_held_out_documents_are_measured_and_overlapping_ones_refused(
    teacher: Path, trainer: Callable[..., Any], run: Callable[..., Any], tmp_path: Path
) -> None:
    run("split", "corpus-tokens", "--held-out", "0.3")
    common = ["--teacher", teacher, "--student", "layers:1", *SMALL, "--held-out-every", "2"]
    apart = ["--dataset", "corpus-tokens-train", "--held-out", "corpus-tokens-held-out", "--out", tmp_path / "run"]
    trainer("distill", *apart, *common)
    log = [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [set(line["held_out"]) for line in log if "held_out" in line] == [{"kl", "masked_lm", "top1_agreement"}] * 2
    same = ["--dataset", "corpus-tokens", "--held-out", "corpus-tokens-held-out", "--out", tmp_path / "other"]
    assert "shares" in trainer("distill", *same, *common, code=1).err


@pytest.mark.slow
def test_a_terminated_run_says_how_to_go_on_and_does(
    teacher: Path, trainer: Callable[..., Any], tmp_path: Path
) -> None:
    out = tmp_path / "run"
    line = [
        "distill",
        "--dataset",
        "corpus-tokens",
        "--teacher",
        str(teacher),
        "--out",
        str(out),
        "--student",
        "layers:1",
    ]
    command = [
        sys.executable,
        "-c",
        "from trainer.cli import main; main()",
        *line,
        *SMALL,
        "--budget",
        "updates=100000",
    ]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=os.environ | {"OMP_NUM_THREADS": "1"})
    deadline = time.monotonic() + 120
    while not (out / "log.jsonl").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    assert f"continue with: trainer distill --resume --out {out}" in process.communicate(timeout=60)[1]
    assert process.returncode == 128 + signal.SIGTERM
    assert "the time limit" in trainer("distill", "--resume", "--out", out, "--stop-after", "1s").out


@pytest.mark.parametrize(
    ("line", "code", "told"),
    [
        (["distill", "--dataset", "none", "--teacher", "/nowhere"], 1, "neither a model folder"),
        (["distill", "--loss", "soft-targets"], 2, "no loss is named soft-targets; did you mean soft-target"),
        (["distill", "--student", "layer:3"], 2, "no student is named layer; did you mean layers"),
        (["distill", "--learning-rate", "fast"], 2, "Input should be a valid number"),
        (["distill", "--learning-rate", "-1"], 2, "learning-rate is -1.0; it must be a number of at least 0"),
        (["distil"], 2, "Did you mean 'distill'"),
        (["inspect"], 2, "Missing argument"),
    ],
)
def test_a_wrong_call_is_one_clear_line(line: list[str], code: int, told: str, trainer: Callable[..., Any]) -> None:
    error = trainer(*line, code=code).err
    assert told in error
    assert "Traceback" not in error


def test_plugins_lists_kind_name_version_owner_and_options(trainer: Callable[..., Any]) -> None:
    found = {(row["kind"], row["name"]): row for row in json.loads(trainer("plugins", "--json").out)}
    assert list(found["losses", "soft-target"]["options"]) == ["weight", "positions", "temperature", "direction"]
    assert found["students", "distilbert"]["owner"] == "built in"


def test_help_loads_no_torch() -> None:
    program = ["import sys, trainer.cli as c", "try: c.main(['--help'])", "except SystemExit: pass"]
    program.append("assert 'torch' not in sys.modules")
    subprocess.run([sys.executable, "-c", "\n".join(program)], check=True, capture_output=True)


def test_inspect_loads_neither_torch_nor_transformers(make: Any, tmp_path: Path) -> None:
    folder = make.teacher_folder(tmp_path)
    words = {word: number for number, word in enumerate(("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a"))}
    BertTokenizer(vocab=words, do_lower_case=True).save_pretrained(folder)
    program = ["import sys, trainer.cli as c", f"c.main(['inspect', {str(folder)!r}])"]
    program.append("assert not {'torch', 'transformers'} & set(sys.modules)")
    told = subprocess.run([sys.executable, "-c", "\n".join(program)], check=True, capture_output=True, text=True).stdout
    assert "lower-cased" in told
    assert "layers          3 (width 16)" in told


def test_every_command_has_a_file_of_its_own_name() -> None:
    for commands in PANELS.values():
        assert [module.rpartition(".")[2] for module, _ in commands.values()] == list(commands)
