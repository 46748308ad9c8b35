"""The models to probe: folders, runs, and students before their first update."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from trainer.distillation import CARD, RunCard, RunFolder, RunSettings, starting_student
from trainer.errors import ModelError, NoLanguageModelHead, ProbeError, RunError
from trainer.evaluation.probes.results import results_place, run_of
from trainer.models import (
    SmallerVocabulary,
    inspect_model,
    load_teacher,
    load_tokenizer,
    model_fingerprint,
    model_folder,
    positions_of,
    shared_vocabulary,
)

if TYPE_CHECKING:
    from transformers import PreTrainedModel

START = "start:"
"""Prefix of a run folder: the run's student before its first update."""


@dataclass(frozen=True)
class ModelReference:
    """A model that can be loaded, with its identity by content."""

    name: str
    folder: Path
    """The folder of the tokenizer."""
    place: Path
    """The folder for the model's results."""
    identity: dict[str, str]
    load: Callable[[], PreTrainedModel]
    longest: int | None
    vocabulary: int
    from_hub: bool = False
    """Whether the model comes from the hub; results must not be written to its folder."""
    trained_on: str | None = None
    """The dataset of the run that made the model, NAME@FINGERPRINT; None if there is no run."""


def find_model(reference: str | Path, *, teacher: str | Path | None = None) -> ModelReference:
    """A model by its folder, run folder, hub id, or `start:RUN`; its weights are not loaded yet.

    Args:
        reference: `start:RUN` is the run's student before its first update.
        teacher: for `start:RUN`, the location of the run's teacher if it was moved.

    Raises:
        ModelError: the model does not exist.
        NoLanguageModelHead: it has no masked-language-model head.
        ProbeError: the RUN in `start:RUN` is not a distillation.
    """
    if str(reference).startswith(START):
        return _starting(Path(str(reference).removeprefix(START)), teacher)
    folder = model_folder(reference)
    vocabulary, longest = _check_head(folder), _longest(folder)
    name = run_of(folder).resolve().name if Path(reference).exists() else str(reference)
    load = lambda: load_teacher(folder)  # noqa: E731
    place, identity, from_hub = results_place(folder), model_fingerprint(folder), not Path(reference).exists()
    return ModelReference(
        name, folder, place, identity, load, longest, vocabulary, from_hub, _trained_on(run_of(folder))
    )  # fmt: skip


def _trained_on(run: Path) -> str | None:
    try:
        dataset = RunFolder(run).card().dataset
    except RunError:  # no run, or the start of one, which was trained on nothing
        return None
    return f"{dataset.name}@{dataset.fingerprint}"


def _starting(run: Path, teacher: str | Path | None) -> ModelReference:
    card = _card(run)
    recipe, taught = RunSettings.from_options(card.recipe), card.all_teachers[0]
    folder = _teacher_folder(run, teacher, taught.folder)
    vocabulary, identity = _check_head(folder), model_fingerprint(folder)
    if identity["weights"] != taught.weights:
        raise ProbeError(
            f"{START}{run}: the weights of {folder} are not those of the run's teacher; "
            "give the run's own teacher with --teacher"
        )
    identity = {**identity, "student": recipe.student, "seed": str(recipe.seed), "start": "yes"}
    load = lambda: starting_student(recipe, load_teacher(folder))  # noqa: E731
    place, name, longest = run / "probes" / "start", f"{run.resolve().name} (start)", _longest(folder)
    if card.vocabulary is None:
        return ModelReference(name, folder, place, identity, load, longest, vocabulary)
    part = _part(run, folder, card.vocabulary.sha256)
    cut = lambda: starting_student(recipe, part.teacher(load_teacher(folder)))  # noqa: E731
    identity["vocabulary"] = part.sha256
    return ModelReference(name, RunFolder(run).tokenizer, place, identity, cut, longest, len(part))


def _part(run: Path, teacher: Path, sha256: str) -> SmallerVocabulary:
    """The pieces of the teacher's vocabulary that a run's student keeps."""
    part = shared_vocabulary(load_tokenizer(RunFolder(run).tokenizer), load_tokenizer(teacher))
    if part is None or part.sha256 != sha256:
        raise ProbeError(
            f"{START}{run}: the pieces in {RunFolder(run).tokenizer} are not those recorded in the run's card; "
            "resume the run with --resume, which rewrites them, or distil again"
        )
    return part


def _teacher_folder(run: Path, given: str | Path | None, recorded: str | None) -> Path:
    if given is not None:
        return model_folder(given)
    if not recorded or not Path(recorded).is_dir():
        raise ProbeError(f"{START}{run}: the run's teacher is no longer in {recorded}; give it with --teacher DIR")
    return model_folder(recorded)


def _card(run: Path) -> RunCard:
    if not (run / CARD).is_file():
        raise ProbeError(
            f"{START}{run}: {run} is not a run folder: it has no {CARD}; use start:RUN with a distillation"
        )
    try:
        card = RunFolder(run).card()
    except RunError as error:
        raise ProbeError(f"{START}{run}: {error}") from error
    if card.kind != "distill" or card.teacher is None:
        raise ProbeError(f"{START}{run}: {run} is a {card.kind} run; start: works only with a distillation")
    return card


def _check_head(folder: Path) -> int:
    """The vocabulary size of a model, which must have a masked-language-model head."""
    found = inspect_model(folder)
    if found.masked_lm_head is None and found.obstacle:
        raise ModelError(f"{folder} cannot be probed: {found.obstacle}")
    if not found.masked_lm_head:
        raise NoLanguageModelHead(
            f"{folder} has no masked-language-model head ({found.family}), so it cannot be probed; use the model "
            "from before fine-tuning (trainer inspect shows the head)"
        )
    return found.vocabulary


def _longest(folder: Path) -> int | None:
    """The model's maximum tokens, special tokens not included; None for no limit."""
    from transformers import AutoConfig

    positions = positions_of(AutoConfig.from_pretrained(str(folder), local_files_only=True, trust_remote_code=False))
    return None if positions is None else positions - 2
