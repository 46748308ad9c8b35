"""The files of a sentence-transformers folder: the modules after the body, and their settings."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TypedDict

import msgspec

from trainer.errors import ModelError
from trainer.runtime import parse_json

MODULES = "modules.json"
SETTINGS = ("config_sentence_transformers.json", "sentence_bert_config.json")


class _Module(TypedDict):
    path: str


def is_sentence_encoder(folder: Path) -> bool:
    """Whether a folder was saved by sentence-transformers."""
    return (folder / MODULES).is_file()


def sentence_modules(folder: Path) -> list[str]:
    """The folders of the modules after the body, such as `1_Pooling`; empty for any other model.

    Raises:
        ModelError: modules.json cannot be read, or names a folder outside the model's.
    """
    if not is_sentence_encoder(folder):
        return []
    try:
        modules = msgspec.convert(parse_json((folder / MODULES).read_bytes()), list[_Module])
    except (OSError, ValueError) as error:
        raise ModelError(f"{folder / MODULES} is not in sentence-transformers' format") from error
    places = [module["path"] for module in modules]
    for place in places:
        if Path(place).is_absolute() or ".." in Path(place).parts or "\0" in place:
            raise ModelError(f"{folder / MODULES} names {place!r}, which is not inside the folder")
    return [place for place in places if place]


def copy_sentence_files(source: Path, target: Path) -> None:
    """Copy the sentence-transformers files next to a body; nothing if the source has none.

    Args:
        source: the model folder or hub snapshot to read.
        target: the folder to write.

    Raises:
        ModelError: see `sentence_modules`.
    """
    if not is_sentence_encoder(source):
        return
    for name in (MODULES, *SETTINGS):
        if (source / name).is_file():
            shutil.copyfile(source / name, target / name)
    for module in sentence_modules(source):
        (target / module).mkdir(parents=True, exist_ok=True)
        for file in sorted((source / module).glob("*")):
            if file.suffix in (".json", ".safetensors"):
                shutil.copyfile(file, target / module / file.name)
