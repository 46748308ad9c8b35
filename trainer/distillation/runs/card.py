"""The run card, `run.json`: what a run was asked to do, on what, with what, and how it ended."""

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
"""The class of the student, and how many numbers it has."""


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
    """A teacher, by its place and its content."""

    model: str
    """As it was asked for."""
    folder: str = ""
    weights: str = ""
    """The sha256 of its weights and config."""
    tokenizer: str = ""
    share: float = 1.0
    """Its share in the mean of all teachers' distributions."""
    licence: str = ""
    """As its own model card declares it."""
    languages: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class VocabularyEntry:
    """The pieces of its teacher's vocabulary that a student keeps, and what they make of the dataset."""

    pieces: Count
    sha256: str
    """Of the kept pieces in their order."""
    tokens_before: Count = 0
    """Tokens of the dataset in the teacher's pieces; `dataset.tokens` counts the student's."""
    unknown_before: float = 0.0
    """The share of [UNK] among them."""
    unknown: float = 0.0
    """The same in the student's pieces."""


@dataclass(frozen=True)
class PlanEntry:
    """How long a run is."""

    updates: Count
    updates_an_epoch: Count = 0


@dataclass(frozen=True)
class PluginEntry:
    """A component of a run that is not built in."""

    kind: str
    name: str
    owner: str
    """The distribution with its version, or the file."""
    sha256: str
    """Of its code: the file, or all files of its package."""


@dataclass(frozen=True)
class BestEntry:
    """The update whose weights the student has, and what it scored on held-out text."""

    update: Count
    metric: str
    value: float


@dataclass(frozen=True)
class StartEntry:
    """The model that a pre-training continues from, by its place and its content."""

    model: str
    weights: str
    tokenizer: str = ""
    folder: str | None = None
    freeze_body: Count = 0
    """Updates in the beginning during which only the head is trained."""
    new_head: bool = False
    licence: str = ""
    """As its own model card declares it."""
    languages: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class RunCard:
    """A run, as `run.json` describes it."""

    kind: str
    """`distill` or `pretrain`."""
    preset: str
    recipe: dict[str, object]
    """Every setting, by its name on the command line."""
    dataset: DatasetEntry
    teacher: TeacherEntry | None = None
    """The first teacher; None for a run without one."""
    teachers: list[TeacherEntry] | None = None
    """All teachers, if there are several."""
    student: StudentEntry | None = None
    vocabulary: VocabularyEntry | None = None
    """Of a student with a smaller vocabulary than its teacher."""
    plugins: list[PluginEntry] | None = None
    """Its losses, student and callbacks that are not built in."""
    plan: PlanEntry | None = None
    held_out: HeldOutEntry | None = None
    micro_batch_tokens: Annotated[int, Meta(ge=1, le=2**53)] | None = None
    precision: str = ""
    attention: str = ""
    ranks: Annotated[int, Meta(ge=1, le=2**31)] = 1
    threads: Annotated[int, Meta(ge=1, le=4096)] | None = None
    """CPU threads of each rank: another number adds in another order and gives other weights."""
    device: str = ""
    machine: dict[str, object] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    shape: dict[str, object] | None = None
    """Of a model that is pre-trained from random weights."""
    start: StartEntry | None = None
    """The model that a pre-training continues from."""
    status: str = "running"
    """`running`, `stopped`, `failed`, or, once the student is saved, `finished`."""
    updates: Count | None = None
    """Updates done, once the run has ended."""
    reason: str | None = None
    """Why it ended before its last update."""
    best: BestEntry | None = None
    speed: dict[str, float | None] | None = None

    @property
    def all_teachers(self) -> list[TeacherEntry]:
        """Its teachers in order; empty for a run without one."""
        return self.teachers or ([self.teacher] if self.teacher else [])

    def to_json(self) -> dict[str, object]:
        """As JSON, without what is not known."""
        values: dict[str, object] = msgspec.to_builtins(self)
        return {key: value for key, value in values.items() if value is not None or key == "teacher"}

    def without_places(self) -> RunCard:
        """The same without any local path."""
        return msgspec.convert(without_places(self.to_json()), RunCard)

    def trained_for(self, updates: int) -> RunCard:
        """The card of a student that was trained for this many updates, whatever the plan was."""
        return replace(self, plan=replace(self.plan or PlanEntry(updates), updates=updates))


def read_card(path: Path) -> RunCard:
    """Read a `run.json` and check the type of every field.

    Raises:
        NoCheckpoint: there is none.
        RunError: it cannot be read, or is not the card of a run.
    """
    try:
        return msgspec.convert(json.loads(path.read_text(encoding="utf-8")), RunCard)
    except (FileNotFoundError, NotADirectoryError):
        raise NoCheckpoint(f"{path.parent} holds no run; start one without --resume") from None
    except msgspec.ValidationError as error:
        raise RunError(f"{path} is not a run card ({first_line(error)}); start again with --overwrite") from error
    except (OSError, ValueError, RecursionError) as error:
        raise RunError(f"{path} cannot be read ({first_line(error)}); start again with --overwrite") from error


def card_text(card: RunCard | Mapping[str, object]) -> str:
    """A card as the text of its file."""
    values = card.to_json() if isinstance(card, RunCard) else card
    return json.dumps(values, indent=2, ensure_ascii=False) + "\n"
