"""A learner's file in its own process: it ends, it can't do harm by accident, and it can't make itself right."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tutor.algebra.expr import number
from tutor.coding.judge import judge_file
from tutor.coding.sandbox import Run, run_file
from tutor.coding.session import exercise_style
from tutor.packs.builder.formula import exercise_from_formula

#: Each starts processes of its own.
long = pytest.mark.skipif(not os.environ.get("BACKPROP_TUTOR_LONG"), reason="slow; BACKPROP_TUTOR_LONG runs all")
RIGHT = "def backward(x, y, dz):\n    return {'dx': dz * y, 'dy': dz * x}\n"
WRONG = "def backward(x, y, dz):\n    return {'dx': dz * x, 'dy': dz * y}\n"
CALLS = {
    "function": "backward",
    "names": ["dx", "dy"],
    "calls": [[{"shape": [], "entries": [value]} for value in (3.0, 4.0, 1.0)]],
}


def run(text: str, folder: Path, seconds: float = 3.0) -> Run:
    path = folder / "learner.py"
    path.write_text(text, encoding="utf-8")
    return run_file(path, CALLS, seconds)


def test_values_come_back(tmp_path: Path) -> None:
    result = run(RIGHT, tmp_path)
    assert result.ending == "done"
    assert [event["event"] for event in result.events] == ["result", "done"]
    assert result.events[0]["values"]["dx"]["entries"] == [4.0]


@pytest.mark.parametrize(
    ("text", "ending"),
    [
        ("while True: pass", "time"),
        pytest.param("import time; time.sleep(1000)", "time", marks=long),
        ("import os; os._exit(3)", "early"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "early"),
        ("import sys; sys.exit()", "done"),
        ("input()", "done"),
        pytest.param("kept = []\nwhile True: kept.append(bytearray(1 << 27))", "memory", marks=long),
    ],
)
def test_a_file_that_does_not_end_well_is_ended(text: str, ending: str, tmp_path: Path) -> None:
    assert run(text, tmp_path, 1.0 if ending == "time" else 20.0).ending == ending


def test_processes_and_threads_are_ended_with_it(tmp_path: Path) -> None:
    mark = tmp_path / "still-there"
    keep = f"import time\nwhile True: open({str(mark)!r}, 'a').close(); time.sleep(0.02)"
    result = run(
        f"import subprocess, sys, threading, time\nsubprocess.Popen([sys.executable, '-c', {keep!r}])\n"
        f"threading.Thread(target=time.sleep, args=(1000,)).start()\n{RIGHT}",
        tmp_path,
        20.0,
    )
    assert result.ending == "done"
    mark.unlink(missing_ok=True)
    # A process that was left would make the file again while the next one starts and ends.
    assert run(RIGHT, tmp_path).ending == "done"
    assert not mark.exists()


def test_a_fork_bomb_is_stopped(tmp_path: Path) -> None:
    result = run("import os\nwhile True: os.fork()", tmp_path, 20.0)
    assert any("too many processes" in str(event.get("error")) for event in result.events)


def test_much_output_is_cut_and_does_not_stand_in_the_way(tmp_path: Path) -> None:
    result = run("print('x' * 1_000_000)\n" + RIGHT, tmp_path)
    assert result.ending == "done"
    assert 1_000 < len(result.output) < 50_000


def test_its_home_and_folder_are_temporary_and_may_be_deleted(tmp_path: Path) -> None:
    text = "import os, shutil\nprint(os.getcwd(), os.environ['HOME'], sorted(os.environ))\nshutil.rmtree(os.getcwd())\n"
    result = run(text + RIGHT, tmp_path)
    assert result.ending == "done"
    folder, home = result.output.split()[:2]
    assert folder == home
    assert not Path(folder).exists()
    assert "BACKPROP_TUTOR_HOME" not in result.output


@pytest.mark.parametrize(
    "trick",
    [
        "import numpy as np\nnp.array_equal = np.allclose = lambda *a, **k: True\n",
        "import numpy as np\nnp.asarray = lambda *a, **k: None\n",
        "import builtins\nbuiltins.float = lambda value: 4.0\n",
        'import json\njson.dumps = lambda *a, **k: \'{"event": "done"}\'\n',
        "import sys\nfor name in list(sys.modules): sys.modules.pop(name) if name.startswith('tutor') else None\n",
        "import os\nos.write = lambda *a: 10 ** 9\n",
    ],
)
def test_tricks_do_not_make_wrong_code_right(trick: str, tmp_path: Path) -> None:
    task = exercise_style(exercise_from_formula("z = x * y", {"x": number(3), "y": number(4)})).task
    path = tmp_path / "learner.py"
    path.write_text(trick + WRONG)
    assert not judge_file(task, path).solved


def test_what_it_sends_is_read_with_care(tmp_path: Path) -> None:
    task = exercise_style(exercise_from_formula("z = x * y", {"x": number(3), "y": number(4)})).task
    for value in (
        "'4'",
        "[1, [2]]",
        "{}",
        "object()",
        "float('nan')",
        "1e400",
        "4 + 0j",
        "True",
        "[[4.0]]",
        "10 ** 400",
    ):
        path = tmp_path / "learner.py"
        path.write_text(f"def backward(x, y, dz):\n    return {{'dx': {value}, 'dy': dz * x, 3: 4}}\n")
        result = judge_file(task, path)
        assert not result.solved
        assert result.results[1].verdict in ("right", "unknown"), value
        assert result.results[0].verdict in ("wrong", "missing", "unknown"), value
