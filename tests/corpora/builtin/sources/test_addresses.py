"""Tests of inputs that lie elsewhere: HTTP servers on loopback, archives, storages of fsspec."""

import gzip
import hashlib
import io
import json
import sys
import zipfile
from dataclasses import replace

import fsspec
import pytest

import corpora
from corpora import DownloadError, InputError, OptionError
from corpora.builtin.sources.addresses.soundness import is_sound
from corpora.builtin.sources.addresses.storage import Storage
from corpora.builtin.sources.addresses.tree import download_tree
from corpora.builtin.sources.addresses.web import Web

PROSE = "This is a sentence about a house on a hill. It has a red door.\n\n"
FILES = {"a.txt": PROSE.encode(), "deep/b.txt.gz": gzip.compress(PROSE.replace("red", "blue").encode())}


@pytest.fixture
def zipped(tmp_path):
    """Write an archive with some files."""

    def write(files, name="texts.zip"):
        with zipfile.ZipFile(tmp_path / name, "w", zipfile.ZIP_DEFLATED) as archive:
            for key, content in files.items():
                archive.writestr(key, content)
        return tmp_path / name

    return write


@pytest.fixture
def memory():
    """Files in fsspec's storage in memory."""
    storage = fsspec.filesystem("memory")
    storage.store.clear()

    def put(files):
        for key, content in files.items():
            storage.pipe(f"/bucket/{key}", content)
        return "memory://bucket"

    yield put
    storage.store.clear()


def versioned(content):
    """A page with an ETag that can be continued by range, as file servers answer."""

    def answer(request):
        tag, start = f'"{hashlib.sha1(content).hexdigest()}"', 0
        if request.headers.get("If-Range") == tag:
            start = int(request.headers["Range"].removeprefix("bytes=").removesuffix("-"))
        stated = {"Content_Range": f"bytes {start}-{len(content) - 1}/{len(content)}"} if start else {}
        request.answer(content[start:], 206 if start else 200, ETag=tag, **stated)

    return answer


def built(address, **options):
    return corpora.build(f"texts:folder={address}", name="made", **options)


@pytest.fixture
def here(tmp_path, home):
    """The fingerprint of the same files in a folder of this machine."""
    for key, content in FILES.items():
        path = tmp_path / "local" / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return built(tmp_path / "local").fingerprint


def test_an_archive_gives_the_version_of_the_folder(here, zipped):
    path = zipped(FILES)
    assert built(f"zip://{path}").fingerprint == here
    assert built(f"zip://::{path}").fingerprint == here
    assert built(f"zip://::file://{path}").fingerprint == here


def test_a_storage_gives_the_version_of_the_folder(here, memory):
    assert built(memory(FILES)).fingerprint == here


def test_a_folder_of_a_web_server_gives_the_version_of_the_folder(here, serve):
    site = serve(
        {
            "/data/": b'<a href="../">up</a> <a href="a.txt">a</a> <a href="deep/">deep</a> <a href="?C=N">sort</a>',
            "/data/deep/": b'<a href="b.txt.gz">b</a> <a href="http://192.0.2.1/c.txt">elsewhere</a>',
            **{f"/data/{key}": content for key, content in FILES.items()},
        }
    )
    assert built(f"{site.url}/data/").fingerprint == here


@pytest.mark.parametrize(
    "page",
    [
        '<?xml version="1.0" encoding="iso-8859-1"?><html><a href="a.txt">\xe4</a><a href="deep/">d</a></html>',
        '<a href="http://[/"></a><a href="//[::/x"></a><a href="a.txt#part">a</a><a href="deep/./">d</a>',
    ],
)
def test_an_index_page_may_be_odd(here, serve, page):
    content = {f"/data/{key}": content for key, content in FILES.items()}
    site = serve({"/data/": page.encode(), "/data/deep/": b'<a href="b.txt.gz">b</a>', **content})
    assert built(f"{site.url}/data/").fingerprint == here


@pytest.mark.parametrize("page", [b"", b"<!-- nothing -->", b"\0", b"Not found"])
def test_an_index_page_without_links_is_one_line(home, serve, page):
    with pytest.raises(InputError, match="no file in .* at .*; check the address"):
        built(f"{serve({'/data/': page}).url}/data/")


