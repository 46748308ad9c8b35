"""Start the two programs, and say so clearly when another distribution's package stands in their way."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

INTERRUPTED = 130
"""The exit code after Ctrl-C."""


def corpora() -> None:
    """Run the `corpora` command line."""
    try:
        _check("corpora")
        from corpora.execution import collect_rarely

        collect_rarely()
        from corpora.cli import main

        main()
    except KeyboardInterrupt:  # while modules are loaded; afterwards, the command line handles it
        sys.exit(INTERRUPTED)


def trainer() -> None:
    """Run the `trainer` command line."""
    try:
        _check("trainer")
        if find_spec("torch") is None:
            sys.exit("error: trainer needs torch and transformers; pip install 'transferset[trainer]'")
        from trainer.cli import main

        main()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def _check(package: str) -> None:
    """See that a package of this name is ours: `corpora` and `trainer` are other people's distributions as well."""
    found = find_spec(package)
    folder = Path(str(found.origin)).parent if found and found.origin else None
    if (
        folder is not None
        and (folder / "plugin" / "hookspecs.py").exists()
        and (folder / "plugin" / "kinds.py").exists()
    ):
        return
    from importlib.metadata import packages_distributions

    owners = [name for name in packages_distributions().get(package, []) if name != "transferset"]
    hint = f"pip uninstall {owners[0]}" if owners else "remove it, or use a fresh environment"
    where = folder or "not found"
    sys.exit(f"error: another package named {package} ({where}) hides transferset's; {hint}, and try again")
