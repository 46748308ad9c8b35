"""UTF-8 texts with bytes of a legacy encoding give the text that was meant, and the number of such characters."""

import pytest

import corpora
from corpora.builtin.sources.encodings import decode
from corpora.builtin.sources.unreadable import Unreadable

FRENCH = "Le « café » de la gare était fermé, paraît-il, dès l’été. "
RUSSIAN = "Утром никто не пришёл на станцию, и поезд уехал пустым. "
CZECH = "Příliš tichá řeka tekla pod žlutým mostem, až ztratila břehy. "
ENGLISH = "“It’s late,” she said — twice. "


@pytest.mark.parametrize(
    ("text", "encoding"),
    [(FRENCH, "cp1252"), (RUSSIAN, "cp1251"), (CZECH, "cp1250"), (ENGLISH, "cp1252")],
)
@pytest.mark.parametrize("times", [1, 5])
def test_a_passage_in_the_legacy_encoding_of_the_language_is_read(text, encoding, times):
    found = decode(text.encode() * times + text.encode(encoding) + text.encode())
    assert found.text == text * (times + 2) and found.encoding == "utf-8"
    assert found.repaired == sum(character > "\x7f" for character in text)


def test_cut_utf8_is_not_taken_for_a_legacy_encoding():
    found = decode(ENGLISH.encode() * 9 + "She said “".encode()[:-1] + b" no.")
    assert found.text.endswith("She said \ufffd no.") and not found.repaired


def test_legacy_bytes_in_chinese_are_not_guessed():
    assert not decode("她说天气很好，他们就出门了。".encode() * 20 + b"\xe9").repaired


def test_files_and_rows_of_mixed_encodings_are_counted(tmp_path, home):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_bytes((ENGLISH * 3).encode() + b"\x93No,\x94 he said.")
    rows = [f'{{"text": "{FRENCH}"}}\n'.encode(), f'{{"text": "{FRENCH}"}}\n'.encode("cp1252")]
    (folder / "b.jsonl").write_bytes(rows[0] * 3 + rows[1])
    (folder / "c.csv").write_bytes(f"text,n\n{CZECH},1\n".replace("ztratila břehy, ", "").encode() + b"caf\xe9,2\n")
    made = corpora.build(f"texts:folder={folder}", name="made", duplicates="keep")
    texts = [row["text"] for row in made.to_datasets()]
    assert "“No,” he said." in texts and texts.count(FRENCH.strip()) == 4 and "café" in texts
    assert made.manifest.accounting["counts"] == {"mixed encodings": {"repaired characters": 2 + 10 + 1}}


LINES = {
    "gb18030": "她问船夫什么时候开船，他只是摇了摇头。",
    "big5": "她問船夫什麼時候開船，他只是搖了搖頭。",
    "shift_jis": "渡し守はいつ船を出すのかと尋ねても、首を振るだけだった。",
    "euc_jp": "渡し守はいつ船を出すのかと尋ねても、首を振るだけだった。",
    "euc_kr": "그녀가 배는 언제 떠나느냐고 물었지만 사공은 고개만 저었다.",
}


@pytest.mark.parametrize("encoding", LINES)
@pytest.mark.parametrize("around", [ENGLISH, None])
@pytest.mark.parametrize("times", [1, 4])
def test_lines_in_a_multi_byte_encoding_are_read(encoding, around, times):
    line, other = LINES[encoding], around or LINES[encoding]
    raw = f"{other}\n".encode() * 5 + f"{line}\n".encode(encoding) * times + other.encode()
    found = decode(raw)
    assert found.text.split("\n") == [*[other] * 5, *[line] * times, other]
    assert found.encoding == "utf-8" and found.repaired == len(line.replace(" ", "").replace(".", "")) * times


def test_lines_that_no_encoding_explains_are_not_guessed():
    with pytest.raises(Unreadable, match="mixed encodings"):
        decode(f"{ENGLISH}\n".encode() * 5 + b"a\x80b\xa7c\xb1d\xd7e\xf7" * 5 + f"\n{ENGLISH}".encode())


def test_rows_in_a_multi_byte_encoding_amid_utf8_are_refused(tmp_path, home):
    rows = [f'{{"text": "{line} {FRENCH}"}}\n'.encode() for line in range(40)]
    (tmp_path / "a.jsonl").write_bytes(b"".join(rows) + f'{{"text": "{LINES["big5"]}"}}\n'.encode("big5"))
    (tmp_path / "b.txt").write_text(ENGLISH, encoding="utf-8")
    made = corpora.build(f"texts:folder={tmp_path}", name="made")
    assert "mixed encodings" in (made.path / "rejects.jsonl").read_text(encoding="utf-8")
