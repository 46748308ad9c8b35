"""The subtitles plugin, as users meet it."""

import pytest

import corpora
from corpora.testing import check_source

plugin = pytest.importorskip("corpora_subtitles", reason="pip install -e plugins/subtitles")
FILM = """1
00:00:01,000 --> 00:00:02,000
<i>Who is there?</i>

2
00:00:02,500 --> 00:00:04,000
- Nobody. Go to sleep,
- she said.

3
00:01:00,000 --> 00:01:02,000
It was morning.
"""


@pytest.fixture
def films(tmp_path):
    (tmp_path / "film.srt").write_bytes(b"\xef\xbb\xbf" + FILM.replace("\n", "\r\n").encode())
    (tmp_path / "empty.srt").write_text("nothing here", encoding="utf-8")
    return tmp_path


def test_it_keeps_the_contract_and_a_pause_begins_a_paragraph(films):
    [film] = check_source(plugin.Subtitles(folder=films))
    assert film.paragraphs == ("Who is there? Nobody. Go to sleep, she said.", "It was morning.")


def test_no_pause_is_too_long_for_one_paragraph(films):
    [film] = check_source(plugin.Subtitles(folder=films, pause=100.0))
    assert len(film.paragraphs) == 1


def test_a_folder_without_subtitles_is_refused(tmp_path):
    with pytest.raises(corpora.InputError, match="no .srt file"):
        plugin.Subtitles(folder=tmp_path).shards()


def test_a_dataset_is_built_from_it(films, tmp_path, monkeypatch):
    monkeypatch.setenv("CORPORA_HOME", str(tmp_path / "home"))
    made = corpora.build(f"subtitles:folder={films}", name="films", duplicates="keep")
    assert (made.documents, made.rows) == (1, 4)
