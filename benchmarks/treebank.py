"""Gold sentence boundaries from a treebank, in the format that benchmarks/sentences.py reads.

    python benchmarks/treebank.py FILE.conllu… > gold.jsonl

Takes CoNLL-U files of Universal Dependencies with `# newdoc id` and `# newpar` (EWT, GUM). Documents whose text is
not in the treebank (GUM's Reddit part) are left out.
"""

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

Sentence = tuple[str, bool]
"""A sentence's text, and whether a space follows it."""


def main() -> None:
    """Print one document per line."""
    for path in map(Path, sys.argv[1:]):
        with path.open(encoding="utf-8") as lines:
            for name, paragraphs in documents(lines):
                gold = [_paragraph(paragraph) for paragraph in paragraphs if paragraph]
                if not all(set(paragraph["text"]) <= set("_ ") for paragraph in gold):
                    print(json.dumps({"id": name, "genre": _genre(name), "paragraphs": gold}, ensure_ascii=False))


def documents(lines: Iterable[str]) -> Iterator[tuple[str, list[list[Sentence]]]]:
    """Each document's id, and the sentences of each paragraph."""
    name, paragraphs = "", list[list[Sentence]]()
    text, last = "", ""
    for line in (*lines, "# newdoc id ="):
        key, _, value = line.strip().partition(" = ")
        if key == "# text":
            text, last = value.strip(), ""
        elif line[:1].isdigit():
            fields = line.rstrip("\n").split("\t")
            covered = "-" not in fields[0] and last and int(fields[0].partition(".")[0]) <= int(last.split()[0])
            if not covered and "." not in fields[0]:
                last = f"{fields[0].rpartition('-')[2]} {fields[9]}"
        elif not line.strip() and text:
            if not paragraphs:
                paragraphs.append([])
            paragraphs[-1].append((text, "SpaceAfter=No" not in last))
            text = ""
        elif key.startswith("# newdoc"):
            if paragraphs:
                yield name, paragraphs
            name, paragraphs = value, []
        elif key.startswith("# newpar") and not key.startswith("# newpar_block"):
            paragraphs.append([])


def _paragraph(sentences: list[Sentence]) -> dict[str, Any]:
    text, bounds = "", []
    for sentence, spaced in sentences:
        bounds.append([len(text), len(text) + len(sentence)])
        text += sentence + (" " if spaced else "")
    return {"text": text.rstrip(), "sents": bounds}


def _genre(name: str) -> str:
    """EWT names documents `weblog-…`, GUM `GUM_fiction_…`."""
    return name.split("_")[1] if name.startswith(("GUM_", "GENTLE_")) else name.partition("-")[0]


if __name__ == "__main__":
    main()
