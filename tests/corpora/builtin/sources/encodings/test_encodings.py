"""Bytes of unknown encoding become the text that was meant, or are refused."""

import random
import tomllib
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpora import OptionError
from corpora.builtin.sources.encodings import checked_encoding, decode
from corpora.builtin.sources.unreadable import Unreadable

PASSAGES = tomllib.loads((Path(__file__).parent / "passages.toml").read_text(encoding="utf-8"))
LEGACY = """
cs cp1250 iso8859-2|sk cp1250 iso8859-2|pl cp1250 iso8859-2 cp852|hu cp1250 iso8859-2 cp852|ro cp1250 iso8859-2
tr cp1254 cp857|lt cp1257 iso8859-13|fr cp1252 mac_roman|de cp1252 iso8859-1 cp850 mac_roman
ru cp1251 koi8_r cp866 iso8859-5 mac_cyrillic|uk cp1251 koi8_u|bg cp1251 iso8859-5|el cp1253 iso8859-7
he cp1255 iso8859-8|ar cp1256|th cp874|zh-hans gb18030 gbk hz|zh-hant big5 gbk|ja shift_jis euc_jp iso2022_jp|ko euc_kr
"""
PAIRS = [
    (language, encoding)
    for group in LEGACY.strip().replace("\n", "|").split("|")
    for language, *encodings in [group.split()]
    for encoding in encodings
]


@pytest.mark.parametrize(("language", "encoding"), PAIRS)
def test_a_short_passage_is_read_in_its_legacy_encoding(language, encoding):
    text = PASSAGES[language].encode(encoding, "ignore").decode(encoding)
    assert decode(text.encode(encoding)).text == text


@pytest.mark.parametrize("language", sorted(PASSAGES))
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_a_short_passage_is_read_in_unicode(language, encoding):
    assert decode(PASSAGES[language].encode(encoding)).text == PASSAGES[language]


def test_vietnamese_tone_marks_are_joined_to_their_letters():
    marked = "".join(_with_tone_apart(letter) for letter in PASSAGES["vi"])
    assert decode(marked.encode("cp1258")).text == PASSAGES["vi"]


def _with_tone_apart(letter: str) -> str:
    base, *marks = unicodedata.normalize("NFD", letter)
    tones = [mark for mark in marks if mark in "\u0300\u0301\u0303\u0309\u0323"]
    return unicodedata.normalize("NFC", base + "".join(m for m in marks if m not in tones)) + "".join(tones)


def test_the_whole_text_decides_and_not_its_beginning():
    english = "A plain page in English, which says nothing about the encoding.\n" * 4000
    decoded = decode((english + PASSAGES["cs"]).encode("cp1250"))
    assert decoded.encoding == "cp1250" and decoded.text.endswith(PASSAGES["cs"])


def test_one_line_of_a_megabyte_is_read():
    text = " ".join([PASSAGES["ja"]] * 3000)
    assert decode(text.encode("euc_jp")).text == text


def test_curly_quotes_of_windows_are_quotes_and_not_control_characters():
    assert decode(b"\x93It\x92s late,\x94 she said \x97 twice.").text == "“It’s late,” she said — twice."


def test_a_few_broken_bytes_do_not_change_the_encoding_of_a_long_text():
    decoded = decode((PASSAGES["fr"] * 50).encode() + b"\xff\xfe caf\xe9 ")
    assert decoded.encoding == "utf-8" and decoded.text.startswith(PASSAGES["fr"])


@pytest.mark.parametrize("low", [0x20, 0x80, 0xA1])
@pytest.mark.parametrize("size", [60, 600, 6000])
def test_random_bytes_are_not_a_text(low, size):
    chance = random.Random(size)
    with pytest.raises(Unreadable, match="binary|uncertain encoding"):
        decode(bytes(chance.randrange(low, 255) for _ in range(size)))


def test_an_uncertain_encoding_is_refused_with_the_candidates():
    with pytest.raises(Unreadable, match=r"uncertain encoding: .* with confidence 0\.\d\d, below .*--encoding"):
        decode("žluť".encode("cp1250"))


def test_a_named_encoding_is_used():
    assert decode("š".encode("cp1250"), "cp1250") == ("š", "cp1250", 0)


def test_a_text_that_is_not_in_the_named_encoding_is_refused():
    with pytest.raises(Unreadable, match="wrong encoding: .* are not euc_jp"):
        decode(PASSAGES["ru"].encode("cp1251"), "euc_jp")


def test_a_byte_order_mark_is_not_text():
    assert decode(b"\xef\xbb\xbfCall me Ishmael.").text == "Call me Ishmael."


@pytest.mark.parametrize("name", ["utf8", "latin-1", "gb18030", "auto"])
def test_encodings_are_known_by_any_of_their_names(name):
    assert checked_encoding(name, owner="texts") in ("utf-8", "iso8859-1", "gb18030", "auto")


@pytest.mark.parametrize("name", ["cp9999", "rot13", "base64"])
def test_what_is_not_a_text_encoding_is_a_wrong_option(name):
    with pytest.raises(OptionError, match=f"texts: unknown encoding '{name}'; use auto or a name"):
        checked_encoding(name, owner="texts")


@pytest.mark.parametrize("raw", [bytes(range(256)) * 50, b"\x00\x01\x02\x03" * 500, b"\x89PNG\r\n\x1a\n" + bytes(5000)])
def test_binary_content_is_refused(raw):
    with pytest.raises(Unreadable, match="binary"):
        decode(raw)


@pytest.mark.parametrize("raw", [b"", b" \n\n "])
def test_nothing_is_refused(raw):
    with pytest.raises(Unreadable, match="empty"):
        decode(raw)


@given(st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1).filter(str.strip))
def test_utf8_is_always_read_as_utf8(text):
    assert decode(text.encode()).text.lstrip("\ufeff") == text.lstrip("\ufeff")


def test_a_stray_nul_byte_is_damage_and_not_a_sign_of_a_binary_file():
    assert decode(b"A heron in\0 the reeds, and an eel. " * 2).text == "A heron in the reeds, and an eel. " * 2
