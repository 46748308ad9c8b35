"""Building: accounting, the same bytes from any executor, going on after a kill, and bad input."""

import gc
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import corpora
from corpora.store.store import default_store

SLOW_SOURCE = '''
import time
from dataclasses import dataclass
from typing import ClassVar
from corpora import Document, Shard, Source, hookimpl

@dataclass(frozen=True)
class Slow(Source):
    """Forty documents in eight shards, one each quarter of a second."""
    name: ClassVar[str] = "slow"
    def shards(self):
        return [Shard(f"s{n}", start=n * 5, stop=n * 5 + 5, size_bytes=1 << 25) for n in range(8)]
    def read(self, shard):
        time.sleep(0.25)
        for n in range(shard.start, shard.stop):
            yield Document(f"d{n}", (f"This is document {n}. It has two sentences.", f"And paragraph {n * 7} too."))

@hookimpl
def corpora_sources():
    return [Slow]
'''


def bytes_of(dataset) -> dict[str, str]:
    """The sha256 of everything that must be the same."""
    names = [p for p in dataset.path.rglob("*") if p.is_file()]
    same = [p for p in names if p.name.startswith("data-") or p.parent.name == "statistics"]
    same += [dataset.path / n for n in ("documents.parquet", "rejects.jsonl") if (dataset.path / n).exists()]
    return {p.relative_to(dataset.path).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(same)}


def test_rows_say_their_text_paragraph_and_document(corpus):
    row = next(corpus.batches()).to_pylist()[1]
    assert row == {"text": "It ends here, near word0.", "paragraph": 0, "document": "d0.txt"}
    assert corpus.documents == 6 and corpus.rows == 480


def test_accounting_closes_and_every_reject_has_a_line(home, texts):
    (texts / "empty.txt").write_text("")
    (texts / "copy.txt").write_text((texts / "d1.txt").read_text())
    made = corpora.build(f"texts:folder={texts}", name="corpus", duplicates="exact")
    counts = made.manifest.accounting
    lines = [json.loads(line) for line in (made.path / "rejects.jsonl").read_text().splitlines()]
    assert counts["found"] == counts["written"] + sum(counts["rejected"].values()) + counts["failed"] == 8
    assert len(lines) == counts["found"] - counts["written"] and all({"id", "stage", "reason"} <= set(x) for x in lines)
    assert any(line["stage"] == "deduplicate" and "same text" in line["reason"] for line in lines)


def test_documents_parquet_has_every_document_with_its_fate(corpus):
    table = pq.read_table(corpus.path / "documents.parquet").to_pylist()
    assert [row["id"] for row in table] == [f"d{n}.txt" for n in range(6)]
    assert {row["fate"] for row in table} == {"written"} and all(len(row["sha256"]) == 64 for row in table)


def test_workers_do_not_change_a_byte(home, texts, monkeypatch):
    one = corpora.build(f"texts:folder={texts}", name="one", duplicates="keep")
    before = bytes_of(one)
    default_store().remove("one")
    two = corpora.build(f"texts:folder={texts}", name="one", duplicates="keep", executor="processes:workers=2")
    assert bytes_of(two) == before


def test_limit_reads_only_the_first_documents_and_says_so(home, texts):
    made = corpora.build(f"texts:folder={texts}", name="few", limit=2, duplicates="keep")
    assert made.documents == 2 and "Only the first 2 documents were read (--limit)." in made.manifest.notes


def start_build(home: Path, plugin: Path, name: str, executor: str) -> subprocess.Popen:
    command = [sys.executable, "-c", "from corpora.cli import main; main()", "build", "slow", "--name", name]
    environment = os.environ | {"CORPORA_HOME": str(home)}
    return subprocess.Popen(
        [*command, "--plugin", str(plugin), "--executor", executor],
        env=environment,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a test run in the background ignores it
    )


@pytest.mark.slow
@pytest.mark.parametrize(("how", "executor"), [(signal.SIGKILL, "serial"), (signal.SIGINT, "processes:workers=2")])
def test_a_killed_build_goes_on_and_gives_the_same_bytes(tmp_path, how, executor, run):
    plugin = tmp_path / "slow.py"
    plugin.write_text(SLOW_SOURCE)
    broken, whole = tmp_path / "broken", tmp_path / "whole"
    build = start_build(broken, plugin, "corpus", executor)
    deadline = time.monotonic() + 60
    while not list(broken.glob(".staging/*/parts/*/documents-00002.arrow")) and time.monotonic() < deadline:
        time.sleep(0.02)
    build.send_signal(how)
    assert build.wait(30) != 0
    assert default_store_at(broken).all() == []
    stamp = next(broken.glob(".staging/*/parts/*/documents-00000.arrow")).stat().st_mtime_ns
    resumed = start_build(broken, plugin, "corpus", "serial")
    first = next(broken.glob(".staging/*/parts/*/documents-00000.arrow"))
    assert first.stat().st_mtime_ns == stamp and resumed.wait(60) == 0
    assert start_build(whole, plugin, "corpus", "serial").wait(60) == 0
    results = [bytes_of(default_store_at(h).open("corpus")) for h in (broken, whole)]
    assert results[0] == results[1] and not list(broken.glob(".staging/*"))


