"""What the tests of texts share: a folder read by the source."""

import pytest

from corpora import registry


@pytest.fixture
def read():
    """Everything that the source gives for a folder."""

    def all_of(folder, **options):
        source = registry.find("sources", "texts").from_options({"folder": folder, **options})
        return [outcome for shard in source.shards() for outcome in source.read(shard)]

    return all_of
