"""The manifest of a version, the plan that determines its bytes, and the fingerprint that identifies it."""

from __future__ import annotations

import dataclasses
import json
import platform
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal, NotRequired, TypedDict, cast

import msgspec
from msgspec import Meta

from corpora.errors import DatasetDamaged, first_line
from corpora.plugin import Component, Registry, is_builtin, registry, sha256_of, source_sha256, used_versions
from corpora.store.disk.atomic import write_text

FORMAT = 1
MANIFEST = "manifest.json"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
"""Valid names of datasets and tags."""
DATASET_KINDS = Literal["sentences", "tokens"]
_PLACE = re.compile(r"(?:\bfile://[^\s/,]*|(?<![\w/.~])(?:~|\.\.?)?)/(?=[^\s/])(?:[^\s/,\"'`]+/)*")
"""The folders in front of a file's own name; not those in a URL, which has two slashes."""
_QUOTED_PLACE = re.compile(r"(?<=[\"'`])(?:~|\.\.?)?/(?=[^\s/])[^\n\"'`]*/")
"""The same between quotes, where folder names may contain spaces."""
_SHORT = re.compile(r"[a-z][\w-]*:(?!//)[^\n]*")
_SHORT_PLACE = re.compile(r"(?<=[:=+])(?:~|\.\.?)?/(?=[^\s/])[^+,]*/")
"""The same in a short form, NAME:key=value,key=value, where folder names may contain spaces."""


Count = Annotated[int, Meta(ge=0)]
DatasetName = Annotated[str, Meta(pattern=f"^{NAME.pattern}$")]
Digest = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class ComponentEntry(TypedDict):
    """A component as the fingerprint and the manifest record it."""

    kind: str
    name: str
    version: int
    options: NotRequired[dict[str, Any]]
    source_sha256: NotRequired[str]
    """The hash of a plugin's code; missing for built-in components."""
    uses: NotRequired[dict[str, str]]
    """Versions of the distributions that affect its output."""


class PlanEntry(TypedDict):
    """A plan as the manifest stores it; the fields are those of `Plan`."""

    action: str
    components: list[ComponentEntry]
    settings: dict[str, Any]
    parents: list[str]
    inputs: list[tuple[str, str]]
    recipe: dict[str, Any]


class FileEntry(TypedDict):
    """One file of a version, as the manifest stores it."""

    sha256: NotRequired[Digest]
    """Missing only while the version is being written, like the size."""
    size_bytes: NotRequired[Count]
    rows: NotRequired[Count]
    """For data files only."""


class _DocumentCounts(TypedDict):
    """The accounting of a build: documents."""

    found: Count
    written: Count
    rejected: dict[str, Count]
    failures: dict[str, Count]
    counts: NotRequired[dict[str, dict[str, Count]]]


class _SequenceCounts(TypedDict):
    """The accounting of a tokenization: sequences."""

    sequences: Count
    dropped: Count
    split: Count


@dataclass(frozen=True)
class Plan:
    """Everything that determines a version's bytes, known before any work is done. Its sha256 is the fingerprint."""

    action: str
    """build, tokenize, transform, concat, mix, split, distinct or without."""
    components: tuple[Mapping[str, object], ...] = ()
    """Each component as `described` returns it."""
    settings: dict[str, Any] = field(default_factory=dict)
    """Other settings that affect the bytes: seed, rate, unit, limit."""
    parents: tuple[str, ...] = ()
    """The fingerprints of the parents, in order."""
    inputs: tuple[tuple[str, str], ...] = ()
    """(key, sha256) of every input file, sorted."""
    recipe: dict[str, Any] = field(default_factory=dict)
    """The recipe table that makes this version; not part of the fingerprint."""

    @property
    def fingerprint(self) -> str:
        """The sha256, in hex, of all fields except the recipe."""
        decides = {key: value for key, value in dataclasses.asdict(self).items() if key != "recipe"}
        return sha256_of({"format": FORMAT, **decides})


