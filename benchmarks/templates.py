"""Inline templates in the prose of a dump: how many occurrences are shown, which are not, and samples to read.

python benchmarks/templates.py DUMP... [--sample 100] [--seed 0] [--names 30] [--json FILE]

A template counts if it is in a line of text outside of references, tables, lists, headings and end sections. It is
*shown* if a component gives its text, *silent* if it is a note, a tag of editors or a box that leaves no gap in a
sentence, and *left out* otherwise. The samples print the source and the text, for a reader to compare with the page.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from corpora.builtin.sources.wikipedia.articles import rejected
from corpora.builtin.sources.wikipedia.dump.pages import BrokenPage, pages, site_of
from corpora.builtin.sources.wikipedia.site import Site
from corpora.builtin.sources.wikipedia.wikitext.blocks import without_blocks
from corpora.builtin.sources.wikipedia.wikitext.layout import without_sections, without_tables
from corpora.builtin.sources.wikipedia.wikitext.markup import HOLE, ArticleMetadata, Rules
from corpora.builtin.sources.wikipedia.wikitext.templates import Node, scan
from corpora.builtin.sources.wikipedia.wikitext.text import Reader, builtin_templates


@dataclass
class Tally:
    """Occurrences by template and outcome, and the source and the text of each."""

    counts: dict[str, Counter[str]] = field(
        default_factory=lambda: {k: Counter() for k in ("shown", "silent", "left out")}
    )
    samples: list[tuple[str, str]] = field(default_factory=list)


def occurrences(wikitext: str, site: Site) -> Iterator[str]:
    """The wikitext of every template in a line of prose."""
    text = without_blocks(wikitext, Rules(), ArticleMetadata())
    text = without_sections(without_tables(text), site.end_sections)
    for node in scan(text):
        if node[2] == 2 and _in_prose(text, node):
            yield text[node[0] : node[1]]


def _in_prose(text: str, node: Node) -> bool:
    start, end = text.rfind("\n", 0, node[0]) + 1, text.find("\n", node[1])
    before, after = text[start : node[0]], text[node[1] : end if end >= 0 else len(text)]
    around = re.sub(r"\{\{[^{}]*\}\}|\[\[(?:File|Image):[^\]]*\]\]", "", before + after)
    return before[:1] not in tuple("*#:;|!=") and re.search(r"\w", around) is not None


def judge(template: str, reader: Reader, tally: Tally) -> None:
    """Render one template between two words, and count what becomes of it."""
    article = reader.article(f"Before {template} after.")
    name = " ".join(re.split(r"[|:}]", template[2:].replace("_", " "), maxsplit=1)[0].split()).lower()
    text = "\n".join(article.paragraphs)
    if HOLE in text or article.holes:
        outcome = "left out"
    else:
        outcome = "silent" if text in ("Before after.", "Before\nafter.") else "shown"
    tally.counts[outcome][name] += 1
    tally.samples.append((template, text))


def main() -> None:
    """Count, print, and keep the figures with --json."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("dumps", nargs="+", type=Path)
    parser.add_argument("--sample", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--names", type=int, default=30)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    tally = Tally()
    for dump in args.dumps:
        site = site_of(dump)
        reader = Reader(site, Rules(holes="mark"), builtin_templates())
        for page in pages(dump, 0, None, allow_cut=True):
            if not isinstance(page, BrokenPage) and page.text and not rejected(page, site)[0]:
                for template in occurrences(page.text, site):
                    judge(template, reader, tally)
    totals = {outcome: counter.total() for outcome, counter in tally.counts.items()}
    total = max(sum(totals.values()), 1)
    print(", ".join(f"{outcome} {n:,} ({n / total:.2%})" for outcome, n in totals.items()), f"of {total:,} occurrences")
    for outcome in ("left out", "silent"):
        print(f"{outcome}:", ", ".join(f"{n} {name}" for name, n in tally.counts[outcome].most_common(args.names)))
    shown = [(source, text) for source, text in tally.samples if text not in ("Before after.", "Before\nafter.")]
    for source, text in random.Random(args.seed).sample(shown, min(args.sample, len(shown))):
        print(
            " ".join(source.split())[:150],
            "\n    ",
            text.replace(HOLE, "◉").removeprefix("Before ").removesuffix(" after."),
        )
    if args.json:
        figures = {"total": total, **totals, "names": {k: dict(v.most_common()) for k, v in tally.counts.items()}}
        args.json.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
