"""Worker processes: kept for the length of an action, told a task once, done with before an action gives up."""

import gc
import os
import time
from pathlib import Path

import pytest

from corpora import WorkerError
from corpora.execution.executors import Processes, make_executor
from corpora.execution.reference_cycles import THRESHOLDS

TWO = Processes(workers=2)


@pytest.fixture
def tasks(monkeypatch):
    monkeypatch.syspath_prepend(Path(__file__).parent)
    import tasks_of_workers

    return tasks_of_workers


def test_results_come_in_the_order_of_the_items(tasks):
    assert [item for item, _, _ in TWO.map(tasks.Tell(), range(9))] == list(range(9))


def test_kept_workers_serve_every_map_and_read_each_task_once(tasks):
    with TWO.kept(), TWO.kept():
        done = [list(TWO.map(tasks.Tell(bytes(10**6)), range(20))) for _ in range(3)]
    assert len({pid for results in done for _, pid, _ in results}) <= 2
    assert all(len({(pid, task) for _, pid, task in results}) <= 2 for results in done)
    assert os.getpid() not in {pid for _, pid, _ in done[0]} and not TWO._pools


@pytest.mark.slow
def test_what_is_running_is_waited_for_when_an_item_fails(tasks, tmp_path):
    with TWO.kept():
        with pytest.raises(ValueError, match="no"):
            list(TWO.map(tasks.Fail(tmp_path), range(9)))
        written = len(list(tmp_path.iterdir()))
        time.sleep(0.5)
        assert len(list(tmp_path.iterdir())) == written
        assert [item for item, _, _ in TWO.map(tasks.Tell(), range(3))] == [0, 1, 2]


def test_a_worker_that_dies_is_noticed_and_the_next_action_has_new_ones(tasks):
    with pytest.raises(WorkerError, match="a worker process died"):
        list(TWO.map(tasks.kill, range(3)))
    assert [item for item, _, _ in TWO.map(tasks.Tell(), range(3))] == [0, 1, 2]


def test_workers_look_for_cycles_rarely_and_this_process_as_before(tasks):
    before = gc.get_threshold()
    assert {*TWO.map(tasks.thresholds, range(2))} == {THRESHOLDS} and gc.get_threshold() == before


def test_serial_work_has_nothing_to_keep():
    with make_executor("serial").kept():
        assert list(make_executor("serial").map(str, [1, 2])) == ["1", "2"]
