"""The folder of all versions: open, list, add, tag, remove."""

from __future__ import annotations

import multiprocessing
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from corpora.errors import DatasetInUse, WorkerError
from corpora.store.dataset import Dataset
from corpora.store.disk.atomic import drop_abandoned, drop_partials, link_or_copy, storage_errors, sync, write_text
from corpora.store.disk.links import delete, remove_links, without_links
from corpora.store.disk.locks import is_locked, locked, locked_if_free
from corpora.store.lookup import (
    CURRENT,
    FOLDER_DIGITS,
    DamagedVersion,
    check_name,
    current,
    intact,
    locate,
    names,
    read_version,
    survey,
    tags,
    version_folders,
)
from corpora.store.maintenance.checksums import Digests, digests_of, remember_all
from corpora.store.maintenance.garbage import STAGING, STATISTICS, Garbage, caches, leftovers, unneeded
from corpora.store.manifest import MANIFEST, FileEntry, Manifest, Plan, is_data_file


@dataclass(frozen=True)
class Store:
    """All versions of all datasets under one folder, `$CORPORA_HOME`."""

    home: Path

    @property
    def downloads(self) -> Path:
        """Where sources keep what they downloaded, between builds.

        Raises:
            StorageError: the folder is a symbolic link.
        """
        return without_links(self.home, self.home / "downloads")

    def open(self, reference: str) -> Dataset:
        """The version of a reference, its files checked against its manifest.

        Args:
            reference: NAME, NAME@TAG or NAME@FINGERPRINT.

        Raises:
            DatasetNotFound: there is none; the message lists near matches.
            DatasetDamaged: its files are not what its manifest says.
        """
        dataset = self.find(reference)
        dataset.check()
        return dataset

    def find(self, reference: str) -> Dataset:
        """The version of a reference; its data files are not checked.

        Args:
            reference: NAME, NAME@TAG or NAME@FINGERPRINT.

        Raises:
            DatasetNotFound: there is none; the message lists near matches.
            DatasetDamaged: its manifest cannot be read.
        """
        return read_version(locate(self.home, reference))

    def all(self) -> list[Dataset]:
        """Every version with a readable manifest, by name, oldest first."""
        return self.survey()[0]

    def survey(self) -> tuple[list[Dataset], list[DamagedVersion]]:
        """Every version by name, oldest first; and those whose manifests cannot be read."""
        return survey(self.home)

    def current(self, name: str) -> str | None:
        """The folder name of the version that NAME alone means; None if there is none."""
        return current(self.home, name)

    def tags(self, name: str) -> dict[str, str]:
        """The tags of a dataset: tag to the folder name of its version.

        Args:
            name: of the dataset.
        """
        return tags(self.home, name)

    def tag(self, reference: str, tag: str) -> Dataset:
        """Give a version a second name; a tag that is already in use moves to this version.

        Args:
            reference: NAME, NAME@TAG or NAME@FINGERPRINT.
            tag: letters, digits, `.`, `_` and `-`.

        Raises:
            DatasetNotFound: there is no such version.
            OptionError: the tag has characters that a tag cannot have.
        """
        dataset = self.find(reference)
        check_name(tag, "tag")
        with storage_errors(self.home):
            folder = without_links(self.home, self.home / dataset.name / "tags")
            folder.mkdir(exist_ok=True)
            write_text(folder / tag, dataset.path.name + "\n")
            drop_abandoned(folder / tag)
        return dataset

    def children(self, dataset: Dataset) -> list[Dataset]:
        """The versions made from this one."""
        return self._children(dataset.path.name)

    def _children(self, digits: str) -> list[Dataset]:
        parents = ((other, other.manifest.plan["parents"]) for other in self.all())
        return [other for other, fingerprints in parents if any(f.startswith(digits) for f in fingerprints)]

    def remove(self, reference: str, *, force: bool = False) -> Path:
        """Delete one version, damaged or not, and return the path of its folder.

        Args:
            reference: NAME, NAME@TAG or NAME@FINGERPRINT.
            force: delete it even if other versions are made from it.

        Raises:
            DatasetNotFound: there is no such version.
            DatasetInUse: another version is made from it, and `force` is not given.
        """
        path = locate(self.home, reference)
        name, digits = path.parent.name, path.name
        children = [] if force else self._children(digits)
        if children:
            raise DatasetInUse(
                f"{name}@{digits} is a parent of {', '.join(c.reference for c in children)}; "
                "remove those first, or give --force"
            )
        with storage_errors(self.home):
            for tag, version in self.tags(name).items():
                if version == digits:
                    (self.home / name / "tags" / tag).unlink()
            if self.current(name) == digits:
                (self.home / name / CURRENT).unlink()
            doomed = path.with_name(f".removed-{digits}")
            delete(doomed)
            path.rename(doomed)
            delete(doomed)
            if not any(version_folders(self.home, name)):
                delete(self.home / name)
        return path

    def garbage(self) -> list[Garbage]:
        """What `collect_garbage` deletes: unneeded versions, and what interrupted commands or other programs left.

        A version is needed while it is current, tagged, or a parent of one that is kept. While the manifest of a
        current or tagged version is damaged, its parents are unknown, and all versions are kept.
        """
        versions, damaged = self.survey()
        unknown = any(self._is_kept(version.path) for version in damaged)
        kept = versions if unknown else [version for version in versions if self._is_kept(version.path)]
        found = list(unneeded(versions, kept))
        doomed = {garbage.path for garbage in found}
        staying = [version for version in versions if version.path not in doomed]
        found += leftovers(self.home, {v.path.name for v in staying} | {v.path.name for v in damaged})
        found += caches(staying)
        return [each for each in found if each.path.parent.name != STAGING or not is_locked(self.home, each.path.name)]

    def collect_garbage(self) -> list[Garbage]:
        """Delete everything that `garbage` lists, and return what was deleted."""
        deleted = []
        with storage_errors(self.home):
            for garbage in self.garbage():
                if garbage.path.parent.name != STAGING:
                    garbage.delete()
                    deleted.append(garbage)
                    continue
                with locked_if_free(self.home, garbage.path.name) as free:
                    if free:
                        garbage.delete()
                        deleted.append(garbage)
        return deleted

    def _is_kept(self, version: Path) -> bool:
        name = version.parent.name
        return version.name in {self.current(name), *self.tags(name).values()}

    def add(
        self,
        name: str,
        plan: Plan,
        write: Callable[[Path], Manifest],
        *,
        on_wait: Callable[[], None] = lambda: None,
    ) -> tuple[Dataset, bool]:
        """The version that a plan decides: found if it is finished, else written.

        If several builders have the same plan, one writes the version, and the others wait and find it. A version
        whose manifest is damaged is written again.

        Args:
            name: of the dataset.
            plan: decides the version's bytes.
            write: fills a staging folder, which may contain what an earlier, interrupted attempt left, and
                returns the manifest without `files`. It must not leave partial files under final names.
            on_wait: called once if another builder is writing the version.

        Returns:
            The version, which is now the current one of its name, and whether it was written just now.

        Raises:
            StorageError: the disk is full or refuses, or a folder of the store is a symbolic link; staged files
                stay for the next attempt.
            DatasetDamaged: the version is finished, and its files are not what its manifest says.
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
            for folder in (self.home / name / digits, self.home / STAGING / digits):
                without_links(self.home, folder)
            with locked(self.home, digits, on_wait):
                found = self._finished(name, digits)
                if found is None:
                    found = self._write(name, digits, write)
                    built = True
                else:
                    built = False
                found.check()
                write_text(self.home / name / CURRENT, digits + "\n")
                drop_abandoned(self.home / name / CURRENT)
        return found, built

    def exists(self, name: str, plan: Plan) -> bool:
        """Whether a plan's version is finished, under this or another name.

        Args:
            name: of the dataset, looked at first.
            plan: its fingerprint identifies the version.
        """
        digits = plan.fingerprint[:FOLDER_DIGITS]
        return any(intact(self.home / other / digits) is not None for other in [name, *names(self.home)])

    def statistics_folder(self, dataset: Dataset) -> Path:
        """Where the store keeps counts that were made after a version was finished.

        Raises:
            StorageError: the folder is a symbolic link.
        """
        return without_links(self.home, self.home / STATISTICS / dataset.path.name)

    def _write(self, name: str, digits: str, write: Callable[[Path], Manifest]) -> Dataset:
        staging = self.home / STAGING / digits
        staging.mkdir(parents=True, exist_ok=True)
        remove_links(staging)
        manifest = write(staging)
        drop_partials(staging)
        final = self.home / name / digits
        final.parent.mkdir(exist_ok=True)
        if final.exists():  # its manifest is damaged, or missing after an interrupted removal
            shutil.rmtree(final)
        hashed = _hashed(staging)
        manifest = replace(manifest, files=_file_entries(staging, manifest, hashed))
        manifest.write(staging / MANIFEST)
        sync(staging)
        staging.rename(final)
        sync(final.parent)
        remember_all(final, hashed)
        return Dataset(final, manifest)

    def _finished(self, name: str, digits: str) -> Dataset | None:
        found = intact(self.home / name / digits)
        if found is not None:
            return found
        for other in names(self.home):
            twin = intact(self.home / other / digits)
            if twin is not None:
                twin.check()
                return self._copy(twin, name, digits)
        return None

    def _copy(self, twin: Dataset, name: str, digits: str) -> Dataset:
        """The same version under another name, its files linked where the file system allows."""

        def link(staging: Path) -> Manifest:
            shutil.rmtree(staging)
            for file in twin.manifest.files:
                (staging / file).parent.mkdir(parents=True, exist_ok=True)
                link_or_copy(twin.path / file, staging / file)
            return replace(twin.manifest, name=name)

        return self._write(name, digits, link)


def default_store() -> Store:
    """The store at `$CORPORA_HOME`, or in the user's data folder."""
    home = os.environ.get("CORPORA_HOME")
    if home:
        return Store(Path(home).expanduser().absolute())
    import platformdirs

    return Store(platformdirs.user_data_path("corpora"))


def _hashed(staging: Path) -> dict[str, Digests]:
    """The hashes of a new version's files by name, each of them synced to disk."""
    found = {}
    for path in sorted(p for p in staging.rglob("*") if p.is_file() and p.name != MANIFEST):
        sync(path)
        found[path.relative_to(staging).as_posix()] = digests_of(path)
    return found


def _file_entries(staging: Path, manifest: Manifest, hashed: Mapping[str, Digests]) -> dict[str, FileEntry]:
    entries: dict[str, FileEntry] = {}
    for name, digests in hashed.items():
        entry: FileEntry = {"sha256": digests.sha256, "size_bytes": (staging / name).stat().st_size}
        if is_data_file(name):
            entry["rows"] = manifest.files[name]["rows"]
        entries[name] = entry
    return entries
