"""Tries: each disturbs a step, lets it end, and compares what it ends with."""

from __future__ import annotations

import random
import shutil
import time
from collections import Counter
from pathlib import Path

from soak.attempts import Lost, Stopped, attempt, forked, learning
from soak.disturbances import DISTURB, MOUNTED, can_mount, place
from soak.steps import STEPS, Step, digest, make_teacher, prepare


def finish(step: Step, folder: Path) -> None:
    """Repeat a step's command, undisturbed.

    Raises:
        Lost: it fails.
    """
    ended = attempt(step.line(folder), folder)
    if ended.code != 0:
        raise Lost(f"goes on with exit code {ended.code}: {ended.said[-500:]}")


class Soak:
    """Prepared inputs, undisturbed runs, and tries."""

    def __init__(self, folder: Path, steps: list[Step]) -> None:
        self.folder, self.steps = folder, steps
        self.whole: dict[str, tuple[dict[str, str], float]] = {}
        """By step: what it ends with, and how many seconds that takes."""

    def undisturbed(self) -> None:
        """Run each step once, and the steps that it needs."""
        forked(lambda: prepare(self.folder / "inputs"))
        for step in STEPS:
            wanted = {name for each in self.steps for name in (each.name, *each.inputs)}
            if step.name not in wanted | {"build", "tokenize"}:
                continue
            folder = self.folder / step.name
            folder.mkdir()
            self._fill(step, folder)
            started = time.monotonic()
            with learning(self.folder / "modules"):
                finish(step, folder)
            self.whole[step.name] = (digest(folder), time.monotonic() - started)
            if step.name == "tokenize":
                tokenizer = next((folder / "home/tokens").rglob("tokenizer.json"))
                forked(lambda found=tokenizer: make_teacher(self.folder / "inputs/teacher", found))
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
