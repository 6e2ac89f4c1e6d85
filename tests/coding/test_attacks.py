"""Files that attack: forged results, the tutor's own code and folders, other processes. Wrong code stays wrong."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest

from tests.support.code_solutions import solution
from tests.support.layer_solutions import autograd_solution
from tutor.algebra.expr import number
from tutor.coding import autograd_judge, judge
from tutor.coding.autograd_judge import judge_autograd
from tutor.coding.judge import judge_file
from tutor.coding.sandbox import Run, parse_events, run_file
from tutor.coding.session import exercise_style
from tutor.packs.builder.formula import exercise_from_formula
from tutor.paths import data_folder

if TYPE_CHECKING:
    from tutor.coding.task import Task
    from tutor.coding.verdict import FileResult

long = pytest.mark.skipif(not os.environ.get("BACKPROP_TUTOR_LONG"), reason="slow; BACKPROP_TUTOR_LONG runs all")
WRONG = "def backward(x, y, dz):\n    return {'dx': dz * x, 'dy': dz * y}\n"


def task() -> Task:
    return exercise_style(exercise_from_formula("z = x * y", {"x": number(3), "y": number(4)})).task


def judged(text: str, folder: Path) -> FileResult:
    path = folder / "learner.py"
    path.write_text(text, encoding="utf-8")
    return judge_file(task(), path)


def forge(*events: Any) -> str:
    """Return code that writes events into the file of results before the right ones are sent."""
    lines = "".join(json.dumps(event) + "\n" for event in events)
    return f"import sys\nwith open(sys.argv[2], 'a') as file:\n    file.write({lines!r})\n"


ATTACKS = {
    "forged results": forge(*({"event": "result", "at": at, "values": {}, "changed": []} for at in range(9))),
    "forged end": forge({"event": "done"}),
    "results thrown away": "import os, sys\nos.truncate(sys.argv[2], 0)\n",
    "a thread that writes": (
        "import sys, threading\n"
        "def write():\n"
        "    while True: open(sys.argv[2], 'a').write('{\"event\": \"done\"}\\n')\n"
        "threading.Thread(target=write, daemon=True).start()\n"
    ),
    "results closed": "import os\nos.closerange(3, 200)\n",
    "job changed": "import sys\nopen(sys.argv[1], 'w').write('{}')\n",
    "exit in an exception": "class E(SystemExit):\n    def __str__(self): raise SystemExit\nraise E\n",
    "no builtins": "import builtins\nfor name in ('float', 'len', 'isinstance', 'type'): delattr(builtins, name)\n",
    "another numpy": "import sys, types\nsys.modules['numpy'] = types.ModuleType('numpy')\n",
    "a result that answers everything": (
        "class Any(dict):\n"
        "    def __contains__(self, name): return True\n"
        "    def __getitem__(self, name): raise KeyboardInterrupt\n"
        "def backward(x, y, dz): return Any()\n#"
    ),
    "a value that looks like an array": (
        "class A:\n    dtype = shape = __array__ = detach = property(lambda self: exit())\n"
        "def backward(x, y, dz): return {'dx': A(), 'dy': A()}\n#"
    ),
    "deep nesting": "x = " + "(" * 5000 + ")" * 5000 + "\n",
    "seed and random numbers": "import random, numpy as np\nrandom.seed(0); np.random.seed(0)\n",
    "a trace that changes values": "import sys\nsys.settrace(lambda frame, *a: frame.f_locals.clear())\n",
}


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if name in ("forged results", "a result that answers everything") else long)
        for name in ATTACKS
    ],
)
def test_an_attack_does_not_make_wrong_code_right(name: str, tmp_path: Path) -> None:
    result = judged(ATTACKS[name] + WRONG, tmp_path)
    assert not result.solved
    assert result.fault is not None or result.first_open is not None


def test_the_tutor_is_not_there_and_its_folders_stay_as_they_are(home: Path, tmp_path: Path) -> None:
    data_folder().mkdir(parents=True, exist_ok=True)
    store, package = data_folder() / "progress.db", Path(judge.__file__)
    store.write_text("precious")
    tries = f"""
import os, shutil, subprocess, sys
def attempt(action):
    try:
        action()
    except (ImportError, OSError):
        return
    print("it worked", action.__code__.co_firstlineno)
