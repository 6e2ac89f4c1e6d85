"""Simulated learners who make one mistake of the catalogue, or none, and the tutor's verdicts on them.

One learner follows one wrong rule at a blank and types its result. The mistake counts as named by its own id; by its
class, whose formula is the same at this node; by a mistake that has the same value at these numbers only; or as missed.
Another learner is always right, and writes answers in every form that the tutor accepts.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from fractions import Fraction
from random import Random
from typing import TYPE_CHECKING, Any

from tests.support.sample_problems import answer_literal, cells_of
from tutor.algebra import ops
from tutor.algebra.balls import nearest_float
from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import evaluate
from tutor.algebra.expr import Apply, Expr, Num, Sym
from tutor.algebra.expr import free_names as names_in
from tutor.algebra.limits import ANSWER
from tutor.algebra.matrix_expr import MatrixExpr
from tutor.algebra.parser import parse
from tutor.algebra.printing import SHOWN_DIGITS, format_expr, format_value
from tutor.algebra.simplify import simplify
from tutor.engine.symbolic import has_symbols
from tutor.grading.grader import grade
from tutor.grading.hints.ladder import hint_at
from tutor.grading.mistakes.candidate import MistakeCandidate
from tutor.grading.mistakes.finder import UNLIKELY_IDS, candidates_at
from tutor.grading.verdict import VerdictKind
from tutor.packs import library
from tutor.packs.pack import read_pack
from tutor.practice.worksheet import Worksheet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tutor.grading.problem import Blank, Problem
    from tutor.packs.exercise import Exercise

BY_ID, BY_CLASS, BY_EQUAL_VALUE, MISSED = "by its own id", "by its class", "by one of equal value", "missed"


def builtin_exercise_names() -> list[str]:
    """Return the names of all built-in exercises; packs that someone added on this computer don't count."""
    packs = [read_pack(folder) for folder in library.list_packs(library.built_in_dir())]
    return [f"{pack.id}/{entry.id}" for pack in packs for entry in pack.entries]


def variant_seeds(exercise: Exercise, count: int) -> list[int | None]:
    """Return None for the author's numbers, and seeds for new numbers if the exercise has any."""
    return [None, *range(1, count if exercise.has_variants else 1)]


@dataclass
class Report:
    """The number of mistakes named in each way, the missed ones, and the right answers that were refused."""

    counts: Counter[str] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    num_accepted: int = 0

    def add(self, other: Report) -> None:
        """Add another report to this one."""
        self.counts += other.counts
        self.missed += other.missed
        self.refused += other.refused
        self.num_accepted += other.num_accepted

    @property
    def share_by_id_or_class(self) -> float:
        """Return the share of mistakes that were named by their own id or class."""
        return (self.counts[BY_ID] + self.counts[BY_CLASS]) / max(self.counts.total(), 1)

    def __str__(self) -> str:
        lines = [f"{how}: {self.counts[how]}" for how in (BY_ID, BY_CLASS, BY_EQUAL_VALUE, MISSED)]
        lines += [
            f"named by their own class: {self.share_by_id_or_class:.2%}",
            f"right answers taken: {self.num_accepted}",
        ]
        lines += [f"  missed: {text}" for text in self.missed] + [f"  refused: {text}" for text in self.refused]
        return "\n".join(lines)


# --- one mistake -------------------------------------------------------------------------------------------


