"""What tests of actions share: a dataset whose blocks end where a test wants them to."""

import pytest

from corpora.execution import silent
from corpora.operations.version_writer import Rows, Work, described_files, link_side_files
from corpora.store import Plan
from corpora.store.blocks import BlockWriter, Limits


@pytest.fixture
def reblocked():
    """A function that gives a version with the same rows in blocks of at most so many rows."""

    def reblocked(dataset, block_rows):
        work = Work.here(None, "serial", silent)
        plan = Plan("reblock", settings={"rows": block_rows}, parents=(dataset.fingerprint,))

        def write(staging):
            link_side_files(staging, [dataset])
            with BlockWriter(staging, dataset.schema, Limits(rows=block_rows)) as writer:
                for batch in dataset.batches():
                    writer.write(batch)
                files = writer.close()
            return described_files(
                staging, f"{dataset.name}-{block_rows}", plan, Rows(dataset.schema, (), (dataset,)), work,
                kind=dataset.kind, files=files, values=writer.values, documents=dataset.documents,
            )  # fmt: skip

        return work.add(f"{dataset.name}-{block_rows}", plan, write)

    return reblocked
