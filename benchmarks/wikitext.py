"""Wikitext to text by our passes and by other tools, on the same pages in one process: speed, artefacts, recall.

python benchmarks/wikitext.py DUMP... [--reference FILE...] [--peers FOLDER] [--language en] [--repeat 3]
Other tools than mwparserfromhell run if they can be imported; FOLDER is added at the end of the search path.
"""

from __future__ import annotations

import argparse
import json
import platform
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import mwparserfromhell

from corpora.builtin.sources.wikipedia.articles import rejected
from corpora.builtin.sources.wikipedia.dump.pages import BrokenPage, pages, site_of
from corpora.builtin.sources.wikipedia.site import Site
from corpora.builtin.sources.wikipedia.wikitext.markup import Rules
from corpora.builtin.sources.wikipedia.wikitext.text import Reader, builtin_templates

ARTEFACTS = {
    "damaged ()": r"\(\s*(?:[;,:]\s*)*\)|\(\s*[;,]",
    "spacing": r"[a-z] [,.;](?=\s)|[a-z,]  [a-z]",
    "table": r"^\s*(?:\{\||\|[-}]|!)|\|\|",
    "thumb|": r"(?:thumb|left|right|\d+px)\|",
    "category": r"[Cc]ategory:",
    "[[ {{": r"\[\[|\]\]|\{\{|\}\}",
    "''": r"''+",
    "tags": r"</?[a-z][^>\n]{0,80}>|&(?:lt|amp|nbsp);",
    "sections": r"^\s*=*\s*(?:References|External links|See also|Further reading|Notes|Bibliography)\s*=*\.?\s*$",
    "url": r"https?://\S+",
    "dangling": r"\b(?:of|is|was|at|to|by|in|the|a) [,.;](?=\s)",
}
"""Traces of markup that a reader would stumble over, counted per 10,000 words (TRAPS' table)."""
WORD = re.compile(r"\w+")
UNIT = re.compile(r"\{\{\s*(?:convert|cvt)\s*\|\s*([0-9][0-9,.]*)\s*\|", re.IGNORECASE)

Tool = Callable[[str], str]


def articles(dumps: list[Path]) -> Iterator[tuple[str, str]]:
    """Title and wikitext of every article; the whole pages of cut dumps."""
    for dump in dumps:
        site = site_of(dump)
        for page in pages(dump, 0, None, allow_cut=True):
            if not isinstance(page, BrokenPage) and page.text and not rejected(page, site)[0]:
                yield page.title, page.text


def strip_code(wikitext: str) -> str:
    """mwparserfromhell as it comes."""
    return str(mwparserfromhell.parse(wikitext).strip_code())


def usual(wikitext: str, site: Site | None = None) -> str:
    """What most cleaning scripts do with mwparserfromhell: files, categories, references and tables out, then strip."""
    prefixes = (site or Site()).prefixes
    code = mwparserfromhell.parse(wikitext)
    for link in code.ifilter_wikilinks():
        prefix, colon, _ = str(link.title).partition(":")
        if colon and prefixes.get(prefix.strip().lower()) in (6, 14):
            _remove(code, link)
    for tag in code.ifilter_tags(matches=lambda tag: str(tag.tag).lower() in ("ref", "table")):
        _remove(code, tag)
    return "\n".join(str(section.strip_code()) for section in code.get_sections(include_lead=True, flat=True))


def sections_kept(wikitext: str, titles: frozenset[str]) -> str:
    """The wikitext without headings, and without the sections of these titles and what is under them."""
    kept, dropping = [], 0
    for line in wikitext.split("\n"):
        heading = re.fullmatch(r"(={1,6})\s*([^=].*?)\s*={1,6}\s*(?:<!--.*-->)?\s*", line)
        if heading:
            level, title = len(heading[1]), re.sub(r"[\[\]'\"]|<[^>]*>", "", heading[2]).strip(" :.").casefold()
            if not dropping or level <= dropping:
                dropping = level if title in titles else 0
        elif not dropping:
            kept.append(line)
    return "\n".join(kept)


def _remove(code: mwparserfromhell.wikicode.Wikicode, node: mwparserfromhell.nodes.Node) -> None:
    try:
        code.remove(node)
    except ValueError:  # it went with what it was in
        return


