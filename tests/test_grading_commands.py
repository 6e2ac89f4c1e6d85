"""`backprop-tutor grade` and `backprop-tutor mistakes`, as instructors and scripts use them."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tutor.engine.operations import OPERATIONS
from tutor.packs import library

if TYPE_CHECKING:
    from pathlib import Path


def run_tutor_with(*args: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, "-m", "tutor", *args], input=stdin, capture_output=True, timeout=60)


def json_lines(*asked: object) -> bytes:
    return b"".join(json.dumps(one).encode() + b"\n" for one in asked)


def test_one_answer_is_graded() -> None:
    right = run_tutor_with("grade", "basics/two-roads", "--blank", "x", "--answer", "14 + 6")
    assert (right.returncode, right.stdout.decode()) == (0, "reads as 14 + 6 = 20\nright: Right.\n")
    wrong = run_tutor_with("grade", "basics/two-roads", "--blank", "x", "--answer", "84", "--json")
    said = json.loads(wrong.stdout)
    assert wrong.returncode == 1
    assert (said["verdict"], said["mistake"]) == ("mistaken", "branch.product")


def test_a_blank_may_be_called_by_its_other_names() -> None:
    for blank, answer in (("z", "2"), ("start", "2"), ("y", "6"), ("x->z", "14"), ("x->mul1", "14"), ("x", "20")):
        assert run_tutor_with("grade", "basics/two-roads", "--blank", blank, "--answer", answer).returncode == 0, blank


def test_a_file_is_graded_where_it_lies(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        'graph = "z = x * y"\nstart = "dL/dz"\n[inputs]\nx = 2\ny = 3\n[[question]]\nprompt = "?"\nanswer = "x + 1"\n'
    )
    for blank, answer in (("x->mul1", "3 dL/dz"), ("q1", "3")):
        found = run_tutor_with("grade", str(file), "--blank", blank, "--answer", answer)
        assert (found.returncode, found.stderr) == (0, b""), blank


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (["basics/two-roads", "--blank", "x"], 2, "--answer"),
        (["basics/two-roads"], 2, "--json"),
        (["basics/two-roads", "--blank", "nowhere", "--answer", "1"], 2, "The blanks are start, x->mul1"),
        (["basics/nothing", "--blank", "x", "--answer", "1"], 1, "no exercise"),
        (["./nothing.toml", "--blank", "x", "--answer", "1"], 1, "no such file"),
        ([str(library.built_in_dir() or "") + "/basics", "--blank", "x", "--answer", "1"], 2, "is a pack"),
    ],
)
def test_what_can_not_be_graded_is_refused_in_a_sentence(args: list[str], code: int, said: str) -> None:
    found = run_tutor_with("grade", *args)
    text = found.stderr.decode()
    assert found.returncode == code
    assert said in text
    assert text.count("\n") == 1
    assert "Traceback" not in text


def test_a_line_is_answered_by_a_line_whatever_it_holds() -> None:
    asked = json_lines(
        {"blank": "x", "answer": "20"}, {"blank": "x", "answer": "\ud800"}, {"blank": "none", "answer": ""}, []
    )
    found = run_tutor_with(
        "grade", "basics/two-roads", "--json", stdin=asked + b"\xff{\n\n" + json_lines({"blank": "y", "answer": "7"})
    )
    answers = [json.loads(line) for line in found.stdout.splitlines()]
    assert [answer.get("verdict", "error") for answer in answers] == [
        "right",
        "malformed",
        "error",
        "error",
        "error",
        "mistaken",
    ]
    assert (found.returncode, found.stderr) == (1, b"")
    assert "Line 3" in answers[2]["error"]
    assert set(answers[0]) == {"verdict", "mistake", "message", "reads_as", "at"}


def test_in_korean_as_well() -> None:
    found = run_tutor_with(
        "grade", "basics/two-roads", "--lang", "ko", "--json", stdin=json_lines({"blank": "x", "answer": "1 +"})
    )
    assert any("가" <= letter <= "힣" for letter in json.loads(found.stdout)["message"])


def test_the_catalogue_holds_every_mistake_in_both_languages() -> None:
    rows = {row["id"]: row for row in json.loads(run_tutor_with("mistakes", "--json").stdout)}
    assert rows.keys() >= {f"{op.label}.{mistake.id}" for op in OPERATIONS.values() for mistake in op.mistakes}
    assert rows.keys() >= {"any.dropped-upstream", "any.slip", "branch.one-branch", "start.zero", "softmax.y-only"}
    for row in rows.values():
        for text in (row["name"], *row["says"]):
            assert text["en"], row["id"]
            assert any("가" <= letter <= "힣" for letter in text["ko"]), row["id"]
        assert row["where"]["en"]
        assert row["where"]["ko"]
    told = run_tutor_with("mistakes", "--ascii").stdout
    assert b"mul.own-input" in told
    assert told.isascii()
