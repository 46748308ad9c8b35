"""Tests of the overview of a folder before it is built."""

import gzip
import json
import os
import random
import time

import pytest

import corpora
from corpora import InputError, registry
from corpora.cli.ingest.survey import duration
from corpora.ingest import survey
from corpora.ingest.sampling import Sampler, files_of

PROSE = "She had never seen the sea before, and now it lay before her. She said nothing. The wind rose, and they left."


def test_the_whole_of_a_small_folder_is_counted_exactly(texts, home):
    (texts / "picture.png").write_bytes(b"\0" * 100)
    found = survey(texts)
    made = corpora.build(f"texts:folder={texts}", name="made")
    assert found.expected["documents"] == made.documents and found.expected["rows"] == made.rows
    assert {kind.suffix: (kind.files, kind.is_read) for kind in found.files} == {".txt": (6, True), ".png": (1, False)}
    assert found.sample.files == found.readable_files == 6 and found.command == f"corpora build texts --folder {texts}"


def test_encodings_languages_and_near_copies_are_found(tmp_path, home):
    long = " ".join(f"Number {n} of the list is {n * 7919}, which nobody expected at all." for n in range(900))
    french = "Il n’avait jamais vu la mer, et maintenant elle était là, devant lui, grise et calme. " * 9
    files = {"a.txt": long, "b.txt": long + " The end.", "c.txt": PROSE * 9}
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "d.txt").write_bytes(french.encode("cp1252"))
    found = survey(tmp_path)
    sample = found.sample
    made = corpora.build(f"texts:folder={tmp_path}", name="made")
    assert found.expected["documents"] == 3 and found.expected["rows"] == made.rows
    assert sample.near_copies == 1 and sample.languages == {"en": 3, "fr": 1}
    assert sample.encodings == {"utf-8": 3, "cp1252": 1}


@pytest.mark.parametrize("pack", [lambda raw: raw, pytest.param(gzip.compress, marks=pytest.mark.slow)])
def test_of_a_large_table_only_the_beginning_is_read(tmp_path, pack):
    draw = random.Random(1)
    rows = "".join(json.dumps({"text": f"{PROSE} {draw.randbytes(99).hex()}."}) + "\n" for _ in range(8000))
    path = tmp_path / "in" / ("a.jsonl" if pack(b"a") == b"a" else "a.jsonl.gz")
    path.parent.mkdir()
    path.write_bytes(pack(rows.encode()))
    source = registry.make("sources", f"texts:folder={path.parent}")
    sampler = Sampler(source, tmp_path, time.monotonic() + 60, large_bytes=10_000, head_bytes=200_000)
    found = sampler.sample(files_of(source.shards()), seed=0)
    assert found.kept < 3000 and 0.5 < found.kept * path.stat().st_size / found.bytes / 8000 < 2


def test_a_table_without_a_text_column_gets_the_option(tmp_path):
    (tmp_path / "a.jsonl").write_text(json.dumps({"url": "x", "content": PROSE}) + "\n", encoding="utf-8")
    found = survey(tmp_path)
    assert found.command.endswith("--text content") and found.expected["documents"] == 1


def test_copies_are_subtracted_with_their_own_length(tmp_path, home):
    long = " ".join(f"Number {n} of the list is {n * 7919}, which nobody expected at all." for n in range(900))
    for name, text in {"a.txt": long, "b.txt": long + " The end.", "c.txt": PROSE}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    expected = survey(tmp_path).expected
    made = corpora.build(f"texts:folder={tmp_path}", name="made")
    assert (expected["documents"], expected["rows"]) == (made.documents, made.rows)
    assert expected["documents"] == 2


def test_counting_tokens_takes_no_time_of_a_build(tmp_path):
    (tmp_path / "a.txt").write_text("\n\n".join(f"{PROSE} {n}." for n in range(9000)), encoding="utf-8")
    sample = survey(tmp_path).sample
    assert 0 < sample.processor_seconds < sample.seconds


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0.0, "less than 1 second"),
        (0.9, "less than 1 second"),
        (1.4, "1 second"),
        (119, "119 seconds"),
        (150, "2 minutes"),
        (7300, "2 hours"),
        (3e5, "3 days"),
    ],
)
def test_times_are_told_in_words(seconds, told):
    assert duration(seconds) == told


def test_odd_folders_are_surveyed(tmp_path):
    (tmp_path / "a.txt.gz").write_bytes(gzip.compress(PROSE.encode()))
    (tmp_path / "cut.txt.gz").write_bytes(gzip.compress(PROSE.encode())[:9])
    (tmp_path / "self").symlink_to(tmp_path)
    (tmp_path / "broken.txt").symlink_to(tmp_path / "nothing")
    (tmp_path / "folder.txt").mkdir()
    os.mkfifo(tmp_path / "pipe.txt")
    found = survey(tmp_path, seconds=10)
    assert found.readable_files == 2 and found.sample.kept == 1 and found.sample.rejects == {"ends early": 1}


def test_the_time_is_a_bound(tmp_path):
    for number in range(30):
        (tmp_path / f"{number:02}.txt").write_text(f"{PROSE} {number}", encoding="utf-8")
    found = survey(tmp_path, seconds=0.0)
    assert found.sample.files < 30


@pytest.mark.parametrize("name", ["absent", "empty", "unread"])
def test_a_folder_with_nothing_to_read_is_one_line(tmp_path, name):
    (tmp_path / "empty").mkdir()
    (tmp_path / "unread").mkdir()
    (tmp_path / "unread" / "a.png").write_bytes(b"x")
    with pytest.raises(InputError) as caught:
        survey(tmp_path / name)
    assert "\n" not in str(caught.value) and name in str(caught.value)


def test_pictures_next_to_books_do_not_count_as_texts(tmp_path):
    (tmp_path / "a.epub").write_bytes(b"PK\x03\x04")
    (tmp_path / "picture.png").write_bytes(b"\0" * 1_000_000)
    assert survey(tmp_path).command == f"corpora build books --folder {tmp_path}"


def test_no_command_is_suggested_where_nothing_can_be_read(run, tmp_path):
    (tmp_path / "a.txt").write_text(" ")
    said = run("survey", tmp_path).out
    assert "rejected: empty 100%" in said and "next:" not in said


@pytest.mark.slow
def test_the_command_prints_a_table_or_json(run, texts):
    assert "next: corpora build texts" in run("survey", texts).out
    assert json.loads(run("survey", texts, "--json").out)["expected"]["documents"] == 6
