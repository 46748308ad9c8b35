"""Turn components into commands: one subcommand each, with an option for each field."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args, get_origin

import typer
from typer.core import TyperGroup

from corpora.errors import OptionError, UnknownName, unknown_name
from corpora.plugin import Address, Component, Option, address_of, from_text, named_settings, options_of, split_short

if TYPE_CHECKING:
    from corpora.plugin import Registry


def component_group(
    registry: Callable[[], Registry], kind: str, action_for: Callable[[type[Component]], Callable[..., None]]
) -> type[TyperGroup]:
    """A group with a command for each component of a kind; components are looked up when the group is used.

    Args:
        registry: returns the registry; called late, so that `--help` of the whole program loads no plugins.
        kind: in the plural, as in the registry.
        action_for: returns the function that a component's command calls as `action(component, **arguments)`;
            `--help` lists its other parameters before the component's options.
    """

    class ComponentGroup(TyperGroup):
        """The commands of one kind of component."""

        def list_commands(self, ctx: Any) -> list[str]:
            """The names of the group's own commands and of all components."""
            return [*super().list_commands(ctx), *registry().offered(kind)]

        def get_command(self, ctx: Any, cmd_name: str) -> Any:
            """The command with a name: the group's own, or that of a component; None if there is neither."""
            own = super().get_command(ctx, cmd_name)
            if own is not None:
                return own
            try:
                cls = registry().find(kind, cmd_name)
                return typer.main.get_command(_app(cls, action_for(cls)))
            except UnknownName:
                return None

        def resolve_command(self, ctx: Any, args: list[str]) -> Any:
            """The command that a line begins with, which may be a short form; the error for others lists matches."""
            if args and ":" in args[0] and super().get_command(ctx, args[0].partition(":")[0]) is None:
                args = [*_expanded(args[0], registry(), kind), *args[1:]]
            if args and self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
                names = self.list_commands(ctx)
                from corpora.plugin import singular

                ctx.fail(str(unknown_name(singular(kind), args[0], names)))
            return super().resolve_command(ctx, args)

    return ComponentGroup


def _expanded(short: str, registry: Registry, kind: str) -> list[str]:
    """A component's short form as a command with options: `shuffle:word` as `shuffle --unit=word`."""
    name, settings = split_short(short)
    if name not in registry.offered(kind):
        return [name]
    words = [name]
    options = {option.name: option for option in options_of(registry.find(kind, name))}
    for key, value in named_settings(registry.find(kind, name), settings).items():
        option = options.get(key)
        if option is not None and option.type is bool:
            words.append(f"--{key}" if from_text(value, option, name) else f"--no-{key}")
        else:
            words += [f"--{key}={part}" for part in (value.split("+") if option and option.many else [value])]
    return words


def _app(cls: type[Component], action: Callable[..., None]) -> typer.Typer:
    options = options_of(cls)

    def _run(**values: object) -> None:
        own = {option.field: _value(values.pop(option.field), option) for option in options}
        action(cls(**own), **values)

    shared = list(inspect.signature(action, eval_str=True).parameters.values())[1:]
    clash = {parameter.name for parameter in shared} & {option.field for option in options}
    if clash:
        raise OptionError(f"{cls.name} has an option {clash.pop()}, which all commands of its kind already have")
    parameters = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in shared]
    parameters += [_parameter(option, f"Options of {cls.name}") for option in options]
    _run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    _run.__annotations__ = {}
    app = typer.Typer(add_completion=False)
    app.command(cls.name, help=inspect.getdoc(cls))(_run)
    return app


def _parameter(option: Option, panel: str) -> inspect.Parameter:
    one: Any = option.type
    told = option.help
    if option.many and get_origin(one) is Literal:  # typer does not support lists of choices; the component checks them
        told, one = f"{told} One of {', '.join(get_args(one))}; repeatable.", str
    elif option.many and "repeat" not in told:
        told = f"{told.removesuffix('.')}; repeatable."
    annotation: Any = list[one] if option.many else one
    default: Any = ... if option.required else option.default
    if option.many and not option.required:
        default = list(option.default or ())
    if option.optional:
        annotation = annotation | None
    low, high = (option.min, option.max) if option.type in (int, float) else (None, None)
    info = typer.Option(f"--{option.name}", help=told, rich_help_panel=panel, min=low, max=high)
    if option.takes_addresses:
        info = typer.Option(f"--{option.name}", help=told, rich_help_panel=panel, parser=_place, metavar="PATH")
    if option.type is bool:
        info = typer.Option(f"--{option.name}/--no-{option.name}", help=option.help, rich_help_panel=panel)
    return inspect.Parameter(
        option.field,
        inspect.Parameter.KEYWORD_ONLY,
        default=inspect.Parameter.empty if default is ... else default,
        annotation=Annotated[annotation, info],
    )


def _place(text: str) -> Path | Address:
    """A path or an address, as the user typed it; `Path` would remove a slash from `s3://`."""
    return address_of(text) or Path(text)


def _value(value: Any, option: Option) -> object:
    """A value from typer in the form that the component needs: a list as a tuple, an empty one as the default."""
    if not option.many:
        return value
    if not value and not option.required and option.default is not dataclasses.MISSING:
        return option.default
    return tuple(value)
