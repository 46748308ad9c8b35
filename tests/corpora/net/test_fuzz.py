"""Hundreds of damaged answers: each ends in a result or in one line, soon, and inside its folder."""

import random
import time

import pytest

from corpora import CorporaError, Retries, Timeouts

BODY = b"It was a long book. " * 20
ANSWER = (
    b"HTTP/1.1 200 OK\r\nDate: Tue, 01 Sep 2026 08:00:00 GMT\r\nServer: test\r\nContent-Type: text/plain\r\n"
    b'ETag: "v1"\r\nLast-Modified: Mon, 31 Aug 2026 08:00:00 GMT\r\nContent-Length: 400\r\n\r\n' + BODY
)
NAMES = [b"Content-Length", b"Content-Range", b"Retry-After", b"Location", b"ETag", b"Last-Modified", b"Set-Cookie",
         b"Transfer-Encoding", b"Content-Encoding", b"Content-Type", b"Connection", b"Upgrade"]  # fmt: skip
VALUES = [b"", b"-1", b"0", b"401", b"99999999999999999999999", b"1e9", b"NaN", b"\xff\xfe", b"\xc3\xa9" * 30,
          b"\x9b31m", b"chunked", b"gzip", b"br", b"deflate, gzip", b"identity", b"bytes 0-399/400", b"bytes 9-1/2",
          b"bytes */0", b"file:///etc/passwd", b"http://[", b"//", b"/../../../../etc/passwd", b"http://127.0.0.1:1/",
          b"/a", b"Fri, 31 Dec 9999 23:59:59 GMT", b"Mon, 99 Foo 0000 99:99:99 +9999", b'W/"x"', b'"',
          b"a=b; expires=never", b"a=b; Max-Age=1e400; Domain=.", b"close, close", b"h2c", b"x" * 5000,
          b"y" * 200_000]  # fmt: skip
STATUSES = [b"100", b"101", b"199", b"200", b"204", b"206", b"301", b"304", b"307", b"416", b"429", b"500", b"503",
            b"600", b"999", b"0", b"-1", b"2000", b"abc"]  # fmt: skip


def damaged(seed):
    """The answer with one to three edits: headers added, doubled and replaced, bytes changed, ends cut."""
    rng = random.Random(seed)
    head, body = ANSWER.split(b"\r\n\r\n", 1)
    lines = head.split(b"\r\n")
    for _ in range(rng.randint(1, 3)):
        edit, at = rng.randrange(6), rng.randrange(1, len(lines))
        if edit <= 1:
            lines.insert(at, rng.choice(NAMES) + b": " + rng.choice(VALUES))
        elif edit == 2:
            lines[at] = lines[at].split(b":")[0] + b": " + rng.choice(VALUES)
        elif edit == 3:
            lines[0] = b"HTTP/1.1 " + rng.choice(STATUSES) + b" Text"
        elif edit == 4:
            del lines[at]
        else:
            line = bytearray(lines[at - 1])
            line[rng.randrange(len(line))] = rng.randrange(256)
            lines[at - 1] = bytes(line)
        if len(lines) < 2:
            break
    answer = b"\r\n".join(lines) + b"\r\n\r\n" + body
    return answer[: rng.randrange(len(answer))] if rng.random() < 0.15 else answer


@pytest.mark.parametrize("start", range(0, 400, 50))
def test_damaged_answers_end_in_a_result_or_in_one_line(serve, client, tmp_path, start):
    answers = {f"/{seed}": damaged(seed) for seed in range(start, start + 50)}
    site = serve({path: lambda h, answer=answer: h.raw(answer) for path, answer in answers.items()})
    visitor = client(retries=Retries(2, 0.0, 0.0), timeouts=Timeouts(2.0, 2.0))
    started, folder = time.monotonic(), tmp_path / "folder"
    folder.mkdir()
    for path in answers:
        for ask in (visitor.text, lambda url: visitor.download(url, folder / "part", max_bytes=100_000)):
            try:
                ask(site.url + path)
            except CorporaError as error:
                assert str(error).isprintable() and len(str(error)) < 1000, (path, str(error))
    assert time.monotonic() - started < 30
    assert {file.name for file in folder.iterdir()} <= {"part", "part.mark"} and len(list(tmp_path.iterdir())) == 1
