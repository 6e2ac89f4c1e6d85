"""`backprop-tutor grade` and `backprop-tutor mistakes`."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.run_tutor import run_on_bytes
from tutor.cli import main
from tutor.engine.operations import OPERATIONS
from tutor.packs import library

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path


def run_tutor_with(*args: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return run_on_bytes(args, stdin)


def json_lines(*asked: object) -> bytes:
    return b"".join(json.dumps(one).encode() + b"\n" for one in asked)


def test_one_answer_is_graded() -> None:
    right = run_tutor_with("grade", "basics/two-roads", "--blank", "x", "--answer", "14 + 6")
    assert (right.returncode, right.stdout.decode()) == (
        0,
        "read as 14 + 6 = 20\nright: Right. 6 + 14: the sum of both gradients that came back.\n",
    )
    wrong = run_tutor_with("grade", "basics/two-roads", "--blank", "x", "--answer", "84", "--json")
    graded = json.loads(wrong.stdout)
    assert wrong.returncode == 1
    assert (graded["verdict"], graded["mistake"], graded["certain"]) == ("mistaken", "branch.product", True)


def test_a_guess_at_a_mistake_is_marked_as_uncertain() -> None:
    # At a → + the upstream is 2: half of it, and 1 · 1 are both 1.
    graded = json.loads(
        run_tutor_with("grade", "basics/add-multiply", "--blank", "a->add1", "--answer", "1", "--json").stdout
    )
    assert (graded["verdict"], graded["certain"]) == ("mistaken", False)


def test_a_blank_has_alternative_names() -> None:
    for blank, answer in (("z", "2"), ("start", "2"), ("y", "6"), ("x->z", "14"), ("x->mul1", "14"), ("x", "20")):
        assert run_tutor_with("grade", "basics/two-roads", "--blank", blank, "--answer", answer).returncode == 0, blank


def test_an_exercise_file_can_be_graded(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        'graph = "z = x * y"\nstart = "dL/dz"\n[inputs]\nx = 2\ny = 3\n[[question]]\nprompt = "?"\nanswer = "x + 1"\n'
    )
    for blank, answer in (("x->mul1", "3 dL/dz"), ("q1", "3")):
        done = run_tutor_with("grade", str(file), "--blank", blank, "--answer", answer)
        assert (done.returncode, done.stderr) == (0, b""), blank


def test_a_closed_standard_input_gets_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(SystemExit) as stopped:
        main(["grade", "basics/two-roads", "--json"])
    error = capsys.readouterr().err
    assert stopped.value.code == 2
    assert "Standard input is closed" in error
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    ("args", "code", "sentence"),
    [
        (["basics/two-roads", "--blank", "x"], 2, "--answer"),
        (["basics/two-roads"], 2, "--json"),
        (["basics/two-roads", "--blank", "nowhere", "--answer", "1"], 2, "The blanks are start, x->mul1"),
        (["basics/nothing", "--blank", "x", "--answer", "1"], 1, "no exercise"),
        (["./nothing.toml", "--blank", "x", "--answer", "1"], 1, "does not exist"),
        ([str(library.built_in_dir() or "") + "/basics", "--blank", "x", "--answer", "1"], 2, "is a pack"),
    ],
)
def test_an_answer_that_cannot_be_graded_gets_one_sentence(args: list[str], code: int, sentence: str) -> None:
    done = run_tutor_with("grade", *args)
    text = done.stderr.decode()
    assert done.returncode == code
    assert sentence in text
    assert text.count("\n") == 1
    assert "Traceback" not in text


def test_every_input_line_gets_an_output_line() -> None:
    asked = json_lines(
        {"blank": "x", "answer": "20"}, {"blank": "x", "answer": "\ud800"}, {"blank": "none", "answer": ""}, []
    )
    done = run_tutor_with(
        "grade", "basics/two-roads", "--json", stdin=asked + b"\xff{\n\n" + json_lines({"blank": "y", "answer": "7"})
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer.get("verdict", "error") for answer in answers] == [
        "right",
        "malformed",
        "error",
        "error",
        "error",
        "mistaken",
    ]
    assert (done.returncode, done.stderr) == (1, b"")
    assert "Line 3" in answers[2]["error"]
    assert set(answers[0]) == {"verdict", "mistake", "certain", "message", "reads_as", "at"}


def test_grade_in_korean() -> None:
    done = run_tutor_with(
        "grade", "basics/two-roads", "--lang", "ko", "--json", stdin=json_lines({"blank": "x", "answer": "1 +"})
    )
    assert any("가" <= letter <= "힣" for letter in json.loads(done.stdout)["message"])


def test_mistakes_lists_every_mistake_in_both_languages() -> None:
    rows = {row["id"]: row for row in json.loads(run_tutor_with("mistakes", "--json").stdout)}
    assert rows.keys() >= {f"{op.label}.{mistake.id}" for op in OPERATIONS.values() for mistake in op.mistakes}
    assert rows.keys() >= {"any.dropped-upstream", "any.slip", "branch.one-branch", "start.zero", "softmax.y-only"}
    for row in rows.values():
        for text in (row["name"], *row["says"]):
            assert text["en"], row["id"]
            assert any("가" <= letter <= "힣" for letter in text["ko"]), row["id"]
        assert row["where"]["en"]
        assert row["where"]["ko"]
    output = run_tutor_with("mistakes", "--ascii").stdout
    assert b"mul.own-input" in output
    assert output.isascii()
