"""Checks that apply to every component, whatever its kind: its class, its options, its pickling."""

from __future__ import annotations

import math
import pickle
import sys
from collections.abc import Callable
from types import ModuleType
from typing import ParamSpec, TypeVar

from corpora.errors import CorporaError, IsolationError, OptionError
from corpora.execution import run_in_sandbox
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
"""The number of inputs that hypothesis tries for each check, unless its loaded profile asks for fewer."""
C = TypeVar("C", bound=Component)


class ContractBroken(CorporaError, AssertionError):
    """A component breaks the contract of its kind; the message says how, and what to do."""


class HypothesisMissing(CorporaError, ImportError):
    """The checks need hypothesis, which is not installed."""


def check_component(given: type[C] | C, kind: type[Component] = Component, *, travels: bool = True) -> C:
    """Check what every component must meet: rules for its class, its options and its pickling.

    Args:
        given: a component, or a class whose options all have defaults.
        kind: the kind that it must be of.
        travels: whether it is sent to workers, and so must be picklable.

    Returns:
        The component, made with its defaults if a class was given.

    Raises:
        ContractBroken: it does not meet them.
    """
    cls = given if isinstance(given, type) else type(given)
    try:
        check_class(cls)
        used_versions(cls)
    except CorporaError as error:
        raise ContractBroken(str(error)) from error
    require(issubclass(cls, kind), cls, f"it is not a {kind.__name__}; derive it from corpora.{kind.__name__}")
    _check_name(cls)
    require(isinstance(cls.version, int) and cls.version >= 1, cls, f"version is {cls.version!r}; it must be 1 or more")
    component = _made(given)
    for opt in options_of(cls):
        _check_option(component, opt)
    name, settings = split_short(component.short())
    again = cls.from_options(named_settings(cls, settings)) if name == cls.name else None
    require(again == component, cls, f"its short form {component.short()} does not recreate it")
    if travels:
        _check_pickling(component)
    return component


def require(holds: bool, owner: Component | type[Component], message: str) -> None:
    """Raise an error unless a condition holds.

    Args:
        holds: the condition.
        owner: the component that is checked, named in the message.
        message: what is wrong, and what to do.

    Raises:
        ContractBroken: `holds` is False.
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
    """Call a component's code, and turn any exception into a clear failure.

    Args:
        owner: the component that is checked, named in the message.
        what: the name of the method, for the message.
        function: is called with the remaining arguments.

    Raises:
        ContractBroken: the code raised an exception.
    """
    try:
        return function(*arguments, **options)
    except Exception as error:  # a plugin's own code may raise anything
        hint = "; blocks are views of a file, so make a new array" if "read-only" in str(error) else ""
        raise ContractBroken(f"{owner.name}: {what} raised {type(error).__name__}: {error}{hint}") from error


def in_another_process(component: Component, function: Callable[..., object], *arguments: object) -> object:
    """The result of `function(component, *arguments)` in another process, as in a worker.

    Args:
        component: picklable.
        function: importable by name.
        arguments: picklable, like the result.

    Raises:
        ContractBroken: the component cannot be unpickled there, or the process died.
    """
    packed = pickle.dumps((component, arguments))
    try:
        return run_in_sandbox(_in_worker, registry.files, list(sys.path), function, packed)
    except IsolationError as error:
        raise ContractBroken(f"{component.name}: {error}") from error
    except ModuleNotFoundError as error:
        raise ContractBroken(
            f"{component.name}: a worker process cannot import {error.name}, the module of its class; "
            "put the class into a module that is installed or on the path"
        ) from error


def _in_worker(
    files: tuple[PluginFile, ...], path: list[str], function: Callable[..., object], packed: bytes
) -> object:
    sys.path[:] = path  # the process is reused by later checks, and tests can be in several folders
    registry.use_files(files)
    if files:
        registry.load()
    component, arguments = pickle.loads(packed)
    return function(component, *arguments)


def searched(check: Callable[..., None], *strategies: object) -> None:
    """Let hypothesis run a check on many inputs, always the same ones, and report the smallest that fails.

    Args:
        check: takes one argument per strategy, and raises if something is wrong.
        strategies: of hypothesis, one per argument.

    Raises:
        HypothesisMissing: hypothesis is not installed.
    """
    hypothesis = _hypothesis()
    settings = hypothesis.settings(
        max_examples=min(EXAMPLES, hypothesis.settings.default.max_examples),
        phases=[phase for phase in hypothesis.Phase if phase is not hypothesis.Phase.explain],  # it traces each line
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
    """Check that no other component of the same kind has the same name."""
    for kind in registry.kinds:
        for other in registry.named(kind, cls.name):
            same = cls is other or (
                cls.__qualname__ == other.__qualname__ and source_sha256(cls) == source_sha256(other)
            )
            of_one_kind = any(issubclass(cls, base) and issubclass(other, base) for base in KINDS)
            require(
                same or not of_one_kind,
                cls,
                f"a {singular(kind)} already has this name ({owner(other)}); choose another one",
            )


def _made(given: type[C] | C) -> C:
    if not isinstance(given, type):
        return given
    required = [opt.name for opt in options_of(given) if opt.required]
    require(not required, given, f"{', '.join(required)} has no default; check a component instead of its class")
    try:
        return given()
    except OptionError as error:
        raise ContractBroken(f"{error}; but that is its default") from error


def _check_option(component: Component, opt: Option) -> None:
    cls = type(component)
    require(bool(opt.help.strip()), cls, f"the option {opt.name} has no help; describe it in one sentence")
    if opt.min is not None and opt.max is not None:
        require(opt.min <= opt.max, cls, f"the option {opt.name} allows nothing: min {opt.min:g}, max {opt.max:g}")
    beyond = [limit + step for limit, step in ((opt.min, -1), (opt.max, 1)) if limit is not None]
    for value in beyond:
        wrong: object = math.floor(value) if opt.type is int else value
        others = {o.field: getattr(component, o.field) for o in options_of(cls)}
        try:
            cls(**(others | {opt.field: (wrong,) if opt.many else wrong}))
        except OptionError:
            continue
        require(
            False,
            cls,
            f"it accepts {wrong!r} for {opt.name}, beyond its limit; call super().__post_init__() in your own method",
        )


def _check_pickling(component: Component) -> None:
    hint = "it is pickled for workers, so define its class at the top level of a module"
    try:
        again = pickle.loads(pickle.dumps(component))
    except Exception as error:  # pickling runs code of the plugin's own
        raise ContractBroken(f"{component.name}: it cannot be pickled ({error}); {hint}") from error
    require(again == component, component, f"it changes when it is pickled and unpickled; {hint}")
