"""A monkey at the keyboard: `python tests/fuzz/monkey.py --minutes N [--seed S] [--mode pty|process|both]`.

It presses random keys, clicks, pastes, changes the size of the window, edits the files that are watched, and locks,
deletes, fills or damages the progress file, on all screens, in both languages. Each run has a seed of its own. A run
fails if the program ends in any other way than by its own keys, if it can't be left, or if it leaves the terminal
changed. The first failing run is shortened to the fewest steps that still fail, and printed so that `--replay` runs
it again. The exit code is 1 then.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import signal
import sys
import tempfile
import time
import traceback
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

# Terminals that report keys by this protocol lose Hangul; Textual reads it on import, and `tutor.tui.run` sets it.
os.environ.setdefault("TEXTUAL_DISABLE_KITTY_KEY", "1")

from typing import TYPE_CHECKING

from textual import events
from textual.worker import Worker, WorkerState

from tests.fuzz.scenarios import Scenario, make_scenario
from tests.fuzz.shrinking import shrink
from tests.fuzz.surroundings import Surroundings, make_index
from tests.support.pty_program import PtyProgram
from tutor import i18n
from tutor.packs import library
from tutor.packs.diagnostics import PackError
from tutor.packs.library import Pack
from tutor.packs.path_argument import open_path
from tutor.practice.storage.store import Store, default_path
from tutor.tui.app import TutorApp

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.message import Message

    from tests.fuzz.scenarios import Step

NUM_STEPS = 40
#: Seconds in which the program must be left once it is told to.
LEAVE_SECONDS = 60.0
#: Seconds and runs for shortening a failing run.
SHRINK_SECONDS, SHRINK_RUNS = 240.0, 150

#: What a terminal sends for a key.
KEY_BYTES = {
    "enter": "\r",
    "escape": "\x1b",
    "tab": "\t",
    "shift+tab": "\x1b[Z",
    "space": " ",
    "backspace": "\x7f",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~",
    "delete": "\x1b[3~",
    "ctrl+home": "\x1b[1;5H",
    "ctrl+end": "\x1b[1;5F",
    "ctrl+left": "\x1b[1;5D",
    "ctrl+right": "\x1b[1;5C",
    **dict(zip(("f1", "f2", "f3", "f4"), ("\x1bOP", "\x1bOQ", "\x1bOR", "\x1bOS"), strict=True)),
    **{
        f"f{number}": f"\x1b[{code}~"
        for number, code in zip(range(5, 13), (15, 17, 18, 19, 20, 21, 23, 24), strict=True)
    },
    **{f"ctrl+{letter}": chr(ord(letter) - 96) for letter in "abdefghijklmnoprstuvwxyzq"},
}
#: Textual's names of characters that have one.
KEY_NAMES = {" ": "space", "/": "slash", "?": "question_mark"}


class RunError(Exception):
    """A run that went wrong, and how."""


def run(scenario: Scenario, mode: str, index: Path) -> str | None:
    """Run a scenario; return what went wrong, None if nothing did."""
    with tempfile.TemporaryDirectory(prefix="monkey") as folder:
        before = os.environ.get("BACKPROP_TUTOR_HOME")
        surroundings = Surroundings(Path(folder), scenario, index)
        os.chdir(folder)
        try:
            (_run_in_pty if mode == "pty" else _run_in_process)(scenario, surroundings)
        except Exception:
            return traceback.format_exc()
        finally:
            surroundings.unlock()
            surroundings.change_store("heal", os.getpid())
            os.chdir("/")
            if before is not None:
                os.environ["BACKPROP_TUTOR_HOME"] = before
        reports = surroundings.crash_reports
        return reports[0] if reports else None


# --- in a pseudo-terminal ---


def _run_in_pty(scenario: Scenario, surroundings: Surroundings) -> None:
    columns, rows = scenario.size
    with PtyProgram(*surroundings.arguments, columns=columns, rows=rows) as program:
        # Before the terminal is in raw mode, it makes signals of some bytes itself.
        program.until(lambda: "raw mode" in program.leftovers or program.process.poll() is not None, LEAVE_SECONDS)
        if scenario.start == "playground":
            program.send(KEY_BYTES["f9"])
        for step in scenario.steps:
            if program.process.poll() is not None:
                break
            _do_in_pty(step, program, surroundings)
            while program.read(0.01):
                pass
        program.signal(signal.SIGCONT)
        surroundings.unlock()
        end = time.monotonic() + LEAVE_SECONDS
        while program.process.poll() is None:
            if time.monotonic() > end:
                raise RunError(f"it can't be left; the screen:\n{program.text()}")
            program.send("\x11")
            program.read(0.3)
        code = program.wait()
        if code not in (0, 1):
            raise RunError(f"exit code {code}: {program.sent[-1500:].decode(errors='replace')}")
        if program.leftovers:
            raise RunError(f"left behind at the terminal: {', '.join(program.leftovers)}")
        if b"Traceback" in program.sent:
            raise RunError(program.sent[-3000:].decode(errors="replace"))


def _do_in_pty(step: Step, program: PtyProgram, surroundings: Surroundings) -> None:
    kind, *arguments = step
    match kind:
        case "key" | "burst":
            program.send("".join(KEY_BYTES.get(key, key) for key in arguments))
        case "text":
            program.send(arguments[0] + KEY_BYTES.get(arguments[1], ""))
        case "paste":
            program.send(f"\x1b[200~{arguments[0]}\x1b[201~")
        case "click" | "scroll":
            x, y = _cell(arguments, (program.columns, program.rows))
            if kind == "scroll":
                program.send(f"\x1b[<{64 if arguments[2] == 'up' else 65};{x + 1};{y + 1}M")
            else:
                program.send(f"\x1b[<0;{x + 1};{y + 1}M\x1b[<0;{x + 1};{y + 1}m" * int(arguments[2]))
        case "resize":
            program.resize(int(arguments[0]), int(arguments[1]))
        case "file":
            surroundings.change_file(arguments[0])
        case "store":
            surroundings.change_store(arguments[0], program.process.pid)
        case "wait":
            program.read(float(arguments[0]))
        case "raw":
            program.send(bytes.fromhex(arguments[0]))
        case "stop":
            program.signal(signal.SIGTSTP if arguments[0] == "TSTP" else signal.SIGSTOP)
            program.read(0.3)
            program.signal(signal.SIGCONT)
        case "quit":
            program.send("\x11")


def _cell(shares: Sequence[str], size: tuple[int, int]) -> tuple[int, int]:
    return int(float(shares[0]) * size[0]), int(float(shares[1]) * size[1])


# --- in this process ---


def _run_in_process(scenario: Scenario, surroundings: Surroundings) -> None:
    i18n.set_language(scenario.language)
    failures: list[BaseException] = []

    def watch_workers(message: Message) -> None:
        if isinstance(message, Worker.StateChanged) and message.state == WorkerState.ERROR:
            assert message.worker.error is not None
            failures.append(message.worker.error)

    asyncio.run(_play(scenario, surroundings, watch_workers))
    if failures:
        raise RunError("a worker failed") from failures[0]


def _app(scenario: Scenario, surroundings: Surroundings, store: Store) -> TutorApp:
    ascii, watch = scenario.ascii, None
    match scenario.start:
        case "exercise":
            return TutorApp(store, library.find_exercise(scenario.exercise), ascii=ascii)
        case "solved":
            return TutorApp(store, library.find_exercise("basics/two-roads"), ascii=ascii)
        case "exam" | "file" | "pack":
            path = surroundings.pack if scenario.start == "pack" else surroundings.file
            watch = None if scenario.start == "exam" else path
            try:
                found = open_path(path)
            except PackError:
                return TutorApp(store, ascii=ascii, packs=(), watch=path)
            if isinstance(found, Pack):
                return TutorApp(store, ascii=ascii, packs=(found,), watch=watch)
            return TutorApp(store, found, ascii=ascii, packs=() if watch else None, watch=watch)
    return TutorApp(store, ascii=ascii)


async def _play(scenario: Scenario, surroundings: Surroundings, watch_workers: Callable[[Message], None]) -> None:
    with Store.open(default_path()) as store:
        app = _app(scenario, surroundings, store)
        async with app.run_test(size=scenario.size, notifications=True, message_hook=watch_workers) as pilot:
            if scenario.start == "playground":
                _press(app, "f9")
            for step in scenario.steps:
                if not app.is_running:
                    break
                if step[0] == "resize":
                    await pilot.resize_terminal(int(step[1]), int(step[2]))
                else:
                    _do_in_process(step, app, surroundings)
                await pilot.pause(float(step[1]) if step[0] == "wait" else 0.0)
            surroundings.unlock()
            end = time.monotonic() + LEAVE_SECONDS
            while app.is_running:
                if time.monotonic() > end:
                    raise RunError("it can't be left")
                _press(app, "ctrl+q")
                await asyncio.sleep(0.02)


def _press(app: TutorApp, key: str) -> None:
    app.post_message(events.Key(KEY_NAMES.get(key, key), key if len(key) == 1 else None))


def _do_in_process(step: Step, app: TutorApp, surroundings: Surroundings) -> None:
    kind, *arguments = step
    match kind:
        case "key" | "burst":
            for key in arguments:
                _press(app, key)
        case "text":
            for key in [*arguments[0], *filter(None, arguments[1:])]:
                _press(app, key)
        case "paste":
            app.post_message(events.Paste(arguments[0]))
        case "click" | "scroll":
            x, y = _cell(arguments, app.size)
            if kind == "scroll":
                wheel = events.MouseScrollUp if arguments[2] == "up" else events.MouseScrollDown
                app.post_message(wheel(None, x, y, 0, 0, 0, False, False, False, x, y))
            else:
                for _click in range(int(arguments[2])):
                    for event in (events.MouseDown, events.MouseUp):
                        app.post_message(event(None, x, y, 0, 0, 1, False, False, False, x, y))
        case "file":
            surroundings.change_file(arguments[0])
        case "store":
            surroundings.change_store(arguments[0], os.getpid())
        case "redraw":
            # As from the settings, but with any screen in front, and while the window changes.
            choice = arguments[0]
            redraw = app.preferences.set_language if choice in i18n.LANGUAGES else app.preferences.set_ascii
            app.call_later(redraw, choice if choice in i18n.LANGUAGES else choice == "ascii")
            app.post_message(events.Resize(app.size, app.size))
        case "quit":
            _press(app, "ctrl+q")


# --- the command ---


def shorten(scenario: Scenario, mode: str, index: Path) -> Scenario:
    """Return the scenario with the fewest steps that still fail."""
    end, num_runs = time.monotonic() + SHRINK_SECONDS, 0

    def fails(steps: Sequence[Step]) -> bool:
        nonlocal num_runs
        num_runs += 1
        if time.monotonic() > end or num_runs > SHRINK_RUNS:
            return False
        # What depends on time may need a second try.
        return any(run(scenario.with_steps(steps), mode, index) is not None for _attempt in range(2))

    return scenario.with_steps(shrink(scenario.steps, fails))


def attack(seconds: float, first_seed: int, modes: Sequence[str], num_steps: int = NUM_STEPS) -> int:
    """Run scenarios for some seconds; print and count the failing ones. It stops after the first one."""
    start, seed = time.monotonic(), first_seed
    with tempfile.TemporaryDirectory(prefix="monkey-index") as folder:
        index = Path(folder) / "index.json"
        os.environ.setdefault("BACKPROP_TUTOR_HOME", folder)
        make_index(index)
        while time.monotonic() - start < seconds:
            mode, scenario = modes[seed % len(modes)], make_scenario(seed, num_steps)
            problem = run(scenario, mode, index)
            if problem is not None:
                print(f"seed {seed}, {mode}: {scenario.start} at {scenario.size}\n{problem}", flush=True)
                short = shorten(scenario, mode, index)
                print(f"shortest sequence, {len(short.steps)} steps:\n{short.to_json()}", flush=True)
                return 1
            seed += 1
            if (seed - first_seed) % 50 == 0:
                print(f"{seed - first_seed} runs, {time.monotonic() - start:.0f} s", flush=True)
    runs = seed - first_seed
    print(
        f"{runs} runs of {num_steps} steps in {time.monotonic() - start:.0f} s, seeds {first_seed} to {seed - 1}: clean"
    )
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=3.0)
    parser.add_argument("--seed", type=int, default=None, help="the first seed; random if left out")
    parser.add_argument("--mode", choices=("pty", "process", "both"), default="both")
    parser.add_argument("--steps", type=int, default=NUM_STEPS)
    parser.add_argument("--replay", help="a scenario as it was printed, or a file with it")
    options = parser.parse_args()
    modes = ("pty", "process") if options.mode == "both" else (options.mode,)
    if options.replay:
        text = options.replay if options.replay.startswith("{") else Path(options.replay).read_text("utf-8")
        with tempfile.TemporaryDirectory(prefix="monkey-index") as folder:
            make_index(Path(folder) / "index.json")
            problems = [run(Scenario.from_json(text), mode, Path(folder) / "index.json") for mode in modes]
        print("\n".join(problem or "clean" for problem in problems))
        return int(any(problems))
    seed = random.SystemRandom().randrange(10**9) if options.seed is None else options.seed
    print(f"seed {seed}, mode {options.mode}", flush=True)
    return attack(60 * options.minutes, seed, modes, options.steps)


if __name__ == "__main__":
    sys.exit(main())
