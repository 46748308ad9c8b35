"""Interrupted work, over and over: every step is killed or runs out of disk, goes on, and ends with the same bytes.

`python tests/soak.py --tries 200` runs each step once undisturbed. Then each try takes a step and a way to disturb it,
repeats the command until it ends well, and compares every file with the undisturbed run's. It prints survived / tried
by step and by way, and exits with 1 after any loss. Ways:

- `kill`: SIGKILL at a random moment, one to three times in a row, to the process alone or to it with its workers.
- `slow`: the same while each fsync and each rename takes 20 to 200 ms.
- `full`: a file system of its own (tmpfs) that is smaller than what the step writes, then larger; needs root.
- `read-only`: that file system turns read-only at a random moment, then writable again; needs root.
- `limit`: no file may grow beyond a random size (RLIMIT_FSIZE), which every user can set.

A step that the disk stops must say so in one line. The steps run in forks of this process, which has imported their
libraries already; a kill reaches the same code as in a process that starts from nothing.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "tests")]
HANG_SECONDS = 240
WAYS = ("kill", "kill", "kill", "slow", "full", "read-only", "limit")
"""A third and more of all tries are plain kills."""
ROOM_BYTES = 64 << 20
LIBRARIES = (
    "torch", "transformers.models.bert.modeling_bert", "transformers.models.distilbert.modeling_distilbert",
    "pyarrow.parquet", "corpora.cli", "trainer.cli",
)  # fmt: skip
"""What is imported before the first step; the undisturbed runs tell the rest."""


MODULES = "SOAK_MODULES"
"""Names the file in which an undisturbed run lists what it imported, so that later forks have it already."""


class Lost(AssertionError):
    """A try that did not end as the undisturbed run."""


class Stopped(BaseException):
    """SIGTERM, as `timeout` sends it: the counts so far are still printed."""


@dataclass(frozen=True)
class Ended:
    """How one attempt ended."""

    code: int
    """The exit code; negative for a signal."""
    said: str
    """The last 4,000 characters that it printed."""
    seconds: float


def attempt(
    line: list[str],
    folder: Path,
    *,
    before: Callable[[], None] = lambda: None,
    kill_after: float | None = None,
    whole_group: bool = True,
    watch: Callable[[float], None] = lambda elapsed: None,
) -> Ended:
    """Run a command in a fork, in a folder that holds its store too.

    Args:
        before: called in the fork before the command.
        kill_after: seconds after which it is killed, if it still runs.
        whole_group: kill its workers with it; else they learn of its death by themselves.
        watch: called every 2 ms with the seconds that have passed.

    Raises:
        Lost: it hangs.
    """
    log = folder.with_suffix(".log")
    started = time.monotonic()
    pid = os.fork()
    if pid == 0:
        _become(line, folder, log, before)
    with suppress(PermissionError):  # it did so itself, and has become another program
        os.setpgid(pid, pid)
    try:
        while True:
            done, status = os.waitpid(pid, os.WNOHANG)
            elapsed = time.monotonic() - started
            if done:
                break
            if kill_after is not None and elapsed >= kill_after:
                (os.killpg if whole_group else os.kill)(pid, signal.SIGKILL)
                kill_after = None
            if elapsed > HANG_SECONDS:
                os.killpg(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
                raise Lost(f"{' '.join(line)} takes more than {HANG_SECONDS} s: {_said(log)[-300:]}")
            watch(elapsed)
            time.sleep(0.002)
    except Stopped:
        os.killpg(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        raise
    return Ended(os.waitstatus_to_exitcode(status), _said(log), elapsed)


def _become(line: list[str], folder: Path, log: Path, before: Callable[[], None]) -> None:
    """Turn this fork into the command; it never returns."""
    code = 70
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.setpgid(0, 0)
        os.chdir(folder)
        os.environ |= {"CORPORA_HOME": str(folder / "home"), "HF_HUB_OFFLINE": "1", "TMPDIR": str(folder.parent)}
        out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(out, 1)
        os.dup2(out, 2)
        before()
        sys.argv = line
        from corpora.cli import main as corpora
        from trainer.cli import main as trainer

        try:
            {"corpora": corpora, "trainer": trainer}[line[0]](line[1:])
        finally:
            if MODULES in os.environ:
                Path(os.environ[MODULES]).write_text("\n".join(sys.modules), encoding="utf-8")
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _said(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")[-4000:] if log.exists() else ""


def finish(step: Step, folder: Path) -> None:
    """Repeat a step's command, undisturbed.

    Raises:
        Lost: it fails.
    """
    ended = attempt(step.line(folder), folder)
    if ended.code != 0:
        raise Lost(f"goes on with exit code {ended.code}: {ended.said[-500:]}")


def one_line(ended: Ended) -> None:
    """See that a command which the disk stopped said so in one line.

    Raises:
        Lost: it printed a traceback, or died of something that it did not expect.
    """
    last = ended.said.strip().splitlines()[-1:] or [""]
    expected = ended.code == 0 or (ended.code == 1 and "error: " in last[0])
    if not expected or "Traceback" in ended.said or "CORPORA_TRACEBACK" in ended.said:
        raise Lost(f"exit code {ended.code}: {ended.said[-700:]}")


def kill(
    step: Step, folder: Path, seconds: float, chance: random.Random, before: Callable[[], None] = lambda: None
) -> None:
    """Kill a step at random moments, one to three times."""
    for _ in range(chance.randint(1, 3)):
        workers, group = chance.choice((1, 2)), chance.random() < 0.5
        line = step.line(folder, workers=workers)
        after = chance.uniform(0, 1.05 * seconds)
        ended = attempt(line, folder, before=before, kill_after=after, whole_group=group)
        if ended.code not in (0, -signal.SIGKILL):
            raise Lost(f"exit code {ended.code} after a kill: {ended.said[-500:]}")
        if ended.code == 0:
            return


def slow(step: Step, folder: Path, seconds: float, chance: random.Random) -> None:
    """Kill a step while its disk is slow."""
    delays = random.Random(chance.random())

    def slowed() -> None:
        for name in ("fsync", "rename", "replace"):
            setattr(os, name, _delayed(getattr(os, name), delays))

    kill(step, folder, 2 * seconds, chance, slowed)


def _delayed(call: Callable[..., Any], delays: random.Random) -> Callable[..., Any]:
    def wait_and_call(*words: Any, **more: Any) -> Any:
        time.sleep(delays.uniform(0.02, 0.2))
        return call(*words, **more)

    return wait_and_call


def limit(step: Step, folder: Path, seconds: float, chance: random.Random) -> None:
    """Run a step while no file may grow beyond a random size."""
    largest = int(10 ** chance.uniform(1.5, 5.5))
    limited = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))  # noqa: E731
    one_line(attempt(step.line(folder), folder, before=limited))


def full(step: Step, folder: Path, seconds: float, chance: random.Random) -> None:
    """Run a step on a disk that has less room than it needs."""
    used = shutil.disk_usage(folder).used
    _remount(folder, f"size={used + int(10 ** chance.uniform(3.6, 6.3))}")
    one_line(attempt(step.line(folder), folder))
    _remount(folder, f"size={ROOM_BYTES}")


def read_only(step: Step, folder: Path, seconds: float, chance: random.Random) -> None:
    """Run a step on a disk that turns read-only."""
    at = 0.0 if chance.random() < 0.2 else chance.uniform(0, seconds)
    turned: list[bool] = []

    def turn(elapsed: float) -> None:
        if not turned and elapsed >= at:  # it is refused while a file is open for writing
            turned.extend([True] * _remount(folder, "ro", must=False))

    if at == 0:
        turn(0)
    one_line(attempt(step.line(folder), folder, watch=turn))
    _remount(folder, "rw")


DISTURB = {"kill": kill, "slow": slow, "limit": limit, "full": full, "read-only": read_only}
MOUNTED = ("full", "read-only")


def _remount(folder: Path, how: str, *, must: bool = True) -> bool:
    done = subprocess.run(["mount", "-o", f"remount,{how}", str(folder)], capture_output=True, check=False)
    if must and done.returncode:
        raise OSError(f"{folder} cannot be mounted with {how}: {done.stderr.decode()}")
    return done.returncode == 0


@contextmanager
def place(folder: Path, way: str) -> Iterator[Path]:
    """A fresh folder for one try, on a file system of its own where the way needs one."""
    folder.mkdir()
    if way in MOUNTED:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={ROOM_BYTES}", "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        if way in MOUNTED:
            subprocess.run(["umount", str(folder)], check=True)
        shutil.rmtree(folder)


def can_mount(folder: Path) -> bool:
    """Whether this process may mount a file system."""
    try:
        with place(folder / "mountable", "full"):
            return True
    except (OSError, subprocess.CalledProcessError):
        return False
    finally:
        shutil.rmtree(folder / "mountable", ignore_errors=True)


class Soak:
    """Prepared inputs, undisturbed runs, and tries."""

    def __init__(self, folder: Path, steps: list[Step]) -> None:
        self.folder, self.steps = folder, steps
        self.whole: dict[str, tuple[dict[str, str], float]] = {}
        """By step: what it ends with, and how many seconds that takes."""

    def undisturbed(self) -> None:
        """Run each step once, and the steps that it needs."""
        _forked(lambda: prepare(self.folder / "inputs"))
        for step in STEPS:
            wanted = {name for each in self.steps for name in (each.name, *each.inputs)}
            if step.name not in wanted | {"build", "tokenize"}:
                continue
            folder = self.folder / step.name
            folder.mkdir()
            self._fill(step, folder)
            started = time.monotonic()
            with _learning(self.folder / "modules"):
                finish(step, folder)
            self.whole[step.name] = (digest(folder), time.monotonic() - started)
            if step.name == "tokenize":
                tokenizer = next((folder / "home/tokens").rglob("tokenizer.json"))
                _forked(lambda found=tokenizer: make_teacher(self.folder / "inputs/teacher", found))
            files, seconds = self.whole[step.name]
            print(f"{step.name}: undisturbed in {seconds:.1f} s, {len(files)} files", flush=True)

    def once(self, number: int, step: Step, way: str, chance: random.Random) -> str | None:
        """One try: what went wrong, or None."""
        expected, seconds = self.whole[step.name]
        try:
            with place(self.folder / f"try-{number}", way) as folder:
                self._fill(step, folder)
                DISTURB[way](step, folder, seconds, chance)
                finish(step, folder)
                found = digest(folder)
        except Lost as error:
            return str(error)
        changed = sorted(name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name))
        return f"{len(changed)} files differ: {', '.join(changed[:5])}" if changed else None

    def _fill(self, step: Step, folder: Path) -> None:
        for name in step.inputs:
            made = self.folder / name
            source = made if made.is_dir() else self.folder / "inputs" / name
            if source.is_dir():
                target = folder if made.is_dir() else folder / name
                shutil.copytree(source, target, dirs_exist_ok=True)
            else:
                shutil.copy(source, folder / name)


@contextmanager
def _learning(names: Path) -> Iterator[None]:
    """Import what a command imports meanwhile."""
    os.environ[MODULES] = str(names)
    try:
        yield
    finally:
        del os.environ[MODULES]
    for name in names.read_text(encoding="utf-8").splitlines():
        if name not in sys.modules and not name.startswith("corpora_plugin_"):
            with suppress(Exception):  # some are only parts of others
                __import__(name)


def _forked(work: Callable[[], None]) -> None:
    """Do something that uses libraries in a fork, so that this process stays fit to be forked."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    if os.waitpid(pid, 0)[1]:
        raise SystemExit("the inputs could not be prepared")