def peers() -> dict[str, Tool]:
    """Others that are installed."""
    tools: dict[str, Tool] = {"strip_code": strip_code, "usual cleaning": usual}
    try:
        from gensim.corpora.wikicorpus import filter_wiki

        tools["gensim"] = filter_wiki
    except ImportError as error:
        print(f"gensim is not measured: {error}", file=sys.stderr)
    try:
        from wikiextractor.extract import Extractor

        def extract(wikitext: str) -> str:
            return "\n".join(Extractor(1, 1, "", "", wikitext.split("\n")).clean_text(wikitext))

        extract("probe")
        tools["wikiextractor"] = extract
    except (ImportError, AttributeError, TypeError) as error:
        print(f"wikiextractor is not measured: {error}", file=sys.stderr)
    return tools


def measured(tool: Tool, texts: list[str], repeat: int) -> tuple[list[str], float]:
    """What a tool makes of the texts, and the median of its processor seconds."""
    seconds, made = [], []
    for _ in range(repeat):
        start = time.process_time()
        made = [tool(text) for text in texts]
        seconds.append(time.process_time() - start)
    return made, median(seconds)


def artefacts(texts: list[str]) -> tuple[int, dict[str, float]]:
    """Words, and each kind of artefact per 10,000 of them."""
    text = "\n".join(texts)
    words = len(text.split())
    return words, {k: 1e4 * len(re.findall(p, text, re.M)) / max(words, 1) for k, p in ARTEFACTS.items()}


HOLE = "\u241e"


def with_holes(wikitext: str) -> str:
    """The wikitext with a mark in the place of each template, so that no n-gram runs across one."""
    for _ in range(20):
        wikitext, count = re.subn(r"\{\{[^{}]*\}\}", HOLE, wikitext)
        if not count:
            break
    return wikitext


def recall(ours: list[str], reference: list[str], n: int, ends: str = "\n") -> float:
    """The share of the reference's n-grams of words (within its lines, counted) that ours has, page by page."""
    hit = total = 0
    for mine, theirs in zip(ours, reference, strict=True):
        have = Counter(_grams(mine, n))
        want = Counter(gram for line in re.split(ends, theirs) for gram in _grams(line, n))
        hit += sum(min(count, have[gram]) for gram, count in want.items())
        total += sum(want.values())
    return hit / max(total, 1)


def _grams(text: str, n: int) -> Iterator[tuple[str, ...]]:
    words = WORD.findall(text.lower())
    return zip(*(words[i:] for i in range(n)), strict=False)


def units_kept(made: list[str], outside: list[str]) -> tuple[int, int]:
    """Of the numbers in unit templates outside references and tables: how many the text has, and how many there are."""
    kept = total = 0
    for text, wikitext in zip(made, outside, strict=True):
        for number in UNIT.findall(wikitext):
            total += 1
            kept += number in text or _grouped(number) in text
    return kept, total


def _grouped(number: str) -> str:
    """The number with its thousands grouped, as {{convert}} shows it."""
    whole, point, rest = number.replace(",", "").partition(".")
    return f"{int(whole):,}{point}{rest}" if whole.isdigit() else number


def body(wikitext: str) -> str:
    """The wikitext without references, tables and what stands in boxes, where unit templates count as prose."""
    wikitext = re.sub(r"<ref[^<>]*/>|<ref[^<>]*>.*?</ref>|<!--.*?-->", "", wikitext, flags=re.S | re.I)
    wikitext = re.sub(r"^\{\|.*?^\|\}", "", wikitext, flags=re.S | re.M)
    return "\n".join(line for line in wikitext.split("\n") if not line.startswith(("|", "{{", "*", "#", ":", "[[")))


def fidelity(reference: Path, made: dict[str, str]) -> dict[str, float]:
    """Sentences shared with the text another tool made of the same pages, both ways, and the same for 6-grams."""
    theirs = dict(_reference_pages(reference))
    titles = [title for title in made if title in theirs]
    mine, other = ([text for title in titles for text in _sentences(source[title])] for source in (made, theirs))
    shared = sum((Counter(mine) & Counter(other)).values())
    grams = [recall([made[t] for t in titles], [theirs[t] for t in titles], 6)]
    grams.append(recall([theirs[t] for t in titles], [made[t] for t in titles], 6))
    return {
        "pages": len(titles),
        "sentence recall": shared / max(len(other), 1),
        "sentence precision": shared / max(len(mine), 1),
        "6-gram recall": grams[0],
        "6-gram precision": grams[1],
    }


