"""The first sentence of Italian Wikipedia biographies, which the template `{{Bio|Nome=…}}` generates."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from corpora import Template, hookimpl


@dataclass(frozen=True)
class BioIt(Template):
    """First sentences of Italian biographies, from the template Bio."""

    name: ClassVar[str] = "bio-it"

    def render(self, name: str, arguments: Mapping[str, str], language: str) -> str | None:
        """`Ada Rossi (Roma, 1900 – Milano, 1980) è stata una poetessa italiana.`"""
        if name != "bio" or language != "it":
            return None
        person = " ".join(filter(None, (arguments.get("titolo"), arguments.get("nome"), arguments.get("cognome"))))
        born, died = _when(arguments, "nascita"), _when(arguments, "morte")
        life = f" ({born} – {died})" if born and died else f" ({born})" if born else ""
        female = arguments.get("sesso", "").upper() == "F"
        verb = ("è stata" if female else "è stato") if died else "è"
        what = _what(arguments)
        ending = arguments.get("postnazionalità", "")
        glue = "" if not ending or ending[0] in ",;" else " "
        sentence = f"{person}{life} {verb} {_article(what, female)}{what}{glue}{ending}".rstrip(" .")
        return f"\n\n{sentence}.\n\n" if person and what else None


def _when(arguments: Mapping[str, str], event: str) -> str:
    place = arguments.get(f"luogo{event}", "")
    date = " ".join(filter(None, (arguments.get(f"giornomese{event}"), arguments.get(f"anno{event}"))))
    return ", ".join(filter(None, (place, date)))


def _what(arguments: Mapping[str, str]) -> str:
    work = [arguments[key] for key in ("attività", "attività2", "attività3") if arguments.get(key)]
    trades = " e ".join(filter(None, (", ".join(work[:-1]), *work[-1:])))
    return " ".join(filter(None, (trades, arguments.get("nazionalità", "")))) if work else ""


def _article(noun: str, female: bool) -> str:
    """`un poeta`, `uno scrittore`, `una poetessa`, `un'attrice`."""
    noun = noun.lower()
    if female:
        return "un'" if noun[:1] in tuple("aeiou") else "una "
    hard = noun.startswith(("z", "gn", "ps", "x", "y")) or (noun[:1] == "s" and noun[1:2] not in tuple("aeiou"))
    return "uno " if hard else "un "


@hookimpl
def corpora_templates() -> list[type[Template]]:
    """Offer it."""
    return [BioIt]
