"""Completion of commands, options, exercises and packs, typed in real shells; each where it is installed."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

import pexpect
import pytest

from tutor.commands.completion import SHELLS
from tutor.paths import data_folder

if TYPE_CHECKING:
    from tests.support.run_tutor import Run

PROJECT = Path(__file__).parents[1]
#: Names and titles that a shell or a terminal might do something with.
HOSTILE = ("$(touch pwned)", "`touch pwned`", "a;touch pwned", "*", "a b", "-rf", "x\x1b[31m", "~", "#", "a'b", 'a"b')
STARTS = {
    "bash": ["--norc", "--noprofile", "-i"],
    "zsh": ["-f", "-i"],
    "fish": ["--no-config", "--private", "-i"],
}
SOURCES = {
    "bash": 'eval "$(backprop-tutor completion bash)"',
    "zsh": 'autoload -Uz compinit; compinit -D -u; eval "$(backprop-tutor completion zsh)"',
    "fish": "backprop-tutor completion fish | source",
}


def add_pack(pack: str, exercises: dict[str, str]) -> None:
    """Add a pack as the learner would have it: file names and titles of its exercises."""
    folder = data_folder() / "packs"
    folder.mkdir(parents=True, exist_ok=True)
    with ZipFile(folder / "added.zip", "w") as archive:
        archive.writestr("pack.toml", f'id = "{pack}"\ntitle = "Added $(touch pwned)"\n')
        for name, title in exercises.items():
            archive.writestr(name, f'title = {json.dumps(title)}\ngraph = "z = x*y"\n[inputs]\nx = 2\ny = 3\n')


class Shell:
    """A shell in a terminal of its own, in a folder with a command `backprop-tutor`."""

    def __init__(self, name: str, folder: Path) -> None:
        program = folder / "bin" / "backprop-tutor"
        program.parent.mkdir()
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m tutor "$@"\n', encoding="utf-8")
        program.chmod(0o755)
        environment = {
            **os.environ,
            "PATH": f"{program.parent}:{os.environ['PATH']}",
            "PYTHONPATH": str(PROJECT),
            "TERM": "dumb" if name == "bash" else "xterm",
            "HOME": str(folder),
        }
        self.child = pexpect.spawn(
            name, STARTS[name], cwd=folder, env=environment, encoding="utf-8", timeout=30, dimensions=(50, 200)
        )
        self.child.sendline(f"{SOURCES[name]}; echo is-'ready'")
        self.child.expect("is-ready")

    def complete(self, typed: str, shown: str) -> str:
        """Type the beginning of a line and tab; wait until something is shown, leave the line, return what came."""
        self.child.send(typed + "\t")
        self.child.expect(re.escape(shown))
        self.child.send("\x15")
        return str(self.child.before + self.child.after)

    def close(self) -> None:
        self.child.sendline("exit")
        self.child.expect(pexpect.EOF)
        self.child.close(force=True)


def shells(*always: str) -> list[Any]:
    """Return the shells for a test, those that are slow to start only for long runs, all only where installed."""
    return [
        pytest.param(
            name,
            marks=pytest.mark.skipif(
                shutil.which(name) is None or not (name in always or os.environ.get("BACKPROP_TUTOR_LONG")),
                reason=f"{name} is not installed, or one of many; BACKPROP_TUTOR_LONG runs all",
            ),
        )
        for name in SHELLS
    ]


@pytest.mark.parametrize("name", shells("bash"))
def test_a_shell_completes_commands_options_exercises_and_packs(name: str, tmp_path: Path) -> None:
    add_pack("my-course", {"01-only-one.toml": "Only one"})
    (tmp_path / "week-1").mkdir()
    (tmp_path / "week-1" / "pack.toml").write_text('title = "Week 1"\n', encoding="utf-8")
    (tmp_path / "week-1" / "01-first.toml").write_text('graph = "z = x*y"\n', encoding="utf-8")
    shell = Shell(name, tmp_path)
    shell.complete("backprop-tutor plac", "backprop-tutor placement")
    shell.complete("backprop-tutor solve --mer", "backprop-tutor solve --mermaid")
    shell.complete("backprop-tutor play basics/two-ro", "backprop-tutor play basics/two-roads")
    if name != "bash" or os.environ.get("BACKPROP_TUTOR_LONG"):
        shell.complete("backprop-tutor play my-c", "backprop-tutor play my-course/only-one")
        shell.complete("backprop-tutor pack remove my", "backprop-tutor pack remove my-course")
        shell.complete("backprop-tutor play week-1/", "backprop-tutor play week-1/01-first.toml")
    shell.close()


@pytest.mark.parametrize("name", shells())
def test_no_name_or_title_makes_a_shell_do_anything(name: str, tmp_path: Path) -> None:
    add_pack("x-course", {f"{text}.toml".replace("/", "-"): text for text in HOSTILE} | {"fine.toml": "$(touch pwned)"})
    (tmp_path / "$(touch pwned)").mkdir()
    (tmp_path / "$(touch pwned)" / "pack.toml").write_text("", encoding="utf-8")
    shell = Shell(name, tmp_path)
    shell.complete("backprop-tutor play x-course/", "backprop-tutor play x-course/fine")
    shell.complete("backprop-tutor play '$(touch pwned)", "'$(touch pwned)")
    shell.complete("backprop-tutor play basics/two-ro", "backprop-tutor play basics/two-roads")
    shell.close()
    assert not (tmp_path / "pwned").exists()


def ask(run_tutor: Run, *words: str, shell: str = "fish") -> list[str]:
    """Return the lines that a shell would get for a command line."""
    typed = {"COMP_WORDS": " ".join(("backprop-tutor", *words)), "COMP_CWORD": words[-1]}
    done = run_tutor(_BACKPROP_TUTOR_COMPLETE=f"{shell}_complete", **typed)
    assert done.stderr == ""
    return done.stdout.splitlines()


def test_only_names_that_are_plain_words_are_offered(run_tutor: Run) -> None:
    add_pack(
        "x-course", {f"{text}.toml".replace("/", "-"): text for text in HOSTILE} | {"fine.toml": "A \x1b[31m title"}
    )
    assert ask(run_tutor, "play", "x-c") == ["plain,x-course/fine\tA \\x1b[31m title"]
    assert ask(run_tutor, "pack", "remove", "x") == ["plain,x-course\tAdded $(touch pwned)"]
    # Neither a damaged settings file nor an unknown option is spoken of on the line that is typed.
    (data_folder() / "settings.toml").write_text("theme = [", encoding="utf-8")
    assert ask(run_tutor, "--nonsense", "play", "zzz") == [""]


def test_completing_loads_nothing_heavy() -> None:
    code = (
        "import os, sys; from tutor.cli import run;"
        "os.environ.update(_BACKPROP_TUTOR_COMPLETE='fish_complete', COMP_WORDS='b play ba', COMP_CWORD='ba');"
        "assert run([]) == 0; print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", timeout=60, check=True)
    assert "plain,basics/times\t" in done.stdout
    assert not {"textual", "sympy", "numpy", "flint", "pydantic", "sqlite3"} & set(done.stderr.split())
