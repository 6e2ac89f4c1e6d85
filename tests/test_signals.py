"""Signals, terminals and streams: the terminal is left clean, the exit code is right, nothing checked is lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.pty_program import PtyProgram
from tutor.practice.storage.store import Store, default_path

if TYPE_CHECKING:
    from tests.support.run_tutor import Run

pytestmark = [pytest.mark.usefixtures("second_start"), pytest.mark.takes_long]

#: Starting the program takes about a second of the processor.
long = pytest.mark.skipif(not os.environ.get("BACKPROP_TUTOR_LONG"), reason="one of many; BACKPROP_TUTOR_LONG runs all")
COMMANDS, QUIT, F1 = "\x10", "\x11", "\x1bOP"
TIMES = ("play", "z = x * y", "x=2", "y=3")


@pytest.fixture(autouse=True)
def no_offers(home: Path, second_start: None) -> None:
    (home / "welcomed").touch()


def answered(exercise: str = "left-to-right") -> list[str]:
    """Return the answers that are stored."""
    with Store.open(default_path()) as store:
        return [event.text for event in store.events("basics", exercise) if event.kind == "answer"]


def open_exercise(program: PtyProgram) -> None:
    """Open the first exercise and give a right answer."""
    program.wait_for_text("From left to right", "F5")
    program.send("\r")
    program.wait_for_text("0 of 4", "the output of +")
    program.send("7\r")
    program.wait_for_text("1 of 4")


# --- signals that end the program ---


@pytest.mark.parametrize(
    ("number", "keys", "shown"),
    [
        (signal.SIGTERM, "", "1 of 4"),
        (signal.SIGHUP, COMMANDS, "Find a command, an exercise or a rule"),
        pytest.param(signal.SIGINT, F1, "The rule of the node in focus", marks=long),
        pytest.param(signal.SIGQUIT, "12", "› 12", marks=long),
    ],
    ids=["SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT"],
)
def test_a_signal_ends_the_program_and_leaves_the_terminal_clean(
    number: signal.Signals, keys: str, shown: str, home: Path
) -> None:
    with PtyProgram() as program:
        open_exercise(program)
        program.send(keys)
        program.wait_for_text(shown)
        assert "raw mode" in program.leftovers
        program.signal(number)
        assert program.wait() == 128 + number
        assert program.leftovers == []
        assert b"Traceback" not in program.sent
    assert answered() == ["7"]


def test_a_second_signal_ends_a_program_that_hangs(home: Path) -> None:
    code = (
        "import os, time; from tutor.cli import main; from tutor.tui.screens.exercise import ExerciseScreen\n"
        "ExerciseScreen.action_hint = lambda screen: os.write(1, b'it hangs') and time.sleep(600)\n"
        "main(['play', 'z = x * y', 'x=2', 'y=3'])"
    )
    with PtyProgram(command=[sys.executable, "-c", code]) as program:
        program.wait_for_text("0 of 2")
        program.send("?")
        while b"it hangs" not in program.sent:
            program.read(0.2)
        while program.process.poll() is None:
            program.signal(signal.SIGTERM)
            program.read(0.2)
        assert program.wait() == 128 + signal.SIGTERM
        assert program.leftovers == []


def test_a_signal_that_comes_again_and_again_gives_the_same_exit_code(home: Path) -> None:
    with PtyProgram() as program:
        program.wait_for_text("From left to right", "F5")
        while program.process.poll() is None:
            program.signal(signal.SIGTERM)
            program.read(0.01)
        assert program.wait() == 128 + signal.SIGTERM
        assert program.leftovers == []


def test_a_terminal_that_is_taken_away_ends_the_program(home: Path) -> None:
    with PtyProgram() as program:
        open_exercise(program)
        program.hang_up()
        assert program.wait() == 128 + signal.SIGHUP
    assert answered() == ["7"]
    assert not list(home.glob("crash-*"))


def test_plain_mode_ends_at_a_signal(home: Path) -> None:
    with PtyProgram("play", "basics/left-to-right", "--plain") as program:
        program.wait_for_text("[1/4]")
        program.send("7\n")
        program.wait_for_text("[2/4]")
        program.signal(signal.SIGINT)
        assert program.wait() == 130
        assert b"Traceback" not in program.sent
    assert answered() == ["7"]


# --- stopped and continued ---


def is_stopped(program: PtyProgram) -> bool:
    with open(f"/proc/{program.process.pid}/stat") as stat:  # noqa: PTH123
        return stat.read().rpartition(")")[2].split()[0] == "T"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads the state of a process from /proc")
@pytest.mark.parametrize(
    "number", [pytest.param(signal.SIGTSTP, marks=long), signal.SIGSTOP], ids=["SIGTSTP", "SIGSTOP"]
)
def test_a_program_that_was_stopped_three_times_goes_on(number: signal.Signals, home: Path) -> None:
    with PtyProgram(*TIMES) as program:
        program.wait_for_text("0 of 2")
        for typed in ("1", "12", "123"):
            program.signal(number)
            program.until(lambda: is_stopped(program))
            while program.read(0):
                pass
            assert (program.leftovers == []) == (number == signal.SIGTSTP)
            program.screen.reset()
            program.signal(signal.SIGCONT)
            program.wait_for_text("0 of 2", "x ──")
            program.send(typed[-1])
            program.wait_for_text(f"› {typed} ")
        program.send(QUIT)
        assert program.wait() == 1
        assert program.leftovers == []


# --- bytes ---


def test_bytes_that_are_no_text_are_skipped(home: Path) -> None:
    with PtyProgram(*TIMES) as program:
        program.wait_for_text("0 of 2")
        program.send(b"1\xe92\xff\xfe\x80\xc3\xb0\xa1\xed\xa0\x803\x00\x9b\x7f4")
        program.wait_for_text("› 1")
        program.send(QUIT)
        assert program.wait() == 1
        assert program.leftovers == []
    assert not list(home.glob("crash-*"))


# --- sizes and encodings ---


@pytest.mark.parametrize("size", [(1, 1), pytest.param((500, 200), marks=long)], ids=["1x1", "500x200"])
def test_the_smallest_and_the_largest_terminal(size: tuple[int, int], home: Path) -> None:
    with PtyProgram(*TIMES, columns=size[0], rows=size[1]) as program:
        program.until(lambda: b"\x1b[?1049h" in program.sent)
        if size == (1, 1):
            program.resize(80, 24)
        program.wait_for_text("0 of 2")
        program.resize(*size)
        program.send("3\r")
        program.resize(80, 24)
        # Whether keys or the size of one cell come first is a matter of chance.
        counts = ("0 of 2", "1 of 2") if size == (1, 1) else ("1 of 2",)
        program.until(lambda: any(count in program.text() for count in counts))
        program.send(QUIT)
        assert program.wait() == 1
        assert program.leftovers == []


@pytest.mark.parametrize(
    ("variables", "typed"),
    [
        pytest.param({"LC_ALL": "C"}, b"3\r", marks=long),
        pytest.param({"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, b"3\r", marks=long),
        pytest.param({"PYTHONIOENCODING": "latin-1"}, b"\xe9\x7f3\r", marks=long),
        ({"PYTHONIOENCODING": "euc_kr", "LANGUAGE": "ko"}, b"\xb0\xa1\x7f3\r"),
    ],
    ids=["C", "POSIX", "latin-1", "EUC-KR"],
)
def test_locales_of_other_encodings(variables: dict[str, str | None], typed: bytes, home: Path) -> None:
    with PtyProgram(*TIMES, environment=variables) as program:
        program.until(lambda: b"dz/dx" in program.sent or "∂z/∂x".encode() in program.sent)
        program.send(typed)
        # A right answer goes on to the next blank.
        program.until(lambda: b"dz/dy" in program.sent or "∂z/∂y".encode() in program.sent)
        program.send(QUIT)
        assert program.wait() == 1
        assert program.leftovers == []


# --- streams ---


@pytest.mark.parametrize("closed", [pytest.param(0, marks=long), 1, 2])
def test_the_tutor_with_a_closed_stream(closed: int, home: Path) -> None:
    with PtyProgram(*TIMES, closed=[closed]) as program:
        if closed == 2:
            program.wait_for_text("0 of 2")
            program.send(QUIT)
        # Without input, or without output, it is plain mode, which ends at once.
        assert program.wait() == 1
        assert program.leftovers == []
        assert b"Traceback" not in program.sent
    assert not list(home.glob("crash-*"))


def test_the_screen_does_not_go_where_errors_go(home: Path, tmp_path: Path) -> None:
    errors = tmp_path / "errors"
    command = f"exec {sys.executable} -m tutor play basics/times 2> {errors}"
    with PtyProgram(command=["sh", "-c", command]) as program:
        program.wait_for_text("0 of 3")
        program.send(QUIT)
        assert program.wait() == 1
    assert not errors.read_text()


#: A line for each command; the exit code may be that of any refusal.
EVERY_COMMAND = (
    ["--help"],
    ["--version"],
    ["list"],
    ["list", "--json"],
    ["solve", "z = x*y", "x=2", "y=3"],
    ["solve", "z = x*y", "x=2", "y=3", "--json"],
    ["grade", "basics/times"],
    ["grade", "basics/times", "--json"],
    ["grade", "basics/times", "--blank", "x->mul1", "--answer", "3"],
    ["mistakes"],
    ["pack", "list"],
    ["pack", "add", "nothing.zip"],
    ["pack", "remove", "nothing"],
    ["pack", "table"],
    ["review"],
    ["progress"],
    ["export"],
    ["export", "--report"],
    ["import", "nothing.jsonl"],
    ["import", "-"],
    ["report", "nothing.jsonl"],
    ["reset", "basics/times"],
    ["where"],
    ["settings"],
    ["settings", "--all"],
    ["check", "nothing"],
    ["new", "mine"],
    ["play", "basics/times"],
    ["play", "basics/times", "--plain"],
    ["play", "--plain"],
    ["unknown"],
)

#: Runs each command in a child of a process that has imported everything, with some streams closed or broken.
RUN_COMMANDS = """
import json, os, sys
import click
import tutor.cli, tutor.commands.group, tutor.commands.launch, tutor.plain.app, tutor.tui

