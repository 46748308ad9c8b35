"""The parts of lxml's elements that the readers of HTML and XML use; lxml has no type hints of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol, overload


class Element(Protocol):
    """An element, a comment or a processing instruction."""

    text: str | None
    tail: str | None

    @property
    def tag(self) -> object:
        """The name as a string; for a comment or processing instruction, the function that creates one."""

    @tag.setter
    def tag(self, name: str) -> None:
        """Give an element another name."""

    @property
    def attrib(self) -> Mapping[str, str]:
        """The attributes."""

    @overload
    def get(self, key: str) -> str | None: ...
    @overload
    def get(self, key: str, default: str) -> str: ...

    def getparent(self) -> Element:
        """The parent element; this one must not be the root."""

    def getprevious(self) -> Element | None:
        """The sibling before this one."""

    def getnext(self) -> Element | None:
        """The sibling behind this one."""

    def iter(self, *tags: str) -> Iterator[Element]:
        """This element and all its descendants in document order; if tags are given, only those with these names."""

    def iterancestors(self, *tags: str) -> Iterator[Element]:
        """The ancestors of this element, innermost first."""

    def itertext(self) -> Iterator[str]:
        """The pieces of text inside this element, in order."""

    def text_content(self) -> str:
        """All text in this element; only elements of `lxml.html` have this method."""

    def drop_tree(self) -> None:
        """Remove this element from its parent, but not the text behind it; only elements of `lxml.html` have this."""

    def xpath(self, path: str, **variables: str) -> Any:
        """The result of an XPath expression: elements, or strings for attributes and text."""

    def __iter__(self) -> Iterator[Element]:
        """The children."""

    def __reversed__(self) -> Iterator[Element]:
        """The children, from last to first."""
