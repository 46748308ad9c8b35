"""Legacy encodings found, rejected and mistaken: passages of Wikipedia dumps, encoded and read back.

    python benchmarks/encodings.py DUMPS [--passages 4] [--seed 1]

DUMPS is a folder with `LANGUAGE.wiki.xml.bz2` files, at any depth. For each language and each of its legacy encodings,
passages of three lengths are cut from the articles, encoded (characters that the encoding does not have are left out)
and decoded again. A passage is right if every character comes back, rejected if its encoding is called uncertain, and
wrong otherwise. The first proposal of chardet alone is measured beside it. Raw counts and the mistaken passages go to
benchmarks/results/encodings.json.
"""

from __future__ import annotations

import argparse
import json
import random
import time
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import chardet

from corpora import Document, registry
from corpora.builtin.sources.encodings import decode
from corpora.builtin.sources.unreadable import Unreadable

RESULTS = Path(__file__).parent / "results" / "encodings.json"
LENGTHS = (300, 2_500, 20_000)
LEGACY = {
    "fr": "cp1252 iso8859-15 mac_roman cp850", "de": "cp1252 iso8859-15 mac_roman cp850",
    "es": "cp1252 iso8859-15 cp850", "it": "cp1252 iso8859-15", "pt": "cp1252 iso8859-15 cp850", "nl": "cp1252",
    "sv": "cp1252 iso8859-15",
    "da": "cp1252 iso8859-15", "fi": "cp1252 iso8859-15", "is": "cp1252", "cs": "cp1250 iso8859-2 cp852",
    "sk": "cp1250 iso8859-2", "pl": "cp1250 iso8859-2 cp852", "hu": "cp1250 iso8859-2 cp852", "ro": "cp1250 iso8859-2",
    "hr": "cp1250 iso8859-2", "sl": "cp1250 iso8859-2", "sq": "cp1252 cp1250", "tr": "cp1254 iso8859-9 cp857",
    "et": "cp1257 iso8859-13", "lv": "cp1257 iso8859-13", "lt": "cp1257 iso8859-13 iso8859-4",
    "ru": "cp1251 koi8_r cp866 iso8859-5 mac_cyrillic", "uk": "cp1251 koi8_u iso8859-5", "be": "cp1251 iso8859-5",
    "bg": "cp1251 iso8859-5", "mk": "cp1251 iso8859-5", "sr": "cp1251 iso8859-5", "el": "cp1253 iso8859-7 cp737",
    "he": "cp1255 iso8859-8", "ar": "cp1256 iso8859-6", "fa": "cp1256", "ur": "cp1256", "th": "cp874",
    "vi": "cp1258", "zh": "gb18030 gbk big5 hz", "ja": "shift_jis euc_jp iso2022_jp", "ko": "euc_kr cp949 johab",
}  # fmt: skip
TONES = "\u0300\u0301\u0303\u0309\u0323"


class Passage(NamedTuple):
    """A piece of an article in one encoding."""

    language: str
    encoding: str
    length: int
    raw: bytes
    text: str


def main() -> None:
    """Measure, print the tables as Markdown, and keep the raw figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dumps", type=Path)
    parser.add_argument("--passages", type=int, default=4, help="of each length but the longest, which has one")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    counts: dict[int, Counter[str]] = {length: Counter() for length in LENGTHS}
    alone: dict[int, Counter[str]] = {length: Counter() for length in LENGTHS}
    mistaken, languages = [], Counter[str]()
    began = time.process_time()
    for language, encodings in LEGACY.items():
        paragraphs = _paragraphs(arguments.dumps, language)
        chance = random.Random(f"{arguments.seed} {language}")
        for passage in _passages(language, encodings.split(), paragraphs, arguments.passages, chance):
            outcome, found = _outcome(passage)
            counts[passage.length][outcome] += 1
            alone[passage.length][_alone(passage)] += 1
            languages[language] += 1
            if outcome != "right":
                mistaken.append([passage.language, passage.encoding, passage.length, outcome, found])
    seconds = time.process_time() - began
    _print(counts, alone, mistaken, len(languages), seconds)
    raw = {
        "seed": arguments.seed,
        "counts": counts,
        "chardet_alone": alone,
        "languages": languages,
        "mistaken": mistaken,
        "seconds": seconds,
    }
    RESULTS.write_text(json.dumps(raw, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _paragraphs(dumps: Path, language: str) -> list[str]:
    """Long paragraphs of a language's dump, as the source `wikipedia` reads them."""
    dump = next(dumps.rglob(f"{language}.wiki.xml.bz2"))
    source = registry.find("sources", "wikipedia").from_options({"dump": [str(dump)]})
    documents = (made for shard in source.shards() for made in source.read(shard) if isinstance(made, Document))
    return [paragraph for document in documents for paragraph in document.paragraphs if len(paragraph) > 80]


