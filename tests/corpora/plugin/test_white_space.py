"""Words are counted as `str.split` finds them, and estimated in scripts that do not separate them."""

import pytest

from corpora.plugin.white_space import unspaced_words, word_count, words_in

ZH = "清晨的雾还没有散，渡口上只有一个老人，他把竹篙靠在肩上。"
JA = "朝の霧はまだ晴れず、渡し場には老人がひとり立っていた。"
TH = "เช้าวันนั้นหมอกยังไม่จางหายที่ท่าเรือมีเพียงชายชราคนหนึ่งยืนอยู่"


@pytest.mark.parametrize(("text", "least", "most"), [(ZH, 12, 20), (JA, 11, 20), (TH, 12, 20)])
def test_a_sentence_without_spaces_has_as_many_words_as_a_translation(text, least, most):
    assert least <= words_in(text) <= most and least <= word_count(text.encode()) <= most


@pytest.mark.parametrize("text", ["She said it twice.", "L’été — « déjà » — finissait.", "안개가 걷혔다.", "Утро."])
def test_words_with_spaces_between_them_are_only_counted(text):
    assert words_in(text) == word_count(text.encode()) == len(text.split()) and not unspaced_words(text.encode())


def test_a_long_text_in_a_spaced_language_is_not_estimated_because_of_one_name():
    assert words_in("The sign over the door of the inn still said 渡口, which nobody could read.") == 15


@pytest.mark.parametrize("text", ["語り、日本語。カナ", "ไทยไทย ลาว", "မြန်မာ ខ្មែរ", "“é” — ሀ 한", "语 ไท ខ្មែរ"])
def test_long_texts_are_counted_as_short_ones(text):
    assert unspaced_words(f"{text}{'a ' * 4096}".encode()) == unspaced_words(text.encode())
