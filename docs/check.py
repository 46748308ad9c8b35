"""Write the generated reference pages, or see that they are fresh and that the docs hold together.

python docs/check.py           # what `make check` runs: exit code 1 and a line for each page that is stale
python docs/check.py --write   # what `make fix` runs
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parent
REPOSITORY = DOCS.parent
NOTE = "<!-- Written by docs/check.py --write; do not edit. -->\n"


def pages() -> dict[str, str]:
    """Every generated page by its path under docs/."""
    import corpora
    import trainer.plugin.discovery
    from corpora.plugin import hookspecs
    from trainer import errors as trainer_errors
    from trainer.plugin import hookspecs as trainer_hookspecs

    registries = {"corpora": corpora.registry, "trainer": trainer.plugin.discovery.registry}
    return {
        "reference/components.md": components_page(registries),
        "reference/hooks.md": hooks_page({"corpora": hookspecs, "trainer": trainer_hookspecs}),
        "reference/errors.md": errors_page(corpora.errors, trainer_errors),
        "reference/manifest.md": manifest_page(),
        "reference/command-line.md": command_line_page(),
    }


def components_page(registries: dict[str, Any]) -> str:
    """Every component that comes with the packages, with its options."""
    from corpora.plugin.discovery.registry import is_builtin

    lines = ["# Components", "", NOTE, "Everything that can be chosen by name. `corpora plugins` and `trainer plugins`"]
    lines += ["list these with those of installed plugins.", ""]
    for package, registry in registries.items():
        for kind in registry.kinds:
            offered = [cls for cls in registry.offered(kind).values() if is_builtin(cls)]
            if offered:
                lines += [f"## {package}: {kind}", ""]
            for cls in offered:
                lines += component_lines(cls)
    return "\n".join(lines)


def component_lines(cls: Any) -> Iterator[str]:
    """One component: its docstring and a table of its options."""
    from corpora.plugin.component import options_of, to_json

    yield f"### {cls.name}\n"
    yield inspect.cleandoc(cls.__doc__) + "\n"
    if getattr(cls, "cites", ""):
        yield f"Source of the idea: {cls.cites}\n"
    options = options_of(cls)
    if options:
        yield "| option | takes | default | meaning |\n|---|---|---|---|"
    for option in options:
        default = "required" if option.required else f"`{to_json(option.default)}`"
        yield f"| `{option.name}` | {option.allowed()} | {default} | {option.help} |".replace("\n", " ")
    yield ""


def hooks_page(specs: dict[str, Any]) -> str:
    """Every hook with its docstring."""
    lines = [
        "# Hooks",
        "",
        NOTE,
        "A plugin is a module with functions of these names, decorated with `@hookimpl`",
    ]
    lines += ["(`from corpora import hookimpl`, `from trainer import hookimpl`), each returning component classes.", ""]
    for package, module in specs.items():
        lines += [f"## {package}", "", "| hook | what it is for |", "|---|---|"]
        for name, function in vars(module).items():
            if name.startswith(f"{package}_"):
                lines.append(f"| `{name}()` | {inspect.cleandoc(function.__doc__).splitlines()[0]} |")
        lines.append("")
    return "\n".join(lines)


def errors_page(*modules: Any) -> str:
    """The error tree, from the docstrings."""
    lines = ["# Errors", "", NOTE]
    for module in modules:
        lines += [inspect.cleandoc(module.__doc__), "", "| error | when |", "|---|---|"]
        for name, cls in vars(module).items():
            if isinstance(cls, type) and cls.__module__ == module.__name__:
                lines.append(f"| `{name}` | {inspect.cleandoc(cls.__doc__).splitlines()[0]} |")
        lines.append("")
    return "\n".join(lines)


def manifest_page() -> str:
    """The fields of `manifest.json`, from the source."""
    from corpora.store import manifest

    source = inspect.getsource(manifest.Manifest)
    found = re.findall(r'^    (\w+): ([^=\n]+?)(?: = [^\n]*)?\n(?:    """(.*?)""")?', source, re.MULTILINE | re.DOTALL)
    lines = ["# manifest.json", "", NOTE, "What a version says of itself; the last file that it gets.", ""]
    lines += ["| field | type | meaning |", "|---|---|---|"]
    lines += [
        f"| `{name}` | `{kind.strip()}` | {' '.join(text.split())} |".replace(" | None", " or None")
        for name, kind, text in found
    ]
    return "\n".join([*lines, ""])


def command_line_page() -> str:
    """`--help` of every command that does not depend on installed plugins."""
    lines = ["# Command line", "", NOTE]
    for words, text in helps():
        lines += [f"## {' '.join(words)}", "", "```text", text.strip(), "```", ""]
    return "\n".join(lines)


def helps() -> Iterator[tuple[list[str], str]]:
    """Each command's words and its help, 100 columns wide, without colour."""
    import os
    import subprocess

    import corpora.cli
    import trainer.cli

    listed = [module.__name__.rpartition(".")[2].replace("_", "-") for module in corpora.cli.COMMANDS]
    commands = {"corpora": listed, "trainer": [name for commands in trainer.cli.PANELS.values() for name in commands]}
    environment = os.environ | {"COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb", "TYPER_USE_RICH": "0"}
    for program, names in commands.items():
        for words in [[], *([name] for name in names)]:
            code = f"{BUILT_IN_ONLY}; from {program}.cli import main; main({[*words, '--help']!r})"
            line = [sys.executable, "-W", "ignore", "-c", code]
            done = subprocess.run(line, capture_output=True, text=True, env=environment)
            yield [program, *words], "\n".join(line.rstrip() for line in done.stdout.splitlines())