def try_each_mistake(exercise: Exercise, seed: int | None, max_mistakes: int | None = None) -> Report:
    """Make every mistake at every blank, or a random `max_mistakes` of them, and be right otherwise."""
    found = Report()
    variant = exercise.variant(seed)
    sheet = Worksheet(variant)
    problem = variant.problem
    rng = Random(f"{exercise.id} {seed}")
    while (name := sheet.next_open_blank()) is not None:
        blank = problem.place(name)
        chosen = wrong_choice_numbers(problem, blank)
        known = problem.names_at(blank)
        for choice in chosen:
            assert sheet.answer(name, choice).kind is VerdictKind.WRONG
        wrong = (
            [] if chosen else [one for one in candidates_at(problem, blank) if typed_mistake(one, known) is not None]
        )
        for suspect in wrong if max_mistakes is None or len(wrong) <= max_mistakes else rng.sample(wrong, max_mistakes):
            text = typed_mistake(suspect, known)
            assert text is not None
            verdict = sheet.answer(name, text)
            if verdict.kind is VerdictKind.COARSE:
                # With few digits the wrong value could be the right one, rounded. More digits distinguish them.
                numbers = [format_rounded(number, 7) for number in floats_of(suspect.value)]
                verdict = sheet.answer(name, answer_literal(numbers, ops.shape_of(suspect.value)))
            kind_of_name = how_it_was_named(problem, blank, suspect, verdict.mistake)
            if verdict.kind is VerdictKind.ELSEWHERE and suspect.id in UNLIKELY_IDS:
                kind_of_name = BY_EQUAL_VALUE
            if verdict.kind is VerdictKind.RIGHT or sheet.entry(name).settled:
                # To the digits of an answer, the wrong value is the right one.
                kind_of_name = BY_EQUAL_VALUE if is_close(suspect.value, problem.truth(blank), 0.01) else MISSED
                sheet.undo()
            found.counts[kind_of_name] += 1
            if kind_of_name is MISSED:
                shown_verdict = f"{verdict.kind} {verdict.mistake or ''}".strip()
                found.missed.append(f"{exercise.id} (seed {seed}) {name}: {suspect.id} = {text}: {shown_verdict}")
        right = next((text for _, text in right_answer_forms(problem, blank)), None)
        if right is None:
            sheet.reveal(name)
            continue
        verdict = sheet.answer(name, right)
        if verdict.kind is not VerdictKind.RIGHT:
            found.refused.append(f"{exercise.id} (seed {seed}) {name}: {right}: {verdict.kind} {verdict.mistake}")
            sheet.reveal(name)
    assert sheet.done
    return found


def wrong_choice_numbers(problem: Problem, blank: Blank) -> list[str]:
    """Return the numbers of the wrong choices of a question."""
    if blank.kind != "question":
        return []
    return [str(number) for number, choice in enumerate(problem.question(blank).choices, 1) if not choice.right]


def typed_mistake(candidate: MistakeCandidate, known: Mapping[str, Any]) -> str | None:
    """Return a mistake's value with the five digits of a calculator, or None if it cannot be typed.

    `known` holds the names that an answer may use, with their values.
    """
    value = candidate.value
    if has_symbols(value):
        text = formula_text(value, known)
        if text is None:
            return None
    elif ops.is_exact(value):
        text = answer_literal([format_decimal(nearest_float(cell)) for cell in cells_of(value)], ops.shape_of(value))
    else:
        text = answer_literal([format_decimal(float(cell)) for cell in cells_of(value)], ops.shape_of(value))
    return (
        text
        if fits_in_answer(text) and not any(0 < abs(v) < 1e-25 or abs(v) > 1e25 for v in floats_of(value))
        else None
    )


def formula_text(value: Any, known: Mapping[str, Any]) -> str | None:
    """Return a symbolic value in the names that an answer may use, or None if it needs others."""
    allowed = {
        format_expr(tree): name for name, tree in known.items() if isinstance(tree, Expr) and not isinstance(tree, Num)
    }
    for form in (simplify, lambda tree: tree):
        trees = [_replace_known_parts(form(cell), allowed) for cell in cells_of(value)]
        if not any(names_in(tree) - known.keys() for tree in trees):
            return answer_literal([format_expr(tree) for tree in trees], ops.shape_of(value))
    return None


def _replace_known_parts(tree: Expr, allowed: Mapping[str, str]) -> Expr:
    name = allowed.get(format_expr(tree))
    if name is not None:
        return Sym(name)
    return (
        Apply(tree.op, tuple(_replace_known_parts(arg, allowed) for arg in tree.args))
        if isinstance(tree, Apply)
        else tree
    )


