"""Read evaluation data that must not be in a dataset: GLUE and SQuAD folders, and text files."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from corpora.errors import InputError, OptionError

HELD_OUT = ("dev", "validation", "test")
"""Prefixes of the names of evaluation files in a folder."""
TEXT_COLUMNS = frozenset(
    {"sentence", "sentence1", "sentence2", "question", "question1", "question2", "premise", "hypothesis",
     "#1 String", "#2 String"}
)  # fmt: skip
"""The columns of GLUE's files that contain text."""
COLA_COLUMNS, COLA_TEXT = 4, 3
"""CoLA's train and dev files have four columns and no header; the text is the last."""
FILES = (".txt", ".jsonl")
ALLOWED = "a dataset, squad:DIR, glue:DIR, or a file that ends in .txt or .jsonl"


def is_of_files(word: str) -> bool:
    """Whether a word of `--of` refers to files, such as `squad:DIR` or `notes.txt`, rather than a dataset."""
    kind, colon, _ = word.partition(":")
    return (bool(colon) and kind in READERS) or Path(word).suffix in FILES


def absolute(word: str) -> str:
    """A word of `--of` that refers to files, with its path made absolute."""
    kind, path = _split(word)
    return f"{kind}:{path.absolute()}" if kind else str(path.absolute())


def files_of(word: str) -> list[Path]:
    """The files that a word of `--of` refers to.

    Args:
        word: `squad:PATH`, `glue:PATH` or a text file. Of a folder, only files of the dev and test splits are used.

    Raises:
        InputError: the file or folder does not exist, or the folder has no files of these splits.
    """
    kind, path = _split(word)
    if path.is_file():
        return [path]
    if not path.is_dir() or not kind:
        raise InputError(f"--of {word}: {path} does not exist; --of takes {ALLOWED}")
    endings = (".json",) if kind == "squad" else (".tsv", ".jsonl")
    found = sorted(file for file in path.rglob("*") if file.suffix in endings and file.name.startswith(HELD_OUT))
    if not found:
        wanted = ", ".join(f"{split}*{ending}" for split in HELD_OUT for ending in endings)
        raise InputError(f"--of {word}: it contains no file named {wanted}; give the file itself, {kind}:FILE")
    return found


def texts_of(word: str, path: Path) -> Iterator[str]:
    """The texts in a file of evaluation data: questions, contexts, sentences or lines.

    Args:
        word: the word of `--of` that refers to the file; its prefix determines the format.
        path: the file; its suffix determines the format if there is no prefix.

    Raises:
        InputError: the file does not have this format.
    """
    kind = _split(word)[0]
    try:
        yield from (_lines if path.suffix == ".jsonl" else READERS.get(kind, _text))(path)
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, csv.Error, KeyError, TypeError, AttributeError) as error:
        what = f"{kind} data" if kind else f"{path.suffix} text"
        raise InputError(f"--of {word}: {path} cannot be read as {what} ({type(error).__name__}: {error})") from error


def _split(word: str) -> tuple[str, Path]:
    kind, _, rest = word.partition(":")
    kind, path = (kind, rest) if kind in READERS and rest else ("", word)
    return kind, Path(path).expanduser()


def _text(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8-sig") as file:
        yield from (line.rstrip("\n") for line in file)


def _lines(path: Path) -> Iterator[str]:
    """Every string in every JSON object, including ids and labels, which are too short to share an n-gram."""
    with path.open(encoding="utf-8-sig") as file:
        for line in filter(str.strip, file):
            yield from _strings(json.loads(line))


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _strings(part)


def _squad(path: Path) -> Iterator[str]:
    content = json.loads(path.read_text(encoding="utf-8-sig"))
    for article in content["data"]:
        for paragraph in article["paragraphs"]:
            yield paragraph["context"]
            yield from (question["question"] for question in paragraph["qas"])


def _glue(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        first = next(rows, [])
        columns = [place for place, name in enumerate(first) if name in TEXT_COLUMNS]
        if not columns and len(first) == COLA_COLUMNS:
            yield first[COLA_TEXT]
            columns = [COLA_TEXT]
        if not columns:
            raise OptionError(
                f"{path} has the columns {', '.join(first)}, none of which is a text column of GLUE; "
                f"give its texts as a .txt or .jsonl file"
            )
        for row in rows:
            yield from (row[place] for place in columns if place < len(row))


READERS: dict[str, Callable[[Path], Iterable[str]]] = {"squad": _squad, "glue": _glue}
"""The readers, by the prefix of a word."""
