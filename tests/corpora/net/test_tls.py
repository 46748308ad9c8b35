"""Encrypted connections: certificates are checked, and a drip is cut off as well."""

import shutil
import ssl
import subprocess
import time

import pytest

from corpora import DownloadError, InputError, Retries, Timeouts

pytestmark = pytest.mark.skipif(not shutil.which("openssl"), reason="needs the openssl program for a certificate")
BODY = b"It was a long book. " * 50


@pytest.fixture
def certificate(tmp_path):
    """A self-signed certificate for 127.0.0.1, and its key."""
    paths = tmp_path / "certificate.pem", tmp_path / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1", "-out", str(paths[0]), "-keyout", str(paths[1])]
    subprocess.run(command, check=True, capture_output=True)
    return paths


@pytest.fixture
def secure(serve, certificate):
    """A function that starts an encrypted site."""

    def start(pages):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        return serve(pages, context)

    return start


def test_trusted_certificate_is_accepted(secure, certificate, client, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    assert client().text(secure({"/a": BODY}).url + "/a") == BODY.decode()


def test_unknown_certificate_is_refused(secure, client):
    with pytest.raises(DownloadError, match=r"(?i)certificate"):
        client(retries=Retries(1)).text(secure({"/a": BODY}).url + "/a")


@pytest.mark.slow
@pytest.mark.parametrize("before", [b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\nContent-Length: 50000\r\n\r\n"])
def test_slow_drip_is_cut_off(secure, certificate, client, monkeypatch, before):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    site = secure({"/a": lambda h: h.raw(before, *[b"x"] * 400, pause_seconds=0.05)})
    started = time.monotonic()
    with pytest.raises(DownloadError, match="too slow"):
        client(timeouts=Timeouts(2.0, 0.4)).text(site.url + "/a")
    assert time.monotonic() - started < 1.9


def test_certificate_file_that_is_missing_is_named(client, monkeypatch, tmp_path):
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    with pytest.raises(InputError, match="network settings in the environment cannot be used.*SSL_CERT_FILE"):
        client()
