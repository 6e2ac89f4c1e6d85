"""Questions for a text, for all choices that apply, and with "None of these": what is read, and what is right."""

from __future__ import annotations

import pytest

from tutor.algebra.errors import AlgebraError
from tutor.grading.free_text import grade_text
from tutor.grading.question import Choice, Question, TextMistake
from tutor.grading.selection import grade_selection, parse_selection, selection_share
from tutor.grading.verdict import VerdictKind
from tutor.i18n import LocalizedText


def text(words: str) -> LocalizedText:
    return LocalizedText({"": words})


TEXT = Question(
    "q1",
    text("Which rule?"),
    accepted=("Chain rule", "연쇄 법칙", "x-1"),
    text_mistakes=(TextMistake("product", "product rule", text("That is for products.")),),
)
ALL = Question(
    "q2",
    text("Which?"),
    select_all=True,
    choices=(
        Choice(text("a sum"), right=True, number=1),
        Choice(text("a copy"), right=True, number=3),
        Choice(text("a product"), feedback=text("It multiplies."), number=2),
        Choice(text("None of these"), number=4, is_last=True, excludes_others=True),
    ),
)


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("chain rule", "right"),
        ("  CHAIN   Rule. ", "right"),
        ("chain-rule", "right"),
        ("Ｃｈａｉｎ ｒｕｌｅ", "right"),
        ("연쇄법칙", "right"),
        ("연쇄 법칙", "right"),
        ("x−1", "right"),
        ("x1", "wrong"),
        ("chain", "wrong"),
        ("Product rule", "mistaken"),
        ("   ", "malformed"),
        ("a" * 1001, "malformed"),
    ],
)
def test_spelling_alone_makes_no_difference(typed: str, kind: str) -> None:
    assert grade_text(TEXT, typed).kind == kind


def test_a_named_wrong_text_gets_its_sentence() -> None:
    verdict = grade_text(TEXT, "product rule")
    assert (verdict.mistake, str(verdict.message)) == ("product", "That is for products.")


def test_a_text_that_nobody_grades_is_noted() -> None:
    assert grade_text(Question("q", text("Why?"), accepted=()), "because").kind is VerdictKind.NOTED


@pytest.mark.parametrize(
    ("typed", "positions"),
    [
        ("1, 2", (0, 1)),
        ("2 1", (0, 1)),
        ("a;b", (0, 1)),
        ("ab", (0, 1)),
        ("12", (0, 1)),
        ("1 and 3", (0, 2)),
        ("1.", (0,)),
        ("a sum", (0,)),
        ("a copy; a sum", (0, 1)),
        ("4", (3,)),
    ],
)
def test_choices_are_read_by_numbers_letters_and_texts(typed: str, positions: tuple[int, ...]) -> None:
    assert parse_selection(ALL, typed) == positions


@pytest.mark.parametrize("typed", ["", "5", "1, 7", "1 4", "sum"])
def test_what_is_no_selection_is_no_answer(typed: str) -> None:
    with pytest.raises(AlgebraError):
        parse_selection(ALL, typed)
    assert grade_selection(ALL, typed).kind is VerdictKind.MALFORMED


@pytest.mark.parametrize(
    ("typed", "right", "sentence", "share"),
    [
        ("1, 2", True, "Right.", 1),
        ("1", False, "not complete", 0.5),
        ("1, 3", False, "It multiplies.", 0),
        ("1, 2, 3", False, "It multiplies.", 0.5),
        ("3", False, "It multiplies.", 0),
        ("4", False, "doesn't apply", 0),
    ],
)
def test_only_all_right_choices_are_right(typed: str, right: bool, sentence: str, share: float) -> None:
    verdict = grade_selection(ALL, typed)
    assert verdict.right is right
    assert sentence in str(verdict.message)
    assert selection_share(ALL, typed) == share


def test_a_wrong_selection_is_told_by_the_numbers_in_the_file() -> None:
    assert grade_selection(ALL, "1, 3").message_id == "choice.1.2"
