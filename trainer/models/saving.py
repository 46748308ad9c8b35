"""A trained model as a folder that transformers opens: weights, config, tokenizer, model card."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from trainer.models.families import family_of
from trainer.models.quiet import quiet_transformers
from trainer.models.sentence_files import copy_sentence_files
from trainer.runtime import storing

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase


def write_model(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    folder: Path,
    *,
    card: Mapping[str, Any],
    body_of: Path | None = None,
) -> None:
    """Write a model folder; each file is renamed into place when it is complete, the weights last.

    Args:
        card: the run card, for the model card.
        body_of: the folder of a teacher without a head; the model is then saved without its head too, with the
            teacher's files for sentence-transformers.

    Raises:
        StorageError: it cannot be written.
    """
    staging = folder.with_name(f".{folder.name}.{os.getpid()}")
    family = family_of(model)
    family.restore(model)
    try:
        with storing(folder):
            with quiet_transformers():
                (cast("PreTrainedModel", model.base_model) if body_of else model).save_pretrained(staging)
                tokenizer.save_pretrained(staging)
            if body_of:
                copy_sentence_files(body_of, staging)
            (staging / "README.md").write_text(model_card(card), encoding="utf-8")
            folder.mkdir(parents=True, exist_ok=True)
            for path in sorted(staging.rglob("*"), key=lambda path: path.suffix == ".safetensors"):
                if path.is_file():
                    place = folder / path.relative_to(staging)
                    place.parent.mkdir(exist_ok=True)
                    path.replace(place)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        family.prepare(model)


def model_card(card: Mapping[str, Any]) -> str:
    """A model card in Markdown, from a run card."""
    dataset, teacher, recipe = card["dataset"], card.get("teacher"), card["recipe"]
    name = f"{dataset['name']}@{dataset['fingerprint'][:12]}"
    made = f"distilled from `{teacher['model']}`" if teacher else "pre-trained from nothing"
    updates, parameters = card["plan"]["updates"], card["student"]["parameters"]
    losses = "\n".join(f"- `{loss}`" for loss in recipe["loss"])
    return f"""---
library_name: transformers
pipeline_tag: fill-mask
tags: [transferset, {card["kind"]}]
---
# {card["student"]["class"]}, {made}

- Trained on `{name}`: {dataset["rows"]:,} sequences, {dataset["tokens"]:,} tokens
- By `trainer {card["kind"]} --preset {card["preset"]}`: {updates:,} updates of {recipe["sequences"]:,} sequences
- Parameters: {parameters:,}

The loss:

{losses}

Every setting, the dataset's lineage, hardware and versions are in `run.json`.
"""
