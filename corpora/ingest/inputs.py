"""The content of a build's inputs: the hash of every input file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from corpora.errors import InputError
from corpora.execution import Progress, reported
from corpora.plugin import Shard, sha256_file


def hash_inputs(shards: Sequence[Shard], progress: Progress) -> list[tuple[str, str]]:
    """The hash of each input file.

    Args:
        shards: those of one file have the same key up to its `#`; shards without a file are skipped.
        progress: is called after each file.

    Returns:
        (key, sha256 in hex) pairs, sorted.

    Raises:
        InputError: a file cannot be read or is not a regular file.
    """
    paths = {shard.path: shard.key.partition("#")[0] for shard in shards if shard.path is not None}
    hashed = [(key, _sha256_of(path)) for path, key in reported(paths.items(), progress, "fingerprint", len(paths))]
    return sorted(hashed)


def _sha256_of(path: Path) -> str:
    """The sha256 of an input file, in hex.

    Raises:
        InputError: it cannot be read, or is a pipe or a device, which might never end.
    """
    try:
        if path.exists() and not path.is_file():
            raise InputError(f"{path} is not a regular file")
        return sha256_file(path)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error