def _reference_pages(path: Path) -> Iterator[tuple[str, str]]:
    """Pages of a wp2txt file: `[[Title]]` on a line of its own, then the text; headings and categories left out."""
    title, lines = "", []
    for line in path.read_text(encoding="utf-8").split("\n"):
        start = re.fullmatch(r"\[\[([^\[\]]+)\]\]", line)
        if start:
            if title:
                yield title, "\n".join(lines)
            title, lines = start[1], []
        elif not line.startswith(("CATEGORIES:", "==")):
            lines.append(line)
    yield title, "\n".join(lines)


def _sentences(text: str) -> list[str]:
    parts = (" ".join(WORD.findall(part.lower())) for part in re.split(r"(?<=[.!?])\s+|\n", text))
    return [part for part in parts if part.count(" ") >= 3]


def judged(made: list[str], case: Case) -> dict[str, Any]:
    """All figures of one tool."""
    words, columns = artefacts(made)
    kept, total = units_kept(made, case.outside)
    figures: dict[str, Any] = {
        "words": words, **columns, "word recall": recall(made, case.usual, 1),
        "6-gram recall": recall(made, case.usual, 6),
        "6-gram recall between templates": recall(made, case.holed, 6, f"[\n{HOLE}]"), "units": f"{kept}/{total}",
    }  # fmt: skip
    pages_made = dict(zip(case.titles, made, strict=True))
    return figures | {path.name: fidelity(path, pages_made) for path in case.references}


@dataclass(frozen=True)
class Case:
    """The pages that every tool gets, and what its text is held against."""

    titles: list[str]
    texts: list[str]
    usual: list[str]
    holed: list[str]
    outside: list[str]
    references: list[Path]


def case_of(dumps: list[Path], references: list[Path]) -> Case:
    """Read the pages, and make the usual cleaning's text of their sections with prose."""
    site, found = site_of(dumps[0]), list(articles(dumps))
    texts = [text for _, text in found]
    kept = [sections_kept(text, site.end_sections) for text in texts]
    usuals = [usual(text, site) for text in kept]
    holed = [usual(with_holes(text), site) for text in kept]
    return Case([title for title, _ in found], texts, usuals, holed, [body(text) for text in texts], references)


def ours(site: Site) -> dict[str, Tool]:
    """Our text with the default rules, and with lists kept."""
    readers = {
        "ours": Reader(site, Rules(), builtin_templates()),
        "ours, lists kept": Reader(site, Rules(lists="keep"), builtin_templates()),
    }
    return {name: lambda text, r=reader: "\n".join(r.article(text).paragraphs) for name, reader in readers.items()}


def main() -> None:
    """Measure and print a table, and write all figures to a file with --json."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("dumps", nargs="+", type=Path)
    parser.add_argument("--reference", nargs="*", type=Path, default=[])
    parser.add_argument("--peers", type=Path, help="a folder of packages, put at the end of the search path")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--ours-only", action="store_true")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    if args.peers:
        sys.path.append(str(args.peers))
    site, case = site_of(args.dumps[0]), case_of(args.dumps, args.reference)
    size = sum(len(text.encode()) for text in case.texts) / 1e6
    print(f"{len(case.texts)} articles of {site.database or site.language}, {size:.2f} MB of wikitext, one core, "
          f"Python {platform.python_version()}, median of {args.repeat} (strip_code, usual: 1)")  # fmt: skip
    results = {}
    for name, tool in (ours(site) | ({} if args.ours_only else peers())).items():
        made, seconds = measured(tool, case.texts, 1 if name in ("strip_code", "usual cleaning") else args.repeat)
        results[name] = {"MB/s": size / seconds, **judged(made, case)}
        line = {k: round(v, 4 if "recall" in k else 2) if isinstance(v, float) else v for k, v in results[name].items()}
        print(name, json.dumps(line, ensure_ascii=False), flush=True)
    if args.json:
        args.json.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