def test_folders_without_end_are_refused(serve):
    class Endless(dict):
        def get(self, path, default=None):
            return b"<a href='a/'><a href='b/'>" if path.endswith("/") else default

    site = serve({})
    site.pages = Endless()
    with pytest.raises(InputError, match=r"/data/ links to more than 50 folders; give the address of one below"):
        Web(f"{site.url}/data/", max_folders=50).files()


def test_a_pattern_takes_the_files_that_match(home, memory):
    made = built(f"{memory({**FILES, 'c.md': b'# No'})}/*.txt")
    assert made.manifest.documents == 1 and made.manifest.plan["recipe"]["folder"] == "memory://bucket/*.txt"


def test_an_archive_on_a_web_server_is_read(here, zipped, serve):
    site = serve({"/texts.zip": zipped(FILES).read_bytes()})
    assert built(f"zip://::{site.url}/texts.zip").fingerprint == here


def test_a_file_that_did_not_change_is_downloaded_once(home, serve):
    site = serve({"/a.txt": versioned(PROSE.encode())})
    first = built(f"{site.url}/a.txt")
    asked = site.times("/a.txt")
    assert built(f"{site.url}/a.txt").fingerprint == first.fingerprint
    assert site.times("/a.txt") == asked + 1  # only what it is now
    site.pages["/a.txt"] = versioned(PROSE.replace("red", "green").encode())
    assert built(f"{site.url}/a.txt").fingerprint != first.fingerprint


def status(code):
    return lambda request: request.answer(b"no", code)


def details(made):
    lines = (made.path / "rejects.jsonl").read_text(encoding="utf-8").splitlines()
    return {line["id"]: (line["reason"], line["detail"]) for line in map(json.loads, lines)}


INDEX = b'<a href="a.txt">a</a><a href="gone.txt">b</a><a href="shut/">c</a><a href="picture.png">d</a>'


@pytest.mark.parametrize("source", ["texts", "books"])
def test_a_file_or_folder_that_the_server_does_not_have_is_one_reject(home, serve, source):
    site = serve({"/data/": INDEX, "/data/a.txt": PROSE.encode() * 30, "/data/shut/": status(403)})
    made = corpora.build(f"{source}:folder={site.url}/data/", name="made")
    assert made.documents == 1 and made.manifest.accounting["found"] == 3
    assert details(made) == {
        "gone.txt": ("not found", f"{site.url}/data/gone.txt: HTTP 404"),
        "shut/": ("refused", f"{site.url}/data/shut/: HTTP 403"),
    }
    site.pages["/data/gone.txt"] = PROSE.replace("red", "green").encode() * 30
    assert corpora.build(f"{source}:folder={site.url}/data/", name="made").documents == 2


def test_a_file_that_is_listed_but_not_sent_is_one_reject(home, serve):
    answers = iter([versioned(PROSE.encode())])
    pages = {"/data/b.txt": lambda request: next(answers, status(410))(request), "/data/a.txt": PROSE.encode()}
    made = built(f"{serve({'/data/': INDEX + b'<a href=b.txt>', **pages}).url}/data/")
    assert made.documents == 1 and details(made)["b.txt"][1].endswith("/data/b.txt: HTTP 410")


@pytest.mark.parametrize("pages", [{}, {"/data/": INDEX}, {"/data/": b"<a href='deep/'>"}])
def test_a_missing_index_or_only_missing_files_stop_the_build(home, serve, pages):
    with pytest.raises(DownloadError, match="HTTP 404"):
        built(f"{serve(pages).url}/data/")


def test_parquet_needs_all_of_its_files(corpus, serve, tmp_path):
    corpora.export(corpus, tmp_path / "a.parquet")
    index = b'<a href="a.parquet">a</a><a href="b.parquet">b</a>'
    site = serve({"/data/": index, "/data/a.parquet": (tmp_path / "a.parquet").read_bytes()})
    with pytest.raises(InputError, match=r"parquet: .*b.parquet cannot be read: not found \(.*HTTP 404\)"):
        corpora.open(f"parquet:{site.url}/data/")


