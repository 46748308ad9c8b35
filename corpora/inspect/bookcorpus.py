"""Compare sentence datasets with the published figures of the original Toronto BookCorpus."""

from __future__ import annotations

from collections.abc import Sequence

from corpora.plugin import Json
from corpora.store import Counting, Dataset
from corpora.store.pages import BOOKCORPUS, BOOKCORPUS_LINES, Share, Table, labels, summary


def bookcorpus_table(datasets: Sequence[Dataset], counting: Counting) -> Table | None:
    """The published figures of the original next to those of our datasets.

    Args:
        datasets: only sentence datasets that were built from documents are shown.
        counting: counts words and repeated rows if they are not stored yet.

    Returns:
        None if the dataset does not exist.
    """
    built = [d for d in datasets if d.kind == "sentences" and "found" in d.manifest.accounting and d.rows]
    if not built:
        return None
    columns = [_lines(dataset, counting) for dataset in built]
    rows = [
        [line, *(column.get(line) for column in columns), quoted]
        for line, quoted in BOOKCORPUS_LINES.items()
        if any(line in column for column in columns)
    ]
    note = (
        "Quoted: Zhu et al. 2015; Bandy and Vincent 2021. They counted the original as it was distributed, lower-cased "
        "and split into Treebank tokens; our figures are for the rows after faulty books were rejected."
    )
    return Table("Compared with the original BookCorpus", ["figure", *labels(built), BOOKCORPUS], rows, note=note)


def _lines(dataset: Dataset, counting: Counting) -> dict[str, Json]:
    words, repeats = counting.summary(dataset, "words"), counting.summary(dataset, "repeats")
    accounting, often = dataset.manifest.accounting, repeats["most_repeated"]
    rejected: dict[str, int] = accounting["rejected"]
    return {
        "books": accounting["found"],
        "unique books": accounting["written"],
        "surplus copies": Share(_counted(rejected, "deduplicate: ") / max(accounting["found"], 1)),
        "empty files": _counted(rejected, "empty", "no text"),
        "books under 20,000 words": _counted(rejected, "too short"),
        "sentences": dataset.rows,
        "unique sentences": Share(repeats["distinct_rows_rate"]),
        "words": summary(dataset, "words"),
        "unique words": words["word_types"],
        "mean words a sentence": summary(dataset, "mean_words_per_sentence"),
        "median words a sentence": summary(dataset, "median_words_per_sentence"),
        "copies of the most frequent sentence": often[0][1] if often else 1,
    }


def _counted(rejected: dict[str, int], *parts: str) -> int:
    return sum(number for reason, number in rejected.items() if any(part in reason for part in parts))
