"""Probe results: found by content, sealed on disk, compared between models."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import msgspec
import numpy as np

from corpora import sha256_file, sha256_of
from trainer.errors import ResultDamaged
from trainer.evaluation import Interval, read_sealed, write_sealed
from trainer.evaluation.probes.intervals import QUANTILES, group_means
from trainer.plugin import Findings, Metric, Stratum, Units
from trainer.runtime import environment, write_whole

ENGINE = 1
"""Incremented whenever a change of the engine changes figures for the same inputs."""


@dataclass(frozen=True)
class ProbeResult:
    """The stored result of one probe on one model."""

    probe: str
    """The probe's name."""
    short: str
    """The probe with its options, in the form used by `--probe`."""
    model: str
    """The model's name in tables."""
    identity: dict[str, object]
    """Everything that affects the result, by content."""
    counted: str
    """The kind of examples: `pairs` or `tokens`."""
    metrics: dict[str, Metric]
    strata: list[Stratum]
    """The first covers all examples."""
    notes: list[str]
    seconds: float
    """The time of the measurement."""
    units: str
    """The file with the units for the intervals, relative to the result's folder."""
    units_sha256: str
    machine: dict[str, object]

    @property
    def overall(self) -> Stratum:
        """The stratum of all examples."""
        return self.strata[0]

    @property
    def of_itself(self) -> bool:
        """Whether a teacher was compared with itself, so that every figure is known in advance."""
        return self.identity.get("teacher") is not None and self.identity.get("teacher") == self.identity.get("model")

    @property
    def options(self) -> object:
        """The probe's options that affect its result."""
        probe = self.identity.get("probe")
        return probe.get("options") if isinstance(probe, dict) else None

    def same(self, stratum: Stratum) -> Stratum:
        """The stratum of the same name in this result.

        Args:
            stratum: of another model's result of the same probe.
        """
        wanted = stratum.split, stratum.name, stratum.within
        return next(one for one in self.strata if (one.split, one.name, one.within) == wanted)

    def as_json(self) -> dict[str, object]:
        """The result as JSON values."""
        made: dict[str, object] = msgspec.to_builtins(self)
        return made


@dataclass(frozen=True)
class ProbeRow:
    """One figure of a probe, for tables and charts."""

    model: str
    probe: str
    split: str
    """`all`, `field`, `paradigm`, `frequency` …"""
    stratum: str
    within: str
    counted: str
    count: int
    metric: str
    title: str
    unit: str
    higher_is_better: bool
    value: float
    low: float
    high: float


def probe_rows(results: Sequence[ProbeResult]) -> Iterator[ProbeRow]:
    """Every figure of some results, in order, as one row each."""
    for result in results:
        for stratum in result.strata:
            for metric, found in stratum.estimates.items():
                about = result.metrics[metric]
                yield ProbeRow(
                    result.model, result.probe, stratum.split, stratum.name, stratum.within, result.counted,
                    stratum.count, metric, about.title, about.unit, about.higher_is_better,
                    found.value, found.low, found.high,
                )  # fmt: skip


def probe_difference(one: Path, other: Path, metric: str) -> Interval | None:
    """The difference of two models in a probe's overall value, with a paired 95 % interval.

    Args:
        one, other: results of the same probe on the same input, such as RUN/probes/minimal-pairs.json.
        metric: such as `accuracy` or `kl`.

    Returns:
        `one` minus `other`, in the metric's unit (rates from 0 to 1); None if their examples differ.

    Raises:
        ResultDamaged: a file was edited.
    """
    left, right = (_units(path) for path in (one, other))
    same = np.array_equal(left.groups, right.groups) and np.array_equal(left.counts, right.counts)
    if not same or metric not in left.sums or metric not in right.sums or _input(one) != _input(other):
        return None
    apart = group_means(left, metric).mean(axis=1) - group_means(right, metric).mean(axis=1)
    low, high = np.nanquantile(apart[1:], QUANTILES)
    return Interval(float(apart[0]), float(low), float(high))


def results_place(folder: Path) -> Path:
    """The default folder for a model's results: `probes` in the run of a student, or in the model's own folder."""
    return run_of(folder) / "probes"


def run_of(folder: Path) -> Path:
    """The run folder of a student; for other models, the model's own folder."""
    return folder.parent if folder.name == "student" else folder


def read_results(place: Path) -> dict[str, ProbeResult]:
    """The results of a model's last `trainer probe`, by the probe's name; empty if there are none.

    Args:
        place: the folder of the results, such as RUN/probes.

    Raises:
        ResultDamaged: a file was edited.
    """
    return {path.stem: read_result(path) for path in sorted(place.glob("*.json"))}


def read_result(path: Path) -> ProbeResult:
    """Read one stored result.

    Args:
        path: the JSON file; the units are in a file that it names.

    Raises:
        ResultDamaged: it was edited, or its units are missing or were edited.
    """
    try:
        result = msgspec.convert(read_sealed(path), ProbeResult)
    except msgspec.ValidationError as error:
        raise ResultDamaged(f"{path} is not a probe result ({error}); delete it to measure again") from error
    units = path.parent / result.units
    if not units.is_file() or sha256_file(units) != result.units_sha256:
        raise ResultDamaged(f"{units} is missing or was edited; delete {path} to measure again")
    return result


def write_result(path: Path, findings: Findings, **about: object) -> ProbeResult:
    """Store a probe's findings, and the units of its intervals next to them.

    Args:
        path: the JSON file.
        findings: what the probe measured.
        about: the other fields of `ProbeResult`.
    """
    units = path.with_suffix(".units.npz")
    whole = BytesIO()
    np.savez_compressed(
        whole, allow_pickle=False, groups=findings.units.groups, counts=findings.units.counts,
        metrics=np.array(list(findings.units.sums)), sums=np.stack(list(findings.units.sums.values())),
    )  # fmt: skip
    write_whole(units, whole.getvalue())
    result = ProbeResult(
        counted=findings.counted, metrics=dict(findings.metrics), strata=list(findings.strata),
        notes=list(findings.notes), units=units.name, units_sha256=sha256_file(units), machine=environment(),
        **about,  # type: ignore[arg-type]
    )  # fmt: skip
    write_sealed(path, result.as_json())
    return result


def cell_path(place: Path, probe: str, identity: Mapping[str, object]) -> Path:
    """The path of a stored result; its name has a hash of everything that affects the result.

    Args:
        place: the folder of a model's results.
        probe: the probe's name.
        identity: everything that affects the result.
    """
    return place / "cells" / f"{probe}-{sha256_of(dict(identity))[:12]}.json"


def _units(path: Path) -> Units:
    result = read_result(path)
    with np.load(path.parent / result.units, allow_pickle=False) as kept:
        sums = dict(zip(kept["metrics"].tolist(), kept["sums"], strict=True))
        return Units(kept["groups"], kept["counts"], sums)


def _input(path: Path) -> object:
    identity = read_result(path).identity
    return [identity[key] for key in ("probe", "inputs", "teacher")]
