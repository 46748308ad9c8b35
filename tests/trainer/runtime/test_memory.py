"""Freed memory goes back to the system when asked, and not sooner if told to keep it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from trainer.runtime import release_freed_memory

KEEPS = """
from pathlib import Path
from trainer.runtime import keep_freed_memory
changed = keep_freed_memory()
blocks = [bytearray(20 << 20) for _ in range(5)]
before = int(Path("/proc/self/statm").read_text().split()[1])
del blocks
print(changed, before - int(Path("/proc/self/statm").read_text().split()[1]))
"""


def resident() -> int:
    return int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[1])


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="malloc_trim is glibc's")
def test_pages_between_kept_blocks_are_returned() -> None:
    blocks = [bytearray(100_000) for _ in range(2000)]  # below the size that malloc maps by itself
    kept = blocks[::50]
    del blocks
    before = resident()
    assert release_freed_memory()
    assert resident() < before - 10_000
    assert len(kept) == 40


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="mallopt is glibc's")
@pytest.mark.parametrize("setting", [None, "MALLOC_TRIM_THRESHOLD_"])
def test_freed_tensors_are_kept_unless_the_environment_decides(setting: str | None) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MALLOC_", "GLIBC_"))}
    environment |= {} if setting is None else {setting: "131072"}
    done = subprocess.run([sys.executable, "-c", KEEPS], env=environment, capture_output=True, check=True)
    changed, returned = done.stdout.decode().split()
    assert changed == str(setting is None)
    assert (int(returned) < 1000) is (setting is None)
