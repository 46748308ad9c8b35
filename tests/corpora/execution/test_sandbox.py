"""Running hostile work in a child that may die."""

import operator
import os
import subprocess
import sys
import time

import pytest

from corpora import ChildDied, LimitExceeded, Sandbox


@pytest.fixture
def guard():
    guard = Sandbox(seconds=2.0, memory_bytes=1 << 30)
    yield guard
    guard.close()


def test_results_and_errors_come_back(guard):
    assert guard.call(operator.mul, 21, 2) == 42
    with pytest.raises(ValueError, match="as it should"):
        guard.call(int, "as it should fail")


@pytest.mark.parametrize(
    ("victim", "error"),
    [
        ((os._exit, 11), ChildDied),
        pytest.param((time.sleep, 60), LimitExceeded, marks=pytest.mark.slow),
        ((bytearray, 3 << 30), LimitExceeded),
    ],
)
def test_a_victim_costs_one_call_and_the_next_one_works(guard, victim, error):
    with pytest.raises(error):
        guard.call(*victim)
    assert guard.call(operator.mul, 4, 2) == 8


@pytest.mark.slow
def test_a_slow_start_is_not_charged_to_the_call(guard, tmp_path, monkeypatch):
    (tmp_path / "sitecustomize.py").write_text("import time; time.sleep(1.2)")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    guard.seconds = 1.0
    assert guard.call(operator.mul, 21, 2) == 42


@pytest.mark.parametrize(
    ("executor", "works"), [pytest.param("serial", True, marks=pytest.mark.slow), ("processes:workers=2", False)]
)
def test_a_script_without_a_main_guard_works_or_says_what_to_do(tmp_path, home, executor, works):
    folder = tmp_path / "books"
    folder.mkdir()
    (folder / "a.txt").write_text("\n\n".join(f"The old man said thing number {n} to his wife." for n in range(3000)))
    script = tmp_path / "script.py"
    script.write_text(f"import corpora\nprint(corpora.build('tbc:folder={folder}', executor={executor!r}).documents)\n")
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=100)
    assert (done.stdout == "1\n") if works else "put its calls under `if __name__ == '__main__':`" in done.stderr
