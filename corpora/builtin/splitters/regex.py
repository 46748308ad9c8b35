"""The plainest splitter, to compare the others with."""

import re
from dataclasses import dataclass
from typing import ClassVar

from corpora import Splitter, hookimpl
from corpora.builtin.splitters.cuts import cut

END = re.compile(r"""[.!?。！？؟।]["'”’»)\]」』]*+\s*+(?=\S)""")
WIDE = frozenset("。！？")


@dataclass(frozen=True)
class Regex(Splitter):
    """One regular expression: a sentence ends at . ! or ? before white space, whatever follows."""

    name: ClassVar[str] = "regex"

    def split(self, paragraph: str) -> list[str]:
        """The paragraph's sentences, abbreviations and speech tags cut off."""
        found = END.finditer(paragraph)
        return cut(paragraph, (m.end() for m in found if paragraph[m.end() - 1].isspace() or m[0][0] in WIDE))


@hookimpl
def corpora_splitters() -> list[type[Splitter]]:
    """Offer it."""
    return [Regex]
