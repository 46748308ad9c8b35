"""Return freed memory to the system."""

from __future__ import annotations

import ctypes
import sys


def release_freed_memory() -> bool:
    """Make glibc return the free pages of its heap; does nothing on other systems.

    Micro-batches differ in length, so the heap fragments during training on a CPU: with 6 layers, 384 wide, resident
    memory rose from 4.9 GB at update 360 to 7.2 GB at update 1,840.

    Returns:
        Whether pages were returned.
    """
    if not sys.platform.startswith("linux"):
        return False
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # absent in musl
    return bool(trim and trim(ctypes.c_size_t(0)))
