"""Read Parquet files as rows of sentences or token ids, with the tokenizer and the card stored next to them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from corpora import InputError, OptionError, links_out, sha256_file, sha256_of
from corpora.errors import first_line

SENTENCES = pa.schema([("text", pa.large_string()), ("paragraph", pa.int32()), ("document", pa.large_string())])
IDS = "input_ids"
TOKENIZER, CARD, DOCUMENTS = "tokenizer.json", "README.md", "documents.parquet"
BATCH_ROWS = 65_536
UNREADABLE = f"unknown, the YAML of {CARD} cannot be read"


def parquet_files(folder: Path, pattern: str) -> list[Path]:
    """The Parquet files in a folder at any depth, sorted by path, without the document list of an export.

    Links that lead out of the folder are followed; call `refuse_links` first to prevent that.

    Args:
        folder: the folder.
        pattern: a glob for their paths in the folder; `*` also matches slashes.

    Raises:
        InputError: no file matches, or one is a folder, a pipe or a device.
    """
    if folder.is_file():
        raise InputError(f"parquet: {folder} is a file; give its folder: parquet:{folder.parent},files={folder.name}")
    folders = [folder, *(link for link in links_out(folder) if link.is_dir())]
    found = {path for each in folders for path in each.rglob("*.parquet")}
    files = sorted(path for path in found if path != folder / DOCUMENTS)
    if not files:
        raise InputError(f"no .parquet file under {folder}; is it the right folder?")
    chosen = [path for path in files if fnmatchcase(path.relative_to(folder).as_posix(), pattern)]
    if not chosen:
        names = ", ".join(path.relative_to(folder).as_posix() for path in files[:10])
        raise InputError(f"no .parquet file under {folder} matches {pattern!r}; there are {names}")
    for path in chosen:
        if path.exists() and not path.is_file():
            raise InputError(f"{path} is not a regular file")
    return chosen


def refuse_links(folder: Path) -> None:
    """Check that a folder has no symbolic links out of it through which files would be read.

    Raises:
        InputError: there is such a link, to a file that would be read or to a folder.
    """
    read = (path for path in links_out(folder) if path.is_dir() or path.suffix == ".parquet" or path.parent == folder)
    link = next(read, None)
    if link is not None:
        raise InputError(
            f"parquet: {link} leads out of the folder, to {link.resolve()}; remove it, or add follow-links=true"
        )


def wanted(pattern: str) -> str:
    """A pattern restricted to Parquet files.

    Args:
        pattern: as in `glob`, relative to the folder; a folder stands for the files below it.
    """
    return pattern if pattern.endswith(".parquet") else f"{pattern.removesuffix('*')}*.parquet"


def blocks(folder: Path, pattern: str, column: str, scores: Sequence[str] = ()) -> Iterator[pa.RecordBatch]:
    """The rows of all files: sentences if they have the text column, otherwise token ids from `input_ids`.

    Args:
        folder: the folder.
        pattern: a glob for the files' paths in the folder.
        column: the column with the sentences.
        scores: columns of numbers to keep as scores.

    Raises:
        InputError: a file is not Parquet, has neither column, has one of them twice, or has no column for a score.
        OptionError: a score is named twice.
    """
    import pyarrow.parquet as pq

    if len(set(scores)) < len(scores):
        raise OptionError(f"scores={'+'.join(scores)} names a column twice; name each once")
    for path in parquet_files(folder, pattern):
        place = path.relative_to(folder).as_posix()
        with _readable(path), pq.ParquetFile(path) as file:
            names = file.schema_arrow.names
            _check_columns(path, names, column, scores)
            _check_scores(path, file.schema_arrow, scores)
            for batch in file.iter_batches(BATCH_ROWS):
                made = _sentences(batch, column, place) if column in names else _tokens(batch, place)
                yield _filled(made, batch, scores)


def content_of(folder: Path, pattern: str, tokenizer: str | None) -> str:
    """The sha256, in hex, over the paths and contents of all files that are read, and the tokenizer.

    Args:
        folder: the folder.
        pattern: a glob for the files' paths in the folder.
        tokenizer: the text of `tokenizer.json`; None for sentences.
    """
    hashed = [[path.relative_to(folder).as_posix(), sha256_file(path)] for path in parquet_files(folder, pattern)]
    return sha256_of(hashed if tokenizer is None else [*hashed, [TOKENIZER, tokenizer]])


def tokenizer_in(folder: Path, pattern: str, column: str) -> str | None:
    """The text of the `tokenizer.json` stored next to files of token ids; None for sentences.

    Args:
        folder: the folder.
        pattern: a glob for the files' paths in the folder, of which the first is examined.
        column: the column with the sentences, if they are sentences.

    Raises:
        InputError: the files contain token ids but no tokenizer.json comes with them, or the first file is not Parquet.
    """
    import pyarrow.parquet as pq

    first = parquet_files(folder, pattern)[0]
    with _readable(first):
        names = pq.read_schema(first).names
    if column in names or IDS not in names:
        return None
    try:
        return (folder / TOKENIZER).read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise InputError(
            f"{folder} contains token ids but no {TOKENIZER}; copy the one that they were made with into the folder"
        ) from error
    except UnicodeDecodeError as error:
        raise InputError(f"{folder / TOKENIZER} cannot be read: {first_line(error)}") from error


def licence_in(folder: Path) -> str:
    """The licence in the YAML of a dataset card; empty without a card, or if it names none.

    Args:
        folder: has the card as `README.md`.
    """
    from huggingface_hub import metadata_load
    from yaml import YAMLError

    card = folder / CARD
    try:
        said = (metadata_load(card) or {}).get("license") if card.is_file() else None
    except (YAMLError, ValueError):
        return UNREADABLE
    return ", ".join(map(str, said)) if isinstance(said, list) else str(said or "")


def _sentences(batch: pa.RecordBatch, column: str, place: str) -> pa.RecordBatch:
    text = batch.column(column).cast(pa.large_string())
    paragraph = pc.fill_null(_column(batch, "paragraph", pa.int32()), 0)
    return pa.RecordBatch.from_arrays([text, paragraph, _documents(batch, place)], schema=SENTENCES)


def _tokens(batch: pa.RecordBatch, place: str) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays([batch.column(IDS), _documents(batch, place)], names=[IDS, "document"])


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Turn errors of Arrow into an `InputError` that names the file."""
    try:
        yield
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{path} cannot be read: {first_line(error)}") from error


