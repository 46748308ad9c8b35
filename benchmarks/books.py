"""Books to committed sentences: MB/s of text on one core, ours beside the straightforward way, on the same files.

The straightforward way decodes each file as UTF-8, cuts each line with blingfire, and writes lines of text.
Ours is `corpora.build` whole: fingerprint, layout, boilerplate, filters, duplicates, sentences, Arrow files,
statistics, manifest. Times are processor seconds of this process and its children, so that other work on the
machine counts less; the median of `--repeats`.

    OMP_NUM_THREADS=1 python benchmarks/books.py ../shared/data/books/txt --repeats 3
    OMP_NUM_THREADS=1 python benchmarks/books.py --scale 200 2000
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path


def processor_seconds() -> float:
    """What this process and its finished children used."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


def straightforward(folder: Path, work: Path) -> None:
    """Decode, blingfire, write lines."""
    import blingfire

    with (work / "sentences.txt").open("w", encoding="utf-8") as out:
        for path in sorted(folder.rglob("*.txt")):
            for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
                if line.strip():
                    out.write(blingfire.text_to_sentences(line) + "\n")


def ours(duplicates: str, executor: str = "serial") -> Callable[[Path, Path], None]:
    """A whole build."""

    def run(folder: Path, work: Path) -> None:
        import corpora

        os.environ["CORPORA_HOME"] = str(work)
        corpora.build(f'tbc:folder="{folder}"', duplicates=duplicates, executor=executor)  # type: ignore[arg-type]

    return run


def reading(folder: Path, work: Path) -> None:
    """Files to documents only."""
    from corpora import registry

    source = registry.make("sources", f'tbc:folder="{folder}"')
    for shard in source.shards():
        for _ in source.read(shard):
            pass


WAYS: dict[str, Callable[[Path, Path], None]] = {
    "decode, blingfire, write lines": straightforward,
    "ours, reading only": reading,
    "ours, no near-duplicate search": ours("exact"),
    "ours, with near-duplicate search": ours("near"),
}


def measure(way: Callable[[Path, Path], None], folder: Path) -> tuple[float, float]:
    """Processor and wall seconds of one run into an empty folder."""
    with tempfile.TemporaryDirectory() as work:
        wall, used = time.perf_counter(), processor_seconds()
        way(folder, Path(work))
        return processor_seconds() - used, time.perf_counter() - wall


def compare(folder: Path, repeats: int) -> None:
    """Print MB/s of each way, in turns."""
    size = sum(path.stat().st_size for path in folder.rglob("*.txt")) / 1e6
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in WAYS}
    with tempfile.TemporaryDirectory() as small:
        for path in sorted(folder.rglob("*.txt"))[:2]:
            shutil.copy(path, small)
        for way in WAYS.values():  # imports and models are loaded once, not once a build
            measure(way, Path(small))
    for _ in range(repeats):
        for name, way in WAYS.items():
            times[name].append(measure(way, folder))
    print(f"{size:.1f} MB of text, {len(list(folder.rglob('*.txt')))} books, median of {repeats}")
    for name, runs in times.items():
        used, wall = (statistics.median(values) for values in zip(*runs, strict=True))
        print(f"{name:<34} {size / used:6.1f} MB/s a core   {size / wall:6.1f} MB/s by the clock")


def scale(numbers: list[int]) -> None:
    """Print time and greatest memory of a build of so many generated books, each in a process of its own."""
    for books in numbers:
        home = tempfile.mkdtemp()
        code = f"import corpora; corpora.build('toy:books={books},articles=0', duplicates='near')"
        before, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run([sys.executable, "-c", code], env={**os.environ, "CORPORA_HOME": home}, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        size = sum(path.stat().st_size for path in Path(home).rglob("data-*.arrow")) / 1e6
        print(f"{books:>7,} books {size:8.1f} MB  {time.perf_counter() - wall:7.1f} s  {used:7.1f} s of processor"
              f"  {after.ru_maxrss / 1024:6.0f} MB at most")  # fmt: skip
        shutil.rmtree(home)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--scale", type=int, nargs="*", default=[])
    arguments = parser.parse_args()
    if arguments.folder:
        compare(arguments.folder, arguments.repeats)
    scale(arguments.scale)


if __name__ == "__main__":
    main()
