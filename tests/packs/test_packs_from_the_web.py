"""Packs from https addresses and lists of packs, loaded from a real server with a certificate of its own authority."""

from __future__ import annotations

import hashlib
import io
import socket
import tarfile
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.hostile_packs import HOSTILE_ARCHIVES, make_archive
from tests.support.https_server import HAS_OPENSSL, https_server, make_certificates
from tutor import i18n
from tutor.commands.group import run_click
from tutor.packs import download, library

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from http.server import BaseHTTPRequestHandler
    from pathlib import Path


pytestmark = pytest.mark.skipif(not HAS_OPENSSL, reason="openssl, which makes the certificates, is not installed")

PACK_TOML = """format = 1
id = "linear"
title = { en = "Linear algebra", ko = "선형대수" }
authors = ["A. Author", "B. Author"]
licence = "CC BY 4.0"
"""
EXERCISE = 'graph = "z = a * b"\n[inputs]\na = 5\nb = 7\n'


def make_pack(pack_toml: str = PACK_TOML, count: int = 2) -> bytes:
    exercises = [(f"{number:02}-ex{number}.toml", EXERCISE.encode()) for number in range(1, count + 1)]
    return make_archive(("pack.toml", pack_toml.encode()), *exercises)


def redirect(to: str, code: int = 302) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(code)
        handler.send_header("Location", to)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


def send(content: bytes, **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(content)

    return answer


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def answers() -> dict[str, Any]:
    """Return what the server answers, to be filled by the test."""
    return {}


@pytest.fixture
def server(certificates: tuple[Path, Path], answers: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Serve `answers`, with an authority that this computer trusts; return the address."""
    authority, certificate = certificates
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    monkeypatch.setenv("no_proxy", "localhost")
    with https_server(certificate, answers) as address:
        yield address


class Result:
    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


@pytest.fixture
def pack(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Return a function that runs `backprop-tutor pack` with arguments, and a line of standard input."""

    def run(*arguments: str, typed: str = "") -> Result:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        code = run_click(["pack", *arguments])
        captured = capsys.readouterr()
        return Result(code, captured.out, captured.err)

    return run


def added_packs() -> list[str]:
    return [each.pack.id for each in library.packs_with_origin(installed=False) if each.origin == "added"]


def test_a_pack_is_shown_before_it_is_added(pack: Callable[..., Result], server: str, answers: dict[str, Any]) -> None:
    answers["/packs/linear.zip"] = content = make_pack()
    address = f"{server}/packs/linear.zip"
    refused = pack("add", "--from", address, typed="\n")
    rows = {line.split("  ")[0]: line.rpartition("  ")[2] for line in refused.out.splitlines() if "  " in line}
    assert rows == {
        "pack": "linear: Linear algebra",
        "from": address,
        "size": "1 KiB",
        "exercises": "2",
        "authors": "A. Author, B. Author",
        "licence": "CC BY 4.0",
        "SHA-256": hashlib.sha256(content).hexdigest(),
    }
    assert "localhost is in your own network or on this computer." in refused.out
    assert refused.err == "Add this pack? [y/N] "
    assert refused.out.endswith("Nothing was added.\n")
    assert (refused.code, added_packs()) == (1, [])
    done = pack("add", "--from", address, typed="yes\n")
    assert done.out.endswith("Added: linear (Linear algebra). Exercises: 2.\n")
    assert (done.code, added_packs()) == (0, ["linear"])
    answers["/packs/linear.zip"] = make_pack(count=3)
    again = pack("add", "--from", address, "--yes")
    assert "It replaces your pack “linear”." in again.out
    assert again.err == ""
    assert library.find_exercise("linear/ex3").pack == "linear"


def test_the_question_is_asked_in_korean(pack: Callable[..., Result], server: str, answers: dict[str, Any]) -> None:
    answers["/linear.zip"] = make_pack('format = 1\nid = "linear"\n')
    i18n.set_language("ko")
    done = pack("add", "--from", f"{server}/linear.zip", typed="네\n")
    assert "밝히지 않음" in done.out
    assert added_packs() == ["linear"]


def test_an_address_needs_from(pack: Callable[..., Result]) -> None:
    assert "Only addresses that begin with https://" in pack("add", "http://example.org/linear.zip").err
    done = pack("add", "https://example.org/linear.zip")
    assert done.code == 2
    assert "backprop-tutor pack add --from https://example.org/linear.zip" in done.err


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("http://example.org/a.zip", "Only addresses that begin with https://"),
        ("ftp://example.org/a.zip", "Only addresses that begin with https://"),
        ("file:///etc/passwd", "Only addresses that begin with https://"),
        ("https://", "is not an address"),
        ("https://example.org:99999/a.zip", "is not an address"),
        ("https://exam ple.org/a.zip", "is not an address"),
        ("https://[::1/a.zip", "is not an address"),
        ("https://name:secret@example.org/a.zip", "contains a user name or a password"),
        ("https://" + "a" * 70 + ".org/a.zip", "is not an address"),
    ],
)
def test_only_plain_https_addresses_are_loaded(pack: Callable[..., Result], address: str, sentence: str) -> None:
    done = pack("add", "--from", address, "--yes")
    assert sentence in done.err
    assert done.code == 1