BUILT_IN_ONLY = (
    "import corpora.plugin.discovery.registry; corpora.plugin.discovery.registry.entry_points = lambda **_: ()"
)
"""Leaves out the commands that installed plugins add, which no page of ours may depend on."""


def broken_links() -> Iterator[str]:
    """Relative links in Markdown files that lead nowhere."""
    for page in [*REPOSITORY.glob("*.md"), *DOCS.rglob("*.md"), *REPOSITORY.glob("plugins/*/README.md")]:
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if not (page.parent / target).exists():
                yield f"{page.relative_to(REPOSITORY)} links to {target}, which does not exist"


def unlisted_pages() -> Iterator[str]:
    """Pages that the built site would leave out of its contents; what a study wrote is raw output and no page."""
    listed = (REPOSITORY / "zensical.toml").read_text(encoding="utf-8")
    for page in [*DOCS.glob("*.md"), *DOCS.glob("*/*.md")]:
        if f'"{page.relative_to(DOCS).as_posix()}"' not in listed:
            yield f"zensical.toml does not list {page.relative_to(DOCS)}"


STILTED = re.compile(
    r"(?<!there )\bis no (?!longer\b)[a-z]+|\bcomes? to lie\b|\bthat it is at\b"
    r"|\bcame of\b|\bso much of\b|\bof no sense\b|\bnothing tells\b|\bgoes with it\b|\bso many (?:rows|times)\b"
    r"|\bfrom its sources on\b|\bof its own making\b|\bof our own making\b|\"\"\"See that\b",
    re.IGNORECASE,
)
"""Turns of phrase that nobody would say at a desk; they must not come back."""


def stilted_lines(root: Path = REPOSITORY) -> Iterator[str]:
    """Lines of prose and code with a phrase that reads as if translated."""
    pages = [*root.glob("*.md"), *(root / "docs").rglob("*.md")]
    sources = [path for package in ("corpora", "trainer") for path in (root / package).rglob("*.py")]
    for path in sorted([*pages, *sources]):
        if "results" in path.parts:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if found := STILTED.search(line):
                yield f"{path.relative_to(root)}:{number}: {found[0]!r}; say it as you would to a colleague"


def main() -> int:
    """Write or check; the exit code."""
    wrong = []
    for name, text in pages().items():
        path = DOCS / name
        if "--write" in sys.argv:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            wrong.append(f"docs/{name} is stale; make fix writes it again")
    wrong += [*broken_links(), *unlisted_pages(), *stilted_lines()]
    print("\n".join(wrong) or "docs are fresh")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
