"""Tests of addresses as values of options."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from corpora import Address, Component, OptionError, option
from corpora.plugin import address_of, options_of


@dataclass(frozen=True)
class Reads(Component):
    """Reads places."""

    name = "reads"
    place: Path | Address | None = option(None, "A place.")
    places: tuple[Path | Address, ...] = option((), "Places.")
    path: Path | None = option(None, "A path.")


@pytest.mark.parametrize("url", ["s3://b/k", "https://h/a.txt", "zip://a/*.txt::s3://b/k.zip", "file:///tmp/a"])
def test_an_address_survives_text_and_path(url):
    assert address_of(url) == Address(url) == address_of(Path(url))


@pytest.mark.parametrize("path", ["a/b", "/a", "~/a", "C:\\a", "a:b", "s3", "a//b", "1://a"])
def test_a_path_is_not_an_address(path):
    assert address_of(path) is None and address_of(Path(path)) is None


def test_options_take_addresses_where_they_say_so():
    made = Reads.from_options({"place": "s3://b/k", "places": "s3://b/k+a/b", "path": "s3://b/k"})
    assert made.place == Address("s3://b/k") and made.places == (Address("s3://b/k"), Path("a/b"))
    assert made.path == Path("s3:/b/k")
    assert [each.takes_addresses for each in options_of(Reads)] == [True, True, False]
    assert made.options() == {"place": "s3://b/k", "places": ["s3://b/k", "a/b"], "path": "s3:/b/k"}


def test_a_wrong_value_says_what_is_allowed():
    with pytest.raises(OptionError, match="place is 3; it must be a path or an address"):
        Reads(place=3)
