"""What tests share: a store of their own, a small corpus, the command line, and plugins for one test."""

from __future__ import annotations

import base64
import gc
import hashlib
import json
import logging
import os
import re
import shutil
import subprocess
import sys
import types
import warnings
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, settings

settings.register_profile(
    "default",
    deadline=None,  # a busy machine is no failure
    phases=[phase for phase in Phase if phase is not Phase.explain],  # which would trace every line of passing tests
)
settings.register_profile("fast", settings.get_profile("default"), max_examples=25)
settings.load_profile("default")
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

logging.getLogger("werkzeug").setLevel(logging.ERROR)  # a server's lines would go to where its first test wrote

gc.set_threshold(50_000, 20, 20)  # thousands of collected tests live to the end; looking at them again takes time

REAL = Path(__file__).resolve().parents[2] / "shared" / "data"


def pytest_collection_modifyitems(items: list[Any]) -> None:
    """Tests on real data skip, with the reason, where it is not there."""
    for item in items:
        if item.get_closest_marker("real_data") and not REAL.exists():
            item.add_marker(pytest.mark.skip(reason=f"needs the real data in {REAL}"))


def pytest_collection_finish() -> None:
    """What was imported and collected is never garbage: nobody looks for cycles in it."""
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def power_stays_on() -> Iterator[None]:
    """Do not wait for the disk: what tests write in this process may be lost when the machine stops."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda handle: None)
        yield


@pytest.fixture(scope="session", autouse=True)
def the_store_of_the_user_is_left_alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A test that does not ask for `home` finds an empty store, never that of the person who runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CORPORA_HOME", str(tmp_path_factory.mktemp("nobody") / "home"))
        yield


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty `$CORPORA_HOME`."""
    home = tmp_path / "home"
    monkeypatch.setenv("CORPORA_HOME", str(home))
    return home


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    """A folder of six small documents."""
    return _texts(tmp_path / "texts")


