"""The folder with all versions: open, list, add, tag and remove them."""

from __future__ import annotations

import errno
import multiprocessing
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from corpora.errors import DatasetInUse, WorkerError
from corpora.store.dataset import Dataset
from corpora.store.disk.atomic import link_or_copy, storage_errors, sync, write_text
from corpora.store.disk.links import delete, remove_links, without_links
from corpora.store.disk.locks import is_locked, locked, locked_if_free
from corpora.store.disk.staging import drop_partials, remove_abandoned
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
from corpora.store.maintenance.checksums import file_entries, hashed_files, remember_all
from corpora.store.maintenance.garbage import STAGING, STATISTICS, Garbage, caches, leftovers, unneeded
from corpora.store.manifest import MANIFEST, Manifest, Plan

READ_ONLY = (errno.EROFS, errno.EACCES)


@dataclass(frozen=True)
class Store:
    """All versions of all datasets in one folder, `$CORPORA_HOME`."""

    home: Path

    @property
    def downloads(self) -> Path:
        """The folder where sources keep downloaded files between builds.

        Raises:
            StorageError: the folder is a symbolic link.
        """
        return without_links(self.home, self.home / "downloads")

    def open(self, reference: str) -> Dataset:
        """The version that a reference refers to, after a check of its files against its manifest.

        Args:
            reference: NAME, NAME@TAG or NAME@FINGERPRINT.

        Raises:
            DatasetNotFound: the version does not exist; the message lists close matches.
            DatasetDamaged: its files do not match its manifest.
        """
        dataset = self.find(reference)
        dataset.check()
        return dataset

    def find(self, reference: str) -> Dataset:
        """The version that a reference refers to; its data files are not checked.

        Args:
            reference: NAME, NAME@TAG or NAME@FINGERPRINT.

        Raises:
            DatasetNotFound: the version does not exist; the message lists close matches.
            DatasetDamaged: its manifest cannot be read.
        """
        return read_version(locate(self.home, reference))

    def all(self) -> list[Dataset]:
        """All versions with a readable manifest, by name and then oldest first."""
        return self.survey()[0]

    def survey(self) -> tuple[list[Dataset], list[DamagedVersion]]:
        """All versions, by name and then oldest first, and those whose manifest cannot be read."""
        return survey(self.home)

    def current(self, name: str) -> str | None:
        """The folder name of the version that NAME alone refers to, or None."""
        return current(self.home, name)

    def tags(self, name: str) -> dict[str, str]:
        """The tags of a dataset, each with the folder name of its version."""
        return tags(self.home, name)

    def tag(self, reference: str, tag: str) -> Dataset:
        """Tag a version; a tag that is already in use moves to this version.

        Args:
            reference: NAME, NAME@TAG or NAME@FINGERPRINT.
            tag: letters, digits, `.`, `_` and `-`, beginning with a letter or digit.

        Raises:
            DatasetNotFound: the version does not exist.
            OptionError: the tag contains other characters.
        """
        dataset = self.find(reference)
        check_name(tag, "tag")
        with storage_errors(self.home):
            folder = without_links(self.home, self.home / dataset.name / "tags")
            folder.mkdir(exist_ok=True)
            write_text(folder / tag, dataset.path.name + "\n")
            remove_abandoned(folder / tag)
        return dataset

    def children(self, dataset: Dataset) -> list[Dataset]:
        """The versions made directly from this one."""
        return self._children(dataset.path.name)

    def _children(self, digits: str) -> list[Dataset]:
        parents = ((other, other.manifest.plan["parents"]) for other in self.all())
        return [other for other, fingerprints in parents if any(f.startswith(digits) for f in fingerprints)]

    def remove(self, reference: str, *, force: bool = False) -> Path:
        """Delete one version, damaged or not, and return the path of its folder.

        Args:
            reference: NAME, NAME@TAG or NAME@FINGERPRINT.
            force: delete it even if other versions were made from it.

        Raises:
            DatasetNotFound: the version does not exist.
            DatasetInUse: another version was made from it, and `force` is not given.
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
        """What `collect_garbage` deletes: unneeded versions, and leftovers of interrupted commands and other programs.

        A version is needed if it is current, tagged, or an ancestor of one that is. If the manifest of a current or
        tagged version is damaged, its ancestors are unknown, so all versions are kept.
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
        """The version that a plan describes: reused if it exists, otherwise written.

        If several processes have the same plan, one writes the version while the others wait and then reuse it. A
        version with a damaged manifest is written again.

        Args:
            name: of the dataset.
            plan: determines the version's bytes.
            write: fills a staging folder, which may contain files from an earlier, interrupted attempt, and returns
                the manifest without hashes and sizes. It must not leave partial files under final names.
            on_wait: called once if another process is writing the version.

        Returns:
            The version, which is now the current one of its name, and whether it was newly written.

        Raises:
            StorageError: the disk is full or read-only and the version is not the current one of its name, or a folder
                in the store is a symbolic link; staged files are kept for the next attempt.
            DatasetDamaged: the version exists, but its files do not match its manifest.
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
            try:
                with locked(self.home, digits, on_wait):
                    return self._found_or_written(name, digits, write)
            except OSError as error:
                current = intact(self.home / name / digits) if self.current(name) == digits else None
                if error.errno not in READ_ONLY or current is None:
                    raise
                current.check()
                return current, False

    def _found_or_written(self, name: str, digits: str, write: Callable[[Path], Manifest]) -> tuple[Dataset, bool]:
        """The version, checked and made the current one of its name, and whether it was newly written."""
        found = self._finished(name, digits)
        is_new = found is None
        if found is None:
            found = self._write(name, digits, write)
        found.check()
        write_text(self.home / name / CURRENT, digits + "\n")
        remove_abandoned(self.home / name / CURRENT)
        return found, is_new

    def exists(self, name: str, plan: Plan) -> bool:
        """Whether the version that a plan describes exists, under this or any other name; `name` is tried first."""
        digits = plan.fingerprint[:FOLDER_DIGITS]
        return any(intact(self.home / other / digits) is not None for other in [name, *names(self.home)])

    def statistics_folder(self, dataset: Dataset) -> Path:
        """The folder for counts that were made after a version was finished.

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
        hashed = hashed_files(staging)
        manifest = replace(manifest, files=file_entries(staging, manifest, hashed))
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
        """The same version under another name, with its files linked if the file system allows it."""

        def _link(staging: Path) -> Manifest:
            shutil.rmtree(staging)
            for file in twin.manifest.files:
                (staging / file).parent.mkdir(parents=True, exist_ok=True)
                link_or_copy(twin.path / file, staging / file)
            return replace(twin.manifest, name=name)

        return self._write(name, digits, _link)


def default_store() -> Store:
    """The store at `$CORPORA_HOME`, or in the user's data folder."""
    home = os.environ.get("CORPORA_HOME")
    if home:
        return Store(Path(home).expanduser().absolute())
    import platformdirs

    return Store(platformdirs.user_data_path("corpora"))