def default_store_at(home: Path) -> corpora.Store:
    return corpora.Store(home)


def test_an_empty_folder_is_one_clear_line(run, tmp_path):
    (tmp_path / "empty").mkdir()
    done = run("build", "texts", "--folder", tmp_path / "empty", code=1)
    assert done.err.startswith("error: ") and "empty" in done.err and done.err.count("\n") == 1


def test_a_missing_folder_is_one_clear_line(run, tmp_path):
    done = run("build", "tbc", "--folder", tmp_path / "nowhere", code=1)
    assert "nowhere" in done.err and done.err.count("\n") == 1


@pytest.mark.slow
def test_a_book_under_20_000_words_is_rejected_with_its_reason(run, texts):
    done = run("build", "tbc", "--folder", texts, code=1)
    assert "none of 6 documents was kept" in done.err and "too short" in done.err


def test_a_file_that_is_no_epub_is_a_reject_and_not_the_end(home, tmp_path):
    folder = tmp_path / "books"
    folder.mkdir()
    (folder / "fake.epub").write_bytes(b"this is no zip")
    (folder / "real.txt").write_text(
        "\n\n".join(f"The old man said thing number {n} to his wife." for n in range(3000))
    )
    made = corpora.build(f"tbc:folder={folder}", name="tbc", max_failed=1.0)
    assert made.documents == 1 and made.manifest.accounting["found"] == 2


def test_too_many_failures_end_the_build_with_the_counts(home, offer):
    from dataclasses import dataclass
    from typing import ClassVar

    @dataclass(frozen=True)
    class Failing(corpora.Source):
        """Half of it fails."""

        name: ClassVar[str] = "failing"

        def shards(self):
            """One."""
            return [corpora.Shard("one")]

        def read(self, shard):
            """One of each."""
            yield corpora.Document("good", ("A good one.",))
            yield corpora.Reject("bad", "read", "crashed", failed=True)

    offer(sources=[Failing])
    with pytest.raises(corpora.TooManyFailed, match=r"1 of 2 documents failed .*crashed.*--max-failed 0.01"):
        corpora.build(Failing())
    assert corpora.build(Failing(), max_failed=0.5).documents == 1


@pytest.mark.slow
def test_a_full_disk_is_one_clear_line_and_the_build_goes_on(run, tmp_path, texts, monkeypatch):
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(small)], capture_output=True)
    if mounted.returncode:
        pytest.skip("needs the right to mount a small file system")
    try:
        monkeypatch.setenv("CORPORA_HOME", str(small))
        done = run("build", "texts", "--folder", texts, "--duplicates", "keep", code=1)
        assert "the disk is full; free some space and run the same command again" in done.err
        assert done.err.count("\n") == 1 and "the store is empty" in run("show", "texts", code=1).err
        subprocess.run(["mount", "-o", "remount,size=64m", str(small)], check=True)
        assert "texts@" in run("build", "texts", "--folder", texts, "--duplicates", "keep").out
    finally:
        gc.collect()  # the commands ran in this process, which may still map files of that disk in reference cycles
        subprocess.run(["umount", str(small)], check=True)


def test_a_store_that_cannot_be_written_is_one_clear_line(run, tmp_path, texts, monkeypatch):
    readonly = tmp_path / "readonly"
    readonly.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", str(readonly)], capture_output=True)
    if mounted.returncode:
        pytest.skip("needs the right to mount a file system")
    try:
        monkeypatch.setenv("CORPORA_HOME", str(readonly / "home"))
        done = run("build", "texts", "--folder", texts, code=1)
        assert "read-only; set CORPORA_HOME" in done.err
    finally:
        subprocess.run(["umount", str(readonly)], check=True)


def test_an_input_that_changes_while_it_is_read_fails_the_build(home, texts, offer):
    from dataclasses import dataclass
    from typing import ClassVar

    @dataclass(frozen=True)
    class Restless(corpora.Source):
        """A folder that somebody writes to."""

        name: ClassVar[str] = "restless"

        def shards(self):
            """One."""
            return [corpora.Shard("d0.txt", texts / "d0.txt")]

        def read(self, shard):
            """Changes what it reads."""
            shard.path.write_text("changed")
            yield corpora.Document("d0", ("Text.",))

    offer(sources=[Restless])
    with pytest.raises(corpora.InputChanged, match=r"d0\.txt changed while it was read"):
        corpora.build(Restless())