def floats_of(value: Any) -> list[float]:
    """Return the numbers of a value, or nothing if it has symbols."""
    if has_symbols(value):
        return []
    return [nearest_float(cell) if isinstance(cell, Expr) else float(cell) for cell in cells_of(value)]


def format_decimal(value: float, digits: int = 5) -> str:
    """Return a number as a calculator shows it. A rounded number keeps its zeros, as in 400.00."""
    text = f"{value:.{digits}g}"
    return text if float(text) == value or "." in text or "e" in text else format_rounded(value, digits)


def format_rounded(value: float, digits: int) -> str:
    """Return a number with the zeros at its end that show how far it was rounded."""
    return f"{value:#.{digits}g}".rstrip(".") if value else "0"


def fits_in_answer(text: str) -> bool:
    """Return whether a text is short enough for an answer."""
    return len(text) <= ANSWER.characters and text.count("(") < ANSWER.depth


def is_close(a: Any, b: Any, tolerance: float) -> bool:
    """Return whether two values differ by at most a relative `tolerance` in every cell."""
    if ops.shape_of(a) != ops.shape_of(b) or has_symbols(a) or has_symbols(b):
        return False
    return all(
        abs(x - y) <= tolerance * max(abs(x), abs(y)) + 1e-12 for x, y in zip(floats_of(a), floats_of(b), strict=True)
    )


def how_it_was_named(problem: Problem, blank: Blank, candidate: MistakeCandidate, name: str | None) -> str:
    """Return how the verdict's mistake `name` relates to the mistake that was made."""
    if name is None:
        return MISSED
    if name == candidate.id:
        return BY_ID
    if is_same_formula(problem, blank, candidate.id, name):
        return BY_CLASS
    if problem.symbolic or has_symbols(problem.truth(blank)):
        # Mistakes with equal formulas form one class.
        return BY_CLASS if any(other.id == name for other in candidates_at(problem, blank)) else MISSED
    others = [other for other in candidates_at(problem, blank) if other.id == name]
    return BY_EQUAL_VALUE if any(is_close(other.value, candidate.value, 0.006) for other in others) else MISSED


def is_same_formula(problem: Problem, blank: Blank, one: str, other: str) -> bool:
    """Return whether two mistakes have the same value at other numbers as well."""
    if blank.kind == "question" or problem.symbolic:
        return False
    moved = at_other_inputs(problem)
    if moved is None:
        return False
    at = moved.place(blank.id)
    found: dict[str, list[Any]] = {one: [], other: []}
    for suspect in candidates_at(moved, at):
        if suspect.id in found:
            found[suspect.id].append(suspect.value)
    return any(is_close(a, b, 1e-9) for a in found[one] for b in found[other])


def at_other_inputs(problem: Problem) -> Problem | None:
    """Return the same problem at nearby, unrelated inputs with the same start."""
    rng = Random(7)
    shift: Callable[[Expr], Expr] = lambda cell: cell * Fraction(rng.randint(1001, 1399), 1200)  # noqa: E731
    try:
        moved = replace(problem, inputs={name: ops.map_cells(shift, value) for name, value in problem.inputs.items()})
        assert moved.float_passes
        assert moved.exact_passes
    except (ArithmeticError, ValueError):
        return None
    return moved


# --- right answers ------------------------------------------------------------------------------------------


def try_right_answers(exercise: Exercise, seed: int | None) -> Report:
    """Try the right answer at every blank in every form."""
    found = Report()
    problem = exercise.variant(seed).problem
    for blank in problem.blanks:
        for form, text in right_answer_forms(problem, blank):
            verdict = grade(problem, blank, text)
            if verdict.kind is VerdictKind.RIGHT:
                found.num_accepted += 1
            else:
                shown_verdict = f"{verdict.kind} {verdict.mistake or ''}".strip()
                found.refused.append(f"{exercise.id} (seed {seed}) {blank.id}: {form}: {text}: {shown_verdict}")
    return found


