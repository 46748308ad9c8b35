"""Work on a Ray cluster: the same bytes as here, plugin files carried along, nodes checked before work starts."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import corpora
from corpora import WorkerError
from corpora.nodes import check_facts, facts, marked

LOOPBACK = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0", "RAY_AUTH_MODE": "disabled", "RAY_USAGE_STATS_ENABLED": "0"}
CLUSTER = """
import json, sys, time
from ray.cluster_utils import Cluster
quiet = dict(num_cpus=1, object_store_memory=80 << 20, include_dashboard=False)
cluster = Cluster(initialize_head=True, head_node_args=quiet)
second = cluster.add_node(num_cpus=1, object_store_memory=80 << 20)
cluster.wait_for_nodes()
print(cluster.address, flush=True)
for line in sys.stdin:
    if line.strip() == "kill":
        cluster.remove_node(second, allow_graceful=False)
        print("killed", flush=True)
cluster.shutdown()
"""
SHOUT = '''
from dataclasses import dataclass
from typing import ClassVar
import time
from corpora import TextTransform, hookimpl, option

@dataclass(frozen=True)
class Shout(TextTransform):
    """Say it louder."""
    name: ClassVar[str] = "shout"
    wait: float = option(0.0, "Seconds a sentence.", decides=False)
    def rewrite(self, sentence, rng):
        time.sleep(self.wait)
        return sentence.upper() + "!" * int(rng.integers(1, 4))

@hookimpl
def corpora_transforms():
    return [Shout]
'''


@pytest.fixture(scope="module")
def cluster():
    """A real cluster of two nodes on this machine, in a process of its own: gives its address and its process."""
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", CLUSTER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=os.environ | LOOPBACK,
    )
    address = next(line.strip() for line in process.stdout if line.count(":") == 1 and line.strip()[-1].isdigit())
    yield address, process
    process.stdin.close()
    process.wait(60)
    process.stdout.close()


@pytest.fixture
def sentences(run, texts):
    run("build", "texts", "--folder", texts, "--name", "corpus", "--duplicates", "keep")
    return "corpus"


def bytes_of(name: str) -> dict[str, str]:
    files = corpora.open(name).manifest.files
    return {path: entry["sha256"] for path, entry in files.items() if path.startswith(("data-", "statistics"))}


@pytest.mark.slow
def test_two_nodes_give_the_same_bytes_as_one_process(cluster, run, sentences, tmp_path, monkeypatch):
    for key, value in LOOPBACK.items():
        monkeypatch.setenv(key, value)
    ray, plugin = f"ray:address={cluster[0]}", tmp_path / "shout.py"
    plugin.write_text(SHOUT, encoding="utf-8")
    vocabulary = tmp_path / "vocab.txt"
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "document", "says", "hello", *"0123456789.,", "##0"]
    vocabulary.write_text("\n".join(pieces) + "\n", encoding="utf-8")
    steps = [
        ["build", "texts", "--folder", tmp_path / "texts", "--duplicates", "keep", "--name", "built"],
        ["tokenize", "corpus", "--tokenizer", vocabulary, "--casing", "uncased"],
        ["transform", "shuffle", "corpus-tokens"],
        ["sample", "corpus-tokens", "--rate", "0.5"],
        ["transform", "shout", "corpus", "--plugin", plugin],
    ]
    made = ["built", "corpus-tokens", "corpus-tokens-shuffle", "corpus-tokens-50pct", "corpus-shout"]
    for home, executor in ((tmp_path / "ray-home", ray), (tmp_path / "own-home", "serial")):
        monkeypatch.setenv("CORPORA_HOME", str(home))
        run("build", "texts", "--folder", tmp_path / "texts", "--name", "corpus", "--duplicates", "keep")
        for step in steps:
            run(*step, "--executor", executor)
        if executor == ray:
            far = [bytes_of(name) for name in made]
    assert far == [bytes_of(name) for name in made]


WORK = """
import subprocess, sys
from corpora.executors import make_executor
items = [["sh", "-c", f"sleep 1; echo {number}"] for number in range(16)]
for result in make_executor(sys.argv[1]).map(subprocess.check_output, items):
    print(int(result), flush=True)
"""


@pytest.mark.slow
def test_a_node_killed_in_the_middle_costs_time_and_nothing_else(cluster, home, monkeypatch):
    for key, value in LOOPBACK.items():
        monkeypatch.setenv(key, value)
    line = [sys.executable, "-W", "ignore", "-c", WORK, f"ray:address={cluster[0]}"]
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as work:
        first = work.stdout.readline()
        cluster[1].stdin.write("kill\n")
        cluster[1].stdin.flush()
        rest = work.stdout.read()
    numbers = [int(line) for line in (first + rest).splitlines() if line.isdigit()]  # Ray tells of the node in between
    assert numbers == list(range(16))


@pytest.mark.slow
def test_a_cluster_that_is_not_there_is_one_clear_line(run, sentences, monkeypatch):
    for key, value in LOOPBACK.items():
        monkeypatch.setenv(key, value)
    done = run("transform", "lowercase", "corpus", "--executor", "ray:address=127.0.0.1:9", code=1)
    assert "no Ray cluster answers at 127.0.0.1:9" in done.err and "ray start --head" in done.err


def test_a_node_without_a_plugin_or_of_another_version_is_named():
    ours = {"transferset": "0.1.0", "the plugin my-noise": "0.2"}
    with pytest.raises(
        WorkerError, match="node n1 has no plugin my-noise where this machine has the plugin my-noise 0.2"
    ):
        check_facts("n1", {"transferset": "0.1.0"}, ours)
    with pytest.raises(WorkerError, match="node n1 has transferset 0.2.0 where this machine has transferset 0.1.0"):
        check_facts("n1", ours | {"transferset": "0.2.0"}, ours)


def test_a_folder_that_is_not_shared_is_found_before_work_starts(tmp_path: Path):
    with marked(tmp_path) as mark:
        ours = facts(mark)
        mark.unlink()
        theirs = facts(mark)
    with pytest.raises(WorkerError, match=f"node n1 does not see {tmp_path}; set CORPORA_HOME"):
        check_facts("n1", theirs, ours)
    assert not list(tmp_path.iterdir())
