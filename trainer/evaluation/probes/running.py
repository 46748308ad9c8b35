"""Run probes on models: check everything first, and measure only what is not stored yet."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from corpora import identity_of
from corpora.errors import counted
from trainer.errors import ProbeError, VocabularyMismatch
from trainer.evaluation import write_sealed
from trainer.evaluation.probes.models import ModelReference, find_model
from trainer.evaluation.probes.results import ENGINE, ProbeResult, cell_path, read_result, write_result
from trainer.evaluation.probes.subject import LoadedModel, Progress
from trainer.plugin import Probe
from trainer.runtime import Precision, check_writable, chosen, precision_for


@dataclass(frozen=True)
class ProbeReport:
    """The results of all probes on one model."""

    model: str
    folder: Path
    """The folder of the stored results."""
    results: tuple[ProbeResult, ...]
    """One per probe, in the order given."""

    def as_json(self) -> dict[str, object]:
        """The results as JSON values."""
        results = [result.as_json() for result in self.results]
        return {"model": self.model, "folder": str(self.folder), "results": results}


@dataclass(frozen=True)
class _Cell:
    """One probe on one model."""

    probe: Probe
    subject: LoadedModel
    path: Path
    identity: dict[str, object]
    shown: Path
    """The copy of the result that is named after the probe."""

    @property
    def stored(self) -> bool:
        """Whether there is a result for it."""
        return self.path.is_file()


def probe(
    models: Sequence[str | Path],
    probes: Sequence[Probe],
    *,
    teacher: str | Path | None = None,
    out: Path | str | None = None,
    device: str = "auto",
    precision: str = "fp32",
    progress: Progress | None = None,
) -> list[ProbeReport]:
    """Measure models without fine-tuning them.

    Results are stored by the content of model, teacher, probe and input; a stored result is not measured again.

    Args:
        models: folders of masked-language models, run folders, hub ids, or `start:RUN` for a run's student before its
            first update.
        probes: what to measure.
        teacher: a folder; needed by probes that compare.
        out: the folder of results, with one folder per model; by default `probes` next to the model (in RUN, for
            RUN/student).
        device: `cpu`, `cuda`, or `auto`.
        precision: of matrix products: `fp32`, `bf16`, `fp16`, or `auto`.
        progress: called with what is measured, how much is done, and the total.

    Raises:
        ProbeError: an input is missing or cannot be read, or a probe needs a teacher and none is given.
        ModelError: a folder has no masked-language model.
        VocabularyMismatch: a model's vocabulary is not the teacher's.
        ResultDamaged: a stored result was edited.
        StorageError: results cannot be written.
    """
    if not models or not probes:
        raise ProbeError(f"nothing to measure: give at least one {'probe' if models else 'model'}")
    where = torch.device(chosen(device))
    numbers = precision_for(precision, where)
    found = [find_model(model, teacher=teacher) for model in models]
    taught = find_model(teacher) if teacher is not None else None
    _check_teacher(found, taught, probes)
    loaded_teacher = _loaded(taught, where, numbers, None, progress) if taught is not None else None
    places = _places(found, Path(out) if out is not None else None)
    for place in places:
        check_writable(place / "cells" / "result")
    cells = [
        _cells(named, _loaded(named, where, numbers, loaded_teacher, progress), taught, probes, place)
        for named, place in zip(found, places, strict=True)
    ]
    made = []
    while cells:  # so that a model's weights are freed before the next model is loaded
        mine = cells.pop(0)
        results = tuple(_result(cell) for cell in mine)
        made.append(ProbeReport(mine[0].subject.name, mine[0].shown.parent, results))
    return made


def _check_teacher(found: Sequence[ModelReference], taught: ModelReference | None, probes: Sequence[Probe]) -> None:
    comparing = [probe for probe in probes if probe.compares]
    if not comparing:
        return
    if taught is None:
        raise ProbeError(f"{comparing[0].name} compares a model with its teacher; add --teacher DIR")
    for named in found:
        if named.vocabulary > taught.vocabulary:
            raise VocabularyMismatch(
                f"{named.name} has {named.vocabulary:,} ids, more than its teacher {taught.name} with "
                f"{taught.vocabulary:,}; {comparing[0].name} needs a shared vocabulary"
            )


def _check_vocabulary(subject: LoadedModel) -> None:
    """Check that distributions can be compared; a teacher with more pieces is restricted to the student's."""
    teacher = subject.teacher
    if teacher is None or teacher.folder == subject.folder:
        return
    if subject.part is not None:
        subject.teacher = teacher.asked_for(subject.part.kept)
        return
    ours, theirs = subject.tokenizer.get_vocab(), teacher.tokenizer.get_vocab()
    if ours == theirs and subject.vocabulary != teacher.vocabulary:
        raise VocabularyMismatch(
            f"{subject.name} has {subject.vocabulary:,} ids, but its teacher {teacher.name}, with the same tokenizer, "
            f"has {teacher.vocabulary:,}; distributions over different ids cannot be compared"
        )
    if ours != theirs:
        differ = sorted(piece for piece in {*ours, *theirs} if ours.get(piece) != theirs.get(piece))
        raise VocabularyMismatch(
            f"the vocabularies of {subject.name} and its teacher {teacher.name} differ in "
            f"{counted(len(differ), 'piece')}, "
            f"such as {differ[0]!r}; distributions over different words cannot be compared"
        )


