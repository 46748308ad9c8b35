"""The simplest splitter, as a baseline."""

import re
from dataclasses import dataclass
from typing import ClassVar

from corpora import Splitter, hookimpl
from corpora.builtin.splitters.cuts import cut

END = re.compile(r"""[.!?。！？؟।]["'”’»)\]」』]*+\s*+(?=\S)""")
WIDE = frozenset("。！？")


@dataclass(frozen=True)
class Regex(Splitter):
    """A baseline of one regular expression: a sentence ends at . ! or ? before white space."""

    name: ClassVar[str] = "regex"

    def split(self, paragraph: str) -> list[str]:
        """The paragraph's sentences, wrongly split after abbreviations and before speech tags too."""
        found = END.finditer(paragraph)
        return cut(paragraph, (m.end() for m in found if paragraph[m.end() - 1].isspace() or m[0][0] in WIDE))


@hookimpl
def corpora_splitters() -> list[type[Splitter]]:
    """Offer the splitter."""
    return [Regex]
