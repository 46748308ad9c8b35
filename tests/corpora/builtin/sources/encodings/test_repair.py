"""Tests of text that was decoded with a wrong encoding before it came to us."""

import json

import pytest

import corpora
from corpora import Document
from corpora.builtin.sources.encodings.repair import repaired

GOOD = "“Où est le café de Zoë?” — she said, and didn’t wait; nobody knew."
PLAIN = "“Où est le café de Zoë? She said it, and didn’t wait; nobody knew."
"""All its characters survive Windows-1252 twice."""


@pytest.mark.parametrize("times", [1, 2])
def test_utf8_read_as_cp1252_is_restored(times):
    broken = PLAIN
    for _ in range(times):
        broken = broken.encode().decode("cp1252")
    made = repaired(Document("a", (broken, "It is fine.")))
    assert made.paragraphs == (PLAIN, "It is fine.") and made.metadata == {"mojibake": {"repaired paragraphs": 1}}


@pytest.mark.parametrize("text", [GOOD, "Ã and Â are letters.", "plain", "naïve façade", "ﬁne ligature, ＷＩＤＥ"])
def test_good_text_is_not_touched(text):
    document = Document("a", (text,))
    assert repaired(document) is document


def test_what_cannot_be_restored_is_still_rejected(tmp_path, home):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "lost.txt").write_text("na\ufffdve and caf\ufffd " * 9, encoding="utf-8")
    (folder / "mended.txt").write_text("Le cafÃ© de la gare est fermÃ© ce soir. " * 5, encoding="utf-8")
    made = corpora.build(f"texts:folder={folder}", name="made")
    assert "café de la gare" in made.to_datasets()[0]["text"]
    lines = [json.loads(line) for line in (made.path / "rejects.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(line["id"], line["reason"]) for line in lines] == [("lost.txt", "mojibake")]
    assert made.manifest.accounting["counts"] == {"mojibake": {"repaired paragraphs": 1}}
