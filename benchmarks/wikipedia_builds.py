"""A whole build of Wikipedia, from bz2 to sentences, with one worker and with two; and how fast `bz2` alone is.

python benchmarks/wikipedia_builds.py DUMP [--copies 16] [--rounds 1]

DUMP, compressed by bzip2, is copied with other titles and ids, fifty pages in each stream: real dumps are large.
"""

from __future__ import annotations

import argparse
import bz2
import hashlib
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PAGES_PER_STREAM = 50


def multistream(dump: Path, copies: int, target: Path) -> float:
    """Write a dump's pages several times, each time with other titles and ids; the megabytes of XML."""
    text = bz2.decompress(dump.read_bytes()).decode()
    pages = re.findall(r"  <page>.*?</page>\n", text, re.DOTALL)
    head = text[: text.index(pages[0])]
    written = []
    for copy in range(copies):
        for page in pages:
            page = page.replace("</title>", f" ({copy})</title>", 1)
            written.append(re.sub(r"<id>(\d+)", rf"<id>{copy + 1}0000\g<1>", page, count=1))
    streams = ["".join(written[at : at + PAGES_PER_STREAM]) for at in range(0, len(written), PAGES_PER_STREAM)]
    contents = [part.encode() for part in (head, *streams, "</mediawiki>\n")]
    target.write_bytes(b"".join(map(bz2.compress, contents)))
    return sum(map(len, contents)) / 1e6


def build(dump: Path, workers: int) -> tuple[float, float, str]:
    """Seconds by the clock, seconds of processor time, and the sha256 of the rows of one build in an empty store."""
    with tempfile.TemporaryDirectory() as home:
        words = ["wikipedia", "--dump", dump, "--duplicates", "keep", "--executor", f"processes:workers={workers}"]
        command = [sys.executable, "-c", "from corpora.cli import main; main()", "build", *words]
        before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
        subprocess.run(command, env=environment | {"CORPORA_HOME": home}, capture_output=True, check=True)
        clock, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
        processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        rows = b"".join(path.read_bytes() for path in sorted(Path(home).rglob("data-*.arrow")))
    return clock, processor, hashlib.sha256(rows).hexdigest()


def main() -> None:
    """Print MB of XML per second, per core and by the clock; builds alternate, and the least of each counts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dump", type=Path)
    parser.add_argument("--copies", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        dump = Path(folder) / "enwiki-pages-articles-multistream.xml.bz2"
        size = multistream(arguments.dump, arguments.copies, dump)
        print(f"{size:.1f} MB of XML, {dump.stat().st_size / 1e6:.1f} MB compressed, load {os.getloadavg()[0]:.1f}")
        started = time.process_time()
        bz2.decompress(dump.read_bytes())
        print(f"{'bz2 alone':12} {size / (time.process_time() - started):5.1f} MB/s a core", flush=True)
        found: dict[int, list[tuple[float, float, str]]] = {1: [], 2: []}
        for _ in range(arguments.rounds):
            for workers, runs in found.items():
                runs.append(build(dump, workers))
    for workers, runs in found.items():
        clock, processor = (min(run[which] for run in runs) for which in (0, 1))
        what = f"{workers} worker{'s' * (workers > 1)}"
        print(f"{what:12} {size / processor:5.1f} MB/s a core {size / clock:5.1f} by the clock {processor:6.1f} s")
    same = len({run[2] for runs in found.values() for run in runs}) == 1
    print("same bytes" if same else "other bytes")


if __name__ == "__main__":
    main()