def _check_columns(path: Path, names: Sequence[str], column: str, scores: Sequence[str]) -> None:
    if column not in names and IDS not in names:
        raise InputError(
            f"{path} has no column {column}; it has {', '.join(names)}; name one with text=COLUMN, or other files with "
            "files=PATTERN"
        )
    twice = [name for name in (column, IDS, "paragraph", "document", *scores) if names.count(name) > 1]
    if twice:
        raise InputError(f"{path} has the column {twice[0]} twice; it has {', '.join(names)}; give each its own name")


def _check_scores(path: Path, schema: pa.Schema, scores: Sequence[str]) -> None:
    for name in scores:
        kind = schema.field(name).type if name in schema.names and name not in (*SENTENCES.names, IDS) else pa.null()
        if not (pa.types.is_floating(kind) or pa.types.is_integer(kind)):
            raise InputError(f"{path} has no column of numbers {name} for scores; it has {', '.join(schema.names)}")


def _filled(made: pa.RecordBatch, batch: pa.RecordBatch, scores: Sequence[str]) -> pa.RecordBatch:
    """The non-empty rows with their scores; NaN for scores that are missing or not finite."""
    for name in scores:
        numbers = batch.column(name).cast(pa.float32(), safe=False)
        there = pc.fill_null(pc.is_finite(numbers), False)
        made = made.append_column(name, pc.if_else(there, numbers, pa.scalar(math.nan, pa.float32())))
    values = made.column(0)
    sizes = pc.list_value_length(values) if made.schema.names[0] == IDS else pc.binary_length(values)
    return made.filter(pc.fill_null(pc.greater(sizes, 0), False))


def _documents(batch: pa.RecordBatch, place: str) -> pa.Array:
    """Each row's document id; rows without one belong to their file."""
    return pc.fill_null(_column(batch, "document", pa.large_string()), place)


def _column(batch: pa.RecordBatch, name: str, kind: pa.DataType) -> pa.Array:
    return batch.column(name).cast(kind) if name in batch.schema.names else pa.nulls(batch.num_rows, kind)
