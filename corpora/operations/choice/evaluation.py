"""Find the files of evaluation data that must not be in a dataset: GLUE and SQuAD folders, and single files."""

from __future__ import annotations

from pathlib import Path

from corpora.errors import InputError
from corpora.operations.choice.evaluation_texts import FORMATS, PACKED, READERS, content_suffix

HELD_OUT = ("dev", "validation", "test")
"""Prefixes of the names of evaluation files in a folder."""
ALLOWED = (
    f"a dataset, squad:DIR, glue:DIR, or a file that ends in {', '.join(FORMATS)}, also followed by {', '.join(PACKED)}"
)


def is_of_files(word: str) -> bool:
    """Whether a word of `--of` refers to files, such as `squad:DIR` or `notes.txt`, rather than a dataset."""
    kind, colon, rest = word.partition(":")
    if colon and "/" not in kind and not rest.startswith("//"):
        return kind in READERS
    return "/" in word or content_suffix(Path(word)) in FORMATS


def absolute(word: str) -> str:
    """A word of `--of` that refers to files, with its path made absolute.

    Args:
        word: such as `squad:DIR`; its kind stays in front of the path.
    """
    kind, path = kind_and_path(word)
    return f"{kind}:{path.absolute()}" if kind else str(path.absolute())


def files_of(word: str) -> list[Path]:
    """The files that a word of `--of` refers to.

    Args:
        word: `squad:PATH`, `glue:PATH` or a file. Of a folder, only files of the dev and test splits are used.

    Raises:
        InputError: the file or folder does not exist, or the folder has no files of these splits.
    """
    kind, path = kind_and_path(word)
    if path.is_file() and (kind or content_suffix(path) in FORMATS):
        return [path]
    if not path.is_dir() or not kind:
        raise InputError(f"--of {word}: {_problem(word, path)}; --of takes {ALLOWED}")
    endings = (".json",) if kind == "squad" else (".tsv", ".jsonl")
    found = sorted(
        file for file in path.rglob("*") if content_suffix(file) in endings and file.name.startswith(HELD_OUT)
    )
    if not found:
        wanted = ", ".join(f"{split}*{ending}" for split in HELD_OUT for ending in endings)
        raise InputError(f"--of {word}: it contains no file named {wanted}; give the file itself, {kind}:FILE")
    return found


def _problem(word: str, path: Path) -> str:
    if "://" in word:
        return "addresses are not read here; download the file first"
    if path.is_dir():
        return f"{path} is a folder"
    return f"{path} has another format" if path.exists() else f"{path} does not exist"


def kind_and_path(word: str) -> tuple[str, Path]:
    """`squad` or `glue`, or an empty string, and the path of a word that names files.

    Args:
        word: such as `squad:DIR` or `notes.txt`.
    """
    kind, _, rest = word.partition(":")
    kind, path = (kind, rest) if kind in READERS and rest else ("", word)
    return kind, Path(path).expanduser()
