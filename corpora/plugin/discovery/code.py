"""Where a component's code comes from, and what identifies its content."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, packages_distributions, version
from pathlib import Path

from corpora.errors import PluginError
from corpora.plugin.component import Component
from corpora.plugin.values import Json


def owner(cls: type[Component]) -> str:
    """Who provides a class: `built in`, a distribution with its version, or a file."""
    if is_builtin(cls):
        return "built in"
    for distribution in _distributions().get(cls.__module__.partition(".")[0], ()):
        return f"{distribution} {version(distribution)}"
    return str(getattr(sys.modules.get(cls.__module__), "__file__", cls.__module__))


@cache  # it reads the metadata of everything that is installed
def _distributions() -> Mapping[str, list[str]]:
    return packages_distributions()


def is_builtin(cls: type[Component]) -> bool:
    """Whether a class comes with this distribution."""
    return cls.__module__.startswith(("corpora.", "trainer."))


def source_sha256(cls: type[Component]) -> str:
    """The sha256, in hex, of the code of a plugin's component: its file, or all files of its package."""
    module = sys.modules[cls.__module__]
    if content := getattr(module, "__plugin_content__", None):
        return hashlib.sha256(content).hexdigest()
    top = sys.modules[cls.__module__.partition(".")[0]]
    file = Path(str(getattr(top, "__file__", None) or getattr(module, "__file__", "")))
    files = sorted(file.parent.rglob("*.py")) if file.name == "__init__.py" else [file]
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.relative_to(file.parent).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def identity_of(component: Component) -> dict[str, Json]:
    """What determines a component's output: name, version, options that affect it, and a plugin's code."""
    cls = type(component)
    known: dict[str, Json] = {"name": cls.name, "version": cls.version, "options": component.options(deciding=True)}
    return known if is_builtin(cls) else {**known, "source_sha256": source_sha256(cls)}


def used_versions(cls: type[Component]) -> dict[str, str]:
    """The installed versions of the distributions that a component lists in `uses`.

    Raises:
        PluginError: one of them is not installed.
    """
    versions = {}
    for name in cls.uses:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            raise PluginError(f"{cls.name} needs {name}; pip install {name}") from None
    return versions


@cache
def builtin_modules(package: str, kind: str) -> tuple[str, ...]:
    """The names of the plugin modules of a kind: PACKAGE/builtin/KIND/FILE.py, or a package in place of a file."""
    folder = Path(str(sys.modules[package].__file__)).parent / "builtin" / kind
    files = [file.stem for file in folder.glob("*.py") if file.name != "__init__.py"]
    packages = [file.parent.name for file in folder.glob("*/__init__.py")]
    return tuple(sorted(f"{package}.builtin.{kind}.{name}" for name in files + packages))
