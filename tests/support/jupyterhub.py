"""A JupyterHub on this machine: its configuration, its users' home folders, and the hub as a process."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.request import urlopen

import pytest

from tests.support.guide import HUB, read_page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PASSWORD = "gradient"
#: Seconds to wait for a server, on a machine that does other things as well.
TIMEOUT = 120.0


def guide_values() -> dict[str, Any]:
    """Return the values for Zero to JupyterHub in the guide."""
    yaml = pytest.importorskip("yaml")
    block = re.search(r"```yaml\n(# values\.yaml\n.*?)```", read_page(HUB), re.DOTALL)
    assert block
    values: dict[str, Any] = yaml.safe_load(block[1])
    return values


@dataclass(frozen=True, slots=True)
class Hub:
    """A running JupyterHub whose users have a home folder each in `homes`."""

    url: str
    homes: Path
    log: Path

    def home(self, user: str) -> Path:
        return self.homes / user


@contextmanager
def running_hub(folder: Path, proxy: str, default_url: str) -> Iterator[Hub]:
    """Start a JupyterHub for anyone who knows the password, and stop it with all that it started.

    `proxy` is the command of configurable-http-proxy.
    """
    ports = _free_ports(3)
    hub = Hub(f"http://127.0.0.1:{ports[0]}", folder / "homes", folder / "hub.log")
    hub.homes.mkdir(parents=True)
    config = folder / "jupyterhub_config.py"
    config.write_text(_config(hub, ports, proxy, default_url), "utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BACKPROP_TUTOR_")}
    # Where `jupyterhub-singleuser` is.
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    with hub.log.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyterhub", "--config", str(config)],
            cwd=folder,
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            wait_until(lambda: answers(f"{hub.url}/hub/api") or process.poll() is not None, hub.log)
            yield hub
        finally:
            process.terminate()  # The hub stops its users' servers and its proxy.
            try:
                process.wait(TIMEOUT)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)


def _config(hub: Hub, ports: list[int], proxy: str, default_url: str) -> str:
    lines = {
        "JupyterHub.bind_url": hub.url,
        "JupyterHub.hub_port": ports[1],
        "JupyterHub.db_url": "sqlite://",
        "JupyterHub.authenticator_class": "dummy",
        "JupyterHub.spawner_class": "simple",
        "JupyterHub.cleanup_servers": True,
        "DummyAuthenticator.password": PASSWORD,
        "Authenticator.allow_all": True,
        "ConfigurableHTTPProxy.command": [proxy],
        "ConfigurableHTTPProxy.api_url": f"http://127.0.0.1:{ports[2]}",
        "SimpleLocalProcessSpawner.home_dir_template": f"{hub.homes}/{{username}}",
        "Spawner.default_url": default_url,
        "Spawner.start_timeout": int(TIMEOUT),
        "Spawner.http_timeout": int(TIMEOUT),
        # A server runs as the user who runs this test, who may be root in a container.
        "Spawner.args": ["--allow-root"],
    }
    return "c = get_config()\n" + "".join(f"c.{name} = {value!r}\n" for name, value in lines.items())


def _free_ports(number: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=5) as reply:
            return bool(reply.status == 200)
    except OSError:
        return False


def wait_until(is_done: Callable[[], bool], log: Path) -> None:
    """Wait for something to happen; fail with the end of the hub's log if it doesn't."""
    end = time.monotonic() + TIMEOUT
    while not is_done():
        if time.monotonic() > end:
            raise AssertionError(log.read_text("utf-8", errors="replace")[-5000:])
        time.sleep(0.1)
