"""Give memory that was freed back to the system."""

from __future__ import annotations

import ctypes
import sys


def release_freed_memory() -> bool:
    """Have glibc return the free pages of its heap; elsewhere nothing happens.

    Micro-batches differ in length, so the heap of a training on a CPU fragments: the resident memory of one with 6
    layers of 384 rose from 4.9 GB at update 360 to 7.2 GB at update 1,840.

    Returns:
        Whether pages were returned.
    """
    if not sys.platform.startswith("linux"):
        return False
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # musl has none
    return bool(trim and trim(ctypes.c_size_t(0)))
