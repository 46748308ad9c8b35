"""Work on a Ray cluster: the same bytes as here, plugin files carried along, nodes checked before work starts."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import corpora
from corpora import WorkerError
from corpora.execution.cluster import check_facts, facts, marked

LOOPBACK = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0", "RAY_AUTH_MODE": "disabled", "RAY_USAGE_STATS_ENABLED": "0"}
CLUSTER = """
import sys
from ray.cluster_utils import Cluster
quiet = dict(num_cpus=1, object_store_memory=80 << 20, include_dashboard=False)
cluster = Cluster(initialize_head=True, head_node_args=quiet)
second = None
print(cluster.address, flush=True)
for line in sys.stdin:
    if line.strip() == "kill" and second:
        cluster.remove_node(second, allow_graceful=False)
        second = None
    elif line.strip() != "kill" and second is None:
        path = {"env_vars": {"PYTHONPATH": line.strip()}} if line.strip() else {}
        second = cluster.add_node(num_cpus=1, object_store_memory=80 << 20, **path)
        cluster.wait_for_nodes()
    print("done", flush=True)
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


SLOW = '''
import os, time
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar
from corpora import Document, Shard, Source, hookimpl, option

@dataclass(frozen=True)
class Slow(Source):
    """Documents that take their time, and tell who reads them."""
    name: ClassVar[str] = "slow"
    told: Path = option(..., "Where the number of the process that reads a document is put.", decides=False)
    wait: float = option(1.0, "Seconds a document.", decides=False)
    def shards(self):
        return [Shard(f"{n:02}", start=n, size_bytes=16 << 20) for n in range(12)]
    def read(self, shard):
        (self.told / shard.key).write_text(str(os.getpid()))
        time.sleep(self.wait)
        yield Document(shard.key, (f"This is document {shard.key}. It has two sentences.",))

@hookimpl
def corpora_sources():
    return [Slow]
'''


class TwoNodes:
    """A real cluster on this machine, in a process of its own, whose second node can be killed and had again."""

    def __init__(self) -> None:
        line = [sys.executable, "-W", "ignore", "-c", CLUSTER]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        self.process = subprocess.Popen(line, text=True, env=os.environ | LOOPBACK, **pipes)
        told = (line.strip() for line in self.process.stdout)
        self.address = next(line for line in told if line.count(":") == 1 and line[-1].isdigit())

    def tell(self, what: str) -> None:
        """Kill the second node, or start it (a text is its PYTHONPATH) where it is not there."""
        self.process.stdin.write(what + "\n")
        self.process.stdin.flush()
        next(line for line in self.process.stdout if line.strip() == "done")

    def close(self) -> None:
        """End it."""
        self.process.stdin.close()
        self.process.wait(60)
        self.process.stdout.close()


@pytest.fixture(scope="module")
def nodes():
    nodes = TwoNodes()
    yield nodes
    nodes.close()


@pytest.fixture
def cluster(nodes, monkeypatch):
    """The cluster with both of its nodes."""
    for key, value in LOOPBACK.items():
        monkeypatch.setenv(key, value)
    nodes.tell("")
    return nodes


@pytest.fixture
def sentences(run, texts):
    run("build", "texts", "--folder", texts, "--name", "corpus", "--duplicates", "keep")
    return "corpus"


def bytes_of(name: str) -> dict[str, str]:
    files = corpora.open(name).manifest.files
    return {path: entry["sha256"] for path, entry in files.items() if path.startswith(("data-", "statistics"))}


@pytest.mark.slow
def test_two_nodes_give_the_same_bytes_as_one_process(cluster, run, sentences, tmp_path, monkeypatch):
    ray, plugin = f"ray:address={cluster.address}", tmp_path / "shout.py"
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


def until(condition) -> None:
    """Wait for something that another process does."""
    deadline = time.monotonic() + 90
    while not condition():
        assert time.monotonic() < deadline, "it did not happen within 90 seconds"
        time.sleep(0.05)


