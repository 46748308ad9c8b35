"""Dataset repositories on the hub: what a revision is now, and its files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from corpora import DatasetError, DatasetNotFound, hub_errors
from corpora.errors import first_line

COMMIT = re.compile(r"[0-9a-f]{40}")


def pinned(reference: str) -> str:
    """OWNER/NAME@COMMIT for OWNER/NAME or OWNER/NAME@REVISION; nobody is asked if the revision is a commit.

    Raises:
        DatasetNotFound: no such repository or revision, or it is private.
        DatasetError: the hub cannot be reached.
    """
    import huggingface_hub

    repository, _, revision = reference.partition("@")
    if COMMIT.fullmatch(revision):
        return reference
    with _told(reference):
        return f"{repository}@{huggingface_hub.HfApi().dataset_info(repository, revision=revision or None).sha}"


def fetched(reference: str, patterns: Sequence[str]) -> Path:
    """The folder with a commit's files, from the hub's own cache or brought there; what was interrupted goes on.

    Args:
        reference: OWNER/NAME@COMMIT.
        patterns: which files, by their path in the repository.

    Raises:
        DatasetNotFound: no such repository or commit, or it is private.
        DatasetError: the hub cannot be reached, and the files are not here.
    """
    import huggingface_hub

    repository, _, commit = reference.partition("@")
    with _told(reference):
        return Path(
            huggingface_hub.snapshot_download(
                repository, repo_type="dataset", revision=commit, allow_patterns=list(patterns)
            )
        )


@contextmanager
def _told(reference: str) -> Iterator[None]:
    """Say what the hub's client says, as our own errors."""
    from huggingface_hub.errors import HFValidationError, RevisionNotFoundError

    repository, _, revision = reference.partition("@")
    try:
        yield
    except HFValidationError as error:
        raise DatasetNotFound(
            f"hub:{reference} names no repository; write hub:OWNER/NAME or hub:OWNER/NAME@REVISION"
        ) from error
    except RevisionNotFoundError as error:
        raise DatasetNotFound(
            f"hub:{repository} has no revision {revision}; a branch or tag may have another name, a commit goes when "
            "its history is rewritten"
        ) from error
    except hub_errors() as error:
        status = getattr(getattr(error, "response", None), "status_code", None)
        if status in (401, 403, 404):
            raise DatasetNotFound(
                f"hub:{reference} is not there, or is private ({status}); check the name, and hf auth login if it is "
                "private"
            ) from error
        raise DatasetError(
            f"hub:{reference}: the hub cannot be reached, or broke off ({first_line(error)}); run it again where there "
            "is network: it goes on where it was"
        ) from error
