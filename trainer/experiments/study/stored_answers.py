"""A study's answers, stored in its folder for the command line and for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from corpora.errors import first_line
from trainer.errors import ResultDamaged, RunError
from trainer.experiments.study.grid import read_study
from trainer.runtime import parse_json, write_whole

FILE = "answers.json"


@dataclass(frozen=True)
class StoredAnswer:
    """A question with the sentences and differences that answer it."""

    question: str
    sentences: tuple[str, ...]
    """One to three."""
    differences: tuple[dict[str, str], ...] = ()
    """The rows of the report's table of differences, by column."""


def write_answers(folder: Path, answers: Sequence[StoredAnswer]) -> None:
    """Store the answers in a study's folder."""
    write_whole(folder / FILE, msgspec.json.format(msgspec.json.encode(answers), indent=1) + b"\n")


def study_answers(path: Path | str) -> list[StoredAnswer]:
    """The answers of the last report of a study.

    Args:
        path: the study's recipe file.

    Raises:
        RecipeError: the file has an unknown table or key, or a wrong value.
        RunError: no report has been written yet.
        ResultDamaged: the answers cannot be read.
    """
    written = read_study(path).table.out / FILE
    if not written.is_file():
        raise RunError(f"{path}: no report has been written yet; run trainer study run {path}")
    try:
        return msgspec.convert(parse_json(written.read_bytes()), list[StoredAnswer])
    except (OSError, ValueError) as error:
        raise ResultDamaged(
            f"{written} cannot be read ({first_line(error)}); write it again with trainer study report {path}"
        ) from error
