"""Books to committed sentences: MB/s of text on one core and on two, ours beside the straightforward way, same files.

The straightforward way decodes each file as UTF-8, cuts each line with blingfire, and writes lines of text.
Ours is `corpora.build` whole: fingerprint, layout, boilerplate, filters, duplicates, sentences, Arrow files,
statistics, manifest. "A core" counts processor seconds of this process and its children, so that other work on the
machine counts less; "by the clock" is what one waits, workers' start included; the median of `--repeats`.

    OMP_NUM_THREADS=1 python benchmarks/books.py ../shared/data/books/txt --repeats 3
    OMP_NUM_THREADS=1 python benchmarks/books.py --scale 200 2000 20000 --plot docs/explanation/books-scale.svg
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
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path


def processor_seconds() -> float:
    """What this process and its finished children used."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


def straightforward(workers: int) -> Callable[[Path, Path], None]:
    """Decode, blingfire, write lines; a file of lines for each book."""

    def run(folder: Path, work: Path) -> None:
        jobs = [(path, work / f"{number}.txt") for number, path in enumerate(sorted(folder.rglob("*.txt")))]
        if workers == 1:
            for job in jobs:
                lines_of(job)
            return
        with ProcessPoolExecutor(workers) as pool:
            for _ in pool.map(lines_of, jobs):
                pass

    return run


def lines_of(job: tuple[Path, Path]) -> None:
    """The sentences of one book, in a file of its own."""
    import blingfire

    path, target = job
    with target.open("w", encoding="utf-8") as out:
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.strip():
                out.write(blingfire.text_to_sentences(line) + "\n")


def ours(duplicates: str, workers: int) -> Callable[[Path, Path], None]:
    """A whole build."""
    executor = "serial" if workers == 1 else f"processes:workers={workers}"

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


WAYS: dict[tuple[str, int], Callable[[Path, Path], None]] = {
    ("decode, blingfire, write lines", 1): straightforward(1),
    ("decode, blingfire, write lines", 2): straightforward(2),
    ("ours, reading only", 1): reading,
    ("ours, no near-duplicate search", 1): ours("exact", 1),
    ("ours, no near-duplicate search", 2): ours("exact", 2),
    ("ours, with near-duplicate search", 1): ours("near", 1),
    ("ours, with near-duplicate search", 2): ours("near", 2),
}
"""Each way by its name and its number of workers."""


def measure(way: Callable[[Path, Path], None], folder: Path) -> tuple[float, float]:
    """Processor and wall seconds of one run into an empty folder."""
    with tempfile.TemporaryDirectory() as work:
        wall, used = time.perf_counter(), processor_seconds()
        way(folder, Path(work))
        return processor_seconds() - used, time.perf_counter() - wall


def compare(folder: Path, repeats: int) -> None:
    """Print MB/s of each way, in turns."""
    size = sum(path.stat().st_size for path in folder.rglob("*.txt")) / 1e6
    times: dict[tuple[str, int], list[tuple[float, float]]] = {key: [] for key in WAYS}
    with tempfile.TemporaryDirectory() as small:
        for path in sorted(folder.rglob("*.txt"))[:2]:
            shutil.copy(path, small)
        for way in WAYS.values():  # imports and models are loaded once, not once a build
            measure(way, Path(small))
    for _ in range(repeats):
        for key, way in WAYS.items():
            times[key].append(measure(way, folder))
    print(f"{size:.1f} MB of text, {len(list(folder.rglob('*.txt')))} books, median of {repeats}")
    for (name, workers), runs in times.items():
        used, wall = (size / statistics.median(values) for values in zip(*runs, strict=True))
        print(f"{name:<34} {workers} worker{'s' * (workers > 1):<1} {used:6.1f} MB/s a core {wall:6.1f} by the clock")


SCALED = """import sys, corpora
d = corpora.build(f'books:folder="{sys.argv[1]}"', duplicates="near", executor=sys.argv[2])
assert d.documents == int(sys.argv[3]), d.manifest.accounting
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""
"""A build that prints its greatest memory in KB; ru_maxrss would count what started it as well."""


def scale(numbers: list[int], words: int, executor: str) -> list[tuple[int, float, float, float]]:
    """Print time and greatest memory of a build of so many books, each in a process of its own, whose memory it is.

    The books are generated text files, a licence that no pattern knows at the end of each.

    Returns:
        For each: books, wall seconds, processor seconds, the greatest MB of the process that builds.
    """
    print(f"books of about {words:,} words, --executor {executor}, near-duplicate search and shared edges included")
    points = []
    for books in numbers:
        home = Path(tempfile.mkdtemp())
        size = write_books(home / "books", books, words) / 1e6
        before, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        command = [sys.executable, "-c", SCALED, str(home / "books"), executor, str(books)]
        environment = {**os.environ, "CORPORA_HOME": str(home / "store")}
        told = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
        seconds, after = time.perf_counter() - wall, resource.getrusage(resource.RUSAGE_CHILDREN)
        used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        memory = int(told.split()[-1]) / 1024
        points.append((books, seconds, used, memory))
        print(f"{books:>7,} books {size:8.1f} MB {seconds:7.1f} s {used:7.1f} s of processor {size / used:5.1f} MB/s"
              f" a core {memory:6.0f} MB at most", flush=True)  # fmt: skip
        shutil.rmtree(home)
    return points


def write_books(folder: Path, books: int, words: int) -> int:
    """Write so many generated books, a file each; how many bytes they have."""
    from corpora import registry

    folder.mkdir()
    source = registry.make("sources", f"toy:books={books},articles=0,words={words}")
    size = 0
    for number, book in enumerate(book for shard in source.shards() for book in source.read(shard)):
        text = "\n\n".join([*book.paragraphs, "Granted to you by the sellers of Wenlow Lane for one winter only."])
        size += (folder / f"{number:06}.txt").write_text(text + "\n", encoding="utf-8")
    return size


def draw(points: list[tuple[int, float, float, float]], path: Path) -> None:
    """A picture of processor time and memory over the number of books."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 2.8), layout="constrained")
    books, _, used, memory = zip(*points, strict=True)
    for place, (values, label) in enumerate([(used, "processor seconds"), (memory, "MB of memory at most")]):
        axes = figure.add_subplot(1, 2, place + 1)
        axes.plot(books, values, marker="o")
        axes.set(xscale="log", xlabel="books", ylabel=label, yscale="log" if place == 0 else "linear")
        if place == 1:
            axes.set_ylim(0, 1.1 * max(values))
    figure.savefig(path)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--scale", type=int, nargs="*", default=[], help="build so many generated books")
    parser.add_argument("--words", type=int, default=1000, help="of each generated book")
    parser.add_argument("--executor", default="serial", help="for --scale")
    parser.add_argument("--plot", type=Path, help="where to draw what --scale measured")
    arguments = parser.parse_args()
    if arguments.folder:
        compare(arguments.folder, arguments.repeats)
    if arguments.scale:
        points = scale(arguments.scale, arguments.words, arguments.executor)
        if arguments.plot:
            draw(points, arguments.plot)


if __name__ == "__main__":
    main()