def _texts(folder: Path) -> Path:
    folder.mkdir()
    for number in range(6):
        lines = [
            f"Document {number} says hello number {line}. It ends here, near word{line % 7}." for line in range(40)
        ]
        (folder / f"d{number}.txt").write_text("\n\n".join(lines) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the datasets that `corpus` and `tokens` copy."""
    import corpora

    folder = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CORPORA_HOME", str(folder / "home"))
        corpus = corpora.build(f"texts:folder={_texts(folder / 'texts')}", name="corpus", duplicates="keep")
        corpora.tokenize(corpus, train=120)
    return folder / "home"


@pytest.fixture
def corpus(home: Path, made: Path) -> Any:
    """A sentence dataset named `corpus`, with the rows of `texts`."""
    import corpora

    shutil.copytree(made / "corpus", home / "corpus")
    return corpora.open("corpus")


@pytest.fixture
def tokens(corpus: Any, home: Path, made: Path) -> Any:
    """A token dataset named `corpus-tokens`, its vocabulary trained on `corpus`."""
    import corpora

    shutil.copytree(made / "corpus-tokens", home / "corpus-tokens")
    return corpora.open("corpus-tokens")


@pytest.fixture
def run(home: Path, capfd: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    """Call the command line as a user would: `run("list", code=0)`; gives `.out` and `.err`.

    It runs in this process, which has the libraries loaded, except with plugin files, which would stay loaded, with
    another hub, whose address its client reads when it is loaded, and on a cluster, whose end ends the process.
    """

    def run(*arguments: Any, code: int = 0, program: str = "corpora") -> Any:
        words = [*map(str, arguments)]
        apart = _another_hub() or any(re.match("--plugin|ray(:|$)", word) for word in words)
        done = _in_a_process(program, words) if apart else _here(program, words, capfd)
        assert done.code == code, f"{arguments}: {done.code}\n{done.out}\n{done.err}"
        return done

    return run


def _another_hub() -> bool:
    """Whether the environment names a hub that the client in this process would not ask."""
    client = sys.modules.get("huggingface_hub.constants")
    return "HF_ENDPOINT" in os.environ and getattr(client, "ENDPOINT", None) != os.environ["HF_ENDPOINT"]


def _in_a_process(program: str, words: list[str]) -> Any:
    """A command line in a process of its own."""
    command = [sys.executable, "-c", f"from {program}.cli import main; main()", *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, env=os.environ | {"COLUMNS": "200"})
    return types.SimpleNamespace(code=done.returncode, out=done.stdout, err=done.stderr)


def _here(program: str, words: list[str], capfd: pytest.CaptureFixture[str]) -> Any:
    """A command line in this process, with the warnings that a new process would show."""
    from corpora.cli.console import terminal

    main = import_module(f"{program}.cli").main
    terminal._warn.cache_clear()
    capfd.readouterr()
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings(), pytest.raises(SystemExit) as ended:
        warnings.simplefilter("ignore")
        patch.setattr(sys, "argv", ["-c", *words])
        patch.setenv("COLUMNS", "200")
        main()
    out, err = capfd.readouterr()
    return types.SimpleNamespace(code=ended.value.code or 0, out=out, err=err)


@pytest.fixture
def offer() -> Iterator[Callable[..., None]]:
    """Offer components for one test: `offer(transforms=[Shout])`."""
    from corpora import hookimpl, registry

    registered = []

    def offer(**kinds: list[type]) -> None:
        plugin = types.SimpleNamespace()
        for kind, classes in kinds.items():
            setattr(plugin, f"corpora_{kind}", hookimpl(lambda classes=classes: classes))
        registry.manager.register(plugin)
        registered.append(plugin)

    yield offer
    for plugin in registered:
        registry.manager.unregister(plugin)


@pytest.fixture
def real() -> Path:
    """The folder of real data; only for tests marked `real_data`."""
    return REAL


class Hub:
    """What the hub's client needs of the hub, on loopback: what is pushed to it can be read from it.

    Repositories are named as in addresses, `datasets/me/toy` or `models/me/student`; each has its commits in order.
    """

    def __init__(self, server: Any) -> None:
        self.url = server.url_for("").rstrip("/")
        self.commits: dict[str, list[dict[str, bytes]]] = {}
        self.private: set[str] = set()
        self.asked: list[str] = []
        """Every request, as METHOD PATH."""
        self.cut_after: int | None = None
        """Break the connection after so many bytes of every larger file."""
        server.expect_request(re.compile(".*")).respond_with_handler(self._answer)

    def commit(self, repository: str, files: dict[str, bytes]) -> str:
        """Put files beside those that are there; the new commit's sha."""
        before = self.commits.setdefault(repository, [])
        before.append({**(before[-1] if before else {}), **files})
        return self.sha(repository, len(before) - 1)

    def files(self, repository: str) -> dict[str, bytes]:
        """The files of the newest commit."""
        return self.commits[repository][-1]

    @staticmethod
    def sha(repository: str, number: int) -> str:
        """What a commit is named."""
        return hashlib.sha1(f"{repository} {number}".encode()).hexdigest()

    def _answer(self, request: Any) -> Any:
        self.asked.append(f"{request.method} {request.path}")
        if request.path == "/api/repos/create":
            kind = request.json.get("type", "model") + "s"
            name = "/".join(filter(None, [request.json.get("organization"), request.json["name"]]))
            self.commits.setdefault(f"{kind}/{name}", [{}])
            if request.json.get("private") or request.json.get("visibility") == "private":
                self.private.add(f"{kind}/{name}")
            return self._json({"url": f"{self.url}/{kind}/{name}", "name": name, "id": name})
        if request.path.startswith("/api/") and not re.match("/api/(datasets|models)/", request.path):
            return self._json({"errors": [], "warnings": []})
        path = request.path.removeprefix("/api/").lstrip("/")
        path = path if path.startswith(("datasets/", "models/")) else f"models/{path}"
        repository, rest = "/".join(path.split("/")[:3]), path.split("/")[3:]
        if repository not in self.commits:
            return self._error("RepoNotFound", 404)
        if repository in self.private and "Authorization" not in request.headers:
            return self._error("RepoNotFound", 401)
        action, revision = rest[:2] if len(rest) >= 2 else ("revision", "main")
        return self._of(repository, action, revision, rest[2:], request)

    def _of(self, repository: str, action: str, revision: str, rest: list[str], request: Any) -> Any:
        shas = [self.sha(repository, number) for number in range(len(self.commits[repository]))]
        sha = shas[-1] if revision == "main" else revision
        if sha not in shas:
            return self._error("RevisionNotFound", 404)
        files = self.commits[repository][shas.index(sha)]
        if action == "resolve":
            return self._file(files, "/".join(rest), sha, request)
        if action == "tree":
            entries = {path: {"size": len(content), "oid": etag(content)} for path, content in files.items()}
            return self._json([{"type": "file", "path": path, **entry} for path, entry in entries.items()])
        if action == "preupload":
            asked = [{"path": f["path"], "uploadMode": "regular", "shouldIgnore": False} for f in request.json["files"]]
            return self._json({"files": asked})
        if action == "commit":
            lines = [json.loads(line) for line in request.get_data(as_text=True).splitlines()]
            values = [line["value"] for line in lines if line["key"] == "file"]
            sent = {value["path"]: base64.b64decode(value["content"]) for value in values}
            oid = self.commit(repository, sent)
            return self._json({"commitUrl": f"{self.url}/{repository}/commit/{oid}", "commitOid": oid})
        siblings = [{"rfilename": path} for path in files]
        name = repository.partition("/")[2]
        return self._json({"id": name, "sha": sha, "siblings": siblings, "private": repository in self.private})

    def _file(self, files: dict[str, bytes], path: str, sha: str, request: Any) -> Any:
        from werkzeug import Response

        if path not in files:
            return self._error("EntryNotFound", 404)
        response = Response(files[path], headers={"X-Repo-Commit": sha}, mimetype="application/octet-stream")
        response.set_etag(etag(files[path]))
        response.make_conditional(request, accept_ranges=True, complete_length=len(files[path]))
        if self.cut_after is not None and request.method == "GET" and len(files[path]) > self.cut_after:
            length = response.headers["Content-Length"]
            response.set_data(response.get_data()[: self.cut_after])
            response.headers["Content-Length"] = length
        return response

    @staticmethod
    def _json(value: Any) -> Any:
        from werkzeug import Response

        return Response(json.dumps(value), mimetype="application/json")

    @staticmethod
    def _error(code: str, status: int) -> Any:
        from werkzeug import Response

        return Response("{}", status=status, mimetype="application/json", headers={"X-Error-Code": code})


def etag(content: bytes) -> str:
    """What identifies a file's content."""
    return hashlib.sha1(content).hexdigest()


@pytest.fixture
def hub(httpserver: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hub:
    """A hub on loopback, for this process and for programs that `run` starts; without a token."""
    from huggingface_hub import constants

    hub = Hub(httpserver)
    address = constants.HUGGINGFACE_CO_URL_TEMPLATE.replace(constants.ENDPOINT, hub.url)
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", address)
    monkeypatch.setattr(constants, "ENDPOINT", hub.url)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub" / "hub"))
    monkeypatch.setenv("HF_ENDPOINT", hub.url)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hub"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    monkeypatch.setenv("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    monkeypatch.delenv("HF_TOKEN", raising=False)
    return hub
