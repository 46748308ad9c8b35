"""How much of a book's text is taken, and how much of what is taken is text: 8-grams of EPUBs against plain texts.

    python benchmarks/fidelity.py [EPUB=TEXT ...] [--out FILE]

Words are runs of letters and digits in lower case, so that quotation marks, hard wraps and `_italics_` do not count.
The plain texts hold headings, which the datasets do not: sequences across them are missing, and count as missing.
"""

from __future__ import annotations

import argparse
import re
import shutil
import tempfile
from collections import Counter
from pathlib import Path

import corpora

WORDS = re.compile(r"[^\W_]+")
SIZE = 8
REAL = Path("../shared/data/books")
BOOKS = {
    "pg11-images": "11_alices_adventures_in_wonderland",
    "pg345-images": "345_dracula",
    "pg1342": "1342_pride_and_prejudice",
}
PAIRS = [f"{REAL}/epub/{book}.epub={REAL}/gold/{gold}.txt" for book, gold in BOOKS.items()]


def grams(text: str) -> Counter[tuple[str, ...]]:
    """How often each sequence of eight words stands in a text."""
    words = WORDS.findall(text.lower())
    return Counter(zip(*(words[start:] for start in range(SIZE)), strict=False))


def taken(book: Path) -> str:
    """What `corpora build books` takes of a book."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "books").mkdir()
        shutil.copy(book, Path(folder) / "books")
        made = corpora.build(
            f"books:folder={folder}/books,min-words=0", name="book", store=corpora.Store(Path(folder) / "home")
        )
        return " ".join(text for batch in made.batches() for text in batch["text"].to_pylist())


def compare(book: Path, gold: Path) -> str:
    """A line with precision and recall."""
    ours, theirs = grams(taken(book)), grams(gold.read_text(encoding="utf-8"))
    shared = (ours & theirs).total()
    return f"{book.name}: precision {shared / ours.total():.4f}, recall {shared / theirs.total():.4f}"


def main() -> None:
    """Compare every pair that was named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pairs", nargs="*", metavar="EPUB=TEXT", default=PAIRS)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    lines = [compare(*map(Path, pair.split("=", 1))) for pair in given.pairs]
    print("\n".join(lines))
    if given.out:
        given.out.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
