"""The run card, `run.json`: a run's settings, dataset, models and versions, and how it ended."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, TypedDict

import msgspec
from msgspec import Meta

from corpora import without_places
from corpora.errors import first_line
from trainer.data import Lineage
from trainer.errors import NoCheckpoint, RunError

CARD = "run.json"
Count = Annotated[int, Meta(ge=0, le=2**53)]
StudentEntry = TypedDict("StudentEntry", {"class": str, "parameters": Count})
"""The student's class and number of parameters."""


@dataclass(frozen=True)
class DatasetEntry:
    """The dataset that a run trains on."""

    name: str
    fingerprint: str
    rows: Count = 0
    tokens: Count = 0
    lineage: Lineage | None = None
    private: bool = False


@dataclass(frozen=True)
class HeldOutEntry:
    """The dataset that fidelity is measured on."""

    name: str
    fingerprint: str
    rows: Count = 0


@dataclass(frozen=True)
class TeacherEntry:
    """A teacher, by location and content."""

    model: str
    """As given on the command line."""
    folder: str = ""
    weights: str = ""
    """The sha256 of the weights and config."""
    tokenizer: str = ""
    share: float = 1.0
    """The teacher's weight in the mean of all teachers' distributions."""
    licence: str = ""
    """As declared in the teacher's model card."""
    languages: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class VocabularyEntry:
    """The pieces of the teacher's vocabulary that a student keeps, and their effect on the dataset."""

    pieces: Count
    sha256: str
    """Of the kept pieces, in order."""
    tokens_before: Count = 0
    """The dataset's tokens in the teacher's pieces; `dataset.tokens` counts the student's."""
    unknown_before: float = 0.0
    """The share of [UNK] in the teacher's pieces."""
    unknown: float = 0.0
    """The share of [UNK] in the student's pieces."""


@dataclass(frozen=True)
class PlanEntry:
    """The length of a run."""

    updates: Count
    updates_an_epoch: Count = 0


@dataclass(frozen=True)
class PluginEntry:
    """A component of a run that is not built in."""

    kind: str
    name: str
    owner: str
    """The distribution and its version, or the file."""
    sha256: str
    """Of the plugin's code: the file, or all files of the package."""


@dataclass(frozen=True)
class BestEntry:
    """The update whose weights the student has, and its score on held-out text."""

    update: Count
    metric: str
    value: float


@dataclass(frozen=True)
class StartEntry:
    """The model that pre-training continues from, by location and content."""

    model: str
    weights: str
    tokenizer: str = ""
    folder: str | None = None
    freeze_body: Count = 0
    """Number of updates at the start that train only the head."""
    new_head: bool = False
    licence: str = ""
    """As declared in the model's own card."""
    languages: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class RunCard:
    """The content of `run.json`."""

    kind: str
    """`distill` or `pretrain`."""
    preset: str
    recipe: dict[str, object]
    """All settings, by name on the command line."""
    dataset: DatasetEntry
    teacher: TeacherEntry | None = None
    """The first teacher; None for pre-training."""
    teachers: list[TeacherEntry] | None = None
    """All teachers, if there are several."""
    student: StudentEntry | None = None
    vocabulary: VocabularyEntry | None = None
    """Set if the student's vocabulary is smaller than its teacher's."""
    plugins: list[PluginEntry] | None = None
    """The losses, student and callbacks that are not built in."""
    plan: PlanEntry | None = None
    held_out: HeldOutEntry | None = None
    micro_batch_tokens: Annotated[int, Meta(ge=1, le=2**53)] | None = None
    precision: str = ""
    attention: str = ""
    ranks: Annotated[int, Meta(ge=1, le=2**31)] = 1
    threads: Annotated[int, Meta(ge=1, le=4096)] | None = None
    """CPU threads of each rank; a different number changes the order of additions, and so the weights."""
    device: str = ""
    machine: dict[str, object] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    shape: dict[str, object] | None = None
    """The shape of a model that is pre-trained from random weights."""
    start: StartEntry | None = None
    """The model that pre-training continues from."""
    status: str = "running"
    """`running`, `stopped`, `failed`, or, once the student is saved, `finished`."""
    updates: Count | None = None
    """Number of updates done, set when the run has ended."""
    reason: str | None = None
    """Why the run ended before its last update."""
    best: BestEntry | None = None
    speed: dict[str, float | None] | None = None

    @property
    def all_teachers(self) -> list[TeacherEntry]:
        """The teachers in order; empty for pre-training."""
        return self.teachers or ([self.teacher] if self.teacher else [])

    def to_json(self) -> dict[str, object]:
        """The card as JSON, without unknown values."""
        values: dict[str, object] = msgspec.to_builtins(self)
        return {key: value for key, value in values.items() if value is not None or key == "teacher"}

    def without_places(self) -> RunCard:
        """The card without local paths."""
        return msgspec.convert(without_places(self.to_json()), RunCard)

    def trained_for(self, updates: int) -> RunCard:
        """The card of a student that was trained for a different number of updates than planned.

        Args:
            updates: replaces the plan's number.
        """
        return replace(self, plan=replace(self.plan or PlanEntry(updates), updates=updates))


def read_card(path: Path) -> RunCard:
    """Read a `run.json` and check the type of every field.

    Args:
        path: the file.

    Raises:
        NoCheckpoint: the file does not exist.
        RunError: it cannot be read, or is not a run card.
    """
    try:
        return msgspec.convert(json.loads(path.read_text(encoding="utf-8")), RunCard)
    except (FileNotFoundError, NotADirectoryError):
        raise NoCheckpoint(f"{path.parent} has no run; start one without --resume") from None
    except msgspec.ValidationError as error:
        raise RunError(f"{path} is not a run card ({first_line(error)}); start again with --overwrite") from error
    except (OSError, ValueError, RecursionError) as error:
        raise RunError(f"{path} cannot be read ({first_line(error)}); start again with --overwrite") from error


def card_text(card: RunCard | Mapping[str, object]) -> str:
    """The content of a card's file."""
    values = card.to_json() if isinstance(card, RunCard) else card
    return json.dumps(values, indent=2, ensure_ascii=False) + "\n"
