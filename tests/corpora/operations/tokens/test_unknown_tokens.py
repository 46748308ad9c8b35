"""A token dataset of which many tokens are unknown says so, with the characters that the tokenizer lacks."""

import pytest

import corpora
from corpora.cli.shared import accounting_lines

pytestmark = pytest.mark.usefixtures("home")

CYRILLIC = "Кот сидит на окне. Дождь идёт.\n"


@pytest.fixture
def latin(tmp_path):
    """A small vocabulary of Latin letters."""
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ".", *"abcdefghijklmnopqrstuvwxyz"]
    pieces += [f"##{letter}" for letter in "abcdefghijklmnopqrstuvwxyz"]
    path = tmp_path / "vocab.txt"
    path.write_text("\n".join(pieces) + "\n", encoding="utf-8")
    return path


def tokenized(folder, latin, text):
    (folder / "in").mkdir()
    (folder / "in" / "a.txt").write_text(text, encoding="utf-8")
    corpora.build(f"texts:folder={folder / 'in'}", name="own")
    return corpora.tokenize("own", tokenizer=latin)


def test_unknown_characters_are_counted_and_the_ten_commonest_kept(tmp_path, latin):
    accounting = tokenized(tmp_path, latin, CYRILLIC).manifest.accounting
    assert accounting["unknown"] == 6
    assert list(accounting["unknown_characters"].items())[:2] == [("д", 3), ("и", 3)]
    assert len(accounting["unknown_characters"]) == 10


def test_the_share_and_the_characters_are_among_the_last_lines(tmp_path, latin):
    lines = accounting_lines(tokenized(tmp_path, latin, CYRILLIC))
    assert any("75.0% of the tokens are [UNK]" in line and "д 3, и 3" in line for line in lines)


def test_a_text_that_the_tokenizer_knows_is_not_remarked_upon(tmp_path, latin):
    lines = accounting_lines(tokenized(tmp_path, latin, "The cat sat on the mat. It was a fine day.\n"))
    assert not any("[UNK]" in line for line in lines)
