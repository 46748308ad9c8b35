"""The parts of a search: open them or cut them into score bands, and check them before anything is trained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from corpora import Dataset, tokenize, transform
from corpora import open as open_dataset
from trainer.data import open_rows
from trainer.distillation import check_apart
from trainer.errors import ModelError, TransferError
from trainer.experiments.search.settings import Search
from trainer.experiments.study import check_names
from trainer.models import check_tokenizers, load_tokenizer, model_folder


def open_parts(search: Search, made: Mapping[str, Dataset]) -> list[Dataset]:
    """The parts in order; score bands are made if they do not exist yet.

    Args:
        search: names the parts, or a dataset and its score column.
        made: the datasets of the recipe, by name.

    Raises:
        DatasetNotFound: the store has no dataset with this name.
        TransferError: a part is a dataset of sentences, or lacks the score column.
    """
    table = search.table
    parts = [made[name] if name in made else open_dataset(name) for name in table.parts]
    for part in parts:
        if part.kind != "tokens":
            raise TransferError(
                f"the part {part.name} is a dataset of sentences; tokenize it first: corpora tokenize {part.name}"
            )
    return parts if table.bands is None else _bands(parts[0], str(table.column), table.bands)


def _bands(dataset: Dataset, column: str, number: int) -> list[Dataset]:
    """Bands of a score column with about the same number of rows, the lowest first; no row is in two of them.

    Rows without a score are in none. Scores are compared as `by-score` compares them, in float32.
    """
    numbers = [each.name for each in dataset.schema if str(each.type).startswith(("int", "uint", "float", "double"))]
    if column not in numbers:
        raise TransferError(
            f"{dataset.name} has no score column {column!r}, only {', '.join(numbers) or 'none'}; "
            "add one with corpora transform"
        )
    blocks = [batch.column(column).to_numpy(zero_copy_only=False) for batch in dataset.batches()]
    scores = np.concatenate([np.empty(0, np.float32), *(block.astype(np.float32) for block in blocks)])
    scores = scores[np.isfinite(scores)]
    if not len(scores):
        raise TransferError(f"{dataset.name} has no row with a {column}")
    edges = np.unique(np.quantile(scores, np.arange(1, number) / number, method="higher").astype(np.float32))
    if len(edges) < number - 1 or not edges[0] > scores.min():
        raise TransferError(f"{dataset.name} cannot be cut into {number} bands: too many rows share one {column}")
    lows, highs = [None, *edges], [*np.nextafter(edges, np.float32(-np.inf)), None]
    made = []
    for band, (low, high) in enumerate(zip(lows, highs, strict=True), start=1):
        options = ",".join(filter(None, [f"column={column}", _bound("min", low), _bound("max", high)]))
        made.append(transform(dataset, f"by-score:{options}", name=f"{dataset.name}-{column}-{band}of{number}"))
    return made


def _bound(name: str, value: float | None) -> str:
    return "" if value is None else f"{name}={float(value)!r}"


def open_held_out(search: Search, made: Mapping[str, Dataset], parts: Sequence[Dataset]) -> dict[str, Dataset]:
    """The held-out datasets by the search's names for them; sentences are tokenized with the parts' tokenizer."""
    found = {name: made[name] if name in made else open_dataset(name) for name in search.table.held_out}
    return {
        name: dataset if dataset.kind == "tokens" else tokenize(dataset, tokenizer=str(parts[0].tokenizer_file))
        for name, dataset in found.items()
    }


def check_parts(
    search: Search, made: Mapping[str, Dataset], parts: Sequence[Dataset], held_out: Mapping[str, Dataset]
) -> int:
    """Check that the parts can be mixed and measured.

    Args:
        search: the settings.
        made: the datasets of the recipe, by name.
        parts: the datasets to mix.
        held_out: the datasets to measure on, by name.

    Returns:
        The tokens in each mix.

    Raises:
        VocabularyMismatch, CasingMismatch: datasets, or the teacher, have different tokenizers.
        HeldOutOverlap: a held-out dataset shares documents with a part.
        TransferError: a part is too small for its share, or two parts are the same version.
    """
    if len({part.fingerprint for part in parts}) < len(parts):
        raise TransferError(f"{search.path}: two parts are the same version of a dataset; list each part once")
    _check_tokenizers(search, made, [*parts, *held_out.values()])
    for part in parts:
        for dataset in held_out.values():
            check_apart(open_rows(dataset), open_rows(part))
    return mix_tokens(search, {part.name: part.tokens or 0 for part in parts})


def mix_tokens(search: Search, sizes: Mapping[str, int]) -> int:
    """The tokens in each mix.

    Args:
        search: its `tokens`, if set, replace the size of the smallest part.
        sizes: tokens by part.

    Raises:
        TransferError: a part is too small for its share.
    """
    smallest = min(sizes, key=lambda name: sizes[name])
    wanted = sizes[smallest] if search.table.tokens is None else search.table.tokens
    if wanted > sizes[smallest] or not wanted:
        raise TransferError(
            f"the part {smallest} has {sizes[smallest]:,} tokens, but the proxy trained on it alone needs "
            f"{wanted:,}; set [search] tokens to at most {sizes[smallest]:,}, or leave the part out"
        )
    return wanted


def _check_tokenizers(search: Search, made: Mapping[str, Dataset], datasets: Sequence[Dataset]) -> None:
    from transformers import PreTrainedTokenizerFast

    teacher = search.study.teacher
    if teacher.model is not None:
        owner = str(model_folder(teacher.model))
        tokenizer = load_tokenizer(Path(owner))
    else:
        taught = made[str(teacher.pretrain)] if teacher.pretrain in made else open_dataset(str(teacher.pretrain))
        owner = str(taught.tokenizer_file)
        tokenizer = PreTrainedTokenizerFast(tokenizer_file=owner)  # type: ignore[no-untyped-call]
    for dataset in datasets:
        check_tokenizers(tokenizer, dataset.tokenizer_file, dataset=dataset.name, teacher=owner)


def check_teacher(search: Search) -> None:
    """Check that the teacher exists, unless the search pre-trains it.

    Raises:
        ModelError: it does not exist.
    """
    teacher = search.study.teacher.model
    if teacher is not None and not (model_folder(teacher) / "config.json").is_file():
        raise ModelError(f"{search.path}: the teacher {teacher} is not a model folder; see trainer inspect {teacher}")


def check_part_names(search: Search) -> None:
    """Check that the recipe or the store has each dataset that the search reads, before anything is built.

    Raises:
        RecipeError: one is in neither; the message lists close matches.
    """
    names = [*search.table.parts, *search.table.held_out, search.study.teacher.pretrain]
    check_names(search.path, search.recipe, names)