commands, how = json.loads(sys.argv[1]), sys.argv[2]
results = []
for number, command in enumerate(commands):
    pid = os.fork()
    if not pid:
        errors = os.open(f"errors{number}", os.O_WRONLY | os.O_CREAT)
        os.dup2(errors, 2)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        if how == "pipe":
            read, write = os.pipe()
            os.close(read)
            os.dup2(write, 1)
        elif how == "full":
            os.dup2(os.open("/dev/full", os.O_WRONLY), 1)
        elif how != "encoding":
            # What Python does at its start.
            os.close(int(how))
            setattr(sys, ("stdin", "stdout", "stderr")[int(how)], None)
        try:
            code = tutor.cli.run(command)
            for stream in (sys.stdout, sys.stderr):
                if stream is not None:
                    stream.flush()
        except BaseException as error:
            os.write(errors, f"Traceback: {error!r}".encode())
            code = 99
        os._exit(code)
    results.append(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
json.dump(results, sys.stdout)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks a process for each command")
@pytest.mark.parametrize("how", ["pipe", *(pytest.param(how, marks=long) for how in ("0", "1", "2", "full"))])
def test_every_command_with_a_closed_or_broken_stream(
    how: str, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    codes = json.loads(run_python(RUN_COMMANDS, json.dumps(EVERY_COMMAND), how))
    for number, (command, code) in enumerate(zip(EVERY_COMMAND, codes, strict=True)):
        errors = (tmp_path / f"errors{number}").read_text()
        assert "Traceback" not in errors, (command, errors)
        assert "Error:" not in errors, (command, errors)
        allowed = {0, 1, 2, 130, 141} if how == "pipe" else {0, 1, 2, 130}
        assert code in allowed, (command, code, errors)
        assert errors.count("\n") <= 3, (command, errors)
    assert not list(home.glob("crash-*"))
    if how == "pipe":
        assert codes[EVERY_COMMAND.index(["list"])] == 141
    if how == "full":
        assert codes[EVERY_COMMAND.index(["list"])] == 1


def run_python(code: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, encoding="utf-8", timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_reader_that_goes_away_ends_a_command_like_sigpipe(home: Path) -> None:
    command = f"{sys.executable} -m tutor list | head -n 1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, encoding="utf-8", timeout=60, check=False)
    assert done.stdout.splitlines()[-1] in ("0", "141")
    assert done.stderr == ""


@long
@pytest.mark.parametrize("command", [("where",), ("list",), ("progress",), ("settings",)], ids=" ".join)
def test_commands_without_a_home(command: tuple[str, ...], run_tutor: Run, tmp_path: Path) -> None:
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("HOME", "BACKPROP_TUTOR_HOME") and not name.startswith("XDG_")
    }
    environment["XDG_DATA_HOME"] = str(tmp_path)
    done = subprocess.run(
        [sys.executable, "-m", "tutor", *command], capture_output=True, encoding="utf-8", env=environment, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""


def test_a_user_of_whom_the_system_knows_nothing(tmp_path: Path) -> None:
    code = (
        "import os, pwd, sys\n"
        "def unknown(*_): raise KeyError\n"
        "pwd.getpwuid = unknown\n"
        "from tutor.cli import main\n"
        "main(sys.argv[1:])"
    )
    environment = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")}
    for name in ("HOME", "BACKPROP_TUTOR_HOME"):
        environment.pop(name, None)
    environment |= {"TMPDIR": str(tmp_path), "PYTHONPATH": str(Path(__file__).parents[1])}
    work = tmp_path / "work"
    work.mkdir()
    for command, expected in (("settings", 0), ("progress", 0), ("play ~/x", 2)):
        done = subprocess.run(
            [sys.executable, "-c", code, *command.split()],
            cwd=work,
            capture_output=True,
            encoding="utf-8",
            env=environment,
            timeout=60,
        )
        assert done.returncode == expected, done.stderr
    assert not list(work.iterdir())
    assert (tmp_path / f"backprop-tutor-{os.getuid()}").is_dir()


@long
@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "euc_kr"])
def test_every_command_in_another_encoding(
    encoding: str, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONIOENCODING", encoding)
    monkeypatch.setenv("LANGUAGE", "ko")
    codes = json.loads(run_python(RUN_COMMANDS, json.dumps(EVERY_COMMAND), "encoding"))
    for number, (command, code) in enumerate(zip(EVERY_COMMAND, codes, strict=True)):
        errors = (tmp_path / f"errors{number}").read_bytes()
        assert b"Traceback" not in errors, (command, errors)
        assert code in {0, 1, 2, 130}, (command, code, errors)
    assert not list(home.glob("crash-*"))
