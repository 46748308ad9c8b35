"""Subtitles: SubRip files as documents of spoken language, one film each."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from corpora import Document, InputError, Reject, Shard, Source, hookimpl, option

TIMES = re.compile(r"(\d+):(\d\d):(\d\d)[,.](\d{3}) --> (\d+):(\d\d):(\d\d)[,.](\d{3})")
MARKUP = re.compile(r"<[^>]*>|\{\\[^}]*\}|^\s*-\s*|♪")


@dataclass(frozen=True)
class Subtitles(Source):
    """Subtitles in SubRip files (.srt), one document each; a pause begins a new paragraph."""

    name: ClassVar[str] = "subtitles"
    folder: Path = option(..., "The folder that holds the .srt files, at any depth.", decides=False)
    pause: float = option(2.0, "Seconds of silence that end a paragraph.", min=0.0)

    def shards(self) -> Sequence[Shard]:
        """One shard a file, sorted by its path in the folder."""
        paths = sorted(path for path in self.folder.rglob("*.srt") if path.is_file())
        if not paths:
            raise InputError(f"subtitles: no .srt file under {self.folder}; is it the right folder?")
        return [Shard(p.relative_to(self.folder).as_posix(), p, size_bytes=p.stat().st_size) for p in paths]

    def read(self, shard: Shard) -> Iterator[Document | Reject]:
        """The document of one file, or why it gives none."""
        text = shard.path.read_text(encoding="utf-8-sig", errors="replace") if shard.path else ""
        paragraphs, ended = [""], 0.0
        for begin, end, line in _cues(text):
            paragraphs += [""] if begin - ended > self.pause else []
            paragraphs[-1], ended = f"{paragraphs[-1]} {line}".strip(), end
        found = tuple(filter(None, paragraphs))
        yield Document(shard.key, found) if found else Reject(shard.key, "read", "no subtitles")


def _cues(text: str) -> Iterator[tuple[float, float, str]]:
    for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n")):
        if times := TIMES.search(block):
            h, m, s, ms, *end = map(int, times.groups())
            lines = (MARKUP.sub("", line) for line in block[times.end() :].splitlines())
            spoken = " ".join(" ".join(lines).split())
            yield _seconds(h, m, s, ms), _seconds(*end), spoken


def _seconds(hours: int, minutes: int, seconds: int, milliseconds: int) -> float:
    return 3600 * hours + 60 * minutes + seconds + milliseconds / 1000


@hookimpl
def corpora_sources() -> list[type[Source]]:
    """Offer it."""
    return [Subtitles]
