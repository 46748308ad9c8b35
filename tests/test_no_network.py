"""Nothing calls out unless asked: the main commands with networking off, and with every look at it written down."""

import json
import os
import subprocess
import sys

import pytest

AUDIT = """
import os, sys
CALLS = {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "socket.sendmsg"}

def audit(event, arguments):
    if event not in CALLS or (event == "socket.connect" and isinstance(arguments[1], str | bytes)):  # a local pipe
        return
    with open(os.environ["CALLS_OUT"], "a") as log:
        log.write(f"{event} {arguments[1:] if event != 'socket.getaddrinfo' else arguments}\\n")
    raise OSError("the network is off")

sys.addaudithook(audit)
"""
DRIVER = """
import importlib, json, sys

if __name__ == "__main__":
    for line in json.load(open("lines.json")):
        program, *arguments = line.split()
        try:
            importlib.import_module(f"{program}.cli").main(arguments)
        except SystemExit as end:
            if end.code:
                sys.exit(f"{line}: {end.code}")
"""
COMMANDS = [
    "corpora build toy --books 1 --articles 20 --executor processes:workers=2",
    "corpora tokenize toy --train 300 --max-tokens 32",
    "corpora sample toy-tokens --rate 0.5",
    "corpora transform shuffle toy-tokens-50pct",
    "corpora report toy toy-tokens toy-tokens-50pct --out report.html",
    "corpora list",
    "corpora show toy --statistic repeats",
    "corpora export toy hub --layout hub",
    "corpora export toy-tokens tokens --layout hub",
    "corpora diff toy-tokens parquet:tokens",
    "corpora head parquet:hub --rows 1",
    "corpora recipe toy-tokens-50pct",
    "corpora new transform my-own",
    "corpora toy-tasks tasks",
    "corpora plugins",
    "trainer pretrain --dataset toy-tokens --layers 1 --hidden 16 --budget updates=1 --sequences 4 --out teacher",
    "trainer inspect teacher",
    "trainer distill --dataset toy --teacher teacher --student layers:1 --budget updates=1 --sequences 4 --out run",
    "trainer evaluate glue --tasks RTE --model run/student --data tasks --seeds 1 --train-rows 16 --out scores",
    "trainer new loss my-loss",
]


@pytest.fixture
def offline(tmp_path):
    """Run a Python program whose every call out fails and is told: `offline(*arguments, unshare=False)`."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(AUDIT, encoding="utf-8")
    calls = tmp_path / "calls"
    calls.touch()
    environment = {name: value for name, value in os.environ.items() if name != "HF_HUB_OFFLINE"}
    environment |= {"PYTHONPATH": str(tmp_path / "site"), "CALLS_OUT": str(calls), "OMP_NUM_THREADS": "1"}
    environment |= {"CORPORA_HOME": str(tmp_path / "home"), "HF_HOME": str(tmp_path / "hub")}

    def offline(*arguments, unshare=False):
        command = ["unshare", "-rn"] * unshare + [sys.executable, *map(str, arguments)]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=240)
        return done, calls.read_text(encoding="utf-8").splitlines()

    return offline


@pytest.mark.slow
@pytest.mark.parametrize("unshare", [False, True], ids=["calls are watched", "there is no interface"])
def test_the_main_commands_call_nobody(offline, tmp_path, unshare):
    if unshare and subprocess.run(["unshare", "-rn", "true"], capture_output=True, check=False).returncode:
        pytest.skip("a network namespace of its own is not permitted here")
    (tmp_path / "lines.json").write_text(json.dumps(COMMANDS), encoding="utf-8")
    (tmp_path / "driver.py").write_text(DRIVER, encoding="utf-8")
    done, calls = offline("driver.py", unshare=unshare)
    assert calls == []
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "run" / "student").is_dir()


def test_a_call_out_is_seen(offline):
    done, calls = offline("-c", "import socket; socket.create_connection(('192.0.2.1', 80))")
    assert "the network is off" in done.stderr and [call.split()[0] for call in calls] == ["socket.getaddrinfo"]
