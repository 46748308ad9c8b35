"""The command line as a whole: quick to start, and light."""

import json
import os
import resource
import subprocess
import sys

import pytest
import typer

from corpora.cli import COMMANDS, app
from corpora.cli.console import bars, run_app
from corpora.cli.shared import count

GROUPS = [
    "build",
    "tokenize",
    "transform",
    "sample",
    "split",
    "concat",
    "list",
    "show",
    "head",
    "report",
    "recipe",
    "gc",
]


def test_help_starts_quickly_and_loads_no_plugin(run):
    code = "import sys; from corpora.cli import main\ntry: main(['--help'])\nexcept SystemExit: pass\n"
    code += "assert not {'numpy', 'pyarrow', 'pluggy', 'datasets', 'torch'} & set(sys.modules)"
    seconds = []
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(seconds) < 0.5  # of processor time: the wall clock of a busy machine says nothing


def test_help_names_every_group(run):
    out = run("--help").out
    assert all(group in out for group in GROUPS)


def test_corpora_works_without_torch_transformers_or_the_trainer():
    code = (
        "import sys\nfor name in ('torch', 'transformers', 'trainer'): sys.modules[name] = None\n"
        "import corpora; corpora.build; corpora.tokenize; corpora.registry.offered('transforms')"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_wrong_usage_exits_with_2_and_what_is_missing_with_1(run):
    run("nonsense", code=2)
    run("sample", code=2)
    run("transform", "replace", "x", "--rate", "7", code=2)
    run("show", "nothing", code=1)


@pytest.mark.parametrize(
    ("text", "number"), [("1.5k", 1500), ("40M", 40_000_000), ("2.0", 2), ("1,000", 1000), ("1" * 40, int("1" * 40))]
)
def test_counts_may_be_short(text, number):
    assert count(text) == number


@pytest.mark.parametrize("text", ["1.5", "1.2345k", "many", "-1"])
def test_what_is_no_whole_count_is_refused(text):
    with pytest.raises(typer.BadParameter, match="is not a whole number|invalid count"):
        count(text)


def test_bare_build_prints_its_help(run):
    assert "Usage: corpora build" in run("build", code=2).out


@pytest.mark.parametrize("words", [["shuffle:word,n=3"], ["shuffle", "--unit=word", "--n=3"]])
def test_a_component_is_chosen_by_its_short_form_as_well(run, tokens, words):
    name = run("transform", *words, tokens.name, "--json").out
    assert '"unit": "word"' in name and '"n": 3' in name


def test_switches_and_lists_of_a_short_form_are_options_and_wrong_ones_are_told(run, corpus):
    assert "Hello" not in run("transform", "ptb:lower=yes", corpus.name, "--preview", 1).out
    assert "Document" in run("transform", "ptb:lower=no", corpus.name, "--preview", 1).out.split("+")[1]
    assert "No such option: --rat" in run("transform", "drop:rat=1", "x", code=2).err
    assert "did you mean drop" in run("transform", "drap:rate=1", "x", code=2).err


def test_every_command_has_a_file_of_its_own_name():
    typed = set(typer.main.get_command(app).commands)
    assert typed == {module.__name__.rpartition(".")[2].replace("_", "-") for module in COMMANDS}


def test_ctrl_c_while_a_command_works_says_how_to_continue(capsys):
    app = typer.Typer(pretty_exceptions_enable=False)

    @app.command()
    def work():
        raise KeyboardInterrupt

    with pytest.raises(SystemExit) as ended:
        run_app(lambda _: app, "corpora", [])
    assert ended.value.code == 130
    assert capsys.readouterr().err == "error: stopped; run the same command again to continue\n"


@pytest.mark.parametrize(
    ("step", "line"),
    [(("wait", 0, None, "another build"), "wait: another build"), (("wait", 2, 5, "for it"), "wait: 2 of 5 for it")],
)
def test_progress_without_a_terminal_has_no_number_where_nothing_is_counted(capsys, step, line):
    with bars() as progress:
        progress(*step)
    assert capsys.readouterr().err == line + "\n"


def test_the_help_of_an_option_with_several_values_says_how_to_give_them(run):
    said = " ".join(run("transform", "mask-pii", "--help").out.replace("│", " ").split())
    assert "What to mask: email, iban, ip, phone; repeatable." in said


def test_names_with_brackets_and_colons_are_printed_unchanged(capsys):
    from corpora.cli.console import remark, table_console

    table_console().print("runs[/x] [v2] :cat:")
    remark("note", "runs[/x] [v2]")
    shown = capsys.readouterr()
    assert shown.out == "runs[/x] [v2] :cat:\n" and shown.err == "note: runs[/x] [v2]\n"


PRINTS = """
import typer
from corpora.cli.console import run_app, say_json
app = typer.Typer()
app.command()(lambda: say_json({"name": "K\u00e4se \u2013 \U0001f600"}))
run_app(lambda line: app, "prints", [])
"""


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-8"])
def test_characters_that_the_terminal_lacks_are_escaped_and_json_stays_json(encoding):
    printed = subprocess.run(
        [sys.executable, "-c", PRINTS], env={**os.environ, "PYTHONIOENCODING": encoding}, capture_output=True
    )
    assert json.loads(printed.stdout.decode(encoding)) == {"name": "K\u00e4se \u2013 \U0001f600"}, printed.stderr