def described(component: Component, source: Registry = registry) -> ComponentEntry:
    """A component as the fingerprint and the manifest record it.

    Args:
        component: with its options.
        source: the registry that offers it, which determines its `kind`.

    Raises:
        PluginError: the registry does not offer it, or a distribution that it uses is not installed.
    """
    cls = type(component)
    entry: ComponentEntry = {
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


def plan_json(plan: Plan) -> PlanEntry:
    """A plan as the manifest stores it."""
    return {
        "action": plan.action,
        "components": cast("list[ComponentEntry]", list(plan.components)),
        "settings": plan.settings,
        "parents": list(plan.parents),
        "inputs": list(plan.inputs),
        "recipe": plan.recipe,
    }


@dataclass(frozen=True)
class Manifest:
    """What was built: `manifest.json`, the last file written for a version."""

    name: DatasetName
    fingerprint: Digest
    kind: DATASET_KINDS
    rows: Count
    documents: Count
    tokens: Count | None
    """The number of ids in all rows, without special tokens; None for sentence datasets."""
    text_bytes: Count | None
    """The number of UTF-8 bytes in all sentences; None for token datasets."""
    plan: PlanEntry
    parents: tuple[str, ...] = ()
    """The versions it was made from, as NAME@FINGERPRINT."""
    files: dict[str, FileEntry] = field(default_factory=dict)
    """Each file's sha256 and size_bytes; for data files also the number of rows."""
    accounting: dict[str, Any] = field(default_factory=dict)
    """How many documents or rows were read, written, rejected (by stage and reason) and failed."""
    statistics: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The summary of each statistic, by its name."""
    licences: dict[str, Count] = field(default_factory=dict)
    """The number of documents by licence, as their source recorded it."""
    notes: tuple[str, ...] = ()
    """What readers must know: generated text, a truncated dump, a permission."""
    private: bool = False
    """Whether to keep its text and file paths out of pages, cards, logs and saved batches. Children inherit it."""
    command: str = ""
    created: str = ""
    elapsed_seconds: float = 0.0
    versions: dict[str, str] = field(default_factory=dict)
    format: int = FORMAT

    @property
    def size_bytes(self) -> int:
        """The total size of the version's files."""
        return sum(entry["size_bytes"] for entry in self.files.values())

    def without_secrets(self) -> Manifest:
        """The same without the command, local paths, the names of input files, and counts of what is in its text."""
        plan: PlanEntry = {
            **self.plan,
            "recipe": without_places(self.plan["recipe"]),
            "inputs": [(str(number), digest) for number, (_, digest) in enumerate(self.plan["inputs"], 1)],
        }
        counted = {key: value for key, value in self.accounting.items() if key != "counts"}
        return replace(self, command="", plan=plan, accounting=counted)

    def write(self, path: Path) -> None:
        """Write it atomically."""
        write_text(path, json.dumps(dataclasses.asdict(self), indent=2, ensure_ascii=False) + "\n")


def read_manifest(path: Path) -> Manifest:
    """Read a version's `manifest.json` and check the type of every field.

    Args:
        path: NAME/FINGERPRINT/manifest.json; the names of the folders are compared with the content.

    Raises:
        DatasetDamaged: the file cannot be read, has another format, a field of the wrong type or a file name outside
            the version's folder, or describes another version.
    """
    version_folder = path.parent
    try:
        if path.is_symlink():
            raise ValueError("it is a symbolic link")
        if path.exists() and not path.is_file():  # reading a pipe or a device may never end
            raise ValueError("it is not a regular file")
        content = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(content, dict) or content.get("format") != FORMAT:
            found = content.get("format") if isinstance(content, dict) else None
            raise ValueError(f"its format is {found!r}; this version of transferset reads {FORMAT}")
        manifest = msgspec.convert(content, Manifest)
        _check_accounting(manifest)
        _check_files(manifest)
        if manifest.name != version_folder.parent.name or manifest.fingerprint[:12] != version_folder.name:
            raise ValueError(f"it describes {manifest.name}@{manifest.fingerprint[:12]}")
    except (OSError, ValueError, RecursionError) as error:
        reference = f"{version_folder.parent.name}@{version_folder.name}"
        reason = error.strerror if isinstance(error, OSError) and error.strerror else first_line(error)
        raise DatasetDamaged(
            f"{path} is damaged ({reason}); corpora remove {reference} --force, then build it again"
        ) from error
    return manifest


def _check_accounting(manifest: Manifest) -> None:
    """Check the types of the counts that reports read."""
    for key, counts in (("found", _DocumentCounts), ("dropped", _SequenceCounts)):
        if key in manifest.accounting:
            msgspec.convert(manifest.accounting, counts)


def _check_files(manifest: Manifest) -> None:
    """Check that file entries are complete and name files inside the version's folder."""
    for name, entry in manifest.files.items():
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or str(path) != name or "\\" in name or "\0" in name or name == ".":
            raise ValueError(f"the file name {name!r} is not a plain path inside the version's folder")
        if "sha256" not in entry or "size_bytes" not in entry or (is_data_file(name) and "rows" not in entry):
            raise ValueError(f"the entry of {name} has no sha256, size_bytes or rows")
    if not any(is_data_file(name) for name in manifest.files):
        raise ValueError("it lists no data file")


def is_data_file(name: str) -> bool:
    """Whether a file of a version contains rows, by its path relative to the version's folder.

    Args:
        name: with slashes, such as `data-00000-of-00003.arrow`.
    """
    return name.startswith("data-") and "/" not in name


def without_places(value: object) -> Any:
    """A JSON value in which every local path, also within longer strings, is reduced to its last part.

    Args:
        value: any JSON value, such as a recipe table.
    """
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
    """The versions of Python and of the main packages, for the manifest; not part of the fingerprint."""
    return {"python": platform.python_version(), "transferset": version("transferset"), "pyarrow": version("pyarrow")}


def command_line() -> str:
    """The running command, as typed."""
    return " ".join([Path(sys.argv[0]).name, *sys.argv[1:]])


def now() -> str:
    """The current time in UTC to the second, in ISO 8601 format."""
    return datetime.now(UTC).isoformat(timespec="seconds")
