"""A sample of a build to be read beside its source, and what of the source is missing in it.

    python benchmarks/reading.py wikipedia DUMP... [--count 100] [--seed 13]
    python benchmarks/reading.py books FILE... [--count 100] [--seed 13]

Each paragraph of an article is printed as its sentences, under the lines of wikitext that share most words with it.
A passage of a book is eight sentences in a row, under the text between the first and the last of them in the file;
`missing` and `added` are the pieces of letters in which the two differ.
"""

from __future__ import annotations

import argparse
import difflib
import random
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from lxml import html

import corpora
from corpora.builtin.sources.wikipedia.dump.pages import BrokenPage, pages

PASSAGE = 8
WORD = re.compile(r"[^\W_]+")
Rows = dict[str, list[tuple[int, str]]]
"""The sentences of each document, each with the number of its paragraph."""


def built(source: str, store: corpora.Store) -> Rows:
    """What a build keeps."""
    corpora.build(source, name="reading", duplicates="keep", store=store)
    rows: Rows = {}
    for batch in corpora.open("reading", store=store).batches():
        columns = (batch[name].to_pylist() for name in ("document", "paragraph", "text"))
        for document, paragraph, text in zip(*columns, strict=True):
            rows.setdefault(document, []).append((paragraph, text))
    return rows


def articles(dumps: Sequence[Path]) -> Iterator[tuple[list[str], list[str]]]:
    """Every paragraph of the articles of some dumps, and the lines of the page."""
    for dump in dumps:
        sources = {
            str(page.id): (page.text or "").split("\n")
            for page in pages(dump, 0, None, allow_cut=True)
            if not isinstance(page, BrokenPage)
        }
        with tempfile.TemporaryDirectory() as home:
            rows = built(f'wikipedia:dump="{dump}",allow-cut=true', corpora.Store(Path(home)))
        for document, sentences in sorted(rows.items()):
            lines = sources.get(re.split(r"\D+", document)[-1], [])
            for paragraph in sorted({number for number, _ in sentences}):
                texts = [text for number, text in sentences if number == paragraph]
                yield texts, lines


def nearest(lines: Sequence[str], text: str) -> str:
    """The line of wikitext that shares most words with a text, for its own number of words."""
    words = set(WORD.findall(text))
    return max(lines, key=lambda line: len(words & set(WORD.findall(line))), default="")


def raw_text(book: Path) -> str:
    """All text of a file, without its markup."""
    if book.suffix != ".epub":
        return book.read_bytes().decode("utf-8", "replace")
    with zipfile.ZipFile(book) as archive:
        names = [name for name in archive.namelist() if name.endswith(("html", "htm", "xml")) and "META" not in name]
        return "\n".join(" ".join(html.fromstring(archive.read(name)).itertext()) for name in names)


def letters(text: str) -> tuple[str, list[int]]:
    """The letters of a text, and where each of them stands."""
    places = [at for at, character in enumerate(text) if character.isalnum()]
    return "".join(text[at] for at in places), places


def passages(books: Sequence[Path]) -> Iterator[tuple[list[str], list[str]]]:
    """Every eight sentences in a row, and the text of the file around them."""
    with tempfile.TemporaryDirectory() as home:
        (folder := Path(home) / "books").mkdir()
        for book in books:
            shutil.copyfile(book, folder / book.name)
        rows = built(f'books:folder="{folder}"', corpora.Store(Path(home) / "store"))
    for book in sorted(books):
        sentences = [text for _, text in rows.get(book.name, [])]
        raw = raw_text(book) if sentences else ""
        bare, places = letters(raw)
        at = 0
        for first in range(0, len(sentences) - PASSAGE + 1, PASSAGE):
            texts = sentences[first : first + PASSAGE]
            start = bare.find(letters(" ".join(texts[:2]))[0], at)
            last = letters(texts[-1])[0]
            stop = bare.find(last, start) if start >= 0 else -1
            if stop >= 0:
                at = stop
                yield texts, [raw[places[start] : places[stop + len(last) - 1] + 1]]


def difference(texts: Sequence[str], raw: str) -> Iterator[str]:
    """The words in which a passage and its source differ."""
    ours, theirs = WORD.findall(" ".join(texts)), WORD.findall(raw)
    for kind, a, b, c, d in difflib.SequenceMatcher(None, theirs, ours, autojunk=False).get_opcodes():
        if kind != "equal" and "".join(theirs[a:b]) != "".join(ours[c:d]):
            yield f"missing [{' '.join(theirs[a:b])}] added [{' '.join(ours[c:d])}]"


def main() -> None:
    """Print the sample."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=("wikipedia", "books"))
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=13)
    given = parser.parse_args()
    found = list((articles if given.kind == "wikipedia" else passages)(given.files))
    for number, (texts, lines) in enumerate(random.Random(given.seed).sample(found, min(given.count, len(found))), 1):
        raw = nearest(lines, " ".join(texts))
        print(f"\n#{number} {raw}", *(f"    | {text}" for text in texts), sep="\n")
        if given.kind == "books":
            print(*(f"    ! {line}" for line in difference(texts, raw)), sep="\n")


if __name__ == "__main__":
    main()
