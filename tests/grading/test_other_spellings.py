"""Names in answers in other spellings: labels of the drawing, Greek letters, U for the upstream gradient."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.asides import exercise_in
from tutor.drawing.from_problem import boxes_of
from tutor.drawing.layout.planned import PlannedDrawings
from tutor.grading.grader import grade
from tutor.grading.wording import describe_blank, usable_names
from tutor.packs import library

if TYPE_CHECKING:
    from pathlib import Path

    from tutor.grading.problem import Problem

SHOP = """
graph = "f = a * n; z = f * t"
start = 3
[inputs]
a = 5
n = 4
t = 7
[labels]
n = { en = "apples", ko = "사과 수" }
t = { en = "t", ko = "세금" }
"""


@pytest.fixture
def shop(tmp_path: Path) -> Problem:
    return exercise_in(tmp_path, SHOP).variant().problem


def judged(problem: Problem, blank: str, *answers: str) -> set[str]:
    return {grade(problem, problem.place(blank), answer).kind.value for answer in answers}


def test_labels_of_every_language_are_names(shop: Problem) -> None:
    answers = ("apples * up", "사과 수 * up", "사과수*U", "사과_수·up", "dz/da = apples*21", "dL/da = 21*사과수")
    assert judged(shop, "a", *answers[:4], *answers[5:]) == {"right"}
    assert judged(shop, "n", "dL/d사과수 = 5*3*t", "∂L/∂apples = a * 세금 * 3", "105") == {"right"}
    assert shop.place("사과수").id == shop.place("n").id


def test_a_wrong_name_gets_the_nearest_label(shop: Problem) -> None:
    assert "apples" in str(grade(shop, shop.place("a"), "aples * up").message)


def test_a_label_is_drawn_with_the_name_beside_it(shop: Problem) -> None:
    drawings = PlannedDrawings(boxes_of(shop))
    assert "apples (n) ─" in "\n".join(drawings.draw().rows)
    assert "n=apples─" in "\n".join(drawings.draw("compact").rows)
    width = drawings.draw().width
    narrow = drawings.fit(width - 4, 40)
    assert narrow.density == "full"
    assert "apples ─" in "\n".join(narrow.rows)
    assert "apples (n) → ×" in str(describe_blank(shop, shop.place("n")))


def test_the_names_that_may_be_typed_are_listed(shop: Problem) -> None:
    listed = " ".join(map(str, usable_names(shop, shop.place("a"))))
    assert "apples (n)" in listed
    assert "∂L/∂f" in listed
    assert "up or U" in listed


@pytest.mark.parametrize(
    ("name", "blank", "answers"),
    [
        ("layers/layer-norm", "Y", ("γ * U", r"\gamma * up", "gamma*up")),
        ("losses/weight-decay", "w->q", ("2*w*λ/2", "2*w*lam")),
        ("matrices/product", "X", ("U @ W.T", "U Wᵀ".replace(" ", "@"))),
        ("matrices/one-row", "X", ("U @ W.T", "S*(1-S) @ W.T")),
        ("layers/embedding", "W", ("X.T @ U",)),
    ],
)
def test_what_a_text_says_may_be_typed(name: str, blank: str, answers: tuple[str, ...]) -> None:
    assert judged(library.find_exercise(name).variant().problem, blank, *answers) == {"right"}


SPELLED = """
graph = "yhat = gamma * x_1; h' = yhat * w2; z = h' * U"
start = 2
[inputs]
gamma = 3
x_1 = 4
w2 = 5
U = 6
"""


def test_greek_letters_hats_digits_and_primes_in_both_spellings(tmp_path: Path) -> None:
    problem = exercise_in(tmp_path, SPELLED).variant().problem
    assert judged(problem, "gamma", "x1 * up", "x₁ * 60", "x_{1} * up", "dL/dŷ * x_1", "dL/dγ = 240") == {"right"}
    assert judged(problem, "w2", "ŷ*12", "y_hat*12", "yhat * up", "γ*x1*12", "dL/dw_2 = 144") == {"right"}
    assert judged(problem, "yhat", "w_2 * dL/dh′", "w2*dL/dh'") == {"right"}


def test_an_author_s_own_u_is_not_hidden(tmp_path: Path) -> None:
    problem = exercise_in(tmp_path, SPELLED).variant().problem
    assert judged(problem, "h'", "2*U") == {"right"}
    assert "U" not in problem.spellings_at(problem.place("h'"))
    small = exercise_in(tmp_path, 'graph = "L = u^2 * w"\nstart = 3\n[inputs]\nu = 5\nw = 4', "two").variant().problem
    # It is more likely to be the number u.
    assert judged(small, "w", "3*U^2") == {"malformed"}
