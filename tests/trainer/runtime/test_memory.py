"""Freed memory goes back to the system."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from trainer.runtime import release_freed_memory


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
