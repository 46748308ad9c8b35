"""What every splitter promises: order, no empty sentence, no character lost."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from corpora import OptionError, PluginError, Splitter, registry
from corpora.builtin.splitters.spacy import Spacy, loaded

TEXT = st.text(max_size=200) | st.text(alphabet=" \n\t.!?…。؟\"'“”‘’«»()[]—-aAbIé漢1\u00a0\u200b\x00", max_size=80)
NAMES = ("rules", "regex", "sentencex", "spacy", "blingfire")


def made(name: str) -> Splitter:
    if name == "blingfire":
        pytest.importorskip("blingfire", exc_type=ImportError)
    splitter: Splitter = registry.make("splitters", name)
    return splitter


def blank() -> Any:
    """An English pipeline that only finds tokens."""
    import spacy

    return spacy.blank("en")


def test_all_splitters_are_registered() -> None:
    assert set(NAMES) <= set(registry.offered("splitters"))


@pytest.mark.slow
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
def test_sentences_are_unchanged_pieces_of_the_paragraph(name: str) -> None:
    text = "Déjà vu?  Yes, 𝒳 said so.\nThen he left."
    sentences = made(name).split(text)
    assert len(sentences) == 3
    assert all(sentence in text for sentence in sentences)


def test_a_missing_library_is_a_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "blingfire", None)
    with pytest.raises(PluginError, match=r"pip install blingfire .* choose the splitter rules"):
        registry.make("splitters", "blingfire").split("One. Two.")


def test_spacy_splits_a_paragraph_longer_than_it_accepts_at_once() -> None:
    sentences = [*["This is one of many."] * 6_000, "x" * 120_000 + " end.", *["Last one."] * 3]
    assert registry.make("splitters", "spacy").split(" ".join(sentences)) == sentences


def test_spacy_does_not_keep_strings_of_earlier_texts() -> None:
    spacy = registry.make("splitters", "spacy")
    spacy.split("Warm up.")
    strings = loaded("blank", "en").vocab.strings
    before = len(strings)
    spacy.split(" ".join(f"word{number}" for number in range(500)))
    assert len(strings) == before


def test_spacy_accepts_a_users_own_pipeline(tmp_path: Path) -> None:
    pipeline = blank()
    pipeline.add_pipe("sentencizer", config={"punct_chars": ["|"]})
    pipeline.to_disk(tmp_path / "own")
    assert Spacy(pipeline=str(tmp_path / "own")).split("One. Two | Three") == ["One. Two |", "Three"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"pipeline": "en_core_nowhere"}, "pipeline 'en_core_nowhere' is not installed; python -m spacy download"),
        ({"language": "qq"}, "language is 'qq', which spaCy does not have"),
    ],
)
def test_spacy_says_what_is_missing(options: dict[str, str], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        Spacy(**options).split("One.")


def test_spacy_refuses_a_pipeline_without_sentences(tmp_path: Path) -> None:
    blank().to_disk(tmp_path / "none")
    with pytest.raises(OptionError, match="sets no sentence boundaries"):
        Spacy(pipeline=str(tmp_path / "none")).split("One.")