def soak(folder: Path, *, tries: int, seed: int, minutes: float, steps: list[Step], ways: list[str]) -> int:
    """Try, print what was lost and the counts, and give the number of losses."""
    if not can_mount(folder):
        ways = [way for way in ways if way not in MOUNTED]
        print("full and read-only are left out: this user cannot mount a file system", flush=True)
    work = Soak(folder, steps)
    work.undisturbed()
    deadline = time.monotonic() + 60 * minutes
    tried: Counter[tuple[str, str]] = Counter()
    survived: Counter[tuple[str, str]] = Counter()
    for number in range(tries):
        if time.monotonic() > deadline:
            print(f"stopped after {minutes:g} minutes", flush=True)
            break
        chance = random.Random(f"{seed}-{number}")
        step, way = steps[number % len(steps)], chance.choice(ways)
        try:
            wrong = work.once(number, step, way, chance)
        except Stopped:
            print(f"stopped in try {number}", flush=True)
            break
        tried[step.name, way] += 1
        survived[step.name, way] += wrong is None
        if wrong is not None:
            print(f"try {number}: {step.name}, {way}: {wrong}", flush=True)
    return _print_counts(survived, tried, seed)


def _print_counts(survived: Counter[tuple[str, str]], tried: Counter[tuple[str, str]], seed: int) -> int:
    ways = sorted({way for _, way in tried})
    print(f"{'step':<12}" + "".join(f"{way:>12}" for way in ways) + f"{'all':>12}")
    for step in dict.fromkeys(step for step, _ in tried):
        cells = [f"{survived[step, way]} / {tried[step, way]}" for way in ways]
        own = [sum(counts[step, way] for way in ways) for counts in (survived, tried)]
        print(f"{step:<12}" + "".join(f"{cell:>12}" for cell in cells) + f"{own[0]:>6} / {own[1]}")
    print(f"survived / tried: {survived.total()} / {tried.total()}; seed {seed}")
    return tried.total() - survived.total()


def _stop(*_: object) -> None:
    raise Stopped


def main() -> None:
    """Read the options, import what the steps need, and soak in a folder of its own."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tries", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=20.0)
    names = [step.name for step in STEPS]
    parser.add_argument("--step", action="append", choices=names, help="only this step; repeatable")
    parser.add_argument("--way", action="append", choices=sorted(DISTURB), help="only this way; repeatable")
    chosen = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"
    signal.signal(signal.SIGTERM, _stop)
    for library in LIBRARIES:
        __import__(library)
    steps = [step for step in STEPS if chosen.step is None or step.name in chosen.step]
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made).resolve()
        ways = chosen.way or list(WAYS)
        lost = soak(folder, tries=chosen.tries, seed=chosen.seed, minutes=chosen.minutes, steps=steps, ways=ways)
    raise SystemExit(min(lost, 1))


from soak_steps import STEPS, Step, digest, make_teacher, prepare  # noqa: E402  # its folder is not on the path before

if __name__ == "__main__":
    main()
