"""Content from indexed_bzip2 is what `bz2` gives, and damage is for `bz2` to report, wherever it is."""

import bz2
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpora.builtin.sources.wikipedia.dump.bzip2 import certain_content
from corpora.builtin.sources.wikipedia.dump.streams import DamagedDump, chunks

pytest.importorskip("indexed_bzip2")

WORDS = random.Random(1).choices([f"<page>{n}</page>" for n in range(3000)], k=240_000)
LONG = "".join(WORDS).encode()
"""Three blocks of bz2."""
SHORT = b"<mediawiki>Not long.</mediawiki>"
LONG_BZ2, SHORT_BZ2, EMPTY_BZ2 = map(bz2.compress, (LONG, SHORT, b""))


def certain(path, start=0, stop=None):
    """The content that is certain, and whether it is all."""
    parts, content = certain_content(path, start, stop), b""
    while True:
        try:
            content += next(parts)
        except StopIteration as end:
            return content, end.value


def by_bz2(raw):
    """The content up to the first error, in steps of 1 MB, and whether there was none."""
    content = b""
    while raw:
        unpacker = bz2.BZ2Decompressor()
        while not unpacker.eof:
            if unpacker.needs_input and not raw:
                return content, False
            try:
                content += unpacker.decompress(raw, 1 << 20)
            except OSError:
                return content, False
            raw = b""
        raw = unpacker.unused_data
    return content, True


def by_chunks(path):
    """The same by the reader of dumps."""
    content = b""
    try:
        for chunk in chunks(path):
            content += chunk.content
    except DamagedDump:
        return content, False
    return content, True


def flipped(raw, at, mask=1):
    """The bytes with bits of one of them changed."""
    raw = bytearray(raw)
    raw[at] ^= mask
    return bytes(raw)


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(LONG_BZ2, id="long"),
        pytest.param(SHORT_BZ2, id="short"),
        pytest.param(SHORT_BZ2 + LONG_BZ2 + SHORT_BZ2, id="between", marks=pytest.mark.slow),
        pytest.param(SHORT_BZ2 + EMPTY_BZ2 + SHORT_BZ2, id="empty between"),
        pytest.param(EMPTY_BZ2, id="empty"),
    ],
)
def test_whole_streams_are_read_to_the_end(tmp_path, raw, capfd):
    path = tmp_path / "whole.bz2"
    path.write_bytes(raw)
    assert certain(path) == (bz2.decompress(raw), True) == by_chunks(path)
    assert capfd.readouterr().err == ""


DAMAGED = {
    "cut in a block": LONG_BZ2[: len(LONG_BZ2) // 2],
    "cut by a byte": SHORT_BZ2 + LONG_BZ2[:-1],
    "cut behind the header": LONG_BZ2 + b"BZh9",
    "cut in the checksum": LONG_BZ2 + SHORT_BZ2[:-3],
    "checksum of the stream": flipped(LONG_BZ2, -2),
    "checksum of a block": flipped(LONG_BZ2, 11),
    "bit in a later block": flipped(LONG_BZ2, len(LONG_BZ2) * 2 // 3, 16),
    "bit in the last stream": LONG_BZ2 + flipped(SHORT_BZ2, 40),
    "words behind the end": LONG_BZ2 + b"These are no bz2 data.",
    "zeros behind the end": LONG_BZ2 + bytes(20),
    "words between": SHORT_BZ2 + b"words" + SHORT_BZ2,
    "blocks larger than the header says": LONG_BZ2.replace(b"BZh9", b"BZh1", 1),
    "later blocks larger than the header says": SHORT_BZ2 + LONG_BZ2.replace(b"BZh9", b"BZh1", 1),
}
LATE = {
    "cut by a byte", "cut behind the header", "cut in the checksum", "checksum of the stream", "bit in a later block",
    "bit in the last stream", "words behind the end", "zeros behind the end",
}  # fmt: skip
"""Damage behind whole blocks, all of which are read several times."""


@pytest.mark.parametrize(
    "damage", [pytest.param(name, marks=[pytest.mark.slow] if name in LATE else []) for name in DAMAGED]
)
def test_damage_is_left_to_bz2(tmp_path, damage, capfd):
    raw, path = DAMAGED[damage], tmp_path / "damaged.bz2"
    path.write_bytes(raw)
    content, whole = certain(path)
    assert not whole and ((SHORT + LONG).startswith(content) or LONG.startswith(content))
    with pytest.raises(DamagedDump):
        list(chunks(path))
    assert by_chunks(path) == (by_bz2(raw)[0], False)
    assert capfd.readouterr().err == ""


@pytest.mark.slow
def test_small_blocks_are_left_to_bz2_and_are_read(tmp_path):
    path = tmp_path / "small.bz2"
    path.write_bytes(bz2.compress(LONG, 2) + LONG_BZ2)
    assert certain(path) == (b"", False)
    assert by_chunks(path) == (LONG + LONG, True)


def test_range_ends_where_the_next_stream_begins(tmp_path):
    path, stop = tmp_path / "many.bz2", len(SHORT_BZ2 + LONG_BZ2)
    path.write_bytes(SHORT_BZ2 + LONG_BZ2 + SHORT_BZ2 + LONG_BZ2)
    assert certain(path, len(SHORT_BZ2), stop) == (LONG, True)
    read = list(chunks(path, len(SHORT_BZ2), stop))
    assert b"".join(chunk.content for chunk in read if not chunk.beyond) == LONG
    assert b"".join(chunk.content for chunk in read if chunk.beyond) == SHORT + LONG


def test_range_that_ends_within_a_stream_is_left_to_bz2(tmp_path):
    path = tmp_path / "one.bz2"
    path.write_bytes(LONG_BZ2)
    content, whole = certain(path, 0, len(LONG_BZ2) // 2)
    assert not whole and LONG.startswith(content)


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False))
def test_any_change_gives_what_bz2_gives(tmp_path_factory, rng):
    raw = bytearray(b"".join(rng.choices([SHORT_BZ2, EMPTY_BZ2, bz2.compress(rng.randbytes(3000))], k=3)))
    for _ in range(rng.randrange(4)):
        at = rng.randrange(len(raw))
        change = rng.choice(["flip", "cut", "repeat", "replace"])
        if change == "flip":
            raw[at] ^= 1 << rng.randrange(8)
        elif change == "replace":
            raw[at] = rng.randrange(256)
        elif change == "repeat":
            raw[at:at] = raw[at : at + 30]
        else:
            del raw[max(at, 4) :]
    path = tmp_path_factory.getbasetemp() / "changed.bz2"
    path.write_bytes(raw)
    expected, whole = by_bz2(bytes(raw)) if raw.startswith(b"BZh") else ("not bz2", False)
    if raw.startswith(b"BZh"):
        assert by_chunks(path) == (expected, whole)
    content, certainly = certain(path)
    assert not certainly or (content, True) == (expected, whole)
