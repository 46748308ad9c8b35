"""What the tests of texts share: a folder read by the source."""

import pytest

from corpora.builtin.sources.texts import Texts
from corpora.builtin.sources.texts.pieces import Cuts


@pytest.fixture
def read():
    """Everything that the source gives for a folder."""

    def all_of(folder, *, cuts=Cuts(), **options):
        own_cuts = cuts

        class Cut(Texts):
            cuts = own_cuts

        source = Cut.from_options({"folder": folder, **options})
        return [outcome for shard in source.shards() for outcome in source.read(shard)]

    return all_of