def packed_file(content, name):
    """The content as a file whose format can be checked."""
    if not name.endswith(".epub"):
        return gzip.compress(content)
    with io.BytesIO() as held:
        with zipfile.ZipFile(held, "w") as archive:
            archive.writestr("text", content)
        return held.getvalue()


@pytest.mark.parametrize("name", ["a.txt.gz", "a.epub"])
def test_a_damaged_download_is_repeated_once(home, serve, name):
    whole = packed_file(PROSE.encode() * 9, name)
    for content in (whole, whole[:-9] + bytes(9)):  # the second one stays damaged
        sent = iter([whole[:-9] + bytes(9)] * 2)  # the first answer is to the question for the version
        tag = f'"{hashlib.sha1(content).hexdigest()}"'
        site = serve(
            {f"/{name}": lambda request, sent=sent, now=content, tag=tag: request.answer(next(sent, now), ETag=tag)}
        )
        folders = [download_tree(f"{site.url}/{name}", home / "downloads", None, owner="texts") for _ in range(3)]
        assert {(folder / name).read_bytes() for folder in folders} == {content}
        assert site.times(f"/{name}") == 3 + 2  # three questions, two downloads


@pytest.mark.slow
def test_an_interrupted_download_continues(home, serve):
    content = "".join(f"Line {number} of many, {number * 7919}.\n" for number in range(9000)).encode()
    whole = versioned(content)

    def cut(request):
        tag = f'"{hashlib.sha1(content).hexdigest()}"'
        request.answer(content[: len(content) // 2], length=len(content), ETag=tag)
        request.close_connection = True
        site.pages["/a.txt"] = whole

    site = serve({"/a.txt": whole})
    pages = iter([whole, cut])
    site.pages["/a.txt"] = lambda request: next(pages, whole)(request)
    made = built(f"{site.url}/a.txt")
    assert made.manifest.documents == 1 and made.rows == 9000
    assert f"bytes={len(content) // 2}-" in site.sent("/a.txt", "Range")


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("nowhere://bucket/a", "nowhere://bucket/a: .*use for example s3://"),
        ("memory://absent", "memory://absent does not exist"),
        ("file:///absent/folder", "file:///absent/folder does not exist"),
        ("zip://absent.zip", "does not exist"),
        ("http://127.0.0.1:9/a.txt", "127.0.0.1:9"),
    ],
)
def test_an_address_that_cannot_be_had_is_one_line(home, monkeypatch, address, message):
    monkeypatch.setattr("corpora.net.retries.time.sleep", lambda _: None)
    with pytest.raises((InputError, OptionError), match=message) as caught:
        built(address)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("scheme", "extra"), [("s3", "s3fs"), ("gs", "gcsfs")])
def test_an_address_without_its_extra_says_what_to_install(home, monkeypatch, scheme, extra):
    monkeypatch.setitem(sys.modules, extra, None)
    with pytest.raises(
        OptionError, match=rf"{scheme}://b/k: .*pip install 'transferset\[{'s3' if scheme == 's3' else 'gcs'}\]'"
    ):
        built(f"{scheme}://b/k")


def test_what_is_not_an_archive_is_named(home, tmp_path):
    (tmp_path / "a.zip").write_bytes(b"This is text.")
    with pytest.raises(InputError, match="cannot be read"):
        built(f"zip://{tmp_path / 'a.zip'}")


def rejects(made):
    lines = (made.path / "rejects.jsonl").read_text(encoding="utf-8").splitlines()
    return {line["id"]: line["reason"] for line in map(json.loads, lines)}


def test_members_that_cannot_be_had_are_one_reject_each(home, zipped):
    path = zipped({"good.txt": PROSE, "bomb.txt": bytes(80 << 20), "../up.txt": PROSE, "hurt.txt": PROSE * 9})
    raw = path.read_bytes()
    at = raw.index(b"hurt.txt") + 30
    path.write_bytes(raw[:at] + bytes([raw[at] ^ 255]) + raw[at + 1 :])
    made = built(f"zip://{path}")
    assert made.manifest.documents == 1
    assert rejects(made) == {"bomb.txt": "unpacks to too much", "../up.txt": "unsafe name", "hurt.txt": "damaged"}


