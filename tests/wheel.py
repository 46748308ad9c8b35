"""Install the built wheel as users do, with every supported Python that is on this machine, and use it.

Each gets an environment of its own with the wheel and what it asks for, from the package index, without constraints.
Without --trainer there is no torch. Ends with 1 if anything fails, and says of each Python that is not here that it
was not tried.

    python tests/wheel.py [--trainer] [3.12 …]
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PYTHONS = ("3.11", "3.12", "3.13")
ROOT = Path(__file__).parents[1]
BASE = """
corpora --help
corpora build toy --books 1 --articles 10 --executor processes:workers=2
corpora tokenize toy --train 300 --max-tokens 32
corpora sample toy-tokens --rate 0.5
corpora transform shuffle toy-tokens-50pct
corpora report toy toy-tokens toy-tokens-50pct --out report.html
corpora export toy-tokens-50pct-shuffle hub --layout hub
corpora diff parquet:hub toy-tokens-50pct-shuffle
corpora verify toy-tokens-50pct-shuffle
corpora new transform my-noise
corpora transform my-noise toy --plugin my-noise/corpora_my_noise.py
"""
TRAINER = """
trainer pretrain --dataset toy-tokens --layers 1 --hidden 16 --budget updates=2 --sequences 4 --out teacher
trainer distill --dataset toy --teacher teacher --student layers:1 --budget updates=2 --sequences 4 --out run
"""


def interpreter(number: str) -> str | None:
    """A Python of this version that starts: on the path, or kept by pyenv."""
    found = [shutil.which(f"python{number}"), *sorted(Path.home().glob(f".pyenv/versions/{number}.*/bin/python"))]
    for path in map(str, filter(None, found)):
        code = "import sys; print('.'.join(map(str, sys.version_info[:2])))"
        done = subprocess.run([path, "-c", code], capture_output=True, text=True, check=False)
        if done.stdout.strip() == number:
            return path
    return None


def tried(python: str, wheel: Path, folder: Path, *, trainer: bool) -> str | None:
    """What went wrong with one Python; None if nothing did."""
    programs = folder / "environment" / "bin"
    extra = "[trainer]" if trainer else ""
    torch = next(line for line in (ROOT / "constraints.txt").read_text().splitlines() if line.startswith("torch=="))
    steps = [f"{python} -m venv {programs.parent}"]
    steps += [f"{programs}/python -m pip install --quiet {torch}"] if trainer else []
    steps += [f"{programs}/python -m pip install --quiet '{wheel}{extra}'", f"{programs}/python -m pip check"]
    steps += [f"{programs}/{line}" for line in (BASE + (TRAINER if trainer else "")).strip().splitlines()]
    environment = {"CORPORA_HOME": str(folder / "home"), "HOME": str(folder), "PATH": "/usr/bin:/bin"}
    for step in steps:
        done = subprocess.run(
            ["bash", "-c", step], cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            return f"{step}\n{done.stdout}{done.stderr}"
    if trainer:
        return None
    done = subprocess.run([programs / "trainer", "--help"], capture_output=True, text=True, check=False)
    told = "pip install 'transferset[trainer]'" in done.stderr
    return None if told else f"trainer without torch says: {done.stdout}{done.stderr}"


def main() -> int:
    """Build the wheel, and try it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pythons", nargs="*", default=PYTHONS, metavar="3.12")
    parser.add_argument("--trainer", action="store_true", help="With the trainer extra, torch as in constraints.txt.")
    given = parser.parse_args()
    bad = 0
    with tempfile.TemporaryDirectory() as made:
        build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", made, str(ROOT)]
        subprocess.run(build, check=True)
        [wheel] = Path(made).glob("*.whl")
        for number in given.pythons:
            python = interpreter(number)
            if python is None:
                print(f"Python {number}: not on this machine, not tried", flush=True)
                continue
            with tempfile.TemporaryDirectory() as folder:
                wrong = tried(python, wheel, Path(folder), trainer=given.trainer)
            print(f"Python {number}: {'installs and works' if wrong is None else wrong}", flush=True)
            bad += wrong is not None
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
