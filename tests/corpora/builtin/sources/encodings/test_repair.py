"""Tests of text that was decoded with a wrong encoding before it came to us."""

import importlib
import json

import pytest

import corpora
from corpora import Document
from corpora.builtin.filters.mojibake import Mojibake
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


GOOD_TEXTS = [
    GOOD,
    "Ã and Â are letters.",
    "plain",
    "naïve façade",
    "ﬁne ligature, ＷＩＤＥ",
    "“AMANHÃ”, disse ela.",
    "A IRMÃ… não veio; a MAÇÃ—LARANJA também não.",
    "«MAMÃ», gritou. A\xa0IRMÃ\xa0veio.",
    "“ROMÂ”",
    "In French the letter is written « Â ».",
    "When UTF-8 is read as Windows-1252, “ becomes â€œ and é becomes Ã©.",
    "If you see â€œ or â€™ in your text, the page was decoded with the wrong encoding.",
    "text.replace('â€™', \"'\").replace(\"Ã©\", 'é')",
    "the pattern `[Ã©Ã¨]` and the name 'cafÃ©'",
]
"""Text that is good, though some of it looks like UTF-8 decoded as Windows-1252."""


@pytest.mark.parametrize("text", GOOD_TEXTS)
def test_good_text_is_not_touched_and_not_rejected(text):
    document = Document("a", (text,))
    assert repaired(document) is document and Mojibake().reject(Document("a", (text,) * 9)) is None


@pytest.mark.parametrize(
    "text", ["It shows “don’t” as â€œdonâ€™tâ€ instead.", "People see cafÃ© where the author wrote café."]
)
def test_a_text_that_shows_both_forms_of_a_word_is_not_touched(text):
    document = Document("a", (text,))
    assert repaired(document) is document


LANGUAGES = {
    "pl": "Zażółć gęślą jaźń. Wisła płynie przez Kraków, a łódź stoi.",
    "tr": "Şu çığ gibi büyüyen İstanbul’da güneş doğdu, ışık ağır.",
    "ru": "Привет, мир! Он сказал: «Ёлка горит».",
    "zh": "你好，世界。他说：“再见”。",
    "es": "¿Dónde está el niño? ¡Mañana! «Sí», dijo Ángela.",
    "emoji": "They love it 😀 there.",
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("encoding", ["sloppy-windows-1252", "latin-1", "sloppy-windows-1250"])
def test_text_in_other_scripts_is_restored_too(language, encoding):
    text = LANGUAGES[language]
    importlib.import_module("ftfy.bad_codecs")
    assert repaired(Document("a", (text.encode().decode(encoding),))).paragraphs == (text,)


def test_cyrillic_that_was_read_as_cp1251_is_restored():
    text = LANGUAGES["ru"]
    importlib.import_module("ftfy.bad_codecs")
    assert repaired(Document("a", (text.encode().decode("sloppy-windows-1251"),))).paragraphs == (text,)


@pytest.mark.parametrize(
    ("broken", "good"),
    [
        ("Le café est ouvert. Le cafÃ© est fermÃ©.", "Le café est ouvert. Le café est fermé."),
        ("“He went to the cafÃ©,” she said.", "“He went to the café,” she said."),
        ("“AMANHÃ”, disse; o cafÃ© fechou.", "“AMANHÃ”, disse; o café fechou."),
        ("HÃ”TEL, Ã‰TUDE, 20Â°C and Â£5", "HÔTEL, ÉTUDE, 20°C and £5"),
        ("voilÃ  la vie", "voilà la vie"),
        ("â€œHello,â€ he said, â€œI donâ€™t know.â€", "“Hello,” he said, “I don’t know.”"),
        ("Isto Ã© bom. NÃ£o Ã©?", "Isto é bom. Não é?"),
        ("a word â€” and another", "a word — and another"),
        ("\x93Hello\x94 he said", "“Hello” he said"),
    ],
)
def test_good_and_broken_text_in_one_paragraph(broken, good):
    assert repaired(Document("a", (broken,))).paragraphs == (good,)


def test_what_one_paragraph_leaves_open_the_others_decide():
    lines = ("Não, não é.", "Isto é bom.", "“AMANHÔ")
    broken = tuple(line.encode().decode("cp1252") for line in lines)
    assert repaired(Document("a", broken)).paragraphs == lines
    assert repaired(Document("a", broken[1:2])).paragraphs == broken[1:2]


def test_a_broken_replacement_character_counts_as_one():
    assert Mojibake().reject(Document("a", ("na\u00ef\u00bf\u00bdve and caf\u00ef\u00bf\u00bd",))) == "mojibake"


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
