"""The log of a run, as reports and plans read it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from trainer.distillation import read_log
from trainer.errors import RunError

LINES = [json.dumps({"update": n, "losses": {"soft-target": 1.5}, "held_out": {"kl": 2.0}}) + "\n" for n in (1, 2, 3)]


@pytest.mark.parametrize("cut", range(1, len(LINES[-1]) + 1))
def test_a_log_cut_anywhere_in_its_last_line_gives_the_lines_before_it(tmp_path: Path, cut: int) -> None:
    (tmp_path / "log.jsonl").write_text("".join(LINES)[:-cut], encoding="utf-8")
    whole = 3 if cut == 1 else 2  # only the line feed is missing
    assert [line["update"] for line in read_log(tmp_path / "log.jsonl")] == [1, 2, 3][:whole]


@pytest.mark.parametrize("line", ["", "{", "[]", '{"update": "x"}', '{"update": 1, "held_out": {"kl": "low"}}', "\0\0"])
def test_a_damaged_line_before_others_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / "log.jsonl").write_text(LINES[0] + line + "\n" + LINES[2], encoding="utf-8")
    with pytest.raises(RunError, match=r"log.jsonl, line 2 is damaged"):
        read_log(tmp_path / "log.jsonl")


def test_a_run_without_a_log_has_no_lines(tmp_path: Path) -> None:
    assert read_log(tmp_path / "log.jsonl") == []
