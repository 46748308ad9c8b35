"""The folder of versions: open, list, add (manifest last), tag, verify, remove."""

from __future__ import annotations

import contextlib
import fcntl
import multiprocessing
import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from corpora.errors import (
    DatasetInUse,
    DatasetNotFound,
    OptionError,
    UnknownName,
    WorkerError,
    unknown_name,
)
from corpora.plugin import sha256_file
from corpora.store.atomic import drop_partials, link_or_copy, storage_errors, sync, write_text
from corpora.store.dataset import Dataset
from corpora.store.manifest import Manifest, Plan, read_manifest

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
FOLDER_DIGITS = 12
MANIFEST = "manifest.json"
CURRENT = "current"


@dataclass(frozen=True)
class Store:
    """All versions of all datasets under one folder, `$CORPORA_HOME`."""

    home: Path

    @property
    def downloads(self) -> Path:
        """Where sources keep what they fetched, between builds."""
        return self.home / "downloads"

    def open(self, reference: str) -> Dataset:
        """The version that NAME, NAME@TAG or NAME@FINGERPRINT means, its row counts checked.

        Raises:
            DatasetNotFound: there is none, with near matches.
            DatasetDamaged: its files are not what its manifest says.
        """
        dataset = self.find(reference)
        dataset.check_rows()
        return dataset

    def find(self, reference: str) -> Dataset:
        """As `open`, without looking at the data files."""
        name, _, version = reference.partition("@")
        folder = self.home / name
        if not NAME.fullmatch(name) or not any(self._versions(name)):
            raise _not_found("dataset", name, self._names())
        if not version:
            current = folder / CURRENT
            if not current.exists():
                raise DatasetNotFound(f"{name} has no current version; choose one: {', '.join(self._labels(name))}")
            version = current.read_text(encoding="utf-8").strip()
        tag = folder / "tags" / version
        digits = tag.read_text(encoding="utf-8").strip() if tag.is_file() else version
        matches = [path for path in self._versions(name) if path.name == digits or digits.startswith(path.name)]
        if not matches:
            matches = [path for path in self._versions(name) if len(digits) >= 4 and path.name.startswith(digits)]
        if len(matches) != 1:
            raise _not_found(f"version of {name}", version, self._labels(name))
        return Dataset(matches[0], read_manifest(matches[0] / MANIFEST))

    def all(self) -> list[Dataset]:
        """Every version, by name, oldest first."""
        found = [
            Dataset(path, read_manifest(path / MANIFEST)) for name in self._names() for path in self._versions(name)
        ]
        return sorted(found, key=lambda d: (d.name, d.manifest.created, d.fingerprint))

    def current(self, name: str) -> str | None:
        """The folder name of the version that NAME alone means."""
        path = self.home / name / CURRENT
        return path.read_text(encoding="utf-8").strip() if path.exists() else None

    def tags(self, name: str) -> dict[str, str]:
        """The tags of a dataset: tag to folder name."""
        folder = self.home / name / "tags"
        return (
            {p.name: p.read_text(encoding="utf-8").strip() for p in sorted(folder.glob("*"))} if folder.exists() else {}
        )

    def tag(self, reference: str, tag: str) -> Dataset:
        """Give a version a second name, which moves if it is given again.

        Raises:
            OptionError: the tag has characters that a tag cannot have.
        """
        dataset = self.find(reference)
        check_name(tag, "tag")
        with storage_errors(self.home):
            folder = self.home / dataset.name / "tags"
            folder.mkdir(exist_ok=True)
            write_text(folder / tag, dataset.path.name + "\n")
        return dataset

    def children(self, dataset: Dataset) -> list[Dataset]:
        """The versions made from this one."""
        return [other for other in self.all() if dataset.fingerprint in other.manifest.plan["parents"]]

    def remove(self, reference: str, *, force: bool = False) -> Path:
        """Delete one version.

        Raises:
            DatasetInUse: another version is made from it, and `force` is not given.
        """
        dataset = self.find(reference)
        children = [] if force else self.children(dataset)
        if children:
            raise DatasetInUse(
                f"{dataset.reference} is a parent of {', '.join(c.reference for c in children)}; "
                "remove those first, or give --force"
            )
        with storage_errors(self.home):
            for tag, version in self.tags(dataset.name).items():
                if version == dataset.path.name:
                    (self.home / dataset.name / "tags" / tag).unlink()
            if self.current(dataset.name) == dataset.path.name:
                (self.home / dataset.name / CURRENT).unlink()
            doomed = dataset.path.with_name(f".removed-{dataset.path.name}")
            dataset.path.rename(doomed)
            shutil.rmtree(doomed)
            if not any(self._versions(dataset.name)):
                shutil.rmtree(self.home / dataset.name)
        return dataset.path

    def garbage(self) -> list[Path]:
        """What `gc` would remove: staging that nobody is writing, what a removal left, versions nobody needs.

        A version is needed while it is current, tagged, or a parent of one that is kept.
        """
        versions = self.all()
        keep = [d for d in versions if d.path.name in {self.current(d.name), *self.tags(d.name).values()}]
        needed = {fingerprint for d in keep for fingerprint in self._ancestors(d, versions)}
        doomed = [d.path for d in versions if d.fingerprint not in needed]
        doomed += [path for path in self._staging.glob("*") if not self._is_locked(path.name)]
        doomed += list(self.home.glob("*/.removed-*"))
        known = {d.path.name for d in versions} - {path.name for path in doomed}
        return doomed + [path for path in self._statistics.glob("*") if path.name not in known]

    def add(
        self,
        name: str,
        plan: Plan,
        write: Callable[[Path], Manifest],
        *,
        on_wait: Callable[[], None] = lambda: None,
    ) -> tuple[Dataset, bool]:
        """The version that a plan decides: found where it is finished, else written.

        One builder writes a version; another one of the same plan waits, and finds it.

        Args:
            write: fills a staging folder, which may hold what an earlier, interrupted attempt left, and
                returns the manifest without `files`. It must not leave partial files under final names.
            on_wait: called once if another builder is at work on it.

        Returns:
            The version, which is now the current one of its name, and whether it was written just now.

        Raises:
            StorageError: the disk is full or refuses; what is staged stays for the next attempt.
        """
        check_name(name, "dataset")
        if getattr(multiprocessing.current_process(), "_inheriting", False):
            raise WorkerError(
                "this script starts workers, and each worker imports it again: put its calls under "
                "`if __name__ == '__main__':`"
            )
        with storage_errors(self.home):
            self.home.mkdir(parents=True, exist_ok=True)
            digits = plan.fingerprint[:FOLDER_DIGITS]
            with self._lock(digits, on_wait):
                found = self._finished(name, digits)
                if found is None:
                    found = self._write(name, digits, write)
                    built = True
                else:
                    built = False
                found.check_rows()
                write_text(self.home / name / CURRENT, digits + "\n")
        return found, built

    def exists(self, name: str, plan: Plan) -> bool:
        """Whether a plan's version is finished, under this or another name."""
        digits = plan.fingerprint[:FOLDER_DIGITS]
        return any((self.home / other / digits / MANIFEST).exists() for other in [name, *self._names()])

    def statistics_folder(self, dataset: Dataset) -> Path:
        """Where counts made after a version was finished are kept, beside the versions."""
        return self._statistics / dataset.path.name

    @cached_property
    def _staging(self) -> Path:
        return self.home / ".staging"

    @cached_property
    def _statistics(self) -> Path:
        return self.home / ".statistics"

    def _write(self, name: str, digits: str, write: Callable[[Path], Manifest]) -> Dataset:
        staging = self._staging / digits
        staging.mkdir(parents=True, exist_ok=True)
        manifest = write(staging)
        drop_partials(staging)
        final = self.home / name / digits
        final.parent.mkdir(exist_ok=True)
        if final.exists():  # no manifest: the rest of a removal that was interrupted
            shutil.rmtree(final)
        manifest = replace(manifest, files=_file_entries(staging, manifest))
        manifest.write(staging / MANIFEST)
        sync(staging)
        staging.rename(final)
        sync(final.parent)
        return Dataset(final, manifest)

    def _finished(self, name: str, digits: str) -> Dataset | None:
        final = self.home / name / digits
        if (final / MANIFEST).exists():
            return Dataset(final, read_manifest(final / MANIFEST))
        for other in self._names():
            twin = self.home / other / digits
            if (twin / MANIFEST).exists():
                return self._copy(Dataset(twin, read_manifest(twin / MANIFEST)), name, digits)
        return None

    def _copy(self, twin: Dataset, name: str, digits: str) -> Dataset:
        """The same version under another name, its files linked where the file system allows."""

        def link(staging: Path) -> Manifest:
            shutil.rmtree(staging)
            shutil.copytree(twin.path, staging, copy_function=link_or_copy)
            (staging / MANIFEST).unlink()
            return replace(twin.manifest, name=name)

        return self._write(name, digits, link)

    def _names(self) -> list[str]:
        if not self.home.is_dir():
            return []
        return sorted(p.name for p in self.home.iterdir() if NAME.fullmatch(p.name) and any(self._versions(p.name)))

    def _versions(self, name: str) -> Iterator[Path]:
        return (path.parent for path in sorted((self.home / name).glob(f"{'?' * FOLDER_DIGITS}/{MANIFEST}")))

    def _labels(self, name: str) -> list[str]:
        return [*self.tags(name), *(path.name for path in self._versions(name))]

    def _ancestors(self, dataset: Dataset, versions: list[Dataset]) -> set[str]:
        found, todo = {dataset.fingerprint}, list(dataset.manifest.plan["parents"])
        while todo:
            fingerprint = todo.pop()
            if fingerprint not in found:
                found.add(fingerprint)
                todo += [p for d in versions if d.fingerprint == fingerprint for p in d.manifest.plan["parents"]]
        return found

    @contextlib.contextmanager
    def _lock(self, digits: str, on_wait: Callable[[], None]) -> Iterator[None]:
        folder = self.home / ".locks"
        folder.mkdir(exist_ok=True)
        with (folder / digits).open("w", encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                on_wait()
                fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _is_locked(self, digits: str) -> bool:
        path = self.home / ".locks" / digits
        if not path.exists():
            return False
        with path.open("w", encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False


def default_store() -> Store:
    """The store at `$CORPORA_HOME`, or in the user's data folder."""
    home = os.environ.get("CORPORA_HOME")
    if home:
        return Store(Path(home).expanduser().absolute())
    import platformdirs

    return Store(platformdirs.user_data_path("corpora"))


def check_name(name: str, what: str) -> None:
    """See that a name can be a folder and a word on the command line.

    Raises:
        OptionError: it cannot.
    """
    if not NAME.fullmatch(name):
        raise OptionError(
            f"{name!r} cannot name a {what}; use letters, digits, '.', '_' and '-', a letter or digit first"
        )


def _file_entries(staging: Path, manifest: Manifest) -> dict[str, dict[str, Any]]:
    entries = {}
    for path in sorted(p for p in staging.rglob("*") if p.is_file() and p.name != MANIFEST):
        name = path.relative_to(staging).as_posix()
        sync(path)
        entry: dict[str, Any] = {"sha256": sha256_file(path), "size_bytes": path.stat().st_size}
        if name.startswith("data-"):
            entry["rows"] = manifest.files[name]["rows"]
        entries[name] = entry
    return entries


def _not_found(what: str, name: str, known: list[str]) -> DatasetNotFound:
    error: UnknownName = unknown_name(what, name, known)
    hint = "corpora list shows them all" if known else "the store is empty: corpora build toy makes a first one"
    return DatasetNotFound(f"{error} ({hint})" if str(error).endswith("?") else f"{error}; {hint}")
