"""Turn a component's options into options of one command."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Annotated, Any, Literal, get_args, get_origin

import typer

from corpora import Component, Option, options_of


def with_options(
    cls: type[Component], *, name: str = "settings", leave: tuple[str, ...] = ()
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A decorator that adds each of the component's options to a command.

    Args:
        cls: the component.
        name: the function's parameter that receives the options given on the line, by name; the preset decides the
            rest.
        leave: options that the command does not offer.
    """

    def decorate(function: Callable[..., None]) -> Callable[..., None]:
        own = inspect.signature(function, eval_str=True)
        options = [opt for opt in options_of(cls) if opt.name not in leave]

        def command(**values: Any) -> None:
            given = {opt.name: values.pop(f"{name}_{opt.field}") for opt in options}
            function(**values, **{name: {key: value for key, value in given.items() if value not in (None, [])}})

        kept = [parameter for key, parameter in own.parameters.items() if key != name]
        added = [_parameter(opt, f"{name}_{opt.field}") for opt in options]
        command.__signature__ = own.replace(parameters=[*kept, *added])  # type: ignore[attr-defined]
        command.__doc__, command.__name__ = function.__doc__, function.__name__
        return command

    return decorate


def _parameter(opt: Option, name: str) -> inspect.Parameter:
    base: Any = str if get_origin(opt.type) is Literal else opt.type
    flag = f"--{opt.name}/--no-{opt.name}" if base is bool else f"--{opt.name}"
    allowed = f" One of {', '.join(get_args(opt.type))}." if get_origin(opt.type) is Literal else ""
    told = typer.Option(flag, help=opt.help + allowed, show_default=False)
    kind: Any = list[base] | None if opt.many else base | None
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[kind, told])
