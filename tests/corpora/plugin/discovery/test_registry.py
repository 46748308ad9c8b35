"""The registry: built-ins, plugin files, broken plugins, clashes."""

import subprocess
import sys
from dataclasses import dataclass
from typing import ClassVar

import pytest

from corpora import OptionError, PluginError, TextTransform, UnknownName, option, registry
from corpora.plugin.discovery.registry import singular

FILE = '''
from dataclasses import dataclass
from typing import ClassVar
from corpora import TextTransform, hookimpl, option

@dataclass(frozen=True)
class Shout(TextTransform):
    """Add exclamation marks."""
    name: ClassVar[str] = "{name}"
    marks: int = option(1, "How many.", min=1)
    def rewrite(self, sentence, rng):
        return sentence + "!" * self.marks

@hookimpl
def corpora_transforms():
    return [Shout]
'''


@dataclass(frozen=True)
class Shout(TextTransform):
    """Add exclamation marks."""

    name: ClassVar[str] = "shout"
    marks: int = option(1, "How many.", min=1)

    def rewrite(self, sentence, rng):
        """Louder."""
        return sentence + "!" * self.marks


def test_built_ins_are_plugins():
    assert {"shuffle", "generate", "sample", "lowercase"} <= set(registry.offered("transforms"))


def test_built_ins_of_other_kinds_are_not_loaded():
    code = "import sys; from corpora import registry; registry.find('filters', 'words')"
    code += "; print(*(n for n in sys.modules if n.startswith('corpora.builtin.')))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "corpora.builtin.filters.words" in loaded
    assert not {"corpora.builtin.sources.toy", "corpora.builtin.templates.dates"} & {*loaded}


def test_a_plugin_with_the_name_of_a_built_in_is_named_after_it(offer):
    @dataclass(frozen=True)
    class Other(Shout):
        """The name of a built-in."""

        name: ClassVar[str] = "lowercase"

    offer(transforms=[Other])
    with pytest.raises(PluginError, match="two transforms are named lowercase, by built in and by "):
        registry.find("transforms", "lowercase")


def test_an_offered_component_is_found_and_made(offer):
    offer(transforms=[Shout])
    assert registry.make("transforms", "shout:marks=3") == Shout(marks=3)
    assert registry.kind_of(Shout) == "transforms"


def test_a_misspelt_name_gets_near_matches():
    with pytest.raises(UnknownName, match="no transform is named lowercas; did you mean lowercase"):
        registry.find("transforms", "lowercas")


def test_messages_use_the_singular_of_a_kind():
    assert [singular(kind) for kind in ("transforms", "losses", "families")] == ["transform", "loss", "family"]


def test_two_of_one_name_are_both_disabled_and_choosing_names_both(offer):
    @dataclass(frozen=True)
    class Other(Shout):
        """Another one of the same name."""

    offer(transforms=[Shout])
    offer(transforms=[Other])
    with pytest.warns(UserWarning, match="two transforms are named shout, by .*; both are disabled"):
        assert "shout" not in registry.offered("transforms")
    with pytest.raises(PluginError, match="two transforms are named shout.*; rename one, or leave its plugin out"):
        registry.find("transforms", "shout")


def test_a_hook_that_raises_only_warns(offer):
    class Broken:
        pass

    offer(transforms=[Broken])
    with pytest.warns(UserWarning, match="transforms not offered: .*Broken.* is not a component class"):
        assert "shuffle" in registry.offered("transforms")


@pytest.mark.slow
def test_a_hook_that_returns_the_class_and_no_list_only_warns(run, tmp_path):
    file = tmp_path / "bare.py"
    file.write_text(FILE.format(name="shout").replace("return [Shout]", "return Shout"))
    told = "the hook returned <class 'corpora_plugin_"
    assert told in run("plugins", "transforms", "--plugin", file).err.replace("\n", "")


def test_a_class_that_is_still_abstract_only_warns(offer):
    @dataclass(frozen=True)
    class Half(TextTransform):
        """Half done."""

        name: ClassVar[str] = "half"

    offer(transforms=[Half])
    with pytest.warns(UserWarning, match="does not define rewrite"):
        registry.offered("transforms")


def test_options_are_checked_in_python_too():
    with pytest.raises(OptionError, match="shout: marks is 0; it must be a whole number of at least 1"):
        Shout(marks=0)


def test_a_plugin_file_becomes_a_command_from_anywhere_on_the_line(run, tmp_path):
    file = tmp_path / "shout.py"
    file.write_text(FILE.format(name="shout"))
    for line in (
        ["--plugin", file, "transform", "shout", "--help"],
        ["transform", "shout", "--help", f"--plugin={file}"],
    ):
        out = run(*line).out
        assert "--marks" in out and "How many." in out and "Add exclamation marks." in out


def test_a_misspelt_component_on_the_command_line_gets_near_matches(run):
    assert "did you mean shuffle" in run("transform", "shufle", "x", code=2).err


def test_a_plugin_that_raises_on_import_only_warns(run, tmp_path):
    file = tmp_path / "broken.py"
    file.write_text("raise RuntimeError('no luck')")
    done = run("plugins", "transforms", "--plugin", file)
    assert "shuffle" in done.out and "broken.py did not load: RuntimeError: no luck" in done.err


@pytest.mark.slow
def test_a_plugin_with_a_hook_of_another_version_only_warns(run, tmp_path):
    file = tmp_path / "future.py"
    file.write_text("from corpora import hookimpl\n@hookimpl\ndef corpora_wonders():\n    return []\n")
    done = run("plugins", "--plugin", file)
    assert "it implements corpora_wonders, which this version does not know" in done.err


def test_a_plugin_file_that_is_missing_is_one_clear_line(run):
    assert "plugin file nowhere.py cannot be read" in run("plugins", "--plugin", "nowhere.py", code=1).err


def test_plugins_lists_kind_name_version_owner_and_options(run):
    line = next(line for line in run("plugins").out.splitlines() if " shuffle " in line)
    assert line.split()[:5] == ["transform", "shuffle", "1", "built", "in"] and "unit" in line
