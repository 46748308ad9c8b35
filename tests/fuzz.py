"""Mutated files of every kind that strangers may hand over: each is read, or refused in one line.

`python tests/fuzz.py --seconds 600` mutates until the time is over and prints counts by target; `--inputs N` stops
after N files instead. Anything but a `CorporaError` of one line is a failure: another exception, more than ten seconds
for one file, more than 4 GB of memory, a write outside the folder, a new process or a connection.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY))  # before this folder, which has a folder trainer too
LIMIT_SECONDS, LIMIT_BYTES = 10, 4 << 30
VALUES = [
    None,
    -1,
    0,
    10**30,
    1e30,
    "",
    "x" * 300,
    "../../x",
    "/etc/passwd",
    "\0",
    [],
    {},
    [[[]]],
    True,
    float("nan"),
    "\ud800",
]
TOML_VALUES = [
    "[]", "{}", "-1", "1e30", '""', "true", "nan", '["a", 1]', "[[1]]", "1979-05-27", "1" * 400, "9" * 5000,
    '"../../x"', "[" * 3000,
]  # fmt: skip
BYTES = b"0123456789\"'{}[],:=-.eaz\n\\/\x00\xff"
WRITING = ("os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate", "shutil.rmtree")
FORBIDDEN = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "socket.connect")


@dataclass(frozen=True)
class Target:
    """One kind of file: a good one, and what reads it."""

    name: str
    path: Path
    good: bytes
    read: Callable[[Path], object]
    structure: str = "json"
    """`json`, `jsonl`, `toml`, `bytes`, or `safetensors`, whose header is JSON behind eight bytes with its length."""
    pack: Callable[[bytes], bytes] | None = None
    """Turns content into the file, such as gzip or a new seal; half of the mutations then change the content."""

    @property
    def file(self) -> bytes:
        """The good file."""
        return self.pack(self.good) if self.pack else self.good


watching: list[bool] = []


class Outside(BaseException):
    """A write outside the folder, or something else that reading must never do."""


class Slow(BaseException):
    """More than ten seconds for one file."""


def mutated(target: Target, chance: random.Random) -> bytes:
    """The good file with one to three bytes changed, cut or inserted, or a value of another type, or deep nesting."""
    if target.pack and chance.random() < 0.5:
        return mutated(replace(target, good=target.file, structure="bytes", pack=None), chance)
    content = _mutated(target, chance)
    return target.pack(content) if target.pack else content


def _mutated(target: Target, chance: random.Random) -> bytes:
    good, header = target.good, 0
    if target.structure == "safetensors":
        header = 8 + int.from_bytes(good[:8], "little")
        if chance.random() < 0.5:
            changed = _other_value(json.loads(good[8:header]), chance).encode()
            return len(changed).to_bytes(8, "little") + changed + good[header:]
    elif target.structure == "json" and chance.random() < 0.5:
        return _other_value(json.loads(good), chance).encode()
    elif target.structure == "jsonl" and chance.random() < 0.5:
        lines = good.decode().splitlines()
        at = chance.randrange(len(lines))
        lines[at] = _other_value(json.loads(lines[at]), chance)
        return "\n".join([*lines, ""]).encode()
    elif target.structure == "toml" and chance.random() < 0.5:
        return _other_line(good.decode(), chance).encode()
    spoilt = bytearray(good)
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(header or len(good))
        spoilt[at : at + chance.randrange(3)] = bytes(chance.choices(BYTES, k=chance.randrange(3)))
    return bytes(spoilt[: chance.randrange(len(spoilt))] if chance.random() < 0.1 else spoilt)


def _other_value(content: object, chance: random.Random) -> str:
    if chance.random() < 0.05:
        return chance.choice(["[" * 100_000, '{"a":' * 20_000, "9" * 5000, "null", "[]", '"x"', "7"])
    where = content
    while isinstance(where, dict | list) and where:
        key = chance.choice(list(where)) if isinstance(where, dict) else chance.randrange(len(where))
        inner = where[key]
        if isinstance(inner, dict | list) and inner and chance.random() < 0.8:
            where = inner
            continue
        if chance.random() < 0.2:
            del where[key]
        else:
            where[key] = chance.choice(VALUES)
        break
    return json.dumps(content)


def _other_line(text: str, chance: random.Random) -> str:
    lines = text.splitlines()
    at = chance.randrange(len(lines))
    key, equals, _ = lines[at].partition("=")
    if equals:
        lines[at] = f"{key}= {chance.choice(TOML_VALUES)}"
    elif lines[at].startswith("["):
        lines[at] = chance.choice([f"[{lines[at]}]", "[[datasets]]", "[datasets]", "datasets = 3", "[a.b.c]"])
    if chance.random() < 0.2:
        del lines[chance.randrange(len(lines))]
    return "\n".join(lines) + "\n"


def watch(folder: Path) -> None:
    """While a file is read, refuse to write outside a folder, to start a process and to connect."""

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if not watching:
            return
        if event in FORBIDDEN:
            raise Outside(f"{event} {arguments!r}"[:200])
        paths = [each for each in arguments[:2] if isinstance(each, str | os.PathLike)]
        if event == "open":
            mode, flags = arguments[1], arguments[2]
            writes = isinstance(mode, str) and set(mode) & set("wax+")
            writes = writes or (isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))
            paths = paths[:1] if writes else []
        elif event not in WRITING:
            return
        for path in paths:
            place = Path(os.path.realpath(path))
            if not place.is_relative_to(folder) and place != Path("/dev/null"):
                raise Outside(f"{event} {place}")

    sys.addaudithook(hook)


def outcome(target: Target, content: bytes) -> str:
    """`read`, `refused`, or what went wrong."""
    from corpora import CorporaError

    target.path.write_bytes(content)
    signal.alarm(LIMIT_SECONDS)
    watching.append(True)
    try:
        target.read(target.path)
    except CorporaError as error:
        return "refused" if "\n" not in str(error) else f"more than one line: {error}"
    except Slow:
        return f"more than {LIMIT_SECONDS} s"
    except BaseException as error:  # a panic of a Rust library is none of Exception
        if isinstance(error, KeyboardInterrupt | SystemExit):
            raise
        frame = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__}: {error} ({Path(frame.filename).name}:{frame.lineno})"
    finally:
        signal.alarm(0)
        watching.clear()
    return "read"


def fuzz(folder: Path, *, inputs: int | None, seconds: float, seed: int, only: str = "") -> int:
    """Mutate, print counts by target, and give the number of inputs that went wrong."""
    from fuzz_targets import targets

    made = [target for target in targets(folder) if only in target.name]
    for target in made:
        assert (found := outcome(target, target.file)) == "read", f"{target.name}: {found}"
    watch(folder)
    counts: dict[str, Counter[str]] = {target.name: Counter() for target in made}
    chance, deadline, number, wrong = random.Random(seed), time.monotonic() + seconds, 0, 0
    while number < inputs if inputs is not None else time.monotonic() < deadline:
        target = made[number % len(made)]
        content = mutated(target, chance)
        found = outcome(target, content)
        kind = found if found in ("read", "refused") else "wrong"
        counts[target.name][kind] += 1
        if kind == "wrong":
            wrong += 1
            print(f"{target.name}, input {number}: {found[:300]}\n  {content[:200]!r}", flush=True)
        target.path.write_bytes(target.file)
        number += 1
    print(f"{'target':<20}{'inputs':>8}{'read':>8}{'refused':>9}{'wrong':>7}")
    for name, by in counts.items():
        print(f"{name:<20}{by.total():>8,}{by['read']:>8,}{by['refused']:>9,}{by['wrong']:>7,}")
    print(f"{'all':<20}{number:>8,}; wrong: {wrong:,}; seed {seed}")
    return wrong


def _slow(*_: object) -> None:
    raise Slow


def main() -> None:
    """Read the options and fuzz in a folder of its own."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--inputs", type=int, default=None)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="", help="only targets whose name contains this")
    chosen = parser.parse_args()
    signal.signal(signal.SIGALRM, _slow)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made).resolve()
        os.environ |= {"CORPORA_HOME": str(folder / "home"), "HF_HUB_OFFLINE": "1", "TMPDIR": str(folder)}
        tempfile.tempdir = str(folder)
        sys.path.insert(0, str(Path(__file__).parent))
        import torch  # noqa: F401  # its memory map is not an input's doing

        used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + LIMIT_BYTES,) * 2)
        wrong = fuzz(folder, inputs=chosen.inputs, seconds=chosen.seconds, seed=chosen.seed, only=chosen.only)
    raise SystemExit(min(wrong, 1))


if __name__ == "__main__":
    main()
