"""Everything a user can choose: a frozen dataclass with a name and a version, whose fields are its options."""

from __future__ import annotations

import dataclasses
import math
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Literal, Self, Union, get_args, get_origin

from corpora.errors import OptionError, unknown_name
from corpora.plugin.inputs.address import Address, address_of
from corpora.plugin.values import Json

SCALARS = (bool, int, float, str, Path)


def option(
    default: object,
    help: str,
    *,
    min: float | None = None,
    max: float | None = None,
    decides: bool = True,
) -> Any:
    """A field of a component that is also an option on the command line and a key in a recipe.

    Args:
        default: the value if none is given; `...` makes the option required.
        help: one sentence for `--help` and the reference pages.
        min: the smallest allowed value; for a tuple, of each element.
        max: the largest allowed value; for a tuple, of each element.
        decides: whether the value affects the bytes of the result and therefore enters the fingerprint.
            False for mirrors, contacts, and paths (the contents of the files enter instead).
    """
    metadata = {"help": help, "min": min, "max": max, "decides": decides}
    if default is ...:
        return dataclasses.field(kw_only=True, metadata=metadata)
    return dataclasses.field(default=default, kw_only=True, metadata=metadata)


@dataclass(frozen=True)
class Component:
    """Base of every kind of component. Its fields, made with `option`, hold all of its settings."""

    name: ClassVar[str]
    """What users type to choose it: lower-case words joined by hyphens."""
    version: ClassVar[int] = 1
    """Increased by one whenever the output changes for the same options."""
    uses: ClassVar[tuple[str, ...]] = ()
    """Distributions (by the names that pip knows) whose versions affect the output and so enter the fingerprint."""

    def __post_init__(self) -> None:
        for opt in options_of(type(self)):
            value = checked(getattr(self, opt.field), opt, self.name)
            object.__setattr__(self, opt.field, value)

    def options(self, *, deciding: bool = False) -> dict[str, Json]:
        """Its settings as JSON values, by their command-line names (`min-words`).

        Args:
            deciding: leave out options that do not affect the bytes of the result.
        """
        chosen = (opt for opt in options_of(type(self)) if opt.decides or not deciding)
        return {opt.name: to_json(getattr(self, opt.field)) for opt in chosen}

    def short(self) -> str:
        """The short form that recreates this component: `NAME:key=value,key=value`, without default values."""
        changed = [
            f"{opt.name}={_to_text(getattr(self, opt.field))}"
            for opt in options_of(type(self))
            if getattr(self, opt.field) != opt.default
        ]
        return self.name + (":" + ",".join(changed) if changed else "")

    @classmethod
    def from_options(cls, options: Mapping[str, object]) -> Self:
        """Make a component from settings.

        Args:
            options: by command-line name (`min-words`); values are text as typed, or TOML values.

        Raises:
            UnknownName: the component has no such option; the message lists close matches.
            OptionError: a value has the wrong type or is out of range, or a required option is missing.
        """
        known = {opt.name: opt for opt in options_of(cls)}
        values: dict[str, object] = {}
        for name, value in options.items():
            if name not in known:
                raise unknown_name(f"option of {cls.name}", name, known)
            opt = known[name]
            values[opt.field] = from_text(value, opt, cls.name) if isinstance(value, str) else value
        missing = [opt.name for opt in known.values() if opt.required and opt.field not in values]
        if missing:
            raise OptionError(f"{cls.name}: {missing[0]} is required ({known[missing[0]].help})")
        return cls(**values)


@dataclass(frozen=True)
class Option:
    """One option of a component, read from its dataclass field."""

    name: str
    field: str
    annotation: object
    default: Any
    help: str
    min: float | None
    max: float | None
    decides: bool

    @property
    def required(self) -> bool:
        """Whether it has no default."""
        return self.default is dataclasses.MISSING

    @cached_property
    def type(self) -> Any:
        """Its annotation without `None` and without an enclosing tuple."""
        return _parts(self.annotation)[0]

    @cached_property
    def many(self) -> bool:
        """Whether its value is a tuple."""
        return _parts(self.annotation)[1]

    @cached_property
    def optional(self) -> bool:
        """Whether None is allowed."""
        return _parts(self.annotation)[2]

    @property
    def takes_addresses(self) -> bool:
        """Whether it takes a path or an address, such as `s3://bucket/texts`."""
        return Address in _members(self.annotation)

    def allowed(self) -> str:
        """The values it accepts, in words: `a number from 0 to 1`."""
        if get_origin(self.type) is Literal:
            return "one of " + ", ".join(str(a) for a in get_args(self.type))
        noun = {bool: "true or false", int: "a whole number", float: "a number", str: "text", Path: "a path"}[self.type]
        noun = "a path or an address" if self.takes_addresses else noun
        return f"{noun}{_limits(self.min, self.max)}"


def options_of(cls: type[Component]) -> tuple[Option, ...]:
    """The options of a component class, in the order of its fields.

    Raises:
        OptionError: a field was not made with `option`, or has a type that the command line does not support.
    """
    if cls not in _READ:
        hints = typing.get_type_hints(cls)
        _READ[cls] = tuple(_option(cls, field, hints[field.name]) for field in dataclasses.fields(cls))
    return _READ[cls]


_READ: dict[type[Component], tuple[Option, ...]] = {}
"""The options of classes read before, since resolving type hints takes a millisecond or more."""