def right_answer_forms(problem: Problem, blank: Blank) -> Iterator[tuple[str, str]]:
    """Yield the right answer at a blank in different forms, each with the name of the form."""
    if blank.kind == "question" and problem.question(blank).choices:
        choices = problem.question(blank).choices
        yield from (("choice", str(number)) for number, choice in enumerate(choices, 1) if choice.right)
        return
    truth = problem.truth(blank)
    shape = ops.shape_of(truth)
    forms: list[tuple[str, str]] = []
    if has_symbols(truth):
        forms += _formula_forms(truth, shape, problem.names_at(blank))
    else:
        numbers = [nearest_float(cell) for cell in cells_of(truth)]
        needed = problem.precision_at(blank).digits
        for digits in {max(4, needed), max(6, needed)}:
            forms.append(
                (f"{digits} digits", answer_literal([format_rounded(number, digits) for number in numbers], shape))
            )
        if needed <= SHOWN_DIGITS:
            forms.append(("as shown", format_value(truth)))
        fractions = [_fraction_text(cell) for cell in cells_of(truth)]
        if None not in fractions:
            forms.append(("fractions", answer_literal([text for text in fractions if text], shape)))
        forms.append(("exact", answer_literal([format_expr(cell) for cell in cells_of(truth)], shape)))
    forms += _rule_forms(problem, blank)
    forms += _product_forms(problem, blank)
    yield from (form for form in forms if fits_in_answer(form[1]))


def _fraction_text(cell: Expr) -> str | None:
    if not isinstance(cell, Num) or max(len(str(cell.value.numerator)), len(str(cell.value.denominator))) > 30:
        return None
    return f"{cell.value.numerator}/{cell.value.denominator}"


