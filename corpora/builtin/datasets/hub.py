"""Datasets on the hub: `hub:OWNER/NAME` or `hub:OWNER/NAME@REVISION`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from corpora import DatasetError, DatasetNotFound, DatasetProvider, hookimpl, option
from corpora.builtin.datasets import rows

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Hub(DatasetProvider):
    """Sentences, one a row, in the Parquet files of a dataset on the hub; a revision is fixed to its commit."""

    name: ClassVar[str] = "hub"
    repository: str = option(..., "OWNER/NAME, or OWNER/NAME@REVISION with a branch, a tag or a commit.")
    text: str = option("text", "The column that holds the sentences.")

    def fingerprint(self) -> str:
        """The commit that the revision means now.

        Raises:
            DatasetNotFound: no such repository or revision, or it is private.
            DatasetError: the hub cannot be reached.
        """
        import huggingface_hub
        from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled

        repository, _, revision = self.repository.partition("@")
        try:
            return str(huggingface_hub.HfApi().dataset_info(repository, revision=revision or None).sha)
        except HfHubHTTPError as error:
            raise DatasetNotFound(
                f"hub:{self.repository} is not there, or is private ({error.response.status_code}); check the name, "
                "and hf auth login"
            ) from error
        except (OfflineModeIsEnabled, OSError) as error:
            raise DatasetError(f"hub:{self.repository}: the hub cannot be reached: {error}") from error

    def blocks(self) -> Iterator[pa.RecordBatch]:
        """Rows that hold text, of the commit that `fingerprint` names."""
        import huggingface_hub

        repository, commit = self.repository.partition("@")[0], self.fingerprint()
        folder = huggingface_hub.snapshot_download(
            repository, repo_type="dataset", revision=commit, allow_patterns=["*.parquet"]
        )
        return rows.sentence_rows(Path(folder), self.text)


@hookimpl
def corpora_datasets() -> list[type[DatasetProvider]]:
    """Offer it."""
    return [Hub]