def _passages(
    language: str, encodings: list[str], paragraphs: list[str], number: int, chance: random.Random
) -> Iterator[Passage]:
    for encoding in encodings:
        for length in LENGTHS:
            for _ in range(1 if length == max(LENGTHS) else number):
                passage = _passage(language, encoding, length, paragraphs, chance.randrange(len(paragraphs)))
                if len(passage.raw) > length * 0.6 and not passage.text.isascii():
                    yield passage


def _passage(language: str, encoding: str, length: int, paragraphs: list[str], start: int) -> Passage:
    kept = []
    size = 0
    for paragraph in paragraphs[start:]:
        written = "".join(map(_tones_apart, paragraph)) if encoding == "cp1258" else paragraph
        written = written.encode(encoding, "ignore").decode(encoding)
        kept.append(written[: length - size])
        size += len(kept[-1].encode(encoding))
        if size >= length:
            break
    text = "\n".join(kept)
    return Passage(language, encoding, length, text.encode(encoding), unicodedata.normalize("NFC", text))


def _tones_apart(letter: str) -> str:
    """A Vietnamese letter as cp1258 has it: its tone as a mark of its own."""
    base, *marks = unicodedata.normalize("NFD", letter)
    tones = [mark for mark in marks if mark in TONES]
    return unicodedata.normalize("NFC", base + "".join(m for m in marks if m not in tones)) + "".join(tones)


def _outcome(passage: Passage) -> tuple[str, str]:
    try:
        decoded = decode(passage.raw)
    except Unreadable as error:
        return "rejected", str(error)
    right = unicodedata.normalize("NFC", decoded.text) == passage.text
    return ("right" if right else "wrong"), decoded.encoding


def _alone(passage: Passage) -> str:
    """The outcome if the detector's first proposal were taken."""
    found = chardet.detect(passage.raw)["encoding"]
    try:
        text = passage.raw.decode(found) if found else ""
    except (LookupError, UnicodeDecodeError):
        return "wrong"
    return "right" if unicodedata.normalize("NFC", text) == passage.text else "wrong"


def _print(
    counts: dict[int, Counter[str]],
    alone: dict[int, Counter[str]],
    mistaken: list[list],
    languages: int,
    seconds: float,
) -> None:
    total = sum(sum(each.values()) for each in counts.values())
    print(
        f"{total:,} passages in {languages} languages, {1000 * seconds / total:.0f} ms each (with reading the dumps)\n"
    )
    print(
        "| bytes | passages | right | rejected | wrong | chardet alone: wrong |\n| --- | --- | --- | --- | --- | --- |"
    )
    for length, each in counts.items():
        shares = [f"{each[outcome]:,}" for outcome in ("right", "rejected", "wrong")]
        print(f"| {length:,} | {sum(each.values()):,} | {' | '.join(shares)} | {alone[length]['wrong']:,} |")
    for language, encoding, length, outcome, found in mistaken:
        print(f"\n{outcome}: {language} {encoding} {length:,}: {found}", end="")
    print()


if __name__ == "__main__":
    main()
