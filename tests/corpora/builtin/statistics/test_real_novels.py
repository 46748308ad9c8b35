"""Statistics on real novels: the figures of plain Python."""

from collections import Counter
from pathlib import Path
from statistics import median

import numpy as np
import pytest

from corpora import Context, Sequences
from corpora.builtin.statistics.sizes import Sizes
from corpora.builtin.statistics.word_counts import Words, most_frequent

pytestmark = pytest.mark.real_data


@pytest.fixture
def paragraphs(real: Path) -> list[str]:
    texts = [path.read_text(encoding="utf-8", errors="replace") for path in sorted((real / "books/txt").iterdir())[:4]]
    return [line for text in texts for line in text.split("\n") if line.strip()]


def test_sizes_of_novels_are_those_of_python(paragraphs):
    block = Sequences.from_rows([text.encode() for text in paragraphs], np.uint8)
    words = [len(text.split()) for text in paragraphs]
    assert Sizes().summarise(Sizes().count(block, Context())) == {
        "rows": len(paragraphs),
        "documents": None,
        "sentences": len(paragraphs),
        "words": sum(words),
        "mean_words_per_sentence": sum(words) / len(words),
        "median_words_per_sentence": median(words),
        "text_bytes": sum(len(text.encode()) for text in paragraphs),
    }


def test_words_of_novels_are_those_of_a_counter_and_grow_by_heaps_law(paragraphs):
    counts = Words().count(Sequences.from_rows([text.encode() for text in paragraphs], np.uint8), Context())
    assert dict(most_frequent(counts, 10**6)) == Counter(word for text in paragraphs for word in text.split())
    summary = Words().summarise(counts)
    assert 0.5 < summary["heaps_beta"] < 0.9
    assert 0.8 < summary["word_zipf_slope"] < 1.3
