"""`corpora new` and `trainer new`: what they write installs, passes its own test, and is offered."""

import pytest

from corpora import OptionError, PluginError, UnknownName, new_plugin, registry
from corpora.plugin.scaffold import scaffolds

KINDS = [(package, kind) for package in ("corpora", "trainer") for kind in scaffolds(package)]


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("package", ["corpora", "trainer"])
def test_a_new_plugin_of_each_kind_passes_its_own_test_at_once(clean, package):
    names = {kind: f"my-own-{kind}" for kind in scaffolds(package)}
    for kind, name in names.items():
        clean(f"{package} new {kind} {name}")
    clean("pip install --quiet " + " ".join(f"-e '{name}[test]'" for name in names.values()))
    clean(f"pytest -q {' '.join(names.values())} -p no:cacheprovider")
    for group in {scaffold.offered_as for scaffold in scaffolds(package).values()}:
        offered = clean(f"{package} plugins {group}")
        assert all(
            f" {names[kind]} " in offered for kind, made in scaffolds(package).items() if made.offered_as == group
        )


@pytest.mark.parametrize(("package", "kind"), KINDS)
def test_a_new_plugin_is_whole(run, tmp_path, package, kind):
    run("new", kind, "my-own", "--dir", tmp_path, program=package)
    written = {path.relative_to(tmp_path / "my-own").as_posix() for path in (tmp_path / "my-own").rglob("*.*")}
    module = f"{package}_my_own"
    tests = {f"tests/test_{module}.py", ".github", ".github/workflows/test.yml", ".gitignore"}
    assert written == tests | {f"{module}.py", "pyproject.toml", "README.md"}
    compile((tmp_path / "my-own" / f"{module}.py").read_text(), module, "exec")


@pytest.mark.parametrize("package", ["corpora", "trainer"])
def test_help_names_every_kind_that_can_be_begun(run, package):
    told = run("new", "--help", program=package).out
    assert all(kind in told for kind in scaffolds(package))


def test_a_name_that_is_offered_already_is_refused(tmp_path):
    with pytest.raises(PluginError, match=r"transforms already has a shuffle \(built in\); choose another name"):
        new_plugin("transform", "shuffle", tmp_path, source=registry, package="corpora")


def test_a_folder_that_exists_is_left_alone(tmp_path):
    (tmp_path / "my-own").mkdir()
    with pytest.raises(OptionError, match="my-own already exists; choose another name, or another folder with --dir"):
        new_plugin("transform", "my-own", tmp_path, source=registry, package="corpora")


@pytest.mark.parametrize("name", ["My-Own", "../up", "my own", "1/2", "3d-noise", "none", ""])
def test_what_cannot_be_a_name_is_refused(tmp_path, name):
    with pytest.raises(OptionError, match="cannot name a component"):
        new_plugin("transform", name, tmp_path, source=registry, package="corpora")


def test_an_unknown_kind_gets_near_matches(tmp_path):
    with pytest.raises(UnknownName, match="no kind of plugin is named transfrom; did you mean transform"):
        new_plugin("transfrom", "my-own", tmp_path, source=registry, package="corpora")
