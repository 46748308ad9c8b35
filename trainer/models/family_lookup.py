"""Look up the family of a model by its configuration, without importing torch, which is slow."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from corpora import PluginError
from trainer.errors import ModelError
from trainer.plugin import Family, registry

if TYPE_CHECKING:
    from transformers import PreTrainedConfig

REQUIRED = ("layers", "projections", "layer_parts", "body_parts", "head_parts", "head_steps")
"""The attributes that a family must declare."""


def known_families() -> dict[str, Family]:
    """Every available family, by the `model_type` of the configurations that it covers.

    Raises:
        PluginError: two families cover the same type, or one lacks a required attribute.
    """
    found: dict[str, Family] = {}
    for cls in registry.offered("families").values():
        family = cls()
        if not isinstance(family, Family):
            raise PluginError(f"{cls.__qualname__} is not a Family; derive it from trainer.Family")
        if missing := [name for name in REQUIRED if not hasattr(cls, name)]:
            raise PluginError(f"the family {cls.name} does not declare {', '.join(missing)}; see trainer.Family")
        for model_type in family.types():
            if model_type in found:
                raise PluginError(f"two families cover {model_type}: {found[model_type].name} and {cls.name}")
            found[model_type] = family
    return dict(sorted(found.items()))


def not_known(model_type: str) -> str:
    """A message that a model type is unknown, with the known ones; `unknown` stands for none."""
    named = f"{model_type} is not a known family" if model_type != "unknown" else "config.json has no model_type"
    return f"{named}; known: {', '.join(known_families())}"


_FOUND: dict[str, Family] = {}
"""Families found before, by `model_type`, since every micro-batch looks one up."""


def family_of_config(config: PreTrainedConfig, *, folder: Path | None = None) -> Family:
    """The family of a configuration.

    Args:
        config: of the model.
        folder: of the model, for the error message.

    Raises:
        ModelError: no plugin has the family, or the configuration cannot be trained.
    """
    name, where = str(config.model_type), f"{folder}: " if folder else ""
    family = _FOUND.get(name) or known_families().get(name)
    if family is None:
        raise ModelError(f"{where}{not_known(name)}")
    _FOUND[name] = family
    if reason := family.refusal(config):
        raise ModelError(f"{where}this {name} model cannot be trained: {reason}")
    return family


def positions_of(config: PreTrainedConfig) -> int | None:
    """The maximum tokens per sequence, special ones included; None if the configuration does not say."""
    family = known_families().get(str(config.model_type))
    if family is not None:
        return family.longest(config)
    positions = getattr(config, "max_position_embeddings", None)
    return None if positions is None else int(positions)
