"""Toy: an embedded source that writes its texts by a seeded grammar, offline and of any size."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from corpora import Document, Reject, Shard, Source, hookimpl, option
from corpora.builtin.sources.toy.article import Article, articles
from corpora.builtin.sources.toy.book import Book, books
from corpora.builtin.sources.toy.dump import write_dump
from corpora.builtin.sources.toy.files import write_files
from corpora.builtin.sources.toy.tasks import write_tasks

__all__ = ["Toy", "corpora_sources", "write_dump", "write_files", "write_tasks"]

BYTES_A_WORD = 6
SHARD_BYTES = 16 << 20
ARTICLE_BYTES = 1024


@dataclass(frozen=True)
class Toy(Source):
    """Write novels and wiki-like articles by a seeded grammar of a toy world."""

    name: ClassVar[str] = "toy"
    licence: ClassVar[str] = "CC0-1.0"
    generated: ClassVar[bool] = True
    books: int = option(20, "Number of books.", min=0)
    articles: int = option(400, "Number of articles.", min=0)
    words: int = option(20_000, "Least number of words of a book; it has up to a quarter more.", min=100)
    seed: int = option(42, "What the texts are made from: another seed, other texts.", min=0)

    def shards(self) -> Sequence[Shard]:
        """Ranges of books, then ranges of articles, of about 16 MB each."""
        return [
            *_ranges("books", self.books, self.words * BYTES_A_WORD * 9 // 8),
            *_ranges("articles", self.articles, ARTICLE_BYTES),
        ]

    def read(self, shard: Shard) -> Iterator[Document | Reject]:
        """The books or articles of a range; each depends on the seed and its own number only."""
        numbers = range(shard.start, shard.stop or 0)
        if shard.key.startswith("books"):
            yield from (_of_book(book) for book in books(self.seed, numbers, self.words))
        else:
            yield from (_of_article(article) for article in articles(self.seed, numbers))


def _ranges(what: str, total: int, size_bytes: int) -> Iterator[Shard]:
    step = max(1, SHARD_BYTES // size_bytes)
    for number, start in enumerate(range(0, total, step)):
        stop = min(start + step, total)
        yield Shard(f"{what}-{number:05d}", None, start, stop, (stop - start) * size_bytes)


def _of_book(book: Book) -> Document:
    paragraphs: list[str] = []
    headings = []
    for chapter in book.chapters:
        headings.append((len(paragraphs), chapter.title))
        paragraphs += chapter.paragraphs
    return Document(
        id=f"book-{book.number:06d}",
        paragraphs=tuple(paragraphs),
        title=book.title,
        author=book.author,
        licence=Toy.licence,
        language="en",
        headings=tuple(headings),
        metadata={"generated": True, "kind": "book"},
    )


def _of_article(article: Article) -> Document:
    headings = ((number, heading) for number, (heading, _) in enumerate(article.sections) if heading)
    return Document(
        id=f"article-{article.number:06d}",
        paragraphs=article.paragraphs,
        title=article.title,
        licence=Toy.licence,
        language="en",
        headings=tuple(headings),
        metadata={"generated": True, "kind": article.kind},
    )


@hookimpl
def corpora_sources() -> list[type[Source]]:
    """Offer it."""
    return [Toy]