attempt(lambda: __import__('tutor'))
attempt(lambda: __import__('tutor.coding.judge'))
attempt(lambda: open({str(package)!r}))
attempt(lambda: open({str(store)!r}, 'w'))
attempt(lambda: os.remove({str(store)!r}))
attempt(lambda: os.rename({str(store)!r}, 'elsewhere'))
attempt(lambda: os.truncate({str(store)!r}, 0))
attempt(lambda: shutil.rmtree({str(data_folder())!r}))
attempt(lambda: open('/proc/%d/mem' % os.getppid(), 'rb'))
attempt(lambda: os.kill(os.getppid(), 9))
attempt(lambda: os.kill(-1, 0))
"""
    result = judged(tries + WRONG, tmp_path)
    assert result.output == ""
    assert not result.solved
    assert store.read_text() == "precious"
    told = judged("from tutor.coding import judge\n" + WRONG, tmp_path)
    assert "You can't use backprop-tutor here" in str(told.fault)
    assert told.fault_line == 1


@long
def test_processes_that_leave_their_group_are_ended_as_well(tmp_path: Path) -> None:
    mark = tmp_path / "still-there"
    keep = f"import time\nwhile True: open({str(mark)!r}, 'a').close(); time.sleep(0.02)"
    start = f"import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', {keep!r}], start_new_session=True)\n"
    fork = "import ctypes\nfor _ in range(3): ctypes.CDLL(None).fork()\n"
    judged(start + fork + WRONG, tmp_path)
    mark.unlink(missing_ok=True)
    judged(WRONG, tmp_path)
    assert not mark.exists()


def test_a_file_may_be_of_any_bytes(tmp_path: Path) -> None:
    path = tmp_path / "learner.py"
    for data in (b"", b"\x00", b"\xff\xfe\x00x", "\ufeff".encode() + b"x = 1\r\n", b"# coding: rot13\n", b"\x1b[2J"):
        path.write_bytes(data)
        result = judge_file(task(), path)
        assert result.fault is not None
        assert "Traceback" not in result.output


# --- what arrives is read with care ---

_VALUES: tuple[Any, ...] = (
    *(None, True, -1, 10**30, 1.5, float("nan"), "", "x" * 300, [], {}, [[1]], {"a": 1}, [None], ["MemoryError"]),
    *({"shape": [-1], "entries": [1]}, {"shape": [1e9], "entries": []}, {"shape": "x", "entries": {}}),
    *({"missing": True}, {"other": 3}, {"kind": 3, "bases": 4, "line": "x", "shapes": {"x": "y"}, "text": None}),
    *({"dx": {"shape": [], "entries": [12.0]}, "dy": None}, {"bases": ["NameError"], "line": -5, "name": []}),
)
_KEYS = (
    "at",
    "values",
    "error",
    "changed",
    "kind",
    "partial",
    "grads",
    "again",
    "value",
    "grad",
    "recursion",
    "threads",
)
_EVENTS = ("result", "error", "done", "no entry", "graph", "chain", "compared", "other")


def random_events(source: random.Random) -> tuple[dict[str, Any], ...]:
    return tuple(
        {"event": source.choice(_EVENTS), **{key: source.choice(_VALUES) for key in _KEYS if source.random() < 0.5}}
        for _event in range(source.randint(0, 5))
    )


def test_forged_events_never_stop_the_judge(tmp_path: Path) -> None:
    path = tmp_path / "learner.py"
    source, steps = random.Random(17), task()
    for number_ in range(300):
        sent = "".join(json.dumps(event) + "\n" for event in random_events(source)).encode()
        events = tuple(parse_events(sent))
        is_through = bool(events) and events[-1]["event"] in ("done", "error", "no entry")
        run = Run(events, "", "done" if is_through else "early", 0)
        path.write_text(solution(steps) if number_ % 2 else autograd_solution())  # type: ignore[arg-type]
        with patch.object(judge, "run_file", lambda *_a, run=run: run):
            assert not judge_file(steps, path).solved
        with patch.object(autograd_judge, "run_file", lambda *_a, run=run: run):
            assert not judge_autograd(path).solved


def test_what_a_file_prints_is_cut_and_holds_no_commands_for_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "learner.py"
    path.write_text("print('\\x1b[2J\\x07hidden')\nfor n in range(100_000): print('line', n)\n" + WRONG)
    printed = run_file(path, {"function": "backward", "names": [], "calls": []}).output
    assert len(printed) < 25_000
