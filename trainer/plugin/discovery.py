"""The registry of trainer components."""

from __future__ import annotations

from corpora import Registry
from trainer.plugin import hookspecs

registry = Registry(hookspecs, "trainer")
