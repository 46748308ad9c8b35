"""The short form of a component, `NAME:key=value,key=value`, as users type it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from corpora.errors import OptionError
from corpora.plugin.component import Component, options_of


def split_short(text: str) -> tuple[str, dict[str, str]]:
    """Parse the short form into the component's name and its settings.

    Args:
        text: `NAME` or `NAME:key=value,key=value`. Values with commas are in double quotes. The first value may omit
            its key, which is then empty: it sets the component's first option (`packed:128`, `parquet:DIR`).

    Raises:
        OptionError: a setting other than the first has no `=`.
    """
    name, _, rest = text.partition(":")
    settings: dict[str, str] = {}
    for number, part in enumerate(_comma_parts(rest)):
        key, equals, value = part.partition("=")
        if equals:
            settings[key.strip()] = value.strip()
        elif number == 0:
            settings[""] = part
        else:
            raise OptionError(f"{text}: {part} has no '='; write NAME:key=value,key=value")
    return name.strip(), settings


def _comma_parts(text: str) -> Iterator[str]:
    """Split at commas outside double quotes, and remove the quotes."""
    part, quoted = "", False
    for character in text:
        if character == '"':
            quoted = not quoted
        elif character == "," and not quoted:
            yield part
            part = ""
        else:
            part += character
    if part:
        yield part


def named_settings(cls: type[Component], settings: Mapping[str, str]) -> dict[str, str]:
    """The settings of a short form, with the component's first option as the key of a value that had none.

    Args:
        cls: the component's class.
        settings: as `split_short` returns them.

    Raises:
        OptionError: a value without a key for a component without options, or a path with `=` that reads as a setting.
    """
    known = options_of(cls)
    if "" in settings and not known:
        raise OptionError(f"{cls.name} has no options; {settings['']!r} cannot be set")
    folder = next((key for key in settings if "/" in key), None)
    if folder is not None and known:
        raise OptionError(
            f"{cls.name}: {folder}={settings[folder]} reads as a setting; write {cls.name}:{known[0].name}="
            f"{folder}={settings[folder]}"
        )
    return {(key or known[0].name): value for key, value in settings.items()}
