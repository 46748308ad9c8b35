"""Mix datasets in exact shares: sample each without replacement, and concatenate the samples."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from corpora.errors import OptionError
from corpora.execution import Executor, Progress, silent
from corpora.operations.concatenation import check_alike, side_files
from corpora.operations.selection import SEED, TakeTask
from corpora.operations.thresholds import Amount, Order, threshold
from corpora.operations.version_writer import Rows, Work, write_version, written_parts
from corpora.plugin import registry, seed_of
from corpora.store import Dataset, Manifest, Plan, Store, described, vocabulary_in


def mix(
    shares: Mapping[str, float],
    *,
    name: str,
    rows: int | None = None,
    tokens: int | None = None,
    seed: int = SEED,
    executor: Executor | str = "serial",
    store: Store | None = None,
    progress: Progress = silent,
) -> Dataset:
    """Mix datasets so that each contributes an exact share of the rows or tokens.

    The rows taken from each dataset are those that `sample` takes with the same seed: nested, without replacement,
    in their original order. The samples are concatenated in the given order. With `rows`, the numbers of rows are exact
    and add up; with `tokens`, each dataset contributes as many rows as fit its share.

    Args:
        shares: the share of each dataset, by reference; each is above 0, and they add up to 1.
        name: of the new dataset.
        rows: the size of the result in rows. By default the largest size that the shares allow.
        tokens: the size of the result in tokens, instead of `rows`.
        seed: of the samples.

    Returns:
        The new version, or the existing one for the same arguments.

    Raises:
        OptionError: there are fewer than two datasets, one is given twice, the shares do not add up to 1, both `rows`
            and `tokens` are given, or a parent has too few rows or tokens.
    """
    work = Work.here(store, executor, progress)
    _check_shares(shares)
    parents = tuple(work.open(dataset) for dataset in shares)
    check_alike(parents, "mix")
    _check_different(parents)
    amounts = _amounts(parents, tuple(shares.values()), rows=rows, tokens=tokens)
    sample = registry.make("transforms", "sample")
    parts = [f"{p.name}:{float(share)}" for p, share in zip(parents, shares.values(), strict=True)]
    table: dict[str, Any] = {"mix": parts, "rows": rows, "tokens": tokens, "seed": seed}
    plan = Plan(
        action="mix",
        components=(described(sample),),
        settings={"seed": seed, "rows": [a.rows for a in amounts], "tokens": [a.tokens for a in amounts]},
        parents=tuple(parent.fingerprint for parent in parents),
        recipe={key: value for key, value in table.items() if value is not None},
    )
    orders = [Order(sample, seed_of(seed, sample.name, sample.version, p.fingerprint), "row") for p in parents]

    def write(staging: Path) -> Manifest:
        """Take the sample of each parent, and write them one after the other."""
        side_files(staging, parents)
        taken: list[int] = []
        accounting = {"rows": [parent.rows for parent in parents], "taken": taken}
        batches = _batches(staging, parents, orders, amounts, work, taken)
        made = Rows(parents[0].schema, batches, parents=parents, accounting=accounting)
        return write_version(staging, name, plan, made, work)

    return work.add(name, plan, write)


def parse_shares(words: list[str]) -> dict[str, float]:
    """Parse `NAME:SHARE` words, as used on the command line and in recipes.

    Args:
        words: for example `["tbc:0.3", "wikipedia:0.7"]`.

    Returns:
        The share of each dataset by name; whether they add up to 1 is not checked.

    Raises:
        OptionError: a word does not have this form, or a name is given twice.
    """
    shares: dict[str, float] = {}
    for word in words:
        name, _, share = word.rpartition(":")
        try:
            value = float(share)
        except ValueError:
            value = math.nan
        if not name or math.isnan(value):
            raise OptionError(f"invalid share {word!r}; use DATASET:SHARE, for example tbc:0.3")
        if name in shares:
            raise OptionError(f"{name} is given twice; give each dataset one share")
        shares[name] = value
    return shares


def _check_different(parents: tuple[Dataset, ...]) -> None:
    seen: dict[str, str] = {}
    for parent in parents:
        if parent.fingerprint in seen:
            raise OptionError(
                f"{seen[parent.fingerprint]} and {parent.reference} are the same version; give it one share"
            )
        seen[parent.fingerprint] = parent.reference


def _check_shares(shares: Mapping[str, float]) -> None:
    for dataset, share in shares.items():
        if not 0 < share < 1:
            raise OptionError(f"the share of {dataset} is {share:g}; it must be above 0 and below 1")
    if not math.isclose(total := sum(shares.values()), 1, abs_tol=1e-9):
        raise OptionError(f"the shares add up to {total:g}; they must add up to 1")


def _amounts(
    parents: tuple[Dataset, ...], shares: tuple[float, ...], *, rows: int | None, tokens: int | None
) -> list[Amount]:
    """How much to take from each parent.

    Raises:
        OptionError: both `rows` and `tokens` are given, the amount is below 1, or a parent has too little.
    """
    if rows is not None and tokens is not None:
        raise OptionError("give one of --rows and --tokens, not both")
    if tokens is not None:
        parents[0].need("tokens", "--tokens")
    has = [(p.tokens or 0) if tokens is not None else p.rows for p in parents]
    most = math.floor(min(n / share for n, share in zip(has, shares, strict=True)) + 1e-6)
    total = tokens if tokens is not None else most if rows is None else rows
    unit = "tokens" if tokens is not None else "rows"
    if not 0 < total <= most:
        short = min(range(len(parents)), key=lambda i: has[i] / shares[i])
        raise OptionError(
            f"--{unit} is {total:,}; with these shares it must be at least 1 and at most {most:,}, because "
            f"{parents[short].reference} has only {has[short]:,}"
        )
    return [Amount(tokens=n) if tokens is not None else Amount(rows=n) for n in apportioned(total, shares)]


def apportioned(total: int, shares: tuple[float, ...]) -> list[int]:
    """Divide a total in given shares; the parts with the largest remainders are rounded up, the others down.

    Args:
        total: a number of rows or tokens.
        shares: they add up to 1.

    Returns:
        One whole number per share; they add up to the total.
    """
    exact = [round(total * share, 6) for share in shares]
    parts = [math.floor(part) for part in exact]
    for i in sorted(range(len(parts)), key=lambda i: parts[i] - exact[i])[: total - sum(parts)]:
        parts[i] += 1
    return parts


def _batches(
    staging: Path,
    parents: tuple[Dataset, ...],
    orders: list[Order],
    amounts: list[Amount],
    work: Work,
    taken: list[int],
) -> Iterator[pa.RecordBatch]:
    """The sampled rows of each parent in turn; `taken` is filled with the number of rows from each."""
    for number, (parent, order, amount) in enumerate(zip(parents, orders, amounts, strict=True)):
        folder = staging / "parts" / str(number)
        folder.mkdir(parents=True, exist_ok=True)
        taken.append(0)
        if amount.rows == 0 or amount.tokens == 0:
            continue
        bound = threshold(parent, order, amount, work)
        task = TakeTask(folder, order, vocabulary_in(parent.path), bound, parent.schema, complement=False)
        for batch in written_parts(work, task, parent.pieces(), f"take {parent.name}", {}):
            taken[-1] += batch.num_rows
            yield batch
