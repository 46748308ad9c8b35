"""Sentence splitters side by side: boundary F1 by genre, errors in novels, and MB/s, all in one run.

    python benchmarks/sentences.py GOLD.jsonl… [--novels FOLDER] [--splitter NAME[:key=value]]… [--rounds 5]
        [--before CHECKOUT]

A gold file has one document per line: {"id", "genre", "paragraphs": [{"text", "sents": [[start, end], …]}]}, or one
rule per line: {"text", "sents": ["…", …]}. With --before, `rules` of another checkout takes part as `rules before`;
each of the two then runs in a process of its own. Speeds are by processor time. Raw counts and times go to
benchmarks/results/sentences.json.
"""

import argparse
import json
import platform
import random
import re
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path

from corpora import registry

ROOT = Path(__file__).parents[1]
RESULTS = Path(__file__).parent / "results" / "sentences.json"
SPLITTERS = ["rules", "sentencex", "blingfire", "spacy", "regex"]
NOVEL_PARAGRAPHS = 20_000
NOVELS_TIMED = 2000
"""How many of them the speeds are measured on, beside the gold; slow splitters take seconds for these."""

BEFORE = "rules before"
SCORE_ELSEWHERE = """
import json, sys, time
from corpora import registry
split = registry.make("splitters", "rules").split
for line in sys.stdin:
    texts = json.loads(line)
    began = time.process_time()
    cut = [split(text) for text in texts]
    print(json.dumps([time.process_time() - began, cut]), flush=True)
"""
"""What the process of the other checkout runs: paragraphs in, seconds and their sentences out."""

Cut = tuple[float, list[list[str]]]
"""Seconds of processor time, and the sentences of each paragraph."""
Splitter = Callable[[Sequence[str]], Cut]
Gold = list[tuple[str, str, set[int]]]
"""Genre, paragraph, and where its sentences after the first begin."""

CUT_ERRORS = {
    "speaker cut from the quotation": lambda a, b: bool(re.search(r"[!?][\"”’']+$", a)) and b[:1].islower(),
    "opening quotation mark left behind": lambda a, b: bool(re.search(r"\s[\"“‘]$", a)),
    "closing quotation mark carried over": lambda a, b: bool(re.match(r"[\"'”’]\s|”", b)),
    "cut behind Mr. Mrs. Dr. St.": lambda a, b: bool(re.search(r"\b(?:Mr|Mrs|Dr|St)\.$", a)),
}
WHOLE = re.compile(r"[a-z]{3}[.!?] (?:The|He|She|It|You|We|They|But|And|What|How|I) [a-z]+ ")
LEFT_WHOLE = "two sentences left whole"


