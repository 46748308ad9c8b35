"""A report's tables: the study's Tables 4, 5 and 8, token figures, the accounting of documents and rows, licences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from corpora.plugin import Json
from corpora.store import Dataset
from corpora.store.pages import bookcorpus_figures as quoted
from corpora.store.pages.values import LongText, Share, Size, Table

PARENT_KEYS = ("build", "tokenize", "transform", "from", "concat", "split", "mix", "distinct", "without")
LICENCES_SHOWN = 12


def labels(datasets: Sequence[Dataset]) -> list[str]:
    """A label for each dataset: its name, or NAME@FINGERPRINT if several have the same name."""
    names = Counter(dataset.name for dataset in datasets)
    return [dataset.name if names[dataset.name] == 1 else dataset.reference for dataset in datasets]


def how(recipe: Mapping[str, Json]) -> str:
    """How a version was made, in short: `sample rate=0.1 seed=42`.

    Args:
        recipe: its recipe table; paths are shortened to their last part.
    """
    action = next((key for key in PARENT_KEYS if key in recipe), "made")
    verb = str(recipe[action]) if action in ("transform", "build") else action
    settings = [f"{key}={_in_short(v)}" for key, v in recipe.items() if key not in PARENT_KEYS and v not in ("", [])]
    return " ".join([verb, *settings])


def _in_short(value: object) -> object:
    """A setting, with paths shortened to their last part."""
    if isinstance(value, list):
        return ",".join(str(_in_short(item)) for item in value)
    return value.rstrip("/").rpartition("/")[2] if isinstance(value, str) else value


def report_tables(datasets: Sequence[Dataset]) -> list[Table]:
    """The tables that need only the manifests: the study's Tables 4, 5 and 8, provenance, accounting, licences.

    Args:
        datasets: sentence and token datasets, in the order of the rows; empty tables are left out.
    """
    named = dict(zip(labels(datasets), datasets, strict=True))
    sentences = {name: d for name, d in named.items() if d.kind == "sentences"}
    tokens = {name: d for name, d in named.items() if d.kind == "tokens"}
    tables = [_table_4(sentences), _tables_5_and_8(tokens), _token_figures(tokens), _scores(named), _made(named)]
    tables += [_documents(sentences), _removed(sentences), _licences(named)]
    return [table for table in tables if table.rows]


def summary(dataset: Dataset, key: str) -> Any:
    """A figure from the statistics in a version's manifest, such as `words`; None if it has no such figure."""
    return next((figures[key] for figures in dataset.manifest.statistics.values() if key in figures), None)


def data_bytes(dataset: Dataset) -> int:
    """The total size of its Arrow files."""
    return sum(path.stat().st_size for path in dataset.files)


def _table_4(named: Mapping[str, Dataset]) -> Table:
    headers = ["dataset", "size", "sentences", "words", "mean w.p.s.", "median w.p.s."]
    keys = ("words", "mean_words_per_sentence", "median_words_per_sentence")
    rows = [
        [name, Size(d.manifest.text_bytes or 0), d.rows, *(summary(d, key) for key in keys)]
        for name, d in named.items()
    ]
    note = "Size is that of the text. w.p.s.: words per sentence, a word being a run without white space."
    return Table("Sentence datasets (the study's Table 4)", headers, rows, quoted.TABLE_4, note)


def _tables_5_and_8(named: Mapping[str, Dataset]) -> Table:
    rows = [[name, Size(data_bytes(d)), d.rows, d.tokens] for name, d in named.items()]
    note = "Size is that of the Arrow files. Tokens are counted without the two special ones that the trainer adds."
    headers = ["dataset", "size", "sequences", "tokens"]
    return Table("Token datasets (the study's Tables 5 and 8)", headers, rows, quoted.TABLES_5_AND_8, note)


TOKEN_FIGURES = {
    "types": "types",
    "type_token_rate": "types per token",
    "unknown_rate": "[UNK] per million",
    "unigram_entropy_bits": "entropy, bits",
    "zipf_slope": "Zipf's slope",
    "mean_length": "mean length",
    "median_length": "median",
    "longest": "longest",
}


def _token_figures(named: Mapping[str, Dataset]) -> Table:
    rows = [[name, *(summary(d, key) for key in TOKEN_FIGURES)] for name, d in named.items()]
    for row in rows:
        row[3] = None if row[3] is None else row[3] * 1e6
    note = (
        "All exact. Types are distinct tokens; entropy is that of the unigram distribution; lengths are those of "
        "sequences."
    )
    return Table("Tokens and lengths", ["dataset", *TOKEN_FIGURES.values()], rows, note=note)


