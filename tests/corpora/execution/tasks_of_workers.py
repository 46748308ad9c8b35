"""Tasks for the tests of executors; workers import this file by its name."""

import gc
import os
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Tell:
    """Gives the item and who worked on it."""

    padding: bytes = b""

    def __call__(self, item):
        return item, os.getpid(), id(self)


@dataclass(frozen=True)
class Fail:
    """Fails at the first item; the second one writes a file after a while."""

    folder: Path

    def __call__(self, item):
        if item == 0:
            raise ValueError("no")
        time.sleep(0.3)
        (self.folder / str(item)).touch()


def thresholds(item):
    """How rarely Python looks for cycles in the worker."""
    return gc.get_threshold()


def kill(item):
    """End the worker."""
    os._exit(9)
