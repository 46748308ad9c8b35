"""Run every part of the GPU benchmark, and write one JSON and one table.

    python benchmarks/gpu/benchmark.py [--tiny] [--out FOLDER] [--only PART,PART] [--minutes 9.5]

Each part runs in a process of its own and has a share of the time: one that fails or hangs is reported, and the
others still run.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import machine

FOLDER = Path(__file__).resolve().parent
PARTS = {
    "machine": 60, "parity": 90, "ours": 210, "plain": 90, "memory": 90, "resume": 120, "ranks": 90, "fine-tuning": 60,
}  # fmt: skip
"""The most seconds of each part, the most important first; all of them together have `--minutes`."""


def main() -> None:
    """Run the parts, write the results, and fail if a part failed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--tiny", action="store_true", help="tiny models, to try it on a CPU")
    parser.add_argument("--out", type=Path, default=Path("gpu-results"))
    parser.add_argument("--only", default=",".join(PARTS), help="parts, separated by commas")
    parser.add_argument("--minutes", type=float, default=9.5)
    asked = parser.parse_args()
    if lacking := machine.missing():
        raise SystemExit(f"this Python ({sys.executable}) lacks {', '.join(lacking)}; see benchmarks/gpu/README.md")
    wanted = asked.only.split(",")
    if unknown := [name for name in wanted if name not in PARTS]:
        raise SystemExit(f"no part is named {', '.join(unknown)}; the parts are {', '.join(PARTS)}")
    asked.out.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + 60 * asked.minutes
    results: dict[str, object] = {"tiny": asked.tiny, "parts": (parts := {})}
    for name in wanted:
        parts[name] = part(name, asked.out, tiny=asked.tiny, seconds=min(PARTS[name], deadline - time.monotonic()))
        (asked.out / "results.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
        text = table(parts)
        (asked.out / "table.txt").write_text(text, encoding="utf-8")
    print(text, end="")
    if failed := [name for name, found in parts.items() if found["failed"] or not passes(found["rows"])]:
        raise SystemExit(f"failed: {', '.join(failed)}")


def part(name: str, out: Path, *, tiny: bool, seconds: float) -> dict[str, object]:
    """The rows of one part, and why it failed if it did."""
    if seconds < 5:
        return {"rows": [], "seconds": 0.0, "failed": "no time left"}
    print(f"== {name}, at most {seconds:.0f} s", file=sys.stderr, flush=True)
    place, log = out / f"{name}.json", out / f"{name}.log"
    place.unlink(missing_ok=True)
    line = [sys.executable, str(FOLDER / "parts.py"), name, str(place.resolve()), *(["--tiny"] if tiny else [])]
    started, failed = time.monotonic(), ""
    with log.open("wb") as file:
        process = subprocess.Popen(line, stdout=file, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            if process.wait(timeout=seconds):
                failed = f"ended with {process.returncode}: {_last_line(log)}"
        except subprocess.TimeoutExpired:
            failed = f"stopped after {seconds:.0f} s"
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    rows = json.loads(place.read_text(encoding="utf-8")) if place.exists() else []
    place.unlink(missing_ok=True)
    return {"rows": rows, "seconds": round(time.monotonic() - started, 1), "failed": failed}


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1] if lines else "no output"


def passes(rows: list[dict[str, object]]) -> bool:
    """Whether no comparison of these rows fails."""
    return all(row.get("passes") is not False for row in rows)


def table(parts: dict[str, dict[str, object]]) -> str:
    """The results as text: for each part its rows, each with its figures."""
    lines = []
    for name, found in parts.items():
        lines.append(f"{name} ({found['seconds']:.0f} s)" + (f": {found['failed']}" if found["failed"] else ""))
        for row in found["rows"]:
            figures = (
                f"{key} {_figure(key, value)}" for key, value in row.items() if key not in ("name", "at_seconds")
            )
            lines.append(f"  {row['name']}: " + ", ".join(figures))
    rates = {row["name"]: row["tokens_per_second"] for found in parts.values() for row in found["rows"]
             if "tokens_per_second" in row}  # fmt: skip
    base = next((name for name in rates if name.startswith("plain") and "bf16, dropout 0.1" in name), None)
    if base:
        lines.append(f"beside '{base}'")
        lines += [f"  {name}: {rate / rates[base]:.2f} x" for name, rate in rates.items() if name.startswith("ours")]
    return "\n".join(lines) + "\n"


def _figure(key: str, value: object) -> str:
    if key.endswith("_bytes") and isinstance(value, int):
        return f"{value / 2**30:.2f} GiB"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    return str(value)


if __name__ == "__main__":
    main()
