"""The result of a search, to be printed, stored in `search.json`, and drawn."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import msgspec

from trainer.evaluation import Interval, Verdict
from trainer.runtime import write_whole

FILE = "search.json"
Unit = Literal["percent", "nats per token"]
DIGITS: dict[Unit, int] = {"percent": 1, "nats per token": 4}
"""Digits after the decimal point that are shown of a value, by its unit."""


@dataclass(frozen=True)
class Proxy:
    """One proxy student and its measurements."""

    label: str
    shares: tuple[float, ...]
    dataset: str
    """NAME@FINGERPRINT of the mix."""
    run: str
    """The name of the run folder in `runs/`."""
    values: dict[str, float]
    """By measure: KL to the teacher in nats per token for held-out datasets, percent for a task."""


@dataclass(frozen=True)
class Response:
    """The response surface of one measure."""

    measure: str
    model: str
    formula: str
    errors: dict[str, float]
    """By model, the error of predicting a left-out proxy, in the unit of the measure."""
    parameters: tuple[float, ...]
    best: tuple[float, ...]
    """The best mix for this measure alone."""


@dataclass(frozen=True)
class Proposed:
    """The mix that the surface of the target proposes, with 95 % intervals."""

    shares: dict[str, float]
    low: dict[str, float]
    high: dict[str, float]
    value: float
    value_low: float
    value_high: float


@dataclass(frozen=True)
class Verification:
    """The proposal compared with another mix, both trained again with other seeds."""

    against: str
    shares: tuple[float, ...]
    value: float
    """Of the other mix, the mean over the seeds."""
    apart: Interval | None
    """How much better the proposal is, with a 95 % interval; None if it is the same mix."""
    verdict: Verdict | None


@dataclass(frozen=True)
class SearchResult:
    """The result of a search."""

    title: str
    target: str
    unit: Unit
    parts: tuple[str, ...]
    natural: tuple[float, ...]
    tokens_per_mix: int
    tokens_per_proxy: int
    """Special tokens included."""
    proxies: tuple[Proxy, ...]
    responses: tuple[Response, ...]
    proposal: Proposed
    verified: float
    """The proposal's value, the mean over the verification runs."""
    verifications: tuple[Verification, ...]
    page: str
    sentences: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """The result as JSON values."""
        return asdict(self)


def write_result(folder: Path, result: SearchResult) -> None:
    """Store a result in the folder of its search."""
    write_whole(folder / FILE, msgspec.json.format(msgspec.json.encode(result), indent=1) + b"\n")
