"""What the readers of HTML and XML use of lxml's elements, which have no type hints of their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol, overload


class Element(Protocol):
    """An element, a comment or a processing instruction."""

    text: str | None
    tail: str | None

    @property
    def tag(self) -> object:
        """The name, a string; for a comment or a processing instruction, the function that makes one."""

    @property
    def attrib(self) -> Mapping[str, str]:
        """The attributes."""

    @overload
    def get(self, key: str) -> str | None: ...
    @overload
    def get(self, key: str, default: str) -> str: ...

    def getparent(self) -> Element:
        """The element around this one, which must not be the root."""

    def getprevious(self) -> Element | None:
        """The sibling before this one."""

    def iter(self, *tags: str) -> Iterator[Element]:
        """This element and all inside it, in document order; with tags, those of these names."""

    def iterancestors(self, *tags: str) -> Iterator[Element]:
        """The elements around this one, from inside out."""

    def itertext(self) -> Iterator[str]:
        """The pieces of text inside this element, in order."""

    def text_content(self) -> str:
        """All text inside this element; elements of `lxml.html` only."""

    def xpath(self, path: str, **variables: str) -> Any:
        """What an XPath expression finds: elements, or strings for attributes and text."""

    def __reversed__(self) -> Iterator[Element]:
        """The children, from last to first."""