@pytest.mark.slow
def test_a_worker_and_a_node_killed_in_the_middle_of_a_build_cost_time_and_nothing_else(
    cluster, run, home, tmp_path, monkeypatch
):
    told, plugin = tmp_path / "told", tmp_path / "slow.py"
    told.mkdir()
    plugin.write_text(SLOW, encoding="utf-8")
    build = ["build", "slow", "--told", str(told), "--plugin", str(plugin), "--duplicates", "keep", "--name", "far"]
    line = [sys.executable, "-W", "ignore", "-c", "from corpora.cli import main; main()", *build]
    ray = ["--executor", f"ray:address={cluster.address}"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen([*line, *ray], text=True, **pipes) as process:
        until(lambda: (told / "02").exists() and (told / "02").read_text())
        os.kill(int((told / "02").read_text()), signal.SIGKILL)
        until(lambda: (told / "04").exists())
        cluster.tell("kill")
        out, err = process.communicate(timeout=200)
    assert process.returncode == 0, err
    assert out.startswith("far@") and len(out.splitlines()) == 1  # Ray's notices of dead nodes are elsewhere
    assert "ray: " in err
    monkeypatch.setenv("CORPORA_HOME", str(tmp_path / "own-home"))
    run(*build, "--wait", 0)
    near = bytes_of("far")
    monkeypatch.setenv("CORPORA_HOME", str(home))
    assert bytes_of("far") == near


STUCK = """
import sys, time
from pathlib import Path
from corpora.execution.executors import make_executor
results = make_executor(sys.argv[1]).map(Path.touch, [Path(sys.argv[2]) / str(n) for n in range(50)])
next(results)
time.sleep(5)
print(len(list(Path(sys.argv[2]).iterdir())), flush=True)
"""


@pytest.mark.slow
def test_who_takes_no_results_is_not_flooded_with_them(cluster, home, tmp_path):
    (tmp_path / "seen").mkdir()
    line = [sys.executable, "-W", "ignore", "-c", STUCK, f"ray:address={cluster.address},workers=2", tmp_path / "seen"]
    assert int(subprocess.run(line, check=True, capture_output=True, text=True).stdout) <= 4


@pytest.mark.slow
def test_a_node_with_other_plugins_is_found_before_work_starts(cluster, run, sentences, tmp_path):
    about = tmp_path / "site" / "my_noise-0.2.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: my-noise\nVersion: 0.2\n")
    (about / "entry_points.txt").write_text("[corpora]\nmy-noise = my_noise\n")
    cluster.tell("kill")
    cluster.tell(str(tmp_path / "site"))
    done = run("transform", "lowercase", "corpus", "--executor", f"ray:address={cluster.address}", code=1)
    cluster.tell("kill")
    assert "has the plugin my-noise 0.2, but this machine has no plugin my-noise; install the same version" in done.err
    assert "nothing was started" in done.err


@pytest.mark.slow
def test_a_cluster_that_is_not_there_is_one_clear_line(run, sentences, monkeypatch):
    for key, value in LOOPBACK.items():
        monkeypatch.setenv(key, value)
    done = run("transform", "lowercase", "corpus", "--executor", "ray:address=127.0.0.1:9", code=1)
    assert "no Ray cluster answers at 127.0.0.1:9" in done.err and "ray start --head" in done.err


def test_a_node_without_a_plugin_or_of_another_version_is_named():
    ours = {"transferset": "0.1.0", "the plugin my-noise": "0.2"}
    with pytest.raises(
        WorkerError, match="node n1 has no plugin my-noise, but this machine has the plugin my-noise 0.2"
    ):
        check_facts("n1", {"transferset": "0.1.0"}, ours)
    with pytest.raises(WorkerError, match="node n1 has transferset 0.2.0, but this machine has transferset 0.1.0"):
        check_facts("n1", ours | {"transferset": "0.2.0"}, ours)


def test_a_folder_that_is_not_shared_is_found_before_work_starts(tmp_path: Path):
    with marked(tmp_path) as mark:
        ours = facts(mark)
        mark.unlink()
        theirs = facts(mark)
    with pytest.raises(WorkerError, match=f"node n1 does not see {tmp_path}; set CORPORA_HOME"):
        check_facts("n1", theirs, ours)
    assert not list(tmp_path.iterdir())
