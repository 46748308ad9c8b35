"""What a version says of itself, and the fingerprint that names it."""

from __future__ import annotations

import dataclasses
import json
import platform
import re
import sys
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

from corpora.errors import DatasetDamaged
from corpora.plugin import Component, Registry, is_builtin, registry, sha256_of, source_sha256, used_versions
from corpora.store.atomic import write_text

FORMAT = 1
DATASET_KINDS = Literal["sentences", "tokens"]
_PLACE = re.compile(r"(?:\bfile://[^\s/,]*|(?<![\w/.~])(?:~|\.\.?)?)/(?=[^\s/])(?:[^\s/,\"'`]+/)*")
"""The way to a file or folder, up to its own name; not an address, whose slashes are two."""
_QUOTED_PLACE = re.compile(r"(?<=[\"'`])(?:~|\.\.?)?/(?=[^\s/])[^\n\"'`]*/")
"""The same between quotes, where folders may have spaces."""
_SHORT = re.compile(r"[a-z][\w-]*:(?!//)[^\n]*")
_SHORT_PLACE = re.compile(r"(?<=[:=+])(?:~|\.\.?)?/(?=[^\s/])[^+,]*/")
"""The same in a short form, NAME:key=value,key=value, where folders may have spaces."""


@dataclass(frozen=True)
class Plan:
    """Everything that decides a version's bytes, before any work is done. Its sha256 is the fingerprint."""

    action: str
    """build, tokenize, transform, concat, mix or split."""
    components: tuple[dict[str, Any], ...] = ()
    """Each component as `described` gives it."""
    settings: dict[str, Any] = field(default_factory=dict)
    """What else decides the bytes: seed, rate, unit, limit."""
    parents: tuple[str, ...] = ()
    """Fingerprints, in order."""
    inputs: tuple[tuple[str, str], ...] = ()
    """(key, sha256) of every input file, sorted."""
    recipe: dict[str, Any] = field(default_factory=dict)
    """The table of a recipe file that makes this version; it does not decide."""

    @property
    def fingerprint(self) -> str:
        """The sha256, in hex, of what decides."""
        decides = {key: value for key, value in dataclasses.asdict(self).items() if key != "recipe"}
        return sha256_of({"format": FORMAT, **decides})


def described(component: Component, source: Registry = registry) -> dict[str, Any]:
    """A component as the fingerprint and the manifest see it."""
    cls = type(component)
    entry: dict[str, Any] = {
        "kind": source.kind_of(component),
        "name": component.name,
        "version": component.version,
        "options": component.options(deciding=True),
    }
    if not is_builtin(cls):
        entry["source_sha256"] = source_sha256(cls)
    if cls.uses:
        entry["uses"] = used_versions(cls)
    return entry


def plan_json(plan: Plan) -> dict[str, Any]:
    """A plan as the manifest keeps it."""
    return {
        "action": plan.action,
        "components": list(plan.components),
        "settings": plan.settings,
        "parents": list(plan.parents),
        "inputs": [list(pair) for pair in plan.inputs],
        "recipe": plan.recipe,
    }


@dataclass(frozen=True)
class Manifest:
    """What was built: `manifest.json`, the last file that a version gets."""

    name: str
    fingerprint: str
    kind: DATASET_KINDS
    rows: int
    documents: int
    tokens: int | None
    """Ids in all rows, special tokens not counted; None for sentence datasets."""
    text_bytes: int | None
    """UTF-8 bytes of all sentences; None for token datasets."""
    plan: dict[str, Any]
    parents: tuple[str, ...] = ()
    """What it was made from, as NAME@FINGERPRINT."""
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Each file's sha256 and size_bytes; data files also their rows."""
    accounting: dict[str, Any] = field(default_factory=dict)
    """Where documents or rows went: read, written, rejected by stage and reason, failed."""
    statistics: dict[str, Any] = field(default_factory=dict)
    """The summary of each statistic that was counted."""
    licences: dict[str, int] = field(default_factory=dict)
    """Documents by licence, as their source recorded it."""
    notes: tuple[str, ...] = ()
    """What a reader must know: generated text, a cut dump, a permission."""
    private: bool = False
    """Its text and the places of its files are shown in no page, card, log or saved batch; so of all made from it."""
    command: str = ""
    created: str = ""
    elapsed_seconds: float = 0.0
    versions: dict[str, str] = field(default_factory=dict)
    format: int = FORMAT

    @property
    def size_bytes(self) -> int:
        """Bytes of all files of the version."""
        return sum(entry["size_bytes"] for entry in self.files.values())

    def without_secrets(self) -> Manifest:
        """The same without the command, the places in its recipe, the names of inputs, and what its text counted."""
        told = {
            "recipe": without_places(self.plan["recipe"]),
            "inputs": [[str(number), digest] for number, (_, digest) in enumerate(self.plan["inputs"], 1)],
        }
        counted = {key: value for key, value in self.accounting.items() if key != "counts"}
        return replace(self, command="", plan=self.plan | told, accounting=counted)

    def write(self, path: Path) -> None:
        """Write it whole or not at all."""
        write_text(path, json.dumps(dataclasses.asdict(self), indent=2, ensure_ascii=False) + "\n")


def read_manifest(path: Path) -> Manifest:
    """Read a `manifest.json`.

    Raises:
        DatasetDamaged: it cannot be read, or is of a format that this version does not know.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["format"] != FORMAT:
            raise DatasetDamaged(f"{path} has the format {content['format']}; this version reads {FORMAT}")
        content |= {"parents": tuple(content["parents"]), "notes": tuple(content["notes"])}
        return Manifest(**content)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DatasetDamaged(f"{path} cannot be read ({error}); remove the version and build it again") from error


def without_places(value: Any) -> Any:
    """JSON values with every local path in their texts cut down to its last name."""
    if isinstance(value, dict):
        return {key: without_places(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [without_places(part) for part in value]
    if not isinstance(value, str):
        return value
    if value.startswith(("/", "~/")) and "\n" not in value:
        return Path(value).name
    value = _QUOTED_PLACE.sub("", value)
    if _SHORT.fullmatch(value):
        value = _SHORT_PLACE.sub("", value)
    return _PLACE.sub("", value)


def environment() -> dict[str, str]:
    """The versions that a manifest records for the reader; they do not decide the fingerprint."""
    return {"python": platform.python_version(), "transferset": version("transferset"), "pyarrow": version("pyarrow")}


def command_line() -> str:
    """The command that is running, as typed."""
    return " ".join([Path(sys.argv[0]).name, *sys.argv[1:]])


def now() -> str:
    """The time in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")
