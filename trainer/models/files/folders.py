"""Model folders: find a model, and compute the fingerprint of its content."""

from __future__ import annotations

from pathlib import Path

from corpora import sha256_file, sha256_of
from trainer.errors import ModelError

HUB_FILES = ["*.safetensors", "*.safetensors.index.json", "*.json", "*.txt", "*.model", "README.md"]
WEIGHTS = ("model*.safetensors", "config.json")
TOKENIZER = (
    "tokenizer.json",
    "tokenizer_config.json",
    "vocab.txt",
    "vocab.json",
    "merges.txt",
    "special_tokens_map.json",
)


def model_folder(model: str | Path) -> Path:
    """The folder of a model: the given one, the `student` of a run folder, or a copy from the hub.

    Args:
        model: a folder, or a hub id with an optional revision, `ID@REVISION`.

    Raises:
        ModelError: it does not exist, or the hub cannot be reached.
    """
    folder = Path(model)
    for place in (folder, folder / "student"):
        if (place / "config.json").is_file():
            return place
    if folder.is_file():
        raise ModelError(f"{folder} is not a model folder: it is a file; give the folder that contains it")
    if folder.exists():
        raise ModelError(f"{folder} is not a model folder: it has no config.json")
    if folder.is_absolute() or str(model).startswith((".", "~")) or str(model).partition("@")[0].count("/") > 1:
        raise ModelError(f"{model} is neither a model folder nor a readable hub id: there is no such folder")
    return _from_hub(str(model))


def model_fingerprint(folder: Path) -> dict[str, str]:
    """The identity of a model by content.

    Args:
        folder: of the model.

    Returns:
        The sha256 of the `weights` with their config, and of the `tokenizer`.
    """
    return {"weights": _content(folder, WEIGHTS), "tokenizer": _content(folder, TOKENIZER)}


def _from_hub(reference: str) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    name, _, revision = reference.partition("@")
    try:
        return Path(snapshot_download(name, revision=revision or None, allow_patterns=HUB_FILES))
    except (HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OSError) as error:
        why = str(error).strip().splitlines()[0].removeprefix("Got: ")
        raise ModelError(f"{reference} is neither a model folder nor a readable hub id: {why}") from error


def _content(folder: Path, patterns: tuple[str, ...]) -> str:
    files = sorted({path for pattern in patterns for path in folder.glob(pattern)})
    return sha256_of([[path.name, sha256_file(path)] for path in files])
