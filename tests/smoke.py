"""Smoke test of an installed `backprop-tutor`: `python tests/smoke.py PATH/TO/backprop-tutor`.

pytest does not collect it. `.ci/run` runs it on the built wheel, in an environment that has nothing else.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile

import pexpect
import pyte


def smoke(program: str) -> None:
    """Run some commands and the first screen of `program`. Raises if one fails."""
    home = tempfile.mkdtemp()
    environment = {**os.environ, "BACKPROP_TUTOR_HOME": home, "TERM": "xterm-256color", "LANG": "C.UTF-8"}

    def output(*arguments: str, text: str = "") -> str:
        process = subprocess.run(
            [program, *arguments], input=text, capture_output=True, text=True, env=environment, timeout=120, check=True
        )
        return process.stdout

    assert output("--version").startswith("backprop-tutor "), "--version"
    solved = json.loads(output("solve", "z = (a + b) * c", "a=50", "b=70", "c=2", "--json"))
    assert solved["value"] == 240, solved
    assert "basics/add-multiply" in output("list"), "list"
    assert "240" in output("play", "basics/add-multiply", "--plain", text="1\n2\n120\n2\n2\n"), "play --plain"

    screen = pyte.Screen(80, 24)
    stream = pyte.Stream(screen)
    child = pexpect.spawn(program, dimensions=(24, 80), env=environment, encoding="utf-8", timeout=60)
    while not any("The basics" in line for line in screen.display):
        stream.feed(child.read_nonblocking(65536, timeout=60))
    child.send("\x11")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0, f"the screen ended with {child.exitstatus}"
    print("the installed program works")


if __name__ == "__main__":
    smoke(sys.argv[1])
