"""The built-in exercises: known numbers, accepted answers, texts in both languages."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

import pytest

from tutor.algebra.printing import format_value
from tutor.grading.grader import grade
from tutor.grading.mistakes.finder import hidden_mistakes
from tutor.i18n import set_language
from tutor.packs import library
from tutor.packs.loader import load_pack_file

if TYPE_CHECKING:
    from tutor.packs.exercise import Exercise

#: Words that may follow any number in Korean, because they don't depend on the sound it ends in.
FITS_ANY_NUMBER = "입니다|이고|이며|이므로|인|임|일|에|의|보다|만|뿐|도|배|번|씩|까지|부터|개|칸|원|처럼"

ALL = [f"{pack.id}/{entry.id}" for pack in library.all_packs() for entry in pack.entries]


def backward_truths(exercise: Exercise) -> dict[str, str]:
    problem = exercise.variant().problem
    return {blank.id: format_value(problem.truth(blank)) for blank in problem.blanks}


@pytest.mark.parametrize(
    ("name", "output", "asked"),
    [
        ("basics/add-multiply", "240", {"start": "1", "add1->mul1": "2", "c->mul1": "120", "a->add1": "2", "b->add1": "2"}),
        ("basics/times", "6", {"x->mul1": "3", "y->mul1": "2", "q1": "15"}),
        ("basics/plus", "20", {"add1->add2": "5", "c->add2": "5", "a->add1": "5", "b->add1": "5"}),
        ("basics/reciprocal", "0.25", {"x->inv1": "−0.1875"}),
        ("basics/two-roads", "21", {"x->mul1": "14", "add1->mul1": "6", "x->add1": "6", "x": "20", "y->add1": "6"}),
        ("basics/sigmoid-in-parts", "0.8",
         {"add1->inv1": "−1.92", "exp1->add1": "−1.92", "neg1->exp1": "−0.48", "x->neg1": "0.48"}),
        ("basics/sigmoid", "0.8", {"x->sigmoid1": "0.48"}),
    ],
)  # fmt: skip
def test_gradients_of_known_exercises(name: str, output: str, asked: dict[str, str]) -> None:
    exercise = library.find_exercise(name)
    problem = exercise.variant().problem
    assert format_value(problem.exact_passes.values[problem.graph.output_position]) == output
    assert backward_truths(exercise) == asked


def test_gradients_and_answers_of_sigma_xw() -> None:
    exercise = library.find_exercise("matrices/sigma-xw")
    problem = exercise.variant().problem
    assert problem.float_passes.values[problem.graph.output_position] == pytest.approx(5.833329393581208, abs=1e-14)
    assert list(problem.float_passes.gradients[problem.graph.position["X"]].ravel()) == pytest.approx(
        [0.19788, 0.48555, 0.77323, 0.010649, 0.028635, 0.046621, 0.00059074, 0.0016814, 0.0027721], rel=1e-4
    )
    for blank, answer in (
        ("S->sum1", "[[1, 1], [1, 1], [1, 1]]"),
        ("A->S", "up * S * (1 - S)"),
        ("X->A", "up @ W.T"),
        ("X->A", "(df/dS * S * (1 - S)) @ W.T"),
        ("W->A", "X.T @ up"),
    ):
        assert grade(problem, problem.place(blank), answer).right, (blank, answer)


@pytest.mark.parametrize("name", ALL)
def test_texts_are_complete_in_both_languages(name: str) -> None:
    exercise = library.find_exercise(name)
    for text in (exercise.title, exercise.text, exercise.after):
        assert text.texts.keys() == {"en", "ko"}
    for seed in (None, 1, 2):
        for language in ("en", "ko"):
            set_language(language)
            shown = exercise.variant(seed).text() + exercise.variant(seed).after()
            assert not re.search(r"[{}]|\?\?|\(이\)|은\(는\)", shown)
    assert all(re.search("[가-힣]", text.texts["ko"]) for text in (exercise.title, exercise.text, exercise.after))


@pytest.mark.parametrize("name", ALL)
def test_no_korean_particle_depends_on_a_number(name: str) -> None:
    exercise = library.find_exercise(name)
    texts = [exercise.text, exercise.after, *(asked.prompt for asked in exercise.questions)]
    for asked in exercise.questions:
        texts += [text for choice in asked.choices for text in (choice.text, choice.feedback) if text]
    for text in texts:
        assert not re.search(rf"[^{{]\{{[^{{}}]+\}}(?!{FITS_ANY_NUMBER})[가-힣]", text.texts["ko"])


@pytest.mark.parametrize("name", ALL)
def test_fresh_numbers_vary_and_hide_no_more_than_the_authors(name: str) -> None:
    exercise = library.find_exercise(name)
    authored = hidden_mistakes(exercise.variant().problem)
    drawn = [exercise.variant(seed) for seed in range(12)]
    assert all(hidden_mistakes(variant.problem) <= authored for variant in drawn)
    if exercise.has_variants:
        assert len({variant.fingerprint for variant in drawn}) >= 3
        assert exercise.variant().fingerprint not in {variant.fingerprint for variant in drawn}


@pytest.mark.parametrize("name", ALL)
def test_needed_exercises_exist_and_come_before(name: str) -> None:
    """Check the order within a pack; the last exercises of a pack may need a later pack."""
    assert name not in texts_before(name)
    for need in needs_of(name):
        assert need in ALL
        if need.partition("/")[0] == name.partition("/")[0]:
            assert ALL.index(need) < ALL.index(name)


@cache
def needs_of(name: str) -> tuple[str, ...]:
    return tuple(library.find_exercise(name).needs)


def texts_before(name: str) -> set[str]:
    found: set[str] = set()
    open_ends = list(needs_of(name))
    while open_ends:
        need = open_ends.pop()
        if need not in found:
            found.add(need)
            open_ends += needs_of(need)
    return found


@pytest.mark.parametrize("pack", library.all_packs(), ids=lambda pack: pack.id)
def test_pack_files_are_complete(pack: library.Pack) -> None:
    file = load_pack_file(pack.folder / "pack.toml", pack.folder)
    assert (file.id, file.languages) == (pack.folder.name, ("en", "ko"))
    assert pack.title.texts.keys() == pack.description.texts.keys() == file.presumes.texts.keys() == {"en", "ko"}
