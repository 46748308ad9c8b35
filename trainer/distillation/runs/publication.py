"""Upload a run's student to the hub, unless the licences of its training texts forbid it."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from corpora import OptionError, check_licences, upload, without_places
from trainer.distillation.runs.folder import STUDENT, RunFolder
from trainer.distillation.runs.model_facts import facts_of
from trainer.distillation.runs.run_card import CARD, RunCard, card_text
from trainer.errors import NoCheckpoint, RunError
from trainer.models import ModelFacts, Score, model_card_text

SENT = ("*.safetensors", "*.json", "*.txt", "*.model", "[0-9]_*/*.json", "[0-9]_*/*.safetensors", "onnx/*.onnx")
"""The files to upload: the student, its sentence-transformers modules and its ONNX files."""


@dataclass(frozen=True)
class CardOverrides:
    """What the user states about a student; it overrides what the run records."""

    base_models: tuple[str, ...] = ()
    """Hub ids."""
    licence: str = ""
    languages: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name, values, pattern, example in (
            ("base model", self.base_models, r"[\w.-]+(/[\w.-]+)?", "google-bert/bert-base-uncased"),
            ("license", (self.licence,) * bool(self.licence), r"[a-z0-9.+-]+", "apache-2.0"),
            ("language", self.languages, r"[a-z]{2,3}(-[A-Za-z]+)?", "en"),
        ):
            if unfit := [value for value in values if not re.fullmatch(pattern, value, re.ASCII)]:
                raise OptionError(f"invalid {name} {unfit[0]!r}; use the hub's name, such as {example}")

    def on(self, facts: ModelFacts) -> ModelFacts:
        """The facts, with the user's statements replacing the run's."""
        return replace(
            facts,
            base_models=self.base_models or facts.base_models,
            licence=self.licence or facts.licence,
            languages=self.languages or facts.languages,
        )


def push(
    run: Path,
    repository: str,
    *,
    private: bool = False,
    may_redistribute: bool = False,
    scores: Sequence[Score] = (),
    stated: CardOverrides | None = None,
) -> str:
    """Upload the student of a run, with the run card and a new model card.

    Args:
        run: the run's folder.
        repository: OWNER/NAME; created if it does not exist.
        private: make the repository private, and reduce local paths in the run card to their last parts.
        may_redistribute: skip the licence check: the user states that they may upload.
        scores: of the student, for the model card; `trainer.evaluation.stored_scores` finds them.
        stated: facts for the model card that the run does not know.

    Returns:
        The URL of the commit.

    Raises:
        NoCheckpoint: the folder has no run, or no finished student.
        RunError: the run card is damaged, or a file of the student is a symbolic link out of the run.
        OptionError: `stated` has a value that the hub does not accept.
        DatasetError: a licence recorded with the dataset forbids it, or none is recorded; or the hub refuses.
    """
    card = RunFolder(run).card()
    student = student_of(run)
    if not may_redistribute:
        check_licences(f"the student of {run}", card.dataset.lineage.licences if card.dataset.lineage else {})
    files = sorted({path for pattern in SENT for path in student.glob(pattern) if path.name != CARD})
    _check_inside(run, files)
    facts = (stated or CardOverrides()).on(facts_of(_as_trained(card), scores))
    texts = {
        CARD: without_places(card_text(card.without_places())) if private else card_text(card),
        "README.md": model_card_text(facts, student, place=repository),
    }
    with tempfile.TemporaryDirectory() as folder:
        for path in files:
            place = Path(folder) / path.relative_to(student)
            place.parent.mkdir(exist_ok=True)
            place.symlink_to(path.resolve())
        for name, text in texts.items():
            (Path(folder) / name).write_text(text, encoding="utf-8")
        return upload(Path(folder), repository, kind="model", private=private)


def student_of(run: Path) -> Path:
    """The folder of a run's finished student.

    Raises:
        NoCheckpoint: there is none.
    """
    student = run / STUDENT if (run / STUDENT).is_dir() else run
    if not (student / "model.safetensors").is_file():
        raise NoCheckpoint(f"{run} has no finished student; finish it with trainer distill --resume --out {run}")
    return student


def _as_trained(card: RunCard) -> RunCard:
    """The card with the number of updates that its student was trained for: the best update, or the last."""
    done = card.best.update if card.best else card.updates
    return card.trained_for(done) if done is not None else card


def _check_inside(run: Path, files: list[Path]) -> None:
    for path in files:
        if not path.resolve().is_relative_to(run.resolve()):
            raise RunError(f"{path} is a link out of the run, to {path.resolve()}; only files of the run are uploaded")
