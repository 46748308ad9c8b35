"""Write a new plugin as a complete distribution: code, pyproject, test, README, CI file.

The templates of each kind are in `scaffolds/KIND/`; those that all kinds share are in `scaffolds/distribution/`.
"""

from __future__ import annotations

import importlib
import tomllib
from dataclasses import dataclass
from keyword import iskeyword
from pathlib import Path

from corpora.errors import OptionError, PluginError, unknown_name
from corpora.plugin.discovery.code import owner
from corpora.plugin.discovery.registry import NAME, Registry

FILES = {
    "distribution/pyproject.toml": "pyproject.toml",
    "distribution/README.md": "README.md",
    "distribution/ci.yml": ".github/workflows/test.yml",
    "distribution/gitignore": ".gitignore",
}
"""The files of every distribution, by template."""


@dataclass(frozen=True)
class Scaffold:
    """A kind of plugin that `new` can create, as described in `scaffolds/kinds.toml`."""

    kind: str
    """What users type, such as `token-transform`."""
    package: str
    """corpora or trainer: the package whose hook it implements."""
    offered_as: str
    """The kind in the registry, in the plural."""
    summary: str
    use: str
    """The command that uses the component, with NAME in place of its name."""
    requires: str


def scaffolds(package: str) -> dict[str, Scaffold]:
    """The kinds of plugin that `new` can create for a package, by what users type."""
    table = tomllib.loads((_folder(package) / "kinds.toml").read_text(encoding="utf-8"))
    return {kind: Scaffold(kind, package, **entry) for kind, entry in table.items()}


def new_plugin(kind: str, name: str, folder: Path, *, source: Registry, package: str) -> Path:
    """Write a working distribution that passes its own tests, as a starting point.

    Args:
        kind: one of `scaffolds(package)`.
        name: what users will type to choose the component; the distribution is named PACKAGE-NAME.
        folder: where to create the distribution's folder, NAME.
        source: the package's registry, in which the name must be free.
        package: `corpora` or `trainer`.

    Returns:
        The distribution's folder.

    Raises:
        UnknownName: `new` cannot create this kind.
        OptionError: the name is invalid, or its folder already exists.
        PluginError: a component with this kind and name already exists.
    """
    known = scaffolds(package)
    if kind not in known:
        raise unknown_name("kind of plugin", kind, known)
    scaffold, target = known[kind], folder / name
    if not NAME.fullmatch(name) or not _class_name(name).isidentifier() or iskeyword(_class_name(name)):
        raise OptionError(
            f"{name!r} cannot name a component; use lower-case words joined by hyphens, a letter first: my-noise"
        )
    if target.exists():
        raise OptionError(f"{target} already exists; choose another name, or another folder with --dir")
    taken = source.offered(scaffold.offered_as).get(name)
    if taken is not None:
        raise PluginError(f"{scaffold.offered_as} already has a {name} ({owner(taken)}); choose another name")
    for path, text in _files(scaffold, name).items():
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        (target / path).write_text(text, encoding="utf-8")
    return target


def _files(scaffold: Scaffold, name: str) -> dict[str, str]:
    """The text of each file of the distribution, by path."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader([_folder(scaffold.package), _folder("corpora")]),
        variable_start_string="<<",
        variable_end_string=">>",
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,
    )
    module = f"{scaffold.package}_{name.replace('-', '_')}"
    title = name.replace("-", " ").capitalize()
    values = {
        "name": name,
        "title": title,
        "cls": _class_name(name),
        "module": module,
        "distribution": f"{scaffold.package}-{name}",
        "scaffold": scaffold,
        "use": scaffold.use.replace("NAME", name),
    }
    places = FILES | {
        f"{scaffold.kind}/component.py": f"{module}.py",
        f"{scaffold.kind}/test_component.py": f"tests/test_{module}.py",
    }
    return {path: environment.get_template(f"{template}.j2").render(values) for template, path in places.items()}


def _class_name(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("-"))


def _folder(package: str) -> Path:
    return Path(str(importlib.import_module(package).__file__)).parent / "plugin" / "scaffolds"
