"""Decisions of the Gopher and C4 filters beside those of `datatrove` on the same paragraphs.

    python benchmarks/quality_filters.py ../shared/data --peer PYTHON

PYTHON is the interpreter of an environment with `datatrove` and `spacy`; it is run as a program, nothing of it is
imported. The paragraphs are the first 500 of Wikipedia articles and the first 500 of novels that have 20 words or more;
each is judged alone, and again in documents of eight. The output is `benchmarks/results/quality-filters.json`.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import time
from collections import Counter
from itertools import islice
from pathlib import Path

from corpora import Document, Filter, Source, registry

PEER = """
import json, sys
from datatrove.data import Document
from datatrove.pipeline.filters import C4QualityFilter, GopherQualityFilter, GopherRepetitionFilter
from importlib.metadata import version
import time
texts = json.load(open(sys.argv[1]))
made = {"version": version("datatrove")}
kinds = {"gopher-quality": GopherQualityFilter, "gopher-repetition": GopherRepetitionFilter, "c4": C4QualityFilter}
for name, kind in kinds.items():
    filter = kind()
    answers, start = [], time.perf_counter()
    for number, text in enumerate(texts):
        answer = filter.filter(Document(text=text, id=str(number)))
        answers.append("" if answer is True else answer[1] if isinstance(answer, tuple) else "rejected")
    made[name] = {"answers": answers, "seconds": time.perf_counter() - start}
json.dump(made, open(sys.argv[2], "w"))
"""
OURS = {
    "gopher-quality": ("gopher-quality:words=spacy", "gopher-quality"),
    "gopher-repetition": ("gopher-repetition:words=spacy", "gopher-repetition"),
    "c4": ("c4",),
}
PARAGRAPHS = 1000
MIN_WORDS = 20


def documents(data: Path) -> list[tuple[str, ...]]:
    """Every paragraph as a document of its own, and all of them in documents of eight."""
    dump = next((data / "wiki").glob("enwiki*gensim-pages*"))
    paragraphs: list[str] = []
    for short in (f"wikipedia:dump={dump}", f"texts:folder={data / 'books'}"):
        source: Source = registry.make("sources", short)
        found = (each for shard in source.shards() for each in source.read(shard) if isinstance(each, Document))
        long = (text for document in found for text in document.paragraphs if len(text.split()) >= MIN_WORDS)
        paragraphs += islice(long, PARAGRAPHS // 2)
    groups = [tuple(paragraphs[at : at + 8]) for at in range(0, len(paragraphs), 8)]
    return [(each,) for each in paragraphs] + groups


def answers_of(filter: Filter, given: list[tuple[str, ...]]) -> tuple[list[str], float]:
    """Why each document is rejected, empty if it is not, and the time that this took."""
    start = time.perf_counter()
    answers = [filter.reject(Document(str(number), each)) or "" for number, each in enumerate(given)]
    return answers, time.perf_counter() - start


def compared(ours: list[str], theirs: list[str], texts: list[str]) -> dict[str, object]:
    """How many decisions are equal, and the documents for which they are not."""
    unequal = [
        {"ours": one, "theirs": other, "text": text[:300]}
        for one, other, text in zip(ours, theirs, texts, strict=True)
        if bool(one) != bool(other)
    ]
    return {
        "documents": len(ours),
        "equal": len(ours) - len(unequal),
        "rejected_by_ours": sum(map(bool, ours)),
        "rejected_by_theirs": sum(map(bool, theirs)),
        "reasons": dict(Counter(ours)),
        "their_reasons": dict(Counter(theirs)),
        "unequal": unequal,
    }


def main() -> None:
    """Run both, and write what each decided."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--peer", required=True, help="a Python that has datatrove")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results" / "quality-filters.json")
    chosen = parser.parse_args()
    given = documents(chosen.data)
    texts = ["\n".join(each) for each in given]
    with tempfile.TemporaryDirectory() as folder:
        asked, answered, program = (Path(folder) / name for name in ("texts.json", "answers.json", "peer.py"))
        asked.write_text(json.dumps(texts), encoding="utf-8")
        program.write_text(PEER, encoding="utf-8")
        subprocess.run([chosen.peer, program, asked, answered], check=True)
        peer = json.loads(answered.read_text(encoding="utf-8"))
    results: dict[str, object] = {"datatrove": peer["version"], "paragraphs": sum(len(each) == 1 for each in given)}
    for name, variants in OURS.items():
        for variant in variants:
            ours, seconds = answers_of(registry.make("filters", variant), given)
            found = compared(ours, peer[name]["answers"], texts)
            results[variant] = {**found, "seconds": round(seconds, 3), "their_seconds": round(peer[name]["seconds"], 3)}
            equal = f"{found['equal']:,} of {found['documents']:,} decisions equal"
            print(f"{variant}: {equal}; {seconds:.2f} s, datatrove {peer[name]['seconds']:.2f} s")
    chosen.out.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
