"""How fast readers of bz2 are on one core: `bz2`, ours (by indexed_bzip2 where it is installed), and Arrow's, in turns.

python benchmarks/bz2_readers.py DUMP [--rounds 5]
"""

from __future__ import annotations

import argparse
import bz2
import importlib.metadata
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from corpora.builtin.sources.wikipedia.dump.streams import CHUNK, chunks


def read(file: Any) -> Iterator[bytes]:
    """The content of an open file."""
    with file:
        while content := file.read(CHUNK):
            yield content


def main() -> None:
    """Print MB of content per second of processor time; the least time of each counts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dump", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    dump = arguments.dump
    readers: dict[str, Callable[[], Iterator[bytes]]] = {
        "bz2": lambda: read(bz2.BZ2File(dump)),
        "dump reader": lambda: (chunk.content for chunk in chunks(dump)),
        "Arrow": lambda: read(pa.CompressedInputStream(pa.OSFile(str(dump)), "bz2")),
    }
    try:
        print("indexed_bzip2", importlib.metadata.version("indexed_bzip2"))
    except importlib.metadata.PackageNotFoundError:
        print("indexed_bzip2 is not installed")
    best: dict[str, float] = {}
    for _ in range(arguments.rounds):
        for name, reader in readers.items():
            started = time.process_time()
            size = sum(map(len, reader()))
            best[name] = max(best.get(name, 0), size / 1e6 / (time.process_time() - started))
    for name, speed in best.items():
        print(f"{name:12} {speed:6.1f} MB/s")


if __name__ == "__main__":
    main()
