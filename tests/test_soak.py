"""The soak test itself: it finds every difference, tells a clear stop from a crash, and a short one passes."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

SOAK = Path(__file__).with_name("soak")


@pytest.fixture
def soak(monkeypatch):
    monkeypatch.syspath_prepend(str(SOAK.parent))
    from soak import attempts, disturbances, steps

    yield SimpleNamespace(digest=steps.digest, one_line=disturbances.one_line, Ended=attempts.Ended, Lost=attempts.Lost)
    for name in [name for name in sys.modules if name.partition(".")[0] == "soak"]:
        del sys.modules[name]


def test_a_changed_byte_a_missing_file_and_one_that_stays_behind_are_differences(soak, tmp_path):
    (tmp_path / "home").mkdir()
    for name in ("data.arrow", "rejects.jsonl"):
        (tmp_path / "home" / name).write_text("a")
    whole = soak.digest(tmp_path)
    (tmp_path / "home/data.arrow").write_text("b")
    assert soak.digest(tmp_path) != whole
    (tmp_path / "home/data.arrow").write_text("a")
    (tmp_path / "home/.checked.json").write_text("{}")
    assert soak.digest(tmp_path) == whole
    (tmp_path / "home/.data.arrow.1.partial").touch()
    assert soak.digest(tmp_path) != whole


def test_the_figures_of_a_manifest_count_and_its_times_do_not(soak, tmp_path):
    path = tmp_path / "manifest.json"
    path.write_text(
        '{"rows": 3, "files": {"a.arrow": {"sha256": "1"}, "report.html": {"sha256": "2"}}, "created": "now"}'
    )
    whole = soak.digest(tmp_path)
    path.write_text(
        '{"rows": 3, "files": {"a.arrow": {"sha256": "1"}, "report.html": {"sha256": "9"}}, "created": "then"}'
    )
    assert soak.digest(tmp_path) == whole
    path.write_text(
        '{"rows": 3, "files": {"a.arrow": {"sha256": "3"}, "report.html": {"sha256": "2"}}, "created": "now"}'
    )
    assert soak.digest(tmp_path) != whole


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (1, "Traceback (most recent call last):\nerror: no space"),
        (1, "error: OSError: no space (set CORPORA_TRACEBACK=1 and run again to see where)"),
        (1, "no space"),
        (-11, ""),
        (70, "error: no space"),
    ],
)
def test_a_stop_that_is_not_one_clear_line_is_a_loss(soak, code, said):
    soak.one_line(soak.Ended(1, "building\nerror: no space\n", 1.0))
    with pytest.raises(soak.Lost):
        soak.one_line(soak.Ended(code, said, 1.0))


@pytest.mark.slow
def test_a_few_kills_of_a_build_end_with_the_same_bytes():
    line = [sys.executable, SOAK, "--tries", "3", "--step", "build", "--way", "kill", "--way", "limit"]
    done = subprocess.run(line, capture_output=True, text=True, timeout=500)
    assert done.returncode == 0 and "survived / tried: 3 / 3; seed 0" in done.stdout, done.stdout + done.stderr[-2000:]
