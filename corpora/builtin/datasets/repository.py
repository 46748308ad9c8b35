"""Dataset repositories on the hub: pin a revision to its commit, and download its files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from corpora import DatasetError, DatasetNotFound
from corpora.errors import first_line

COMMIT = re.compile(r"[0-9a-f]{40}")


def pinned(reference: str) -> str:
    """A reference pinned to the commit that its revision currently points to.

    Args:
        reference: OWNER/NAME or OWNER/NAME@REVISION. If the revision is a commit, the hub is not asked.

    Returns:
        OWNER/NAME@COMMIT.

    Raises:
        DatasetNotFound: the repository or revision does not exist or is private.
        DatasetError: the hub cannot be reached.
    """
    import huggingface_hub

    repository, _, revision = reference.partition("@")
    if COMMIT.fullmatch(revision):
        return reference
    with _hub_errors(reference):
        return f"{repository}@{huggingface_hub.HfApi().dataset_info(repository, revision=revision or None).sha}"


def fetched(reference: str, patterns: Sequence[str]) -> Path:
    """The folder with a commit's files in the hub's cache; missing files are downloaded, interrupted downloads resumed.

    Args:
        reference: OWNER/NAME@COMMIT.
        patterns: globs for the paths in the repository of the files to download.

    Raises:
        DatasetNotFound: the repository or commit does not exist or is private.
        DatasetError: the hub cannot be reached, and the files are not in the cache.
    """
    import huggingface_hub

    repository, _, commit = reference.partition("@")
    with _hub_errors(reference):
        return Path(
            huggingface_hub.snapshot_download(
                repository, repo_type="dataset", revision=commit, allow_patterns=list(patterns)
            )
        )


@contextmanager
def _hub_errors(reference: str) -> Iterator[None]:
    """Turn errors of the hub's client into our own."""
    from huggingface_hub.errors import HFValidationError, RevisionNotFoundError

    from corpora import hub_errors

    repository, _, revision = reference.partition("@")
    try:
        yield
    except HFValidationError as error:
        raise DatasetNotFound(
            f"hub:{reference} is not a repository name; use hub:OWNER/NAME or hub:OWNER/NAME@REVISION"
        ) from error
    except RevisionNotFoundError as error:
        raise DatasetNotFound(
            f"hub:{repository} has no revision {revision}; check the name of the branch or tag (a commit disappears "
            "if the history is rewritten)"
        ) from error
    except hub_errors() as error:
        status = getattr(getattr(error, "response", None), "status_code", None)
        if status in (401, 403, 404):
            raise DatasetNotFound(
                f"hub:{reference} does not exist or is private ({status}); check the name, or log in with hf auth login"
            ) from error
        raise DatasetError(
            f"hub:{reference}: no answer from the hub ({first_line(error)}); run the same command again when the "
            "network is back, and the download resumes"
        ) from error
