"""Find plugins, and look up what they offer."""

from __future__ import annotations

import hashlib
import importlib
import inspect
import os
import re
import sys
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType
from typing import Any

import pluggy

from corpora.errors import CorporaError, PluginError, unknown_name
from corpora.plugin import hookspecs
from corpora.plugin.component import Component, options_of
from corpora.plugin.discovery.code import builtin_modules, is_builtin, owner, source_sha256
from corpora.plugin.short_form import named_settings, split_short

NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class PluginFile:
    """A plugin given as a file. Workers receive its content, so they do not need access to the path."""

    path: str
    content: bytes

    @property
    def module_name(self) -> str:
        """The name under which it is imported, derived from its content alone."""
        return "corpora_plugin_" + hashlib.sha256(self.content).hexdigest()[:12]


class Registry:
    """Everything that the plugins of one package offer. Plugins are loaded at the first lookup.

    Built-in components are loaded kind by kind, since most commands need only a few kinds.

    Args:
        specs: the module with the hooks and their `NAMESPACE`, which is also the entry point group.
        package: the package whose `builtin` folder holds its own components.
    """

    def __init__(self, specs: ModuleType, package: str) -> None:
        self._specs, self._package = specs, package
        self._files: list[PluginFile] = []

    @cached_property
    def manager(self) -> pluggy.PluginManager:
        """The plugin manager, with installed plugins, plugin files, and the built-ins of the kinds used so far."""
        self.use_files(filter(None, os.environ.get("CORPORA_PLUGINS", "").split(os.pathsep)))
        manager = pluggy.PluginManager(self._specs.NAMESPACE)
        manager.add_hookspecs(self._specs)
        for entry_point in sorted(entry_points(group=self._specs.NAMESPACE), key=lambda e: (e.name, e.value)):
            self._register(manager, entry_point.load, _label(entry_point))
        for file in self._files:
            self._register(manager, partial(_import_file, file), file.path)
        return manager

    @property
    def files(self) -> tuple[PluginFile, ...]:
        """The plugin files in use, to pass to workers."""
        return tuple(self._files)

    def use_files(self, files: Iterable[PluginFile | str | Path]) -> None:
        """Load plugins from single files. A plugin that fails to load is a warning; see `require_files`.

        Args:
            files: paths, or plugin files that were read before. If the file at a path changed, the new content
                replaces the old plugin.

        Raises:
            PluginError: a file cannot be read.
        """
        for given in files:
            file = given if isinstance(given, PluginFile) else _read_file(Path(given))
            if file.module_name in {known.module_name for known in self._files}:
                continue
            self._forget(file.path)
            self._files.append(file)
            if "manager" in self.__dict__:
                self._register(self.manager, partial(_import_file, file), file.path)

    def require_files(self, files: Iterable[str | Path]) -> None:
        """Load plugins from single files, like `use_files`, but fail if one does not load.

        Raises:
            PluginError: a file cannot be read or does not load.
        """
        for given in files:
            file = _read_file(Path(given))
            if file.module_name in {known.module_name for known in self._files}:
                continue
            self._forget(file.path)
            try:
                _add(self.manager, lambda file=file: _import_file(file), file.path)
            except Exception as error:
                raise PluginError(f"plugin {file.path} did not load: {_one_line(error)}") from error
            self._files.append(file)

    def _forget(self, path: str) -> None:
        """Unregister what a file offered before it was edited."""
        self._files = [file for file in self._files if file.path != path]
        if "manager" in self.__dict__ and self.manager.has_plugin(path):
            self.manager.unregister(name=path)

    def load(self) -> None:
        """Load installed plugins and plugin files now."""
        _ = self.manager

    def _register(self, manager: pluggy.PluginManager, load: Callable[[], ModuleType], label: str) -> None:
        try:
            _add(manager, load, label)
        except Exception as error:  # a broken plugin must not take the command line down
            warnings.warn(f"plugin {label} did not load: {_one_line(error)}", stacklevel=2)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of component, in the plural: transforms, sources, …"""
        prefix = self._specs.NAMESPACE + "_"
        return tuple(name.removeprefix(prefix) for name in vars(self._specs) if name.startswith(prefix))

    def offered(self, kind: str) -> dict[str, type[Component]]:
        """The components of one kind by name, sorted. Names that two plugins use are left out, with a warning.

        Args:
            kind: in the plural, such as `transforms`.
        """
        classes = self._all(kind)
        for name, owners in classes.items():
            if len(owners) > 1:
                warnings.warn(f"{_clash(kind, name, owners)}; both are disabled", stacklevel=2)
        return {name: owners[0] for name, owners in sorted(classes.items()) if len(owners) == 1}

    def find(self, kind: str, name: str) -> type[Component]:
        """The component class with this kind and name.

        Args:
            kind: in the plural, such as `transforms`.
            name: as users type it.

        Raises:
            UnknownName: no plugin offers it; the message lists close matches.
            PluginError: two plugins offer it; the message names both.
        """
        classes = self._all(kind)
        if name not in classes:
            raise unknown_name(singular(kind), name, classes)
        if len(classes[name]) > 1:
            raise PluginError(f"{_clash(kind, name, classes[name])}; rename one, or leave its plugin out")
        return classes[name][0]

    def named(self, kind: str, name: str) -> tuple[type[Component], ...]:
        """All component classes that plugins offer under this name: none, one, or several that clash."""
        return tuple(self._all(kind).get(name, ()))

    def make(self, kind: str, text: str) -> Any:
        """A component from its short form.

        Args:
            kind: in the plural, such as `transforms`.
            text: `NAME` or `NAME:key=value,key=value`; the first value may omit its key.

        Raises:
            UnknownName: the component or one of its options is unknown.
            OptionError: a value of the wrong type or out of range.
        """
        name, settings = split_short(text)
        cls = self.find(kind, name)
        return cls.from_options(named_settings(cls, settings))

    def code_of(self, kind: str, name: str) -> tuple[str, str] | None:
        """Who provides a component, and the sha256 of its code; None for a built-in one.

        Raises:
            UnknownName: no plugin offers it.
            PluginError: two plugins offer it.
        """
        cls = self.find(kind, name)
        return None if is_builtin(cls) else (owner(cls), source_sha256(cls))

    def kind_of(self, component: Component | type[Component]) -> str:
        """The kind, in the plural, under which a component is offered.

        Raises:
            PluginError: no plugin offers it.
        """
        cls = component if isinstance(component, type) else type(component)
        for kind in self.kinds:
            if cls in self._all(kind).get(cls.name, ()):
                return kind
        raise PluginError(f"no {self._specs.NAMESPACE} plugin offers {cls.__qualname__}")

    def _load_builtins(self, kind: str) -> tuple[str, ...]:
        """Register the built-in components of a kind, and return the names of their modules."""
        modules = builtin_modules(self._package, kind)
        for module in modules:
            if not self.manager.has_plugin(module):
                self.manager.register(importlib.import_module(module), module)
        return modules

    def _all(self, kind: str) -> dict[str, list[type[Component]]]:
        hook = getattr(self.manager.hook, f"{self._specs.NAMESPACE}_{kind}")
        built_in = self._load_builtins(kind)
        classes: dict[str, list[type[Component]]] = {}
        for impl in sorted(hook.get_hookimpls(), key=lambda impl: impl.plugin_name not in built_in):
            try:
                returned = impl.function()
                if not isinstance(returned, Iterable):
                    raise PluginError(f"the hook returned {returned!r}; it must return a list of component classes")
                offered = list(returned)
                for cls in offered:
                    check_class(cls)
            except Exception as error:  # a broken hook must not take the others down
                warnings.warn(f"plugin {impl.plugin_name}: {kind} not offered: {_one_line(error)}", stacklevel=2)
                continue
            for cls in offered:
                owners = classes.setdefault(cls.name, [])
                if cls not in owners:
                    owners.append(cls)
        return classes


def _add(manager: pluggy.PluginManager, load: Any, label: str) -> None:
    plugin = load()
    manager.register(plugin, label)
    unknown = [c.name for c in manager.get_hookcallers(plugin) or () if not c.has_spec()]
    if unknown:
        manager.unregister(plugin)
        raise PluginError(f"it implements {', '.join(unknown)}, which this version does not know")


def singular(kind: str) -> str:
    """The singular of a kind: `transform`, `loss`, `family`."""
    if kind.endswith("ies"):
        return kind.removesuffix("ies") + "y"
    return kind.removesuffix("es") if kind.endswith("sses") else kind.removesuffix("s")


def check_class(cls: object) -> None:
    """Check that a class can be offered.

    Raises:
        PluginError: it is not a component, not frozen or still abstract, or has no valid name or no docstring.
        OptionError: a field has a type that the command line does not support.
    """
    if not (isinstance(cls, type) and issubclass(cls, Component)):
        raise PluginError(f"{cls!r} is not a component class")
    params = cls.__dict__.get("__dataclass_params__")
    if params is None or not params.frozen:
        raise PluginError(f"{cls.__qualname__} is not decorated with @dataclass(frozen=True)")
    if not NAME.fullmatch(getattr(cls, "name", "")):
        raise PluginError(f"{cls.__qualname__} needs a name of lower-case words joined by hyphens")
    if not (cls.__doc__ or "").strip() or (cls.__doc__ or "").startswith(f"{cls.__name__}("):
        raise PluginError(f"{cls.__qualname__} needs a docstring; its first line is shown in --help")
    if inspect.isabstract(cls):
        raise PluginError(
            f"{cls.__qualname__} does not define {', '.join(sorted(getattr(cls, '__abstractmethods__', ())))}"
        )
    options_of(cls)


def must_return(right: bool, component: Component, method: str, got: object, wanted: str) -> None:
    """Check that a component's method returned what its kind requires.

    Args:
        right: the result of the check.
        component: whose method was called.
        method: its name, for the message.
        got: the value it returned; the message shows its type, or dtype and shape.
        wanted: what it must return, in words.

    Raises:
        PluginError: `right` is False.
    """
    if not right:
        dtype, shape = getattr(got, "dtype", None), getattr(got, "shape", ())
        kind = type(got).__name__ if dtype is None else f"{dtype} {list(shape)}"
        raise PluginError(f"{component.name}.{method} returned {kind}; it must return {wanted}")


def _read_file(path: Path) -> PluginFile:
    try:
        if path.exists() and not path.is_file():
            raise PluginError(f"plugin file {path} is not a regular file")
        return PluginFile(str(path), path.read_bytes())
    except OSError as error:
        raise PluginError(f"plugin file {path} cannot be read: {error.strerror}") from error


def _import_file(file: PluginFile) -> ModuleType:
    if file.module_name not in sys.modules:
        module = ModuleType(file.module_name)
        module.__file__ = file.path
        vars(module)["__plugin_content__"] = file.content
        sys.modules[file.module_name] = module
        try:
            exec(compile(file.content, file.path, "exec"), vars(module))
        except BaseException:
            del sys.modules[file.module_name]
            raise
    return sys.modules[file.module_name]


def _label(entry_point: EntryPoint) -> str:
    distribution = entry_point.dist
    return f"{entry_point.name} ({distribution.name} {distribution.version})" if distribution else entry_point.name


def _clash(kind: str, name: str, owners: Sequence[type[Component]]) -> str:
    return f"two {kind} are named {name}, by {' and by '.join(owner(cls) for cls in owners)}"


def _one_line(error: Exception) -> str:
    text = str(error).split("\n", 1)[0]
    return text if isinstance(error, CorporaError) else f"{type(error).__name__}: {text}"


registry = Registry(hookspecs, "corpora")
