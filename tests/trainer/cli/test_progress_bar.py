"""Progress is shown on a terminal as a bar, and elsewhere as a line now and then."""

from trainer.cli.progress_bar import shown_progress


def test_progress_without_a_terminal_is_a_line_after_half_a_minute(capsys, monkeypatch):
    now = 100.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    with shown_progress() as progress:
        progress("sentences", 1, 9)
        now += 31
        progress("sentences", 4, 9)
        progress("sentences", 5, 9)
    out, error = capsys.readouterr()
    assert (out, error) == ("", "sentences: 4 of 9\n")
