"""Save a trained model as a folder that transformers can open: weights, config, tokenizer, model card."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

from trainer.models.families import family_of
from trainer.models.files.model_card import ModelFacts, model_card_text
from trainer.models.files.sentence_files import copy_sentence_files
from trainer.models.quiet import quiet_transformers
from trainer.runtime import staged_folder, usual_modes

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase


def write_model(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    folder: Path,
    *,
    facts: ModelFacts,
    body_of: Path | None = None,
) -> None:
    """Write a model folder; each file is renamed into place once complete, the weights last.

    Args:
        model: with packed attention, which is switched off while saving.
        tokenizer: saved with the model.
        folder: of the model.
        facts: for the model card.
        body_of: the folder of a teacher without a head; the model is then saved without its head too, with the
            teacher's sentence-transformers files.

    Raises:
        StorageError: it cannot be written.
    """
    family = family_of(model)
    family.restore(model)
    try:
        with staged_folder(folder) as staging:
            with quiet_transformers():
                (cast("PreTrainedModel", model.base_model) if body_of else model).save_pretrained(staging)
                tokenizer.save_pretrained(staging)
            if body_of:
                copy_sentence_files(body_of, staging)
            card = model_card_text(facts, staging, place=folder.resolve().name)
            (staging / "README.md").write_text(card, encoding="utf-8")
            usual_modes(staging)
            folder.mkdir(parents=True, exist_ok=True)
            for path in sorted(staging.rglob("*"), key=lambda path: path.suffix == ".safetensors"):
                if path.is_file():
                    place = folder / path.relative_to(staging)
                    place.parent.mkdir(exist_ok=True)
                    path.replace(place)
    finally:
        family.prepare(model)
