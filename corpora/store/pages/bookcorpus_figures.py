"""Published figures of other authors, shown next to ours and marked as quoted.

Tables 4, 5 and 8 are from S. van de Graaf, "Distilling BERT: Transfer Dataset Size and Composition Effects" (2021).
The figures of the original Toronto BookCorpus are from Zhu et al. (2015, arXiv 1506.06724) and from Bandy and
Vincent, "Addressing documentation debt in machine learning research" (2021, arXiv 2105.05241).
"""

from __future__ import annotations

from corpora.plugin import Json
from corpora.store.pages.values import Share, Size

TABLE_4: list[list[object]] = [
    ["TBC (Zhu et al., 2015), quoted", Size(4_700_000_000), 74_004_228, 984_846_357, 13.3, 11],
    ["TBC replica (study), quoted", Size(5_100_000_000), 65_400_000, 897_100_000, 13.7, 11],
]
"""Dataset, size, sentences, words, mean and median words per sentence; exact counts for TBC where they are known."""

TABLES_5_AND_8: list[list[object]] = [
    ["D_Corpus (study), quoted", Size(20_000_000_000), 109_300_000, 4_000_000_000],
    ["D_T 10 % (study), quoted", Size(2_000_000_000), 10_900_000, 402_600_000],
    ["D_T 1 % (study), quoted", Size(204_800_000), 1_100_000, 40_300_000],
    ["D_T 0.1 % (study), quoted", Size(20_600_000), 109_400, 4_000_000],
    ["D_T Rand. (study), quoted", Size(2_000_000_000), 10_900_000, 402_600_000],
    ["D_T Gen. (study), quoted", Size(2_000_000_000), 10_900_000, 402_600_000],
]
"""Dataset, size, sequences, tokens."""

BOOKCORPUS = "TBC, quoted"
BOOKCORPUS_LINES: dict[str, Json] = {
    "books": 11_038,
    "unique books": 7_185,
    "surplus copies": Share(0.35),
    "empty files": 98,
    "books under 20,000 words": 655,
    "sentences": 74_004_228,
    "unique sentences": Share(0.525),
    "words": 984_846_357,
    "unique words": 1_300_000,
    "mean words a sentence": 13.3,
    "median words a sentence": 11,
    "copies of the most frequent sentence": 1_345,
}
"""Published figures of the original. The most frequent sentence that was reported is a line of a licence."""
