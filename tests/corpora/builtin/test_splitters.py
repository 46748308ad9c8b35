"""What every splitter must keep: order, no empty sentence, no character lost."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from corpora import PluginError, Splitter, registry

TEXT = st.text(max_size=200) | st.text(alphabet=" \n\t.!?…。؟\"'“”‘’«»()[]—-aAbIé漢1\u00a0\u200b\x00", max_size=80)
NAMES = ("rules", "regex", "sentencex", "spacy", "blingfire")


def made(name: str) -> Splitter:
    if name == "blingfire":
        pytest.importorskip("blingfire", exc_type=ImportError)
    splitter: Splitter = registry.make("splitters", name)
    return splitter


def test_all_of_them_are_offered() -> None:
    assert set(NAMES) <= set(registry.offered("splitters"))


@pytest.mark.parametrize("name", NAMES)
@settings(deadline=None)
@given(text=TEXT)
@example(text='"Is he in? How efficient." He left.\u2028\x1c"')
@example(text="")
def test_no_character_but_white_space_is_lost_and_no_sentence_is_empty(name: str, text: str) -> None:
    text = text.encode("utf-8", "replace").decode()
    sentences = made(name).split(text)
    assert "".join("".join(sentences).split()) == "".join(text.split())
    assert all(sentence == sentence.strip() != "" for sentence in sentences)


@pytest.mark.parametrize("name", NAMES)
def test_sentences_stand_in_the_paragraph_as_they_are(name: str) -> None:
    text = "Déjà vu?  Yes, 𝒳 said so.\nThen he left."
    sentences = made(name).split(text)
    assert len(sentences) == 3
    assert all(sentence in text for sentence in sentences)


def test_a_missing_library_is_a_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "blingfire", None)
    with pytest.raises(PluginError, match=r"pip install blingfire .* choose the splitter rules"):
        registry.make("splitters", "blingfire").split("One. Two.")
