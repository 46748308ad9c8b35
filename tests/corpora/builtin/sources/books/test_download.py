"""How far downloads are is told while they run, and the next run says that nothing is fetched again."""

import re

import pytest

PROSE = "\n\n".join(f"The farmer had {n} sheep on the hill, and went to see them." for n in range(50)).encode()


@pytest.mark.slow
def test_the_command_line_tells_how_far_downloads_are(serve, tmp_path, run):
    site = serve({f"/{n}.txt": PROSE + b"\n\nHe said: %d." % n for n in range(3)})
    (tmp_path / "list.txt").write_text("\n".join(f"{site.url}/{n}.txt" for n in range(3)), encoding="utf-8")
    command = ["build", "books", "--catalogue", f"file:{tmp_path}/list.txt", "--contact", "a@b.c", "--pause", "0"]
    first = run(*command, "--duplicates", "exact")
    line = r"^books: 3 of 3 downloads done, 0\.0 MB at [\d.]+ MB/s, about 0 minutes to go$"
    assert re.search(line, first.err, re.MULTILINE)
    again = run(*command, "--duplicates", "exact")
    assert "books: 3 of 3 downloads done, 0.0 MB, all from earlier runs" in again.err
    assert site.times("/1.txt") == 1
