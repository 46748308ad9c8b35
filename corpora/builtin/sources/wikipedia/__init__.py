"""Wikipedia: articles from the dumps that Wikimedia publishes, downloaded or local."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal, Self

from corpora import Address, Document, InputError, Reject, Shard, Source, Template, hookimpl, option, registry
from corpora.builtin.sources.addresses import fetched_file, is_elsewhere, local

if TYPE_CHECKING:
    from corpora.builtin.sources.wikipedia.articles import Articles


ATTRIBUTION = (
    "The texts are by Wikipedia's contributors, under CC BY-SA 4.0. If you share them, name the articles (their "
    "addresses and revisions are in documents.parquet) and use the same licence."
)


@dataclass(frozen=True)
class Wikipedia(Source):
    """Articles of a Wikipedia, as prose without lists, tables and headings."""

    name: ClassVar[str] = "wikipedia"
    version: ClassVar[int] = 6
    licence: ClassVar[str] = "CC BY-SA 4.0"
    uses: ClassVar[tuple[str, ...]] = ("mwparserfromhell",)

    dump: tuple[Path | Address, ...] = option(
        (), "Dump files or their addresses, .xml, .bz2, .gz, .xz or .zst; all parts of one dump.", decides=False
    )
    index: Path | Address | None = option(
        None, "Index of a multistream dump; without it, the dump is searched for streams.", decides=False
    )
    language: str = option("", "Code of the wiki, such as en; by default, the dump's.")
    date: str = option("latest", "Date of the dump to download, YYYYMMDD or latest.", decides=False)
    mirror: str = option("https://dumps.wikimedia.org", "Where dumps are downloaded from.", decides=False)
    contact: str = option(
        "", "Your e-mail address or web page, sent to the server; or set $CORPORA_CONTACT.", decides=False
    )
    lists: Literal["drop", "keep"] = option("drop", "Items of lists: left out, or one paragraph each.")
    headings: Literal["drop", "keep"] = option("drop", "Headings: recorded only, or one paragraph each as well.")
    math: Literal["drop", "tex", "placeholder"] = option("drop", "Formulas: left out, as TeX, or the word formula.")
    captions: Literal["drop", "keep"] = option("drop", "Captions of pictures: left out, or one paragraph each.")
    holes: Literal["drop", "fill", "keep"] = option(
        "drop", "Sentences that a formula or a template had to be left out of: dropped, filled with [...], or kept."
    )
    disambiguation: Literal["drop", "keep"] = option("keep", "Disambiguation pages: rejected, or kept.")
    template: tuple[str, ...] = option((), "Components that render templates, tried before the built-in ones.")
    allow_cut: bool = option(False, "Read the intact pages of a truncated or damaged dump.")
    project: Literal["wikipedia", "any"] = option("wikipedia", "Refuse dumps of other projects, or accept any wiki.")

    def fetches(self) -> bool:
        """Whether a dump has to be downloaded first."""
        return not self.dump or any(map(is_elsewhere, (*self.dump, self.index)))

    def freeze(self, downloads: Path) -> Self:
        """The source with its dump files: the given ones, or the newest complete dump, downloaded."""
        if self.dump:
            return self._with_local_files(downloads)
        from corpora.builtin.sources.wikipedia.dump.download import fetch

        date, files = fetch(self.language or "en", self.date, downloads, mirror=self.mirror, contact=self.contact)
        return replace(self, date=date, dump=files)

    def _with_local_files(self, downloads: Path) -> Self:
        dump = tuple(fetched_file(place, downloads, owner=self.name) for place in self.dump)
        index = None if self.index is None else fetched_file(self.index, downloads, owner=self.name)
        return replace(self, dump=dump, index=index)

    def shards(self) -> Sequence[Shard]:
        """Groups of independent bz2 streams, ranges of plain XML, or whole files.

        Raises:
            InputError: a dump is missing, truncated, from another project, or not a dump.
        """
        from corpora.builtin.sources.wikipedia.dump.streams import shard_starts

        if not self.dump:
            raise InputError("wikipedia: no dump is given; use --dump FILE, or let `corpora build` download one")
        if self.index is not None and len(self.dump) > 1:
            raise InputError(f"wikipedia: --index works with one dump, but {len(self.dump)} are given; leave it out")
        shards: list[Shard] = []
        index = None if self.index is None else local(self.index)
        for number, path in enumerate(map(local, self.dump)):
            self._check_dump(path)
            size, starts = path.stat().st_size, shard_starts(path, index)
            for start, stop in zip(starts, [*starts[1:], None], strict=True):
                key = f"{number:03d}-{path.name}:{start:012d}"
                shards.append(Shard(key, path, start, stop, (stop or size) - start))
        return shards

    def _check_dump(self, path: Path) -> None:
        from corpora.builtin.sources.wikipedia.dump.pages import lacks_root, site_of
        from corpora.builtin.sources.wikipedia.dump.streams import looks_truncated, packing

        for given in (path, *(() if self.index is None else (local(self.index),))):
            if given.exists() and not given.is_file() and not given.is_dir():  # a pipe or a device may never end
                raise InputError(f"dump {given} is not a regular file")
        packing(path)
        if not self.allow_cut and looks_truncated(path) and not lacks_root(path):
            raise InputError(
                f"dump {path} is cut: its end is missing; download it again, or use --allow-cut to read the "
                "intact pages"
            )
        project = site_of(path, self.language).project
        if self.project == "wikipedia" and project not in ("", "wikipedia"):
            raise InputError(f"dump {path} is from {project}, not from Wikipedia; --project any accepts it")

    def read(self, shard: Shard) -> Iterator[Document | Reject]:
        """The articles of a shard, and a reject for every page that is not one."""
        return _articles(self).read(shard)

    def components(self) -> Sequence[Template]:
        """The template renderers, in the order in which they are tried: those chosen by name, then built-in ones."""
        from corpora.builtin.sources.wikipedia.wikitext.text import builtin_templates

        return [*(registry.make("templates", text) for text in self.template), *builtin_templates()]

    def notes(self) -> Sequence[str]:
        """Notes on the dump files for the manifest and the card."""
        from corpora.builtin.sources.wikipedia.dump.streams import is_whole

        cut = [path.name for path in map(local, self.dump) if self.allow_cut and not is_whole(path)]
        lines = [f"{name} is cut or damaged: only its intact pages were read" for name in cut]
        return [*lines, ATTRIBUTION]


@cache
def _articles(source: Wikipedia) -> Articles:
    from corpora.builtin.sources.wikipedia.articles import Articles

    return Articles(source, source.components())


@hookimpl
def corpora_sources() -> list[type[Source]]:
    """Offer the source."""
    return [Wikipedia]
