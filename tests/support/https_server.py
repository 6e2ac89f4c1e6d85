"""A web server on this computer with a certificate of its own authority, made by openssl."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HAS_OPENSSL = shutil.which("openssl") is not None

#: What a path answers: the content, or a function that answers itself.
Answers = "Mapping[str, bytes | Callable[[BaseHTTPRequestHandler], None]]"


def make_certificates(folder: Path) -> tuple[Path, Path]:
    """Make an authority and a certificate of it for `localhost`; return the files of the first and of the second."""
    authority, key = folder / "authority.pem", folder / "authority.key"
    server, request = folder / "server.pem", folder / "server.csr"
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    (folder / "names").write_text("subjectAltName=DNS:localhost\n", encoding="utf-8")
    signing = ("-days", "2", "-extfile", folder / "names")
    for command in (
        ("req", "-x509", *curve, "-keyout", key, "-out", authority, "-days", "2", "-subj", "/CN=Test authority"),
        ("req", *curve, "-keyout", folder / "server.key", "-out", request, "-subj", "/CN=localhost"),
        ("x509", "-req", "-in", request, "-CA", authority, "-CAkey", key, "-CAcreateserial", *signing, "-out", server),
    ):
        subprocess.run(["openssl", *map(str, command)], check=True, capture_output=True, timeout=60)
    server.write_text(server.read_text() + (folder / "server.key").read_text(), encoding="utf-8")
    return authority, server


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients that end a connection, as the tests let them."""


@contextmanager
def https_server(certificate: Path, answers: Answers) -> Iterator[str]:  # type: ignore[valid-type]
    """Serve answers by their paths while the context lasts; yield the address of the server."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = answers.get(self.path)  # type: ignore[attr-defined]
            if callable(answer):
                answer(self)
                return
            self.send_response(200 if answer is not None else 404)
            self.send_header("Content-Length", str(len(answer or b"")))
            self.end_headers()
            self.wfile.write(answer or b"")

        def log_message(self, *_arguments: object) -> None:  # type: ignore[override, unused-ignore]
            pass

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = _Server(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"https://localhost:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