def test_a_certificate_must_be_trusted(
    pack: Callable[..., Result], server: str, answers: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    answers["/linear.zip"] = make_pack()
    other_name = pack("add", "--from", f"{server.replace('localhost', '127.0.0.1')}/linear.zip", "--yes")
    assert "The certificate of 127.0.0.1 can't be trusted" in other_name.err
    monkeypatch.delenv("SSL_CERT_FILE")
    unknown = pack("add", "--from", f"{server}/linear.zip", "--yes")
    assert "The certificate of localhost can't be trusted: " in unknown.err
    assert added_packs() == []


def test_redirects_lead_only_to_https(pack: Callable[..., Result], server: str, answers: dict[str, Any]) -> None:
    answers |= {
        "/linear.zip": make_pack(),
        "/moved": redirect("/linear.zip"),
        "/plain": redirect(f"{server.replace('https', 'http')}/linear.zip"),
        "/file": redirect("file:///etc/passwd"),
        "/round": redirect("/round"),
        "/password": redirect(server.replace("://", "://a:b@") + "/linear.zip"),
    }
    assert "Only addresses that begin with https://" in pack("add", "--from", f"{server}/plain", "--yes").err
    assert (
        "only redirects to other addresses and never to a file" in pack("add", "--from", f"{server}/file", "--yes").err
    )
    assert (
        "only redirects to other addresses and never to a file" in pack("add", "--from", f"{server}/round", "--yes").err
    )
    assert "contains a user name or a password" in pack("add", "--from", f"{server}/password", "--yes").err
    assert added_packs() == []
    assert f"{server}/linear.zip" in pack("add", "--from", f"{server}/moved", "--yes").out
    assert added_packs() == ["linear"]


def test_what_is_too_large_or_breaks_off_is_refused(
    pack: Callable[..., Result], server: str, answers: dict[str, Any]
) -> None:
    answers |= {
        "/announced": send(b"", Content_Length=str(9 << 20)),
        "/endless": send(b"x" * (9 << 20)),
        "/short": send(b"PK", Content_Length="1000"),
        "/no-web": lambda handler: handler.wfile.write(b"220 a server of mails\r\n"),
        "/error": lambda handler: handler.send_error(503, "\x1b[31mred"),
    }
    assert "larger than 8 MiB" in pack("add", "--from", f"{server}/announced", "--yes").err
    assert "larger than 8 MiB" in pack("add", "--from", f"{server}/endless", "--yes").err
    assert "ended too early" in pack("add", "--from", f"{server}/short", "--yes").err
    assert "does not answer like a web server" in pack("add", "--from", f"{server}/no-web", "--yes").err
    assert "answered 503 (Service Unavailable)" in pack("add", "--from", f"{server}/error", "--yes").err
    assert "answered 404 (Not Found)" in pack("add", "--from", f"{server}/missing", "--yes").err


def test_a_slow_server_is_given_up(
    pack: Callable[..., Result], server: str, answers: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "TIME_LIMIT", 0.2)
    over = Event()
    answers["/slow"] = lambda _handler: over.wait(60)
    assert "localhost took longer than" in pack("add", "--from", f"{server}/slow", "--yes").err
    over.set()


def test_a_host_that_is_not_there_is_told(pack: Callable[..., Result], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert (
        "There is no connection to localhost" in pack("add", "--from", f"https://localhost:{port}/a.zip", "--yes").err
    )
    assert (
        "The host nowhere.invalid does not exist" in pack("add", "--from", "https://nowhere.invalid/a.zip", "--yes").err
    )


@pytest.mark.parametrize("name", ["up", "backslash", "link", "twice", "deep", "locked", "torn"])
def test_a_hostile_archive_is_refused(
    name: str, pack: Callable[..., Result], server: str, answers: dict[str, Any]
) -> None:
    make, sentence = HOSTILE_ARCHIVES[name]
    answers["/evil.zip"] = make()
    done = pack("add", "--from", f"{server}/evil.zip", "--yes")
    assert sentence in done.err
    assert "backprop-tutor: evil.zip" in done.err  # It is called as it was there, not as the file it was written to.
    assert (done.code, added_packs()) == (1, [])


def test_a_file_can_be_shown_before_it_is_added(pack: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "linear.zip").write_bytes(make_pack())
    refused = pack("add", "--from", str(tmp_path / "linear.zip"), typed="n\n")
    assert "CC BY 4.0" in refused.out
    assert added_packs() == []
    assert pack("add", "--from", str(tmp_path / "linear.zip"), typed="y\n").code == 0
    assert "can't be read" in pack("add", "--from", str(tmp_path), "--yes").err


def test_what_can_not_be_added_is_told_before_the_question(
    pack: Callable[..., Result], server: str, answers: dict[str, Any]
) -> None:
    answers |= {"/basics.zip": make_pack('format = 1\nid = "basics"'), "/empty.zip": make_pack(count=0)}
    for path, sentence in (("basics.zip", "is the id of a built-in pack"), ("empty.zip", "This pack has no exercise")):
        refused = pack("add", "--from", f"{server}/{path}", typed="y\n")
        assert sentence in refused.err
        assert "[y/N]" not in refused.err


def test_other_files_are_no_packs(pack: Callable[..., Result], server: str, answers: dict[str, Any]) -> None:
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w:gz") as archive:
        link = tarfile.TarInfo("pack.toml")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    answers |= {"/pack.tar.gz": raw.getvalue(), "/page": b"<html>", "/\ud55c.zip": make_pack()}
    for path in ("pack.tar.gz", "page"):
        assert "This is not a zip archive" in pack("add", "--from", f"{server}/{path}", "--yes").err
    answers["/%ED%95%9C%20.zip"] = make_pack()
    assert pack("add", "--from", f"{server}/한%20.zip", "--yes").code == 0


def test_texts_of_strangers_are_shown_as_plain_text(
    pack: Callable[..., Result], server: str, answers: dict[str, Any]
) -> None:
    toml = (
        'format = 1\nid = "linear"\ntitle = "\\u001b[31mred"\nauthors = ["a\\nlicence  MIT"]\nlicence = "x\\r\\u202e"\n'
    )
    answers["/linear.zip"] = make_pack(toml)
    out = pack("add", "--from", f"{server}/linear.zip", "--yes").out
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert [line.split()[0] for line in out.splitlines()].count("licence") == 1


LIST = """format = 1

[pack.linear]
address = "linear.zip"
sha256 = "{sha256}"
title = {{ en = "Linear algebra", ko = "선형대수" }}
description = {{ en = "Products and transposes.", ko = "곱과 전치를 다룹니다." }}

[pack.other]
address = "{other}"
"""


@pytest.mark.parametrize("where", ["web", "file"])
def test_a_list_names_packs(
    where: str, pack: Callable[..., Result], server: str, answers: dict[str, Any], tmp_path: Path
) -> None:
    content = make_pack()
    text = LIST.format(sha256=hashlib.sha256(content).hexdigest().upper(), other=f"{server}/other.zip")
    answers |= {"/packs/list.toml": text.encode(), "/packs/linear.zip": content, "/other.zip": make_pack()}
    (tmp_path / "list.toml").write_text(text, encoding="utf-8")
    (tmp_path / "linear.zip").write_bytes(content)
    source = f"{server}/packs/list.toml" if where == "web" else str(tmp_path / "list.toml")
    beside = source.replace("list.toml", "linear.zip")
    assert pack("list", "--from", source).out.splitlines() == [
        "linear: Linear algebra",
        "  Products and transposes.",
        f"  {beside}",
        "other: other",
        f"  {server}/other.zip",
    ]
    unnamed = pack("add", "--from", source)
    assert (unnamed.code, "It contains linear, other." in unnamed.err) == (2, True)
    assert "Did you mean linear?" in pack("add", "linaer", "--from", source).err
    done = pack("add", "linear", "--from", source, "--yes")
    assert done.out.endswith("Added: linear (Linear algebra). Exercises: 2.\n")
    assert pack("list", "--from", source).out.startswith("linear: Linear algebra (added)\n")
    # The other address leads to a pack of another name.
    assert "has the id “linear”, but the list says “other”" in pack("add", "other", "--from", source, "--yes").err


def test_a_file_with_another_checksum_is_refused(
    pack: Callable[..., Result], server: str, answers: dict[str, Any], tmp_path: Path
) -> None:
    text = LIST.format(sha256="0" * 64, other=f"{server}/other.zip")
    answers |= {"/list.toml": text.encode(), "/linear.zip": make_pack()}
    (tmp_path / "list.toml").write_text(text, encoding="utf-8")
    (tmp_path / "linear.zip").write_bytes(make_pack())
    for source in (f"{server}/list.toml", str(tmp_path / "list.toml")):
        assert "is not the file in the list" in pack("add", "linear", "--from", source, "--yes").err
    assert added_packs() == []


@pytest.mark.parametrize(
    ("text", "place", "sentence"),
    [
        ("format = 2", "1: format", "newer"),
        ('format = 1\n[pack.a]\naddress = "http://example.org/a.zip"', "3: pack.a.address", "https://"),
        ('format = 1\n[pack.a]\naddress = "../a.zip"', "3: pack.a.address", "beside this list"),
        ('format = 1\n[pack.a]\naddress = "/a.zip"', "3: pack.a.address", "beside this list"),
        ('format = 1\n[pack.a]\naddress = "C:\\\\a.zip"', "3: pack.a.address", "beside this list"),
        ('format = 1\n[pack.a]\naddress = "a.zip"\nsha256 = "12"', "4: pack.a.sha256", "64 hexadecimal digits"),
        ('format = 1\n[pack."a b"]\naddress = "a.zip"', '2: pack."a b"', "Write an id with"),
        ("format = 1\n[pack.a]\nadress = 'a.zip'", "3: pack.a.adress", "Did you mean address?"),
        ("format = 1\n[pack.a", "2", "is not closed"),
        ("", "1: format", "is missing"),
    ],
)
def test_a_list_with_errors_is_refused_with_their_places(
    text: str, place: str, sentence: str, pack: Callable[..., Result], tmp_path: Path
) -> None:
    (tmp_path / "list.toml").write_text(text, encoding="utf-8")
    for arguments in (("list",), ("add", "a", "--yes")):
        done = pack(*arguments, "--from", str(tmp_path / "list.toml"))
        assert done.code == 1
        assert any(f"list.toml:{place}" in line and sentence in line for line in done.err.splitlines()), done.err


def test_lists_that_are_not_there_or_empty_are_told(pack: Callable[..., Result], tmp_path: Path) -> None:
    assert "This file does not exist" in pack("list", "--from", str(tmp_path / "none.toml")).err
    (tmp_path / "list.toml").write_text("format = 1\n", encoding="utf-8")
    assert pack("list", "--from", str(tmp_path / "list.toml")).out == "This list contains no packs.\n"
    assert "This list contains no packs." in pack("add", "a", "--from", str(tmp_path / "list.toml")).err
    (tmp_path / "list.toml").write_text('format = 1\n[pack.a]\naddress = "a.zip"\n', encoding="utf-8")
    assert "can't be read" in pack("add", "a", "--from", str(tmp_path / "list.toml")).err