def _option(cls: type[Component], field: dataclasses.Field[object], annotation: object) -> Option:
    if "help" not in field.metadata:
        raise OptionError(f"{cls.__name__}.{field.name} is a plain field; make it with option(default, help)")
    base, _, _ = _parts(annotation)
    if base not in SCALARS and get_origin(base) is not Literal:
        raise OptionError(
            f"{cls.__name__}.{field.name} has the type {annotation}, which the command line cannot show; "
            "use bool, int, float, str, Path, a Literal of strings, a tuple of one of them, or one of them | None"
        )
    return Option(field.name.replace("_", "-"), field.name, annotation, field.default, **field.metadata)


def _parts(annotation: object) -> tuple[Any, bool, bool]:
    """An annotation's base type, whether the annotation is a tuple of that type, and whether it allows None."""
    optional = False
    if get_origin(annotation) in (Union, types.UnionType):
        rest = [a for a in get_args(annotation) if a not in (type(None), Address)]
        optional = type(None) in get_args(annotation)
        annotation = rest[0] if len(rest) == 1 else annotation
    if get_origin(annotation) is tuple and len(get_args(annotation)) == 2 and get_args(annotation)[1] is ...:
        return _parts(get_args(annotation)[0])[0], True, optional
    return annotation, False, optional


def _members(annotation: Any) -> tuple[Any, ...]:
    """The types of a union, and of the elements of a tuple."""
    inner = [each for part in get_args(annotation) for each in (part, *_members(part))]
    return tuple(inner)


def checked(value: object, opt: Option, owner: str) -> object:
    """The value converted to the option's type, after a check of its type and range.

    Args:
        value: a Python value, such as one from TOML; an int is accepted for a float, a string for a path.
        opt: the option that it is for.
        owner: the component's name, for the error message.

    Raises:
        OptionError: the value has the wrong type, is not finite, or is out of range.
    """
    if value is None and opt.optional:
        return None
    if opt.many:
        if isinstance(value, str) or not isinstance(value, list | tuple):
            raise _wrong(value, opt, owner, many=True)
        return tuple(_checked_one(item, opt, owner) for item in value)
    return _checked_one(value, opt, owner)


def _checked_one(value: object, opt: Option, owner: str) -> object:
    base = opt.type
    if get_origin(base) is Literal:
        if value not in get_args(base):
            raise _wrong(value, opt, owner)
        return value
    if base is Path and isinstance(value, str | Path):
        return _path(value, opt)
    if isinstance(value, Address) and opt.takes_addresses:
        return value
    if base is float and isinstance(value, int) and not isinstance(value, bool):
        value = _as_float(value)
    if not isinstance(value, base) or (isinstance(value, bool) and base is not bool):
        raise _wrong(value, opt, owner)
    if isinstance(value, int | float) and not isinstance(value, bool):
        low, high = opt.min, opt.max
        if (
            not math.isfinite(_as_float(value))
            or (low is not None and value < low)
            or (high is not None and value > high)
        ):
            raise _wrong(value, opt, owner)
    return value


def _as_float(value: float) -> float:
    """A number as a float; infinity for an integer too large for a float."""
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _wrong(value: object, opt: Option, owner: str, *, many: bool = False) -> OptionError:
    allowed = f"a list, each {opt.allowed()}" if many else opt.allowed()
    return OptionError(f"{owner}: {opt.name} is {value!r}; it must be {allowed}")


def from_text(text: str, opt: Option, owner: str) -> Any:
    """An option's value from the text that a user typed.

    Args:
        text: elements of a tuple are joined by `+`; `none` or nothing means None if the option allows it.
        opt: the option that it is for.
        owner: the component's name, for the error message.

    Raises:
        OptionError: the text does not fit the option's type.
    """
    if opt.optional and text.lower() in ("none", ""):
        return None
    if opt.many:
        return tuple(_scalar(part, opt, owner) for part in text.split("+") if part)
    return _scalar(text, opt, owner)


def _scalar(text: str, opt: Option, owner: str) -> object:
    base = opt.type
    try:
        if base is bool:
            return {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}[text.lower()]
        if base in (int, float):
            return base(text)
    except (KeyError, ValueError) as error:
        raise _wrong(text, opt, owner) from error
    return _path(text, opt) if base is Path else text


def _path(value: str | Path, opt: Option) -> Path | Address:
    """A path with a leading `~` replaced by the user's home folder; an address if the option accepts addresses."""
    if opt.takes_addresses and (address := address_of(value)):
        return address
    if "\0" in str(value):
        raise OptionError(f"{opt.name}: {str(value)!r} is not a path; it contains a NUL character")
    path = Path(value)
    return path.expanduser() if path.parts[:1] == ("~",) else path


def to_json(value: Any) -> Json:
    """An option's value as JSON: paths become strings, tuples become lists.

    Args:
        value: of an option: a number, text, path, address, None, or a tuple of these.
    """
    if isinstance(value, Path | Address):
        return str(value)
    return [to_json(item) for item in value] if isinstance(value, tuple) else value


def _to_text(value: object) -> str:
    if isinstance(value, tuple):
        return "+".join(_to_text(item) for item in value)
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f'"{text}"' if "," in text else text


def _limits(low: float | None, high: float | None) -> str:
    if low is None:
        return "" if high is None else f" of at most {high:g}"
    return f" of at least {low:g}" if high is None else f" from {low:g} to {high:g}"
