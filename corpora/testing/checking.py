"""What is checked of every component, whatever its kind: its class, its options, its way to a worker."""

from __future__ import annotations

import math
import pickle
import sys
from collections.abc import Callable
from types import ModuleType
from typing import ParamSpec, TypeVar

from corpora.errors import CorporaError, IsolationError, OptionError
from corpora.execution import guarded
from corpora.plugin import (
    Catalogue,
    Component,
    DatasetProvider,
    Filter,
    Option,
    PluginFile,
    Source,
    Splitter,
    Statistic,
    Template,
    Transform,
    check_class,
    named_settings,
    options_of,
    owner,
    registry,
    singular,
    source_sha256,
    split_short,
    used_versions,
)

Given = ParamSpec("Given")
Result = TypeVar("Result")

KINDS = (Source, Catalogue, Filter, Splitter, Template, Transform, Statistic, DatasetProvider)
EXAMPLES = 40
"""Inputs that hypothesis tries for each check."""
C = TypeVar("C", bound=Component)


class ContractBroken(CorporaError, AssertionError):
    """A component breaks its kind's contract; the message says how, and what to do."""


class HypothesisMissing(CorporaError, ImportError):
    """The checks need hypothesis, which is not installed."""


def check_component(given: type[C] | C, kind: type[Component] = Component, *, travels: bool = True) -> C:
    """Check that a component's class, options and pickling are as every component's must be.

    Args:
        given: a component, or a class whose options all have defaults.
        kind: the kind that it must be of.
        travels: whether workers get it, pickled.

    Returns:
        The component, made with its defaults where a class was given.

    Raises:
        ContractBroken: they are not.
    """
    cls = given if isinstance(given, type) else type(given)
    try:
        check_class(cls)
        used_versions(cls)
    except CorporaError as error:
        raise ContractBroken(str(error)) from error
    need(issubclass(cls, kind), cls, f"it is not a {kind.__name__}; derive it from corpora.{kind.__name__}")
    _check_name(cls)
    need(isinstance(cls.version, int) and cls.version >= 1, cls, f"version is {cls.version!r}; it must be 1 or more")
    component = _made(given)
    for opt in options_of(cls):
        _check_option(component, opt)
    name, settings = split_short(component.short())
    again = cls.from_options(named_settings(cls, settings)) if name == cls.name else None
    need(again == component, cls, f"its short form {component.short()} does not make it again")
    if travels:
        _check_pickling(component)
    return component


def need(holds: bool, owner: Component | type[Component], message: str) -> None:
    """Go on only if something holds.

    Raises:
        ContractBroken: it does not.
    """
    if not holds:
        raise ContractBroken(f"{owner.name}: {message}")


def called(
    owner: Component | type[Component],
    what: str,
    function: Callable[Given, Result],
    *arguments: Given.args,
    **options: Given.kwargs,
) -> Result:
    """What a component's own code returns; what it raises becomes a clear failure.

    Raises:
        ContractBroken: it raised.
    """
    try:
        return function(*arguments, **options)
    except Exception as error:  # a plugin's own code may raise anything
        hint = "; blocks are views of a file: make a new array" if "read-only" in str(error) else ""
        raise ContractBroken(f"{owner.name}: {what} raised {type(error).__name__}: {error}{hint}") from error


def elsewhere(component: Component, function: Callable[..., object], *arguments: object) -> object:
    """What `function(component, *arguments)` gives in another process, as in a worker.

    Args:
        function: importable by name.

    Raises:
        ContractBroken: the component does not come through, or the process died.
    """
    packed = pickle.dumps((component, arguments))
    try:
        return guarded(_in_worker, registry.files, list(sys.path), function, packed)
    except IsolationError as error:
        raise ContractBroken(f"{component.name}: {error}") from error
    except ModuleNotFoundError as error:
        raise ContractBroken(
            f"{component.name}: a worker process cannot import {error.name}, which its class is in; "
            "put the class into a module that is installed or on the path"
        ) from error


def _in_worker(
    files: tuple[PluginFile, ...], path: list[str], function: Callable[..., object], packed: bytes
) -> object:
    sys.path[:] = path  # the process is kept from check to check, and tests may be in several folders
    registry.use_files(files)
    if files:
        registry.load()
    component, arguments = pickle.loads(packed)
    return function(component, *arguments)


def searched(check: Callable[..., None], *strategies: object) -> None:
    """Let hypothesis try a check on many inputs, always the same ones, and report the smallest that fails."""
    hypothesis = _hypothesis()
    settings = hypothesis.settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        report_multiple_bugs=False,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    settings(hypothesis.given(*strategies)(check))()


def strategies() -> ModuleType:
    """The module `hypothesis.strategies`.

    Raises:
        HypothesisMissing: hypothesis is not installed.
    """
    found: ModuleType = _hypothesis().strategies
    return found


def _hypothesis() -> ModuleType:
    try:
        import hypothesis
    except ImportError as error:
        raise HypothesisMissing("the checks of corpora.testing need hypothesis; pip install hypothesis") from error
    return hypothesis


def _check_name(cls: type[Component]) -> None:
    """Check that no other component of its kind has its name."""
    for kind in registry.kinds:
        for other in registry.named(kind, cls.name):
            same = cls.__qualname__ == other.__qualname__ and source_sha256(cls) == source_sha256(other)
            of_one_kind = any(issubclass(cls, base) and issubclass(other, base) for base in KINDS)
            need(
                same or not of_one_kind,
                cls,
                f"a {singular(kind)} has this name already ({owner(other)}); choose another one",
            )


def _made(given: type[C] | C) -> C:
    if not isinstance(given, type):
        return given
    required = [opt.name for opt in options_of(given) if opt.required]
    need(not required, given, f"{', '.join(required)} has no default; check a component instead of its class")
    try:
        return given()
    except OptionError as error:
        raise ContractBroken(f"{error}, but that is its default") from error


def _check_option(component: Component, opt: Option) -> None:
    cls = type(component)
    need(bool(opt.help.strip()), cls, f"the option {opt.name} has no help; say in one sentence what it is")
    if opt.min is not None and opt.max is not None:
        need(opt.min <= opt.max, cls, f"the option {opt.name} allows nothing: min {opt.min:g}, max {opt.max:g}")
    beyond = [limit + step for limit, step in ((opt.min, -1), (opt.max, 1)) if limit is not None]
    for value in beyond:
        wrong: object = math.floor(value) if opt.type is int else value
        others = {o.field: getattr(component, o.field) for o in options_of(cls)}
        try:
            cls(**(others | {opt.field: (wrong,) if opt.many else wrong}))
        except OptionError:
            continue
        need(
            False, cls, f"it takes {wrong!r} for {opt.name}, beyond its limit; call super().__post_init__() in your own"
        )


def _check_pickling(component: Component) -> None:
    hint = "workers get it pickled: define its class at the top of a module"
    try:
        again = pickle.loads(pickle.dumps(component))
    except Exception as error:  # pickling runs code of the plugin's own
        raise ContractBroken(f"{component.name}: it cannot be pickled ({error}); {hint}") from error
    need(again == component, component, f"it comes back from pickling as another one; {hint}")
