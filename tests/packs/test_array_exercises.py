"""A pack of exercises with indexes, masks and joined vectors, checked and played through, right and wrong."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tutor.commands.check import check_width
from tutor.grading.grader import grade
from tutor.grading.hints.ladder import NUM_RUNGS, format_right_answer, hint_at
from tutor.packs.checks.runner import check_packs
from tutor.packs.library import read_pack
from tutor.practice.worksheet import Worksheet

if TYPE_CHECKING:
    from tests.support.run_tutor import Run

PACK = Path(__file__).parent / "arrays"
EXERCISES = [entry.id for entry in read_pack(PACK).entries]

#: At the author's numbers: a blank, a wrong answer, the mistake behind it, and right answers in several forms.
PLAYED = {
    "entries": [
        ("x->index1", "[0, 0, 21]", "matrix.reordered-columns", ["[21, 0, 0]", "[[21, 0, 0]]", "[[21], [0], [0]]"]),
        ("x->index2", "up", "index.not-spread", ["[0, up, 0]", "[0, 6, 0]", "0, 6, 0"]),
        ("x->index3", "[3, 3, 3]", "index.everywhere", ["[0, 0, 3]"]),
        ("x", "[21, 6, 0]", "branch.one-branch", ["[21, 6, 3]", "[3*x[1], 3*x[0], 3]", "21 6 3"]),
        ("q1", "11", "", ["8"]),
    ],
    "gather": [
        ("W->H", "[[8, 9], [0, 0], [3, 4]]", "index.overwritten",
         ["[[10, 14], [0, 0], [3, 4]]", "stack(U[0] + U[2], [0, 0], U[1])", "[10 14; 0 0; 3 4]"]),
        ("W->H", "[[2, 5], [0, 0], [3, 4]]", "index.first-only", ["stack(up[0] + up[2], 0*up[0], up[1])"]),
        ("W->H", "[[5, 7], [0, 0], [3, 4]]", "index.averaged", ["[[10, 14], [0, 0], [3, 4]]"]),
        ("W->H", "U", "index.not-spread", ["[[10, 14], [0, 0], [3, 4]]"]),
        ("W->H", "[[13, 18], [13, 18], [13, 18]]", "index.everywhere", ["[[10, 14], [0, 0], [3, 4]]"]),
        ("H->mul1", "H", "mul.own-input", ["U"]),
    ],
    "label-loss": [
        ("P->p", "stack(up, up, up)", "index.everywhere", ["[[up[0], 0, 0], [0, 0, up[1]], [up[2], 0, 0]]"]),
        ("p->log1", "up*p", "log.times-input", ["up/p"]),
        ("S->P", "P - [[1, 0, 0], [0, 0, 1], [1, 0, 0]]", "any.mean-left-out",
         ["(P - [[1, 0, 0], [0, 0, 1], [1, 0, 0]])/3", "P*(up - sum(P*up, axis=1, keepdims=True))"]),
        ("q1", "7", "", ["1"]),
    ],
    "mask": [
        ("X->R", "up*X", "mul.own-input", ["up*(X > 0)", "where(X > 0, up, 0)", "U*(X >= 0)", "[[3, 0], [0, 4]]"]),
        ("X->R", "U", "mul.plus-rule", ["where(X < 0, 0, U)"]),
    ],
    "concat": [
        ("a->h", "w[2:]", "concat.other-part", ["up[:2]", "w[0:2]", "[4, 7]"]),
        ("a->h", "w", "concat.whole", ["[4; 7]"]),
        ("b->h", "[26, 26]", "concat.added-up", ["up[-2:]", "[w[2], w[3]]"]),
        ("b->h", "b*w[2:]", "concat.times-value", ["concat(w[2:3], w[3:4])"]),
    ],
}  # fmt: skip


def test_check_has_nothing_to_say_about_the_pack() -> None:
    assert not list(check_packs([PACK], (check_width,)))


@pytest.mark.parametrize("name", EXERCISES)
@pytest.mark.parametrize("seed", [None, 1, 2])
def test_an_exercise_is_played_through(name: str, seed: int | None) -> None:
    worksheet = Worksheet(read_pack(PACK).open(name).variant(seed))
    for blank in worksheet.blanks:
        for _rung in range(NUM_RUNGS if blank.kind != "question" else 1):
            assert str(worksheet.next_hint(blank.id).text)
        verdict = worksheet.answer(blank.id, format_right_answer(worksheet.problem, blank).split(" ≈ ")[0])
        assert verdict.right, (blank.id, str(verdict.message))
    assert worksheet.done


@pytest.mark.parametrize(
    ("name", "blank", "wrong", "mistake", "right"),
    [(name, *each) for name, answers in PLAYED.items() for each in answers],
)
def test_wrong_answers_are_named_and_right_ones_accepted_in_every_form(
    name: str, blank: str, wrong: str, mistake: str, right: list[str]
) -> None:
    worksheet = Worksheet(read_pack(PACK).open(name).variant())
    verdict = worksheet.answer(blank, wrong)
    assert (verdict.right, verdict.mistake or "") == (False, mistake), str(verdict.message)
    for answer in right:
        verdict = worksheet.answer(blank, answer)
        assert verdict.right, (answer, str(verdict.message))
        worksheet.clear(blank)


def test_a_gather_is_played_in_plain_mode(run_tutor: Run) -> None:
    answers = "1\nones(3, 2)\nU\n[[8, 9], [0, 0], [3, 4]]\n?\n[[10, 14], [0, 0], [3, 4]]\n"
    shown = run_tutor("play", str(PACK / "02-gather.toml"), "--plain", text=answers)
    assert "i = [0, 2, 0]" in shown.stdout
    assert "[·] takes W, i and outputs H = [[2, 3], [4, 6], [2, 3]]" in shown.stdout
    assert "That sends only the last upstream back to an entry that was picked more than once." in shown.stdout
    assert "∂f/∂i" not in shown.stdout
    assert "∂f/∂W" in shown.stdout


def test_cells_are_counted_from_0_beside_indexes() -> None:
    gather = Worksheet(read_pack(PACK).open("gather").variant())
    assert "All cells except [2, 1] are right" in str(gather.answer("W->H", "[[10, 14], [0, 0], [3, 4.5]]").message)
    assert "change W[0, 0] from 2 to 3" in str(hint_at(gather.problem, gather.problem.place("W->H"), NUM_RUNGS).text)
    right = grade(gather.problem, gather.problem.place("W->H"), "[[10, 14], [0, 0], [3, 4]]")
    assert str(right.message).startswith("Right. [0, 0] = 2 + 8")
    mask = Worksheet(read_pack(PACK).open("mask").variant())
    assert "All cells except [2,2] are right" in str(mask.answer("X->R", "[[3, 0], [0, 4.5]]").message)
