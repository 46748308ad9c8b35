"""What chosen data costs and what it finds: `distinct` beside datatrove and text-dedup, `dsir` beside its authors'
implementation.

    python benchmarks/choice.py distinct --rows 1000000 --peer PEER/bin/python    # with datatrove in PEER
    python benchmarks/choice.py distinct --rows 1000000 --text-dedup PEER/bin/python --workers 1
    python benchmarks/choice.py distinct --rows 10000000 --workers 1
    python benchmarks/choice.py dsir --books DIR --target DIR --dump FILE --peer PEER/bin/python   # data-selection

Each step runs in a process of its own; the time is by the clock and the memory is the peak of that process, without
pages of files that are only mapped (RssAnon).
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

import corpora
from corpora.arrays import mix_bits
from corpora.operations.version_writer import Rows, Work, write_version
from corpora.store import SENTENCES, Manifest, Plan, Store, texts

ROWS_A_DOCUMENT = 50
COPIES = 0.2
"""The share of generated rows that repeat one of a tenth as many."""


def generated(rows: int) -> Iterator[pa.RecordBatch]:
    """Rows of about 90 bytes, of which a fifth are copies, in documents of 50."""
    rng = np.random.default_rng(1)
    for first in range(0, rows, 50_000):
        numbers = np.arange(first, min(first + 50_000, rows))
        copied = rng.random(len(numbers)) < COPIES
        keys = np.where(copied, rng.integers(rows // 10, size=len(numbers)), numbers + rows).astype(np.uint64)
        words = [pa.array(mix_bits(keys, salt)).cast(pa.large_string()) for salt in range(4)]
        documents = pa.array(numbers // ROWS_A_DOCUMENT).cast(pa.large_string())
        columns = [pc.binary_join_element_wise(*words, pa.scalar(" ", pa.large_string()))]
        columns += [pa.array(np.zeros(len(numbers), np.int32)), documents]
        yield pa.RecordBatch.from_arrays(columns, schema=SENTENCES)


def generate(rows: int) -> None:
    """Put generated sentences into the store as `many`, and next to it as JSON lines for the peer."""
    work = Work.here(None, "serial", lambda *_: None)
    plan = Plan(action="build", settings={"rows": rows}, recipe={"build": "generated"})

    def write(staging: Path) -> Manifest:
        return write_version(staging, "many", plan, Rows(SENTENCES, generated(rows)), work)

    work.add("many", plan, write)


PEER = """
import sys, json
from pathlib import Path
from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.dedup import SentenceDedupFilter, SentenceDedupSignature, SentenceFindDedups
from datatrove.pipeline.dedup.sentence_dedup import SentDedupConfig
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import JsonlWriter
from datatrove.utils.text import TextNormConfig
folder = sys.argv[1]
exact = TextNormConfig(lowercase=False, norm_whitespace=False, remove_punctuation=False, norm_unicode_diacritics=False,
                       norm_numbers=False, norm_weekdays=False, norm_monthnames=False)
config = SentDedupConfig(n_sentences=1, split_sentences=False, only_dedup_in_index=False, min_doc_words=0,
                         min_num_sentences=0, norm_config=exact)
steps = [
    [JsonlReader(folder + "/in"), SentenceDedupSignature(folder + "/sigs", config=config)],
    [SentenceFindDedups(folder + "/sigs", folder + "/dups", config=config)],
    [JsonlReader(folder + "/in"), SentenceDedupFilter(folder + "/dups", config=config),
     JsonlWriter(folder + "/out", compression=None)],
]
for number, step in enumerate(steps):
    LocalPipelineExecutor(step, tasks=1, workers=1, logging_dir=folder + f"/logs-{number}").run()
lines = sum(json.loads(line)["text"].count("\\n") + 1 for f in Path(folder, "out").glob("*") for line in f.open())
print("rows", lines)
"""
TEXT_DEDUP = ["-m", "text_dedup.exact_hash", "--local", "--column", "text", "--hash_func", "xxh3", "--num_proc", "1"]
ROWS_DIGEST = """
import sys, hashlib
from datasets import load_from_disk
digest, rows = hashlib.sha256(), load_from_disk(sys.argv[1]).select_columns(["text", "document"])
for part in rows.iter(10_000):
    for pair in zip(part["text"], part["document"]):
        digest.update("\\0".join(pair).encode() + b"\\n")
