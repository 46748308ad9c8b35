"""The promise behind every fingerprint: whoever changes what a component writes raises its version.

versions.json keeps, for each component of ours that writes rows, its version and a digest of the rows and documents
that it makes of a small input. Where the digest changes, raise the component's `version`, and run this file. Transforms
draw by their parent's fingerprint: a source or splitter that is raised changes what they write as well. The stages of a
build have a version of their own, `STAGES` in corpora/ingest/builder.py, which can change the rows of every build, and
so has tokenizing, `VERSION` in corpora/operations/tokens/tokenization.py.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import corpora
from corpora.ingest.builder import STAGES
from corpora.operations.tokens.tokenization import VERSION

KEPT = Path(__file__).with_name("versions.json")
BOOK = """The Project Gutenberg eBook of A Small Book

Title: A Small Book

*** START OF THE PROJECT GUTENBERG EBOOK A SMALL BOOK ***

CHAPTER I.

"Are you there?" asked Mr. Smith of No. 5. "Yes," she said; "I have
been here since 5 p.m. on Jan. 3rd, 1890." He waited . . . and then
went home.

It was--so they said--the _first_ of many. (See p. 23.) 'No,' said J. R. Jones.
'I won't!'

CHAPTER II.

The end came soon[1]. Nobody knew why... But it came!

[1] A note.

*** END OF THE PROJECT GUTENBERG EBOOK A SMALL BOOK ***
"""
PAGE = """<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" version="0.11" xml:lang="en">
<siteinfo><sitename>Wikipedia</sitename><dbname>enwiki</dbname><base>https://en.wikipedia.org/wiki/Main_Page</base>
<namespaces><namespace key="0" case="first-letter" />
<namespace key="6" case="first-letter">File</namespace></namespaces>
</siteinfo><page><title>Lake</title><ns>0</ns><id>1</id><revision><id>2</id><text xml:space="preserve">{{Infobox|a=b}}
A '''lake''' is a [[body of water|body]] of {{convert|5|km|mi}} or more.&lt;ref&gt;A. Author&lt;/ref&gt; It has no tide.

[[File:Lake.jpg|thumb|A lake]]
== Kinds ==
* Salt
There are many kinds (about {{nowrap|300 kinds}}) of them.

== References ==
Nothing here.</text></revision></page></mediawiki>
"""
SOURCES = {
    "texts": {"folder": "books"}, "books": {"folder": "books", "min-words": 10, "language": "en"},
    "toy": {"books": 1, "articles": 4}, "wikipedia": {"dump": ["wiki.xml"]},
}  # fmt: skip
SPLITTERS = ("rules", "regex")
TRANSFORMS = {
    "by-length": {}, "by-rarity": {}, "by-score": {"column": "surprisal"}, 
    "resample": {"column": "surprisal"}, "drop": {}, "generate": {}, "lowercase": {},
    "merge": {}, "ptb": {}, "replace": {}, "sample": {}, "shuffle": {}, "surprisal": {}, "dsir": {"target": "sample"},
}  # fmt: skip


def digests(folder: Path) -> dict[str, dict[str, object]]:
    """By component, its version and the digest of its rows; the store and the inputs lie in the folder."""
    (folder / "books").mkdir()
    (folder / "books" / "small.txt").write_text(BOOK * 2, encoding="utf-8")
    (folder / "wiki.xml").write_text(PAGE, encoding="utf-8")
    store = corpora.Store(folder / "home")
    made = {}
    for name, options in SOURCES.items():
        placed = {key: _placed(folder, value) for key, value in options.items()}
        source = corpora.registry.find("sources", name).from_options(placed)
        made[f"sources/{name}"] = corpora.build(source, name=name, store=store)
    for name in SPLITTERS:
        source = corpora.registry.find("sources", "texts").from_options({"folder": str(folder / "books")})
        made[f"splitters/{name}"] = corpora.build(source, name=name, splitter=name, store=store)
    tokens = corpora.tokenize(made["sources/toy"], train=300, store=store)
    scored = corpora.transform(tokens, "surprisal", store=store)
    for name, options in TRANSFORMS.items():
        component = corpora.registry.find("transforms", name).from_options(options)
        amount = {"rate": 0.1} if issubclass(type(component), corpora.Selection) else {}
        parent = made["sources/toy"] if issubclass(type(component), corpora.TextTransform) else tokens
        parent = scored if name in ("by-score", "resample") else parent
        made[f"transforms/{name}"] = corpora.transform(parent, component, name=name, store=store, **amount)
    stages: dict[str, object] = {"version": STAGES, "rows": None}
    tokenizing: dict[str, object] = {"version": VERSION, "rows": None}
    fixed = {"ingest/stages": stages, "operations/tokenize": tokenizing}
    return fixed | {k: {"version": _version(k), "rows": _digest(d)} for k, d in made.items()}


def _placed(folder: Path, value: object) -> object:
    if isinstance(value, list):
        return [_placed(folder, item) for item in value]
    return str(folder / value) if isinstance(value, str) and (folder / value).exists() else value


def _version(key: str) -> int:
    kind, name = key.split("/")
    return int(corpora.registry.find(kind, name).version)


def _digest(dataset: corpora.Dataset) -> str:
    digest = hashlib.sha256()
    documents = dataset.path / "documents.parquet"
    tables = [pq.read_table(documents)] if documents.exists() else []
    for table in [*dataset.batches(), *tables]:
        digest.update(json.dumps(table.to_pylist()).encode())
    return digest.hexdigest()[:16]


@pytest.mark.slow
def test_what_a_component_writes_changes_only_with_its_version(tmp_path):
    kept, now = json.loads(KEPT.read_text()), digests(tmp_path)
    changed = [key for key in now if now[key]["rows"] != kept.get(key, {}).get("rows")]
    raised = {key for key in now if now[key]["version"] != kept.get(key, {}).get("version")}
    moved = raised & {"sources/toy", "splitters/rules", "ingest/stages", "operations/tokenize"}
    excused = [kind for kind in ("transforms/", "sources/", "splitters/") if "ingest/stages" in raised] or [
        "transforms/"
    ]
    silent = [key for key in changed if key not in raised and not (moved and key.startswith(tuple(excused)))]
    assert not silent, f"{silent} write other rows under the same version: raise it, then python {__file__}"
    assert now == kept, f"python {__file__} keeps the new digests"


if __name__ == "__main__":
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    with tempfile.TemporaryDirectory() as folder:
        KEPT.write_text(json.dumps(digests(Path(folder)), indent=1) + "\n")
