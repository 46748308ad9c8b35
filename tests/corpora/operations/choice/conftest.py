"""Small sentence datasets for tests of what is removed."""

import pytest

import corpora
from corpora.store.description import texts


@pytest.fixture
def make(home, tmp_path):
    """A function that builds a sentence dataset from documents, each a list of sentences."""

    def make(*documents, name="corpus"):
        folder = tmp_path / f"{name}-texts"
        folder.mkdir()
        for number, sentences in enumerate(documents):
            (folder / f"d{number}.txt").write_text("\n\n".join(sentences), encoding="utf-8")
        return corpora.build(f"texts:folder={folder}", name=name, duplicates="keep")

    return make


@pytest.fixture
def rows():
    """A function that gives the text of every row."""
    return lambda dataset: [row["text"] for row in texts(dataset)]
