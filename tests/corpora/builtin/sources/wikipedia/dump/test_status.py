"""The status file comes from a mirror: what is wrong with it is said in one line that names the field."""

import json
import random

import pytest

from corpora import InputError
from corpora.builtin.sources.wikipedia.dump.status import finished_files

FOLDER = "https://mirror.example/dumps/enwiki/20260101/"
NAME = "enwiki-20260101-pages-articles.xml.bz2"
SHA1 = "0123456789abcdef0123456789abcdef01234567"
FILE = {"size": 5, "url": f"/enwiki/20260101/{NAME}", "md5": "x", "sha1": SHA1}


def status(**changes):
    """A status file whose only file differs from `FILE`; None leaves a field out."""
    facts = {key: value for key, value in (FILE | changes).items() if value is not None}
    return json.dumps({"version": "0.8", "jobs": {"articlesdump": {"status": "done", "files": {NAME: facts}}}})


def read(text):
    return finished_files(text, FOLDER)


@pytest.mark.parametrize(
    "url", [f"/enwiki/20260101/{NAME}", f"/elsewhere/{NAME}", NAME, f"{FOLDER}{NAME}", None, f"./{NAME}"]
)
def test_files_are_where_the_mirror_has_the_status_file(url):
    (file,) = read(status(url=url))
    assert (file.url, file.size_bytes, file.sha1) == (f"{FOLDER}{NAME}", 5, SHA1)


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", f"file:///srv/{NAME}", f"http://mirror.example/{NAME}", f"https://other.example/{NAME}",
     f"//other.example/{NAME}", f"https://mirror.example:8443/{NAME}", f"https://me@mirror.example/{NAME}",
     "http://[", "javascript:alert(1)", "data:,x", "ftp://mirror.example/x"],
)  # fmt: skip
def test_address_on_another_host_is_refused(url):
    with pytest.raises(
        InputError, match=rf"jobs.articlesdump.files.{NAME}.url is .* not on mirror.example; try another"
    ):
        read(status(url=url))


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("size", None, "size is missing"),
        ("size", "5", 'size is "5"; expected a whole number'),
        ("size", 5.0, "size is 5.0; expected a whole number"),
        ("size", True, "size is true; expected a whole number"),
        ("size", [5], "size is a list of 1 items; expected a whole number"),
        ("size", -1, "size is -1; expected 1 to"),
        ("size", 0, "size is 0; expected 1 to"),
        ("size", 10**30, "size is 10000.*; expected 1 to 1,099,511,627,776 bytes"),
        ("sha1", None, "sha1 is missing; without one the file cannot be checked"),
        ("sha1", 7, "sha1 is 7, not a sha1"),
        ("sha1", "../../etc", r'sha1 is "\.\./\.\./etc", not a sha1'),
        ("sha1", SHA1.upper(), "sha1 is .*, not a sha1"),
        ("url", 7, "url is 7; expected a string"),
        ("url", {}, "url is an object of 0 items; expected a string"),
    ],
)
def test_wrong_field_is_named_with_its_value(field, value, message):
    with pytest.raises(InputError, match=rf"dumpstatus.json: jobs.articlesdump.files.{NAME}.{message}"):
        read(status(**{field: value}))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is not JSON"),
        ("<html>", "is not JSON"),
        ("[" * 200_000, "nested too deeply"),
        ('{"jobs":' * 100_000, "nested too deeply"),
        ("1" * 10_000, "is not JSON"),
        ("[]", "is a list of 0 items; expected an object"),
        ("{}", "jobs is missing"),
        ('{"jobs": []}', "jobs is a list of 0 items; expected an object"),
        ('{"jobs": {"articlesdump": "done"}}', 'jobs.articlesdump is "done"; expected an object'),
        ('{"jobs": {"articlesdump": {}}}', "jobs.articlesdump.status is missing"),
        ('{"jobs": {"articlesdump": {"status": ["done"]}}}', "status is a list of 1 items; expected a string"),
        ('{"jobs": {"articlesdump": {"status": "done"}}}', "jobs.articlesdump.files is missing"),
        ('{"jobs": {"articlesdump": {"status": "done", "files": ["x"]}}}', "files is a list of 1 items"),
        (
            '{"jobs": {"articlesdump": {"status": "done", "files": {"pages-articles.xml": 5}}}}',
            "pages-articles.xml is 5",
        ),
        ('{"jobs": {"articlesdump": {"status": "done", "files": {"../pages-articles.xml": {}}}}}', "not a file name"),
        (
            '{"jobs": {"articlesdump": {"status": "done", "files": {"\\ud800pages-articles.xml\\n": {}}}}}',
            "not a file name",
        ),
    ],
)
def test_what_is_not_a_status_file_is_refused(text, message):
    with pytest.raises(InputError, match=message) as error:
        read(text)
    assert str(error.value).startswith(f"wikipedia: {FOLDER}dumpstatus.json") and str(error.value).isprintable()


@pytest.mark.parametrize("state", ["waiting", "in-progress", "failed"])
def test_job_that_is_not_done_gives_no_files(state):
    assert read(json.dumps({"jobs": {"articlesdump": {"status": state, "files": {}}}})) == ()


VALUES = [None, True, 0, -1, 10**25, 1.5, float("nan"), float("inf"), "", "done", "5", "x" * 5000, "\ud800",
          "\n\x1b[31m", "file:///etc/passwd", "http://[", "//x/", [], {}, [[[[]]]], {"status": "done"},
          ["done"]]  # fmt: skip


def mutated(value, rng):
    """A value with one place in it replaced, removed, or renamed."""
    if isinstance(value, dict) and value and rng.random() < 0.85:
        key = rng.choice(sorted(value))
        edit = rng.random()
        if edit < 0.1:
            return {name: value[name] for name in value if name != key}
        if edit < 0.2:
            return {str(rng.choice(VALUES)) if name == key else name: value[name] for name in value}
        return value | {key: mutated(value[key], rng)}
    return rng.choice(VALUES)


@pytest.mark.parametrize("start", range(0, 1000, 250))
def test_mutated_status_files_give_files_or_one_line(start):
    outcomes = set()
    for seed in range(start, start + 250):
        rng = random.Random(seed)
        text = json.dumps(mutated(json.loads(status()), rng))
        if seed % 5 == 0:
            cut = rng.randrange(len(text))
            text = text[:cut] + rng.choice(["", "\0", "]", "{" * 5000, "9" * 5000, "\\ud800", '"']) + text[cut + 1 :]
        try:
            files = read(text)
            assert all(file.url.startswith("https://mirror.example/") and len(file.sha1) == 40 for file in files)
            outcomes.add(len(files))
        except InputError as error:
            assert str(error).isprintable() and len(str(error)) < 600, (seed, str(error))
            outcomes.add("refused")
    assert {0, 1, "refused"} <= outcomes
