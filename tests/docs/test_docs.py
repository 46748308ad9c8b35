"""The docs: complete, fresh, linked, and their commands run."""

import importlib.util
import os
import re
import subprocess
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def check():
    specification = importlib.util.spec_from_file_location("docs_check", REPOSITORY / "docs" / "check.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.mark.slow
def test_generated_pages_are_fresh(check):
    stale = [name for name, text in check.pages().items() if (check.DOCS / name).read_text(encoding="utf-8") != text]
    assert stale == [], "make fix writes them again"


def test_links_lead_somewhere(check):
    assert list(check.broken_links()) == []


@pytest.mark.slow
def test_prose_is_plain_english(check):
    assert list(check.stilted_lines()) == []


@pytest.mark.parametrize(
    "line", ["This is no count.", "where it comes to lie", "after the update that it is at", "where nothing tells"]
)
def test_stilted_prose_is_found(check, tmp_path, line):
    (tmp_path / "README.md").write_text(f"There is no tokenizer, it is no longer there.\n{line}\n", encoding="utf-8")
    (found,) = check.stilted_lines(tmp_path)
    assert found.startswith("README.md:2: ")


def test_every_hook_component_and_option_is_documented(check):
    import corpora
    from trainer.plugin.discovery import registry

    pages = "".join((REPOSITORY / "docs/reference" / name).read_text() for name in ("components.md", "hooks.md"))
    for source, package in ((corpora.registry, "corpora"), (registry, "trainer")):
        for kind in source.kinds:
            assert f"`{package}_{kind}()`" in pages
            for cls in source.offered(kind).values():
                if cls.__module__.startswith(f"{package}."):
                    assert f"### {cls.name}\n" in pages and all(f"`{o.name}`" in pages for o in corpora.options_of(cls))


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_tour_in_the_readme_runs_as_it_stands(tmp_path):
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    tour = re.search(r"<!-- tour -->\n```sh\n(.*?)```", readme, re.DOTALL).group(1)
    environment = os.environ | {"PATH": f"{REPOSITORY / '.venv/bin'}:{os.environ['PATH']}", "OMP_NUM_THREADS": "2"}
    done = subprocess.run(["bash", "-euc", tour], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    assert (tmp_path / "report.html").stat().st_size > 1000 and (tmp_path / "corpora.html").exists()