def _loaded(
    named: ModelReference,
    device: torch.device,
    precision: Precision,
    teacher: LoadedModel | None,
    progress: Progress | None,
) -> LoadedModel:
    return LoadedModel(
        named.name, named.folder, named.load, named.longest, named.vocabulary, device, precision, teacher, progress,
        trained_on=named.trained_on,
    )  # fmt: skip


def _places(found: Sequence[ModelReference], out: Path | None) -> list[Path]:
    """The folder for each model's results.

    Raises:
        ProbeError: a model from the hub has no place of its own, or two models would share one.
    """
    if out is None:
        if hub := next((named for named in found if named.from_hub), None):
            raise ProbeError(f"{hub.name} comes from the hub; choose a folder for its results: --out DIR")
        return [named.place for named in found]
    names = [named.name.replace("/", "--").replace(" (start)", "-start") for named in found]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ProbeError(f"two models are named {twice}; probe them one at a time, or without --out")
    return [out / name for name in names]


def _cells(
    named: ModelReference, subject: LoadedModel, taught: ModelReference | None, probes: Sequence[Probe], place: Path
) -> list[_Cell]:
    cells = []
    names = [probe.name for probe in probes]
    for number, probe in enumerate(probes):
        if probe.compares:
            _check_vocabulary(subject)
        identity = _identity(named, taught if probe.compares else None, probe, subject)
        again = names[:number].count(probe.name)
        shown = place / (f"{probe.name}-{again + 1}.json" if again else f"{probe.name}.json")
        cells.append(_Cell(probe, subject, cell_path(place, probe.name, identity), identity, shown))
    return cells


def _identity(
    named: ModelReference, taught: ModelReference | None, probe: Probe, subject: LoadedModel
) -> dict[str, object]:
    inputs: Mapping[str, str] = probe.inputs(subject)
    return {
        "engine": ENGINE,
        "probe": identity_of(probe),
        "inputs": dict(inputs),
        "model": named.identity,
        "teacher": taught.identity if taught is not None else None,
        "precision": subject.precision.name,
    }


def _result(cell: _Cell) -> ProbeResult:
    """The stored result of a cell, or a new one; also written under the probe's name."""
    result = read_result(cell.path) if cell.stored else _measured(cell)
    write_sealed(cell.shown, replace(result, units=f"{cell.path.parent.name}/{result.units}").as_json())
    return result


def _measured(cell: _Cell) -> ProbeResult:
    started = time.perf_counter()
    cell.subject.notes.clear()
    findings = cell.probe.measure(cell.subject)
    findings = replace(findings, notes=[*findings.notes, *cell.subject.notes])
    seconds = time.perf_counter() - started
    return write_result(
        cell.path, findings, probe=cell.probe.name, short=cell.probe.short(), model=cell.subject.name,
        identity=cell.identity, seconds=round(seconds, 3),
    )  # fmt: skip
