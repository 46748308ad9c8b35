"""Every error that corpora raises on purpose.

* CorporaError
  - OptionError (also a ValueError)
  - UnknownName (also a LookupError)
  - PluginError
  - RecipeError
  - InputError
    + InputChanged
    + TooManyFailed
    + DownloadError
    + ServerBusy
  - DatasetError
    + DatasetNotFound (also a LookupError)
    + DatasetDamaged
    + DatasetInUse
  - IsolationError
    + ChildDied
    + LimitExceeded
  - StorageError (also an OSError)
  - WorkerError
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class CorporaError(Exception):
    """The base class. The command line prints the message, without a traceback, and exits with `exit_code`."""

    exit_code = 1


class OptionError(CorporaError, ValueError):
    """An option's value has the wrong type or is outside what its component allows."""


class UnknownName(CorporaError, LookupError):
    """No component or option has this name; the message lists near matches."""


class PluginError(CorporaError):
    """A plugin breaks the rules of a hook, or a component returned a value that its kind does not allow."""


class RecipeError(CorporaError):
    """A recipe file cannot be read, or contains a table that no action accepts."""


class InputError(CorporaError):
    """A source's input is missing, empty, unreadable or of the wrong kind."""


class InputChanged(InputError):
    """An input file changed between the moment it was fingerprinted and the moment it was read."""


class TooManyFailed(InputError):
    """More documents failed than `--max-failed` allows; the message counts them by reason."""


class DownloadError(InputError):
    """A URL could not be fetched: refused, not found, too large, too slow, or an invalid response.

    Args:
        url: the URL that was requested.
        reason: what went wrong, in a few words. Rejected documents are grouped by it, so keep it free of specifics.
        detail: specifics of this failure, such as the size received.
        status: the HTTP status, if the server sent a response.
        failed: True if the same request may succeed later.
    """

    def __init__(
        self, url: str, reason: str, detail: str = "", *, status: int | None = None, failed: bool = False
    ) -> None:
        super().__init__(url, reason, detail)
        self.url, self.reason, self.detail, self.status, self.failed = url, reason, detail, status, failed

    def __str__(self) -> str:
        text = f"{self.url}: {self.reason}" + (f" ({self.detail})" if self.detail else "")
        return f"{text}; run the same command again to continue" if self.failed else text


class ServerBusy(InputError):
    """A server keeps answering "try again later" (HTTP 429 or 503); running the same command again continues."""


class DatasetError(CorporaError):
    """A dataset in the store cannot be used."""


class DatasetNotFound(DatasetError, LookupError):
    """The store has no dataset, version or tag with this name."""


class DatasetDamaged(DatasetError):
    """A version's files do not match its manifest (truncated, changed, missing), or the manifest cannot be read."""


class DatasetInUse(DatasetError):
    """A version cannot be removed because another version was made from it."""


class IsolationError(CorporaError):
    """A function in a child process did not return."""


class ChildDied(IsolationError):
    """The child process was killed or crashed."""


class LimitExceeded(IsolationError):
    """The child process exceeded its time or memory limit."""


class StorageError(CorporaError, OSError):
    """The disk is full or read-only, access is denied, or a folder in the store is a symbolic link.

    Incomplete files are never left under a final name, so later commands do not mistake them for results.
    """


class WorkerError(CorporaError):
    """A worker process died, or a plugin raised inside one."""


MOST = 30
"""How many known names an error lists."""


def unknown_name(what: str, name: str, known: Iterable[str]) -> UnknownName:
    """The error for an unknown name, with close matches, or with the known names if none is close.

    Args:
        what: the noun for the message, such as "transform" or "option of shuffle".
        name: what the user typed.
        known: every valid name, in any order.
    """
    known = sorted(known)
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    if near:
        return UnknownName(f"no {what} is named {name}; did you mean {' or '.join(near)}?")
    more = f" and {len(known) - MOST:,} more" if len(known) > MOST else ""
    listed = ", ".join(known[:MOST]) or "none"
    return UnknownName(f"no {what} is named {name}; there {'are' if len(known) != 1 else 'is'} {listed}{more}")


def first_line(error: BaseException) -> str:
    """The first line of a library's error message, to quote in ours; the exception's class name if it is empty.

    Args:
        error: of any library.
    """
    return next(iter(str(error).strip().splitlines()), type(error).__name__)


def counted(number: int, noun: str, plural: str = "") -> str:
    """A number with its noun: `1 row`, `2,000 rows`.

    Args:
        number: how many there are.
        noun: in the singular.
        plural: its plural, if that is not the noun with an s.
    """
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
