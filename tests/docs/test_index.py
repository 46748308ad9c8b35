"""The docs' index: it names every page."""

from pathlib import Path

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_the_index_names_every_page():
    index = (DOCS / "README.md").read_text(encoding="utf-8")
    pages = [p.relative_to(DOCS).as_posix() for p in DOCS.glob("*/*.md") if p.parent.name != "results"]
    assert [page for page in sorted(pages) if f"({page})" not in index] == []