print(len(rows), digest.hexdigest())
"""
"""Prints the number of a saved dataset's rows and a digest of their texts and documents, in order."""
DSIR_PEER = """
import sys, json
from data_selection import HashedNgramDSIR
folder = sys.argv[1]
dsir = HashedNgramDSIR([folder + "/raw.jsonl"], [folder + "/target.jsonl"], folder + "/cache", num_proc=1)
dsir.fit_importance_estimator(num_tokens_to_fit="all")
rows = [json.loads(line)["text"] for line in open(folder + "/raw.jsonl", encoding="utf-8")][: int(sys.argv[2])]
print(json.dumps([float(dsir.importance_estimator(dsir.featurizer(text))) for text in rows]))
"""


def timed(command: list[str]) -> tuple[str, float, str]:
    """Seconds by the clock and of the processor, peak MiB of anonymous memory, and the output of a process."""
    started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(command, stdout=out, stderr=errors, text=True)
        peak = 0
        while process.poll() is None:
            try:
                status = Path(f"/proc/{process.pid}/status").read_text()
                peak = max(peak, *(int(line.split()[1]) for line in status.splitlines() if line.startswith("RssAnon")))
            except (OSError, TypeError):
                pass
            time.sleep(0.05)
        if process.returncode:
            errors.seek(0)
            raise SystemExit(errors.read())
        out.seek(0)
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        processor = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
        took = f"{time.perf_counter() - started:6.1f} s by the clock {processor:6.1f} s of the processor"
        return took, peak / 1024, out.read().strip()


def distinct(rows: int, workers: int, peers: dict[str, str | None], home: Path) -> None:
    """Time and memory of `corpora transform distinct`, and of others' exact deduplication on the same rows.

    Args:
        workers: with 2, it runs a second time, in two processes.
        peers: the Python of each peer's environment, by its name.
    """
    run = [sys.executable, "-c", "from corpora.cli import main; main()", "transform"]
    took = timed([sys.executable, __file__, "generate", "--rows", str(rows)])
    print(f"generated {rows:,} rows in {took[0]}", flush=True)
    store = Store(home)
    size, digest = store.find("many").manifest.size_bytes, ""
    runs = [["distinct", "many"], ["distinct", "many", "--executor", "processes:workers=2", "--name", "again"]]
    for words in runs[:workers]:
        seconds, peak, said = timed([*run, *words])
        made = store.find(words[-1] if "--name" in words else "many-distinct")
        where = "2 workers (memory: driver)" if "--name" in words else "serial"
        print(f"{'corpora, ' + where:38} {seconds} {peak:7.0f} MiB  {made.rows:,} rows left", flush=True)
        digest = timed([sys.executable, "-c", ROWS_DIGEST, str(made.path)])[2]
        store.remove(made.reference)
    print(f"{size / 1e6:,.0f} MB of data files\n{said.splitlines()[1].strip()[:100]}", flush=True)
    if peer := peers["datatrove"]:
        _beside_datatrove(peer, home)
    if peer := peers["text-dedup"]:
        _beside_text_dedup(peer, digest, home)


def _beside_datatrove(peer: str, home: Path) -> None:
    (home / "peer" / "in").mkdir(parents=True)
    with (home / "peer" / "in" / "0.jsonl").open("w", encoding="utf-8") as file:
        for batch in Store(home).find("many").batches():
            lines = batch.column("text").to_pylist()
            for start in range(0, len(lines), ROWS_A_DOCUMENT):
                text = "\n".join(lines[start : start + ROWS_A_DOCUMENT])
                file.write(json.dumps({"id": str(start), "text": text}) + "\n")
    seconds, peak, said = timed([peer, "-c", PEER, str(home / "peer")])
    left = said.splitlines()[-1]
    print(f"{'datatrove, SentenceDedup of 1 sentence':38} {seconds} {peak:7.0f} MiB  {left} left", flush=True)


def _beside_text_dedup(peer: str, digest: str, home: Path) -> None:
    """Run text-dedup on the version's own folder, and compare the rows that it keeps with ours.

    Args:
        digest: what `ROWS_DIGEST` prints for our result.
    """
    places = ["--path", str(Store(home).find("many").path), "--output", str(home / "kept"), "--cache_dir", str(home)]
    seconds, peak, _ = timed([peer, *TEXT_DEDUP, *places])
    theirs = timed([peer, "-c", ROWS_DIGEST, str(home / "kept")])[2]
    same = "the same rows" if theirs == digest else "OTHER ROWS"
    rows = f"{int(theirs.split()[0]):,} rows left, {same}"
    print(f"{'text-dedup, exact_hash xxh3, 1 process':38} {seconds} {peak:7.0f} MiB  {rows}", flush=True)