def _formula_forms(truth: Any, shape: Any, known: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return a formula simplified, as the engine has it, and rewritten, in the names that an answer may use."""
    spelled = formula_text(truth, known)
    if spelled is None:
        return []
    forms = [("tidied", spelled)]
    if not any(names_in(tree) - known.keys() for tree in cells_of(truth)):
        forms.append(("formula", answer_literal([format_expr(tree) for tree in cells_of(truth)], shape)))
    if shape is None:
        forms += [("minus twice", f"-(-({spelled}))"), ("doubled and halved", f"2*({spelled})/2")]
        forms += [("as a power", f"(1/({spelled}))^-1")]
    return forms


def _rule_forms(problem: Problem, blank: Blank) -> list[tuple[str, str]]:
    """Return the right rule over names, with the upstream as `up` and, if it has a name, as that name."""
    if not blank.edge:
        return []
    graph = problem.graph
    node = graph.nodes[blank.edge.target]
    known = problem.names_at(blank)
    exact = problem.exact_passes
    operands = []
    for slot, arg in enumerate(node.args):
        value = exact.operands_of(blank.edge.target)[slot]
        name = graph.nodes[arg].name if arg is not None else None
        operands.append(value if arg is None else _symbol_like(name, value) if name in known else None)
    if any(operand is None for operand in operands) or "up" not in known:
        return []
    out = node.name if node.name in known else None
    z = _symbol_like(out, exact.values[blank.edge.target]) if out else node.operation.forward(*operands)
    if isinstance(z, Expr) and out is None and any(ops.is_matrix(operand) for operand in operands):
        return []
    found = []
    ahead = [f"d{problem.target_name}/d{node.name}"] if f"d{problem.target_name}/d{node.name}" in known else []
    for name in ("up", *ahead):
        try:
            value = node.operation.backpropagate(_symbol_like(name, known[name]), z, tuple(operands), blank.edge.slot)
        except (ArithmeticError, ValueError, TypeError, AttributeError):
            continue
        tree = value.expr if isinstance(value, MatrixExpr) else value
        if not isinstance(tree, Expr):
            continue
        text = format_expr(tree)
        if "broadcast" in text or "[[" in text or not _has_shape_of_truth(text, problem, blank):
            continue
        found.append((f"over names with {name}", text))
    return found


def _has_shape_of_truth(text: str, problem: Problem, blank: Blank) -> bool:
    """Return whether a text has the shape of the answer. In a formula, a number may be a matrix of equal cells."""
    try:
        names = problem.names_at(blank)
        return ops.shape_of(evaluate(parse(text, names), names)) == ops.shape_of(problem.truth(blank))
    except AlgebraError:
        return False


def _symbol_like(name: str | None, value: Any) -> Any:
    assert name
    return MatrixExpr(Sym(name), value.shape) if ops.is_matrix(value) else Sym(name)


def _product_forms(problem: Problem, blank: Blank) -> list[tuple[str, str]]:
    """Return the product that the hints leave to multiply, typed unchanged."""
    if blank.kind == "question" or blank.shape is not None:
        return []
    for rung in range(1, hint_at(problem, blank, 1).of):
        text = str(hint_at(problem, blank, rung, known_places=frozenset(place.id for place in problem.places)).text)
        before, sign, _ = text.partition(" = ?")
        if sign and not uses_unknown_names(before, problem, blank):
            return [("product", before.rpartition(" = ")[2].rpartition(": ")[2])]
    return []


def uses_unknown_names(text: str, problem: Problem, blank: Blank) -> bool:
    """Return whether a hint uses names that an answer may not use."""
    known = problem.names_at(blank)
    try:
        parse(text.rpartition(" = ")[2].rpartition(": ")[2], known)
    except AlgebraError:
        return True
    return False


# --- right steps from a wrong value -------------------------------------------------------------------------


def check_follow_through(exercise: Exercise, seed: int | None) -> list[str]:
    """Make a mistake, go on correctly from it, then correct it. Return what the tutor did not recognise."""
    faults = []
    variant = exercise.variant(seed)
    problem = variant.problem
    asked = {blank.id for blank in problem.blanks}
    for blank in problem.blanks:
        upstream = problem.upstream(blank)
        if not blank.edge or upstream not in asked:
            continue
        before = problem.place(upstream)
        wrong = next(
            (
                s
                for s in candidates_at(problem, before)
                if typed_mistake(s, problem.names_at(before)) and ops.shape_of(s.value) == before.shape
            ),
            None,
        )
        if wrong is None or not any(floats_of(wrong.value)):
            continue
        sheet = Worksheet(variant)
        for place in sheet.problem.forward_blanks:
            sheet.answer(place.id, format_value(problem.truth(place)))
        first = typed_mistake(wrong, problem.names_at(before))
        assert first is not None
        if sheet.answer(before.id, first).kind is not VerdictKind.MISTAKEN:
            continue
        names = problem.names_at(before)
        first_value = evaluate(parse(first, names), names)
        target = blank.edge.target
        step = problem.graph.nodes[target].operation.backpropagate(
            first_value, problem.exact_passes.values[target], problem.exact_passes.operands_of(target), blank.edge.slot
        )
        text = typed_mistake(MistakeCandidate("", step, ""), problem.names_at(blank))
        if text is None or is_close(step, problem.truth(blank), 0.02):
            continue
        verdict = sheet.answer(blank.id, text)
        if verdict.kind is not VerdictKind.CARRIED or sheet.state(blank.id) != "near":
            faults.append(
                f"{exercise.id} (seed {seed}) {blank.id}: {text} after {first}: {verdict.kind} {verdict.mistake}"
            )
            continue
        sheet.answer(before.id, next(right_answer_forms(problem, before))[1])
        again = sheet.entry(blank.id)
        if not (
            again.text == text and again.verdict and again.verdict.kind is VerdictKind.CARRIED and not again.settled
        ):
            faults.append(f"{exercise.id} (seed {seed}) {blank.id}: not asked again")
        if sheet.entry(blank.id).wrong_attempts:
            faults.append(f"{exercise.id} (seed {seed}) {blank.id}: a right step was counted as a wrong answer")
    return faults
