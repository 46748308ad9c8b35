"""Bytes of unknown encoding become the text that was meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpora.builtin.sources.books.formats.blocks import Unreadable
from corpora.builtin.sources.books.formats.encodings import decode

FRENCH = (
    "Il n’était pas là. « Où est-il donc passé ? » dit-elle, déçue. Ça, c’est l’été à Besançon — où l’œuvre mûrit.\n"
)
RUSSIAN = "Все счастливые семьи похожи друг на друга, каждая несчастливая семья несчастлива по-своему.\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252", "mac_roman"])
def test_french_reads_the_same_in_any_encoding(encoding):
    assert decode((FRENCH * 20).encode(encoding)).text == FRENCH * 20


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1251", "koi8_r"])
def test_russian_reads_the_same_in_any_encoding(encoding):
    assert decode((RUSSIAN * 20).encode(encoding)).text == RUSSIAN * 20


@pytest.mark.parametrize("text", [FRENCH, RUSSIAN])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark_is_told_by_where_its_nuls_are(encoding, text):
    assert decode((text * 20).encode(encoding)).text == text * 20


def test_a_byte_order_mark_is_no_text():
    assert decode(b"\xef\xbb\xbfCall me Ishmael.").text == "Call me Ishmael."


def test_curly_quotes_of_windows_are_quotes_and_no_control_characters():
    assert decode(b"\x93It\x92s late,\x94 she said \x97 twice.").text == "“It’s late,” she said — twice."


def test_a_few_broken_bytes_do_not_change_the_encoding_of_a_long_text():
    raw = (FRENCH * 50).encode() + b"\xff\xfe caf\xe9 "
    decoded = decode(raw)
    assert decoded.encoding == "utf-8" and decoded.text.startswith(FRENCH)


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
