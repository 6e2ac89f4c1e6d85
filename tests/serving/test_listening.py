"""Where the server listens, and what is said when something else is there."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from tutor.serving.listening import ListenError, Place, open_socket

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.run_tutor import Run


def test_a_port_that_is_in_use_is_told_with_another_one(run_tutor: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ListenError, match=rf"Port {port} on 127\.0\.0\.1 is in use .*--port [0-9]+"):
            open_socket(Place(port=port))
    done = run_tutor("serve", "--port", "65536")
    assert (done.returncode, done.stderr) == (2, "backprop-tutor: --port must be a whole number from 0 to 65535.\n")


def test_no_port_is_proposed_that_does_not_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object) -> None:
        raise OSError(98, "Address already in use")

    monkeypatch.setattr("errno.EADDRINUSE", 98)
    monkeypatch.setattr(socket.socket, "bind", refuse)
    with pytest.raises(ListenError, match="--port 65534"):
        open_socket(Place(port=65535))


def test_a_socket_is_taken_over_only_from_a_server_that_is_gone(tmp_path: Path) -> None:
    place = Place(unix_socket=tmp_path / "socket")
    with open_socket(place), pytest.raises(ListenError, match=r"A server is already listening on .*socket"):
        open_socket(place)
    with open_socket(place):  # The file is still there.
        assert (tmp_path / "socket").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", ["file", "no/folder", "x" * 200])
def test_a_socket_that_cannot_be_made_is_told_and_nothing_is_lost(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(ListenError, match="Choose another --unix-socket"):
        open_socket(Place(unix_socket=tmp_path / name))
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize("prefix", ["tutor", "/tutor/", "/a/../b", "/./a", "/a b", "/"])
def test_a_prefix_is_a_path_that_browsers_keep(run_tutor: Run, prefix: str) -> None:
    done = run_tutor("serve", "--prefix", prefix)
    assert done.returncode == 2
    assert "--prefix must be a path such as /tutor" in done.stderr
