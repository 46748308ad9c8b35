"""Components: options, checks, the short form."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpora import Component, OptionError, UnknownName, option
from corpora.plugin.component import options_of
from corpora.plugin.short_form import named_settings, split_short


@dataclass(frozen=True)
class Thing(Component):
    """A thing."""

    name: ClassVar[str] = "thing"
    rate: float = option(0.5, "A share.", min=0.0, max=1.0)
    count: int | None = option(None, "A number.", min=1)
    unit: Literal["word", "token"] = option("word", "What moves.")
    layers: tuple[int, ...] = option((), "Layers.", min=0)
    folder: Path | None = option(None, "A path.", decides=False)
    on: bool = option(False, "A switch.")


@pytest.mark.parametrize("rate", [-0.1, 1.5, float("nan"), "0.5", True, None])
def test_a_number_out_of_range_or_of_the_wrong_type_is_refused(rate):
    with pytest.raises(OptionError, match="thing: rate is .*; it must be a number from 0 to 1"):
        Thing(rate=rate)


def test_a_whole_number_serves_as_a_float_and_text_as_a_path():
    assert Thing(rate=1, folder="books") == Thing(rate=1.0, folder=Path("books"))


def test_a_path_with_a_nul_character_is_refused():
    with pytest.raises(OptionError, match=r"^folder: 'a\\x00b' is not a path; it contains a NUL character$"):
        Thing(folder="a\0b")


def test_text_becomes_each_options_type():
    made = Thing.from_options({"rate": "0.25", "count": "3", "unit": "token", "layers": "0+2+4", "on": "true"})
    assert made == Thing(rate=0.25, count=3, unit="token", layers=(0, 2, 4), on=True)


def test_a_misspelt_option_gets_near_matches():
    with pytest.raises(UnknownName, match="no option of thing is named rat; did you mean rate"):
        Thing.from_options({"rat": 0.1})


def test_a_word_outside_the_choices_is_refused():
    with pytest.raises(OptionError, match="unit is 'letter'; it must be one of word, token"):
        Thing(unit="letter")


def test_options_that_do_not_decide_stay_out():
    assert "folder" not in Thing(folder="x").options(deciding=True) and Thing(folder="x").options()["folder"] == "x"


def test_a_plain_field_is_named():
    @dataclass(frozen=True)
    class Plain(Component):
        """Plain."""

        name: ClassVar[str] = "plain"
        rate: float = 0.5

    with pytest.raises(OptionError, match=r"Plain\.rate is a plain field; make it with option"):
        options_of(Plain)


def test_a_type_that_the_command_line_cannot_show_is_named():
    @dataclass(frozen=True)
    class Odd(Component):
        """Odd."""

        name: ClassVar[str] = "odd"
        table: dict[str, int] | None = option(None, "A table.")

    with pytest.raises(OptionError, match="which the command line cannot show"):
        options_of(Odd)


def test_the_options_of_a_class_are_read_once_and_those_of_a_derived_class_are_its_own():
    @dataclass(frozen=True)
    class Larger(Thing):
        """A thing with another default and one more option."""

        rate: float = option(0.9, "A share.")
        more: int = option(1, "A number.")

    assert options_of(Thing) is options_of(Thing)
    assert [opt.name for opt in options_of(Larger)] == [*(opt.name for opt in options_of(Thing)), "more"]
    assert [options_of(cls)[0].default for cls in (Thing, Larger)] == [0.5, 0.9]


def test_a_first_value_without_a_key_is_the_first_option():
    assert named_settings(Thing, split_short("thing:0.1,unit=token")[1]) == {"rate": "0.1", "unit": "token"}


def test_quotes_keep_commas_together():
    assert split_short('x:folder="a,b",on=true') == ("x", {"folder": "a,b", "on": "true"})


@given(
    rate=st.floats(0, 1, allow_nan=False), count=st.none() | st.integers(1, 10**9),
    layers=st.lists(st.integers(0, 99)), on=st.booleans(),
)  # fmt: skip
def test_the_short_form_makes_the_same_component_again(rate, count, layers, on):
    thing = Thing(rate=rate, count=count, layers=tuple(layers), on=on)
    name, settings = split_short(thing.short())
    assert name == "thing" and Thing.from_options(settings) == thing
