"""What a build reads, by content: the hash of every input file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from corpora.errors import InputError
from corpora.execution import Progress, told
from corpora.plugin import Shard, sha256_file


def hash_inputs(shards: Sequence[Shard], progress: Progress) -> list[tuple[str, str]]:
    """(key, sha256) of each input file, sorted; shards of one file share the key up to its `#`."""
    paths = {shard.path: shard.key.partition("#")[0] for shard in shards if shard.path is not None}
    hashed = [(key, _sha256_of(path)) for path, key in told(paths.items(), progress, "fingerprint", len(paths))]
    return sorted(hashed)


def _sha256_of(path: Path) -> str:
    """The sha256 of an input file, in hex.

    Raises:
        InputError: it cannot be read, or is a pipe or a device, which may never end.
    """
    try:
        if path.exists() and not path.is_file():
            raise InputError(f"{path} is not a regular file")
        return sha256_file(path)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error
