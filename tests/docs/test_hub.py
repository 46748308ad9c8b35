"""The how-to on the hub: every command on the page runs, against a hub on loopback."""

import io
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "hub.md"
BLOCK = re.compile(r"<!-- run -->\n```sh\n(.*?)```", re.DOTALL)
CARD = b"---\nlicense: cc0-1.0\n---\n"


def parquet(**columns) -> bytes:
    stream = io.BytesIO()
    pq.write_table(pa.table(columns), stream)
    return stream.getvalue()


@pytest.mark.slow
def test_the_page_runs_as_it_stands(run, hub, tmp_path, monkeypatch):
    texts = [f"Book {number} begins. It says hello to all.\nIt ends here, near word{number}." for number in range(6)]
    hub.commit("datasets/me/books", {"data/train.parquet": parquet(text=texts), "README.md": CARD})
    sentences = parquet(text=["One sentence.", "Another one."] * 40)
    hub.commit("datasets/me/sentences", {"data/train.parquet": sentences, "README.md": CARD})
    hub.commit("datasets/me/lines", {"de/a.parquet": parquet(line=["Eine Zeile."]), "en/a.parquet": b"none"})
    monkeypatch.setenv("HF_TOKEN", "hf_none")
    monkeypatch.chdir(tmp_path)
    for block in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        for line in block.splitlines():
            if line.startswith("python"):
                code = line.partition('"')[2].rstrip('"')
                subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True, capture_output=True)
            else:
                run(*shlex.split(line, comments=True)[1:])
    assert {"README.md", "documents.parquet"} < set(hub.files("datasets/me/sentences-of-books"))