def _made(named: Mapping[str, Dataset]) -> Table:
    headers = ["dataset", "made from", "by", "rows before", "rows", "kept", "too short", "split"]
    rows = []
    for name, dataset in named.items():
        counts, manifest = dataset.manifest.accounting, dataset.manifest
        if manifest.parents:
            before = counts.get("sequences", counts.get("rows"))
            before = sum(before) if isinstance(before, list) else before
            rate = Share(dataset.rows / before) if before else None
            parents = ", ".join(_parents(dataset))
            row = [name, parents, LongText(how(manifest.plan["recipe"])), before, dataset.rows, rate]
            rows.append([*row, counts.get("dropped"), counts.get("split")])
    told = [i for i in range(len(headers)) if any(row[i] is not None for row in rows)]
    return Table("How rows were made", [headers[i] for i in told], [[row[i] for i in told] for row in rows])


def _parents(dataset: Dataset) -> list[str]:
    """The names of a version's parents; for a mix, with their shares."""
    names = [parent.partition("@")[0] for parent in dataset.manifest.parents]
    shares = [f" {float(word.rpartition(':')[2]):.3g}" for word in dataset.manifest.plan["recipe"].get("mix", [])]
    return [name + share for name, share in zip(names, shares or [""] * len(names), strict=True)]


SPREAD = {"0.01": "1 %", "0.1": "10 %", "0.5": "50 %", "0.9": "90 %", "0.99": "99 %"}
"""The quantiles of a score that are shown, by their names in the summary."""


def _scores(named: Mapping[str, Dataset]) -> Table:
    """The distribution of each score of each dataset."""
    found = [(n, *score) for n, d in named.items() for score in d.manifest.statistics.get("scores", {}).items()]
    rows: list[list[object]] = []
    for name, score, figures in found:
        quantiles = [figures.get("quantiles", {}).get(share) for share in SPREAD]
        ends = [figures.get(key) for key in ("mean", "least", "greatest")]
        rows.append([name, score, *ends[:2], *quantiles, ends[2], figures["rows_without"]])
    headers = ["dataset", "score", "mean", "least", *SPREAD.values(), "greatest", "without"]
    note = (
        "A tenth of the rows are below the value in the column 10 %, to within 0.8 % of the value; "
        "all other figures are exact. "
        "Without: rows without this score."
    )
    return Table("Scores", headers, rows, note=note)


def _documents(named: Mapping[str, Dataset]) -> Table:
    """One column per dataset that was built from documents, one line per reason."""
    read = {name: d.manifest.accounting for name, d in named.items() if "found" in d.manifest.accounting}
    reasons = list(dict.fromkeys(reason for a in read.values() for reason in (a["rejected"] | a["failures"])))
    rows: list[list[object]] = [["found", *(a["found"] for a in read.values())]] if read else []
    rows += [[reason, *((a["rejected"] | a["failures"]).get(reason) for a in read.values())] for reason in reasons]
    rows += [["written", *(a["written"] for a in read.values())]] if read else []
    note = "Each rejected document has a line with its reason in the version's rejects.jsonl."
    return Table("Where documents went", ["documents", *read], rows, note=note)


def _removed(named: Mapping[str, Dataset]) -> Table:
    """One column per dataset whose source removed passages from its documents, one line per rule."""
    counts = {name: d.manifest.accounting.get("counts", {}).get("removed", {}) for name, d in named.items()}
    counts = {name: removed for name, removed in counts.items() if removed}
    kinds = sorted({kind for removed in counts.values() for kind in removed})
    rows = [[kind, *(removed.get(kind) for removed in counts.values())] for kind in kinds]
    return Table("Passages left out of documents", ["passages", *counts], rows)


def _named(names: list[str]) -> str:
    return ", ".join(names) if len(names) <= 2 else f"{names[0]} and {len(names) - 1} others"


def _licences(named: Mapping[str, Dataset]) -> Table:
    """Documents by licence; datasets with the same counts share a column."""
    columns: dict[tuple[tuple[str, int], ...], list[str]] = {}
    for name, dataset in named.items():
        if dataset.manifest.licences:
            columns.setdefault(tuple(dataset.manifest.licences.items()), []).append(name)
    counts = [dict(column) for column in columns]
    totals: Counter[str] = sum((Counter(count) for count in counts), Counter())
    shown = [licence for licence, _ in totals.most_common(LICENCES_SHOWN)]
    rows: list[list[object]] = [
        [LongText(licence or "unknown"), *(c.get(licence) for c in counts)] for licence in shown
    ]
    if len(totals) > len(shown):
        rest = [sum(n for licence, n in c.items() if licence not in shown) for c in counts]
        rows.append([f"{len(totals) - len(shown)} others", *rest])
    note = "As recorded by each document's source; the texts keep their own licences."
    headers = [_named(names) if len(columns) > 1 else "documents" for names in columns.values()]
    return Table("Licences", ["licence", *headers], rows, note=note)
