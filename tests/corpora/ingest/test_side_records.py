"""What a source leaves out is kept next to the rows, and rows without a letter are dropped and counted."""

import json

import pytest

import corpora
from corpora.ingest.side_records import metadata_json, side_json
from corpora.store.store import default_store

PLUGIN = '''
from dataclasses import dataclass
from typing import ClassVar
from corpora import Document, Reject, Shard, Source, hookimpl

@dataclass(frozen=True)
class Noted(Source):
    """Documents that say what they left out."""
    name: ClassVar[str] = "noted"
    def shards(self):
        return [Shard(f"s{n}", start=n, size_bytes=1 << 25) for n in range(3)]
    def read(self, shard):
        left = {"removed": [{"rule": "notice", "position": "1 of 2", "text": f"Notice {shard.start}."}]}
        if shard.start == 1:
            yield Reject("d1", "read", "no text", side_records=left)
        else:
            yield Document(f"d{shard.start}", (f"Text {shard.start} is here.", "* * *", "…"), side_records=left)

@hookimpl
def corpora_sources():
    return [Noted]
'''


@pytest.fixture
def noted(tmp_path, run):
    (tmp_path / "noted.py").write_text(PLUGIN, encoding="utf-8")

    def build(*arguments):
        run("build", "noted", "--plugin", tmp_path / "noted.py", "--duplicates", "keep", *arguments)
        return corpora.open("noted")

    return build


@pytest.mark.slow
def test_records_of_documents_and_rejects_are_lines_of_a_file_in_document_order(noted):
    made = noted()
    lines = [json.loads(line) for line in (made.path / "removed.jsonl").read_text(encoding="utf-8").splitlines()]
    assert lines == [
        {"document": f"d{n}", "rule": "notice", "position": "1 of 2", "text": f"Notice {n}."} for n in range(3)
    ]
    assert list(made.side_records("removed")) == lines


@pytest.mark.slow
def test_workers_do_not_change_the_records(noted):
    one = (noted().path / "removed.jsonl").read_bytes()
    default_store().remove("noted")
    two = noted("--executor", "processes:workers=2")
    assert (two.path / "removed.jsonl").read_bytes() == one


@pytest.mark.slow
def test_a_limit_leaves_out_the_records_of_later_documents(noted):
    assert [line["document"] for line in noted("--limit", "1").side_records("removed")] == ["d0"]


@pytest.mark.slow
def test_rows_without_a_letter_or_digit_are_dropped_and_counted(noted):
    made = noted()
    assert [text for batch in made.batches() for text in batch["text"].to_pylist()] == [
        "Text 0 is here.",
        "Text 2 is here.",
    ]
    assert made.manifest.accounting["sentences_dropped"] == {"no letter or digit": 4}


@pytest.mark.slow
def test_show_prints_what_was_removed(noted, run):
    noted()
    assert run("show", "noted", "--removed").out.splitlines()[0] == "d0, 1 of 2: notice: Notice 0."
    assert json.loads(run("show", "noted", "--removed", "--json").out)[1]["document"] == "d1"


def test_show_says_when_nothing_was_recorded(run, corpus):
    assert "has no removed.jsonl" in run("show", corpus.name, "--removed").out


@pytest.mark.parametrize("name", ["../up", "a b", "rejects", ""])
def test_a_name_that_cannot_be_a_file_of_the_version_is_an_error(name):
    with pytest.raises(corpora.PluginError, match="side records are named"):
        side_json({name: [{}]})


@pytest.mark.parametrize(
    ("metadata", "kept", "counts"),
    [
        ({"year": 1890, "genre": "novel"}, {"year": 1890, "genre": "novel"}, None),
        ({"used": {"b": 2, "a": 1}, "year": 1890}, {"year": 1890}, {"used": {"a": 1, "b": 2}}),
        ({"used": {}}, {}, {"used": {}}),
        ({"mixed": {"a": 1, "b": "two"}, "list": [1, 2]}, {"mixed": {"a": 1, "b": "two"}, "list": [1, 2]}, None),
    ],
)
def test_tables_of_counts_are_split_from_the_metadata_of_a_document(metadata, kept, counts):
    found = metadata_json(metadata)
    assert json.loads(found[0]) == kept
    assert (None if found[1] is None else json.loads(found[1])) == counts