def dsir(books: str, target: str, dump: str, units: list[str], peer: str | None, home: Path) -> None:
    """Novels hidden in Wikipedia, found by their scores; and the authors' scores of the first 100 rows.

    Args:
        units: `sentences` of text, or units of token datasets.
    """
    corpora.build(f"books:folder={books}", name="books")
    corpora.build(f"books:folder={target}", name="target")
    wiki = corpora.build(f"wikipedia:dump={dump}", name="wiki")
    if "sentences" in units:
        scored = _found("sentences", corpora.open("books"), corpora.open("target"), wiki)
        if peer:
            _beside_the_authors(scored, peer, home)
    corpora.tokenize("wiki", train=8000, name="tokenizer")
    for unit in (unit for unit in units if unit != "sentences"):
        made = {
            name: corpora.tokenize(name, like="tokenizer", unit=unit, name=f"{name}-{unit.replace(':', '-')}")
            for name in ("books", "target", "wiki")
        }
        _found(f"token ids, {unit}", made["books"], made["target"], made["wiki"])


def _beside_the_authors(scored: corpora.Dataset, peer: str, home: Path) -> None:
    """Compare the published scores of the first 100 rows with those of the authors' implementation."""
    for name, file in (("sentences-mixed", "raw"), ("target", "target")):
        lines = [json.dumps({"text": row["text"]}) for row in texts(corpora.open(name))]
        (home / f"{file}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    theirs = json.loads(timed([peer, "-c", DSIR_PEER, str(home), "100"])[2])
    ours = np.concatenate([batch["dsir"].to_numpy() for batch in scored.batches()])[:100]
    equal = int(np.isclose(ours, theirs, rtol=1e-6, atol=1e-5).sum())
    apart = np.abs(ours - theirs).max()
    print(
        f"first 100 rows: scores from {min(theirs):.2f} to {max(theirs):.2f}, {equal} of 100 equal to those of the "
        f"authors' implementation, largest difference {apart:.1e}",
        flush=True,
    )


DSIR_OPTIONS = {"as published": "", "million buckets, pseudocount 1": ",buckets=1000000,pseudocount=1"}


def _found(what: str, books: corpora.Dataset, target: corpora.Dataset, wiki: corpora.Dataset) -> corpora.Dataset:
    """Hide a tenth of novels in Wikipedia, take as many by their score, and count the novels among them.

    Returns:
        The mix with the published score.
    """
    hidden = corpora.transform(books, "sample", rows=wiki.rows // 9)
    mixed = corpora.concat([wiki, hidden], name=f"{what.partition(',')[0].replace(' ', '-')}-mixed")
    novels = {name for batch in hidden.batches() for name in set(batch["document"].to_pylist())}
    made = []
    for options, text in DSIR_OPTIONS.items():
        scored = corpora.transform(mixed, f"dsir:target={target.reference}{text}")
        made.append(scored)
        found = {
            "by-score": _precision(corpora.transform(scored, HIGH, rows=hidden.rows), novels),
            "resample": _precision(corpora.transform(scored, "resample:column=dsir", rows=hidden.rows), novels),
        }
        if "sentences" in what:
            taken = corpora.transform(scored, HIGH, rows=hidden.rows, by="document")
            found["by-score --by document"] = _precision(taken, novels)
        said = ", ".join(f"{name} {precision:.3f}" for name, precision in found.items())
        print(f"{what:22} {hidden.rows:6,} of {mixed.rows:6,} rows hidden; {options}: precision {said}", flush=True)
    return made[0]


HIGH = "by-score:column=dsir,first=high"


def _precision(taken: corpora.Dataset, novels: set[str]) -> float:
    """The share of rows that are of novels."""
    return sum(name in novels for batch in taken.batches() for name in batch["document"].to_pylist()) / taken.rows


def main() -> None:
    """Run one of the two."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["distinct", "dsir", "generate"])
    parser.add_argument("--units", nargs="+", default=["sentences", "sentence", "packed:128", "packed:256"])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--workers", type=int, choices=[1, 2], default=2, help="1 leaves out the run with two workers")
    for name in ("--peer", "--text-dedup", "--books", "--target", "--dump", "--home"):
        parser.add_argument(name)
    given = parser.parse_args()
    if given.what == "generate":
        generate(given.rows)
        return
    with tempfile.TemporaryDirectory() as folder:
        home = Path(given.home or folder)
        os.environ["CORPORA_HOME"] = str(home)
        if given.what == "distinct":
            peers = {"datatrove": given.peer, "text-dedup": given.text_dedup}
            distinct(given.rows, given.workers, peers, home)
        else:
            dsir(given.books, given.target, given.dump, given.units, given.peer, home)


if __name__ == "__main__":
    main()