def test_files_of_other_suffixes_are_counted_and_not_downloaded(home, memory, tmp_path):
    made = built(memory({**FILES, "c.png": b"picture", "d.png": b"picture"}))
    assert any("2 .png" in note for note in made.manifest.notes)
    assert len([*(home / "downloads" / "addresses" / "files").iterdir()]) == 2


def test_books_and_dumps_are_read_from_addresses(home, memory, dumps_xml):
    memory({"books/one.txt": (PROSE * 30).encode(), "wiki.xml": dumps_xml})
    assert corpora.build("books:folder=memory://bucket/books").manifest.documents == 1
    wiki = corpora.build("wikipedia:dump=memory://bucket/wiki.xml")
    assert wiki.manifest.documents == 3 and wiki.manifest.plan["recipe"]["dump"] == ["memory://bucket/wiki.xml"]


@pytest.fixture
def dumps_xml():
    """A small dump."""
    page = "<page><title>T{0}</title><ns>0</ns><id>{0}</id><revision><id>1</id><model>wikitext</model><text>Town {0} is a place in the north. It has {0} houses and a mill.</text></revision></page>"  # noqa: E501
    info = "<siteinfo><dbname>enwiki</dbname><base>https://en.wikipedia.org/wiki/Main_Page</base><namespaces><namespace key='0'/></namespaces></siteinfo>"  # noqa: E501
    return f"<mediawiki xml:lang='en'>{info}{''.join(page.format(n) for n in (1, 2, 3))}</mediawiki>".encode()


def test_parquet_is_read_from_an_address(corpus, tmp_path, memory):
    corpora.export(corpus, tmp_path / "rows.parquet")
    memory({"rows.parquet": (tmp_path / "rows.parquet").read_bytes()})
    assert corpora.open("parquet:memory://bucket").rows == corpus.rows


@pytest.mark.parametrize("kept", [1, 7, 20])
def test_the_first_bytes_of_a_parquet_file_are_not_a_sound_one(corpus, tmp_path, kept):
    corpora.export(corpus, tmp_path / "rows.parquet")
    assert is_sound(tmp_path / "rows.parquet", "rows.parquet", None)
    (tmp_path / "cut.parquet").write_bytes((tmp_path / "rows.parquet").read_bytes()[:kept])
    assert not is_sound(tmp_path / "cut.parquet", "cut.parquet", None)


@pytest.mark.slow
def test_the_command_line_keeps_both_slashes(run, zipped, tmp_path):
    run("build", "texts", "--folder", f"zip://{zipped(FILES)}", "--name", "mine")
    assert f"zip://{tmp_path}" in run("show", "mine", "--json").out
    failed = run("build", "texts", "--folder", "nowhere://a", code=2)
    assert failed.err.count("\n") == 1 and "nowhere://a" in failed.err


def test_a_bucket_gives_the_version_of_the_folder(here, monkeypatch, request):
    pytest.importorskip("s3fs", reason="s3fs is in the extra s3")
    server = pytest.importorskip("moto.server", reason="moto[server] is not in the extra dev").ThreadedMotoServer(
        port=0
    )
    server.start()
    request.addfinalizer(server.stop)
    host, port = server.get_host_and_port()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(key, "test")
    bucket = fsspec.filesystem("s3", skip_instance_cache=True)
    bucket.mkdir("texts")
    for key, content in FILES.items():
        bucket.pipe(f"texts/{key}", content)
    assert built("s3://texts").fingerprint == here


def test_a_copy_continues_where_an_earlier_one_stopped(memory, tmp_path):
    storage = Storage(f"{memory({'a.txt': b'0123456789'})}/a.txt")
    (remote,) = storage.files()
    (tmp_path / "part").write_bytes(b"abc")
    storage.copy(remote, tmp_path / "part")
    assert (tmp_path / "part").read_bytes() == b"abc3456789" and remote.key == "a.txt"


def test_a_file_that_ends_early_is_not_taken(memory, tmp_path):
    storage = Storage(f"{memory({'a.txt': b'0123456789'})}/a.txt")
    (remote,) = storage.files()
    with pytest.raises(DownloadError, match=r"ends early \(10 of 11 bytes\); run the same command again"):
        storage.copy(replace(remote, size_bytes=11), tmp_path / "part")