def main() -> None:
    """Measure, print the tables as Markdown, and keep the raw figures."""
    arguments = _arguments()
    splitters: dict[str, Splitter] = {name: _here(name) for name in arguments.splitter}
    if arguments.before:
        splitters |= {"rules": Elsewhere(ROOT), BEFORE: Elsewhere(arguments.before)}
    raw: dict[str, object] = {"machine": platform.processor() or platform.machine(), "versions": _versions()}
    for path in arguments.gold:
        raw[path.name] = counts = {name: _score(split, _gold(path)) for name, split in splitters.items()}
        print(f"\n### {path.stem}: F1\n\n{_f1_table(counts)}")
    if arguments.novels:
        paragraphs = _novels(arguments.novels)
        raw["novels"] = errors = {name: _errors(split, paragraphs) for name, split in splitters.items()}
        print(f"\n### {len(paragraphs):,} paragraphs of novels: errors per 10,000 sentences\n\n{_error_table(errors)}")
    paragraphs = [text for path in arguments.gold for _, text, _ in _gold(path)]
    if arguments.novels:
        paragraphs += _novels(arguments.novels)[:NOVELS_TIMED]
    raw["megabytes_per_second"] = speeds = _speeds(splitters, paragraphs, arguments.rounds)
    print(f"\n### MB/s, one core, median of {arguments.rounds} rounds\n\n{_speed_table(speeds)}")
    RESULTS.write_text(json.dumps(raw, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", nargs="+", type=Path)
    parser.add_argument("--novels", type=Path, help="a folder of .txt files in UTF-8, one paragraph a line")
    parser.add_argument("--splitter", action="append", default=[], help="a splitter's short form; all by default")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--before", type=Path, help="another checkout, whose rules take part")
    arguments = parser.parse_args()
    arguments.splitter = arguments.splitter or SPLITTERS
    return arguments


def _here(name: str) -> Splitter:
    split = registry.make("splitters", name).split

    def timed(texts: Sequence[str]) -> Cut:
        began = time.process_time()
        cut = [split(text) for text in texts]
        return time.process_time() - began, cut

    return timed


class Elsewhere:
    """The splitter `rules` of another checkout, in a process of its own."""

    def __init__(self, checkout: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", SCORE_ELSEWHERE], cwd=checkout, text=True, stdin=-1, stdout=-1, encoding="utf-8"
        )

    def __call__(self, texts: Sequence[str]) -> Cut:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps(texts) + "\n")
        self._process.stdin.flush()
        seconds, cut = json.loads(self._process.stdout.readline())
        return seconds, cut


def _versions() -> dict[str, str]:
    return {name: version(name) for name in ("transferset", "sentencex", "blingfire", "spacy")}


def _gold(path: Path) -> Gold:
    return [row for line in path.read_text(encoding="utf-8").splitlines() for row in _rows(json.loads(line))]


def _rows(document: dict) -> Iterator[tuple[str, str, set[int]]]:
    if "paragraphs" not in document:
        yield "rules", document["text"], _starts(document["text"], document["sents"])
        return
    for paragraph in document["paragraphs"]:
        yield document["genre"], paragraph["text"], {start for start, _ in paragraph["sents"] if start}


def _starts(text: str, sentences: list[str]) -> set[int]:
    starts, at = set(), 0
    for sentence in sentences:
        if (found := text.find(sentence.strip(), at)) >= 0:
            starts.add(found)
            at = found + len(sentence.strip())
    return starts - {0}


def _score(split: Splitter, gold: Gold) -> dict[str, list[int]]:
    """Boundaries found and right, found, and in the gold, for each genre and for all."""
    counts: dict[str, list[int]] = {}
    for (genre, text, wanted), sentences in zip(gold, split([text for _, text, _ in gold])[1], strict=True):
        found = _starts(text, sentences)
        for key in (genre, "all"):
            sums = counts.setdefault(key, [0, 0, 0])
            sums[:] = [sums[0] + len(found & wanted), sums[1] + len(found), sums[2] + len(wanted)]
    return counts


def _f1_table(counts: dict[str, dict[str, list[int]]]) -> str:
    first = next(iter(counts.values()))
    genres = sorted(first, key=lambda genre: (genre != "all", -first[genre][2]))
    rows = [[genre, f"{first[genre][2]:,}", *(_f1(count[genre]) for count in counts.values())] for genre in genres]
    return _table(["genre", "boundaries", *counts], rows)


def _f1(sums: list[int]) -> str:
    right, found, wanted = sums
    return f"{2 * right / max(found + wanted, 1):.3f}"


def _novels(folder: Path) -> list[str]:
    files = sorted(folder.rglob("*.txt"))
    lines = [line.strip() for file in files for line in file.read_text(encoding="utf-8", errors="replace").split("\n")]
    paragraphs = [line for line in lines if len(line) > 100]
    return random.Random(0).sample(paragraphs, min(NOVEL_PARAGRAPHS, len(paragraphs)))


def _errors(split: Splitter, paragraphs: list[str]) -> Counter[str]:
    """How often a splitter does what no reader would, found by pattern, since novels have no gold."""
    counts: Counter[str] = Counter()
    for sentences in split(paragraphs)[1]:
        counts["sentences"] += len(sentences)
        counts[LEFT_WHOLE] += sum(len(WHOLE.findall(sentence)) for sentence in sentences)
        for before, after in pairwise(sentences):
            counts.update(kind for kind, wrong in CUT_ERRORS.items() if wrong(before, after))
    return counts


def _error_table(errors: dict[str, Counter[str]]) -> str:
    kinds = [*CUT_ERRORS, LEFT_WHOLE]
    rows = [[kind, *(f"{1e4 * count[kind] / count['sentences']:.1f}" for count in errors.values())] for kind in kinds]
    return _table(["error", *errors], rows)


def _speeds(splitters: dict[str, Splitter], paragraphs: list[str], rounds: int) -> dict[str, list[float]]:
    """MB of UTF-8 per second of processor time; splitters take turns, so that a busy machine slows all of them."""
    size = sum(len(text.encode()) for text in paragraphs) / 1e6
    speeds: dict[str, list[float]] = {name: [] for name in splitters}
    for _ in range(rounds):
        for name, split in splitters.items():
            speeds[name].append(size / split(paragraphs)[0])
    return speeds


def _speed_table(speeds: dict[str, list[float]]) -> str:
    return _table(list(speeds), [[f"{statistics.median(rounds):.1f}" for rounds in speeds.values()]])


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


if __name__ == "__main__":
    main()
