"""Learners who do everything right but one thing, and what the tutor says to them.

A learner comes to a blank with one wrong rule of the catalogue, does exactly what it says, and types what comes out.
Told apart are: the mistake is named by its own id; by one of its class, whose formula is the same at this node; by one
that has the same value on these numbers only; or not at all, which is a miss. Another learner is right throughout, and
writes it in every way an answer may be written.

`python -m tests.simulated.learners 20` looks at 20 variants of every exercise and prints what was missed.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from random import Random
from typing import Any

from tests.grading.samples import cells, literal
from tutor.algebra import ANSWER, parse, values
from tutor.algebra.balls import nearest_float
from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import evaluate
from tutor.algebra.show import show, write
from tutor.algebra.tidy import tidy
from tutor.algebra.tree import Apply, Expr, Num, Sym
from tutor.algebra.tree import names as names_in
from tutor.algebra.whole import Whole
from tutor.engine.symbolic import has_symbols
from tutor.grading import Blank, Kind, Problem, grade, hint
from tutor.grading.mistakes import suspects
from tutor.grading.suspect import Suspect
from tutor.packs import Exercise, library
from tutor.practice.worksheet import Worksheet

OWN, CLASS, EQUAL, MISSED = "by its own id", "by its class", "by one of equal value", "missed"


def exercises() -> list[str]:
    """The names of all built-in exercises."""
    return [f"{pack.id}/{entry.id}" for pack in library.packs(installed=False) for entry in pack.entries]


def seeds(exercise: Exercise, count: int) -> list[int | None]:
    """The author's numbers, and fresh ones where there are any."""
    return [None, *range(1, count if exercise.varies else 1)]


@dataclass
class Report:
    """How many mistakes were named, and how; and right answers that were not taken."""

    named: Counter[str] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    right: int = 0

    def add(self, other: Report) -> None:
        """Take the counts of another one in."""
        self.named += other.named
        self.missed += other.missed
        self.refused += other.refused
        self.right += other.right

    @property
    def by_class(self) -> float:
        """The part of the mistakes that was named by its own id or its class."""
        return (self.named[OWN] + self.named[CLASS]) / max(self.named.total(), 1)

    def __str__(self) -> str:
        lines = [f"{how}: {self.named[how]}" for how in (OWN, CLASS, EQUAL, MISSED)]
        lines += [f"named by their own class: {self.by_class:.2%}", f"right answers taken: {self.right}"]
        lines += [f"  missed: {text}" for text in self.missed] + [f"  refused: {text}" for text in self.refused]
        return "\n".join(lines)


# --- who errs once ------------------------------------------------------------------------------------------


def err_once(exercise: Exercise, seed: int | None, most: int | None = None) -> Report:
    """Every mistake at every blank (at most so many at each, drawn), each made once, everything else right."""
    found = Report()
    variant = exercise.variant(seed)
    sheet = Worksheet(variant)
    problem = variant.problem
    rng = Random(f"{exercise.id} {seed}")
    while (name := sheet.next_open()) is not None:
        blank = problem.place(name)
        chosen = wrong_choices(problem, blank)
        known = problem.names_for(blank)
        for choice in chosen:
            assert sheet.answer(name, choice).kind is Kind.WRONG
        wrong = [] if chosen else [one for one in suspects(problem, blank) if typed(one, known) is not None]
        for suspect in wrong if most is None or len(wrong) <= most else rng.sample(wrong, most):
            text = typed(suspect, known)
            assert text is not None
            verdict = sheet.answer(name, text)
            if verdict.kind is Kind.COARSE:
                # The mistake's value is short, and could be the right one with one digit. The next ones tell.
                numbers = [rounded(number, 7) for number in floats(suspect.value)]
                verdict = sheet.answer(name, literal(numbers, values.shape(suspect.value)))
            how = named(problem, blank, suspect, verdict.mistake)
            if verdict.kind is Kind.RIGHT or sheet.entry(name).settled:
                # Within what the digits of an answer can tell it is the right value.
                how = EQUAL if near(suspect.value, problem.truth(blank), 0.01) else MISSED
                sheet.undo()
            found.named[how] += 1
            if how is MISSED:
                said = f"{verdict.kind} {verdict.mistake or ''}".strip()
                found.missed.append(f"{exercise.id} (seed {seed}) {name}: {suspect.id} = {text}: {said}")
        right = next((text for _, text in right_answers(problem, blank)), None)
        if right is None:
            sheet.reveal(name)
            continue
        verdict = sheet.answer(name, right)
        if verdict.kind is not Kind.RIGHT:
            found.refused.append(f"{exercise.id} (seed {seed}) {name}: {right}: {verdict.kind} {verdict.mistake}")
            sheet.reveal(name)
    assert sheet.done
    return found


def wrong_choices(problem: Problem, blank: Blank) -> list[str]:
    """The numbers of the wrong choices of a question."""
    if blank.kind != "question":
        return []
    return [str(number) for number, choice in enumerate(problem.question(blank).choices, 1) if not choice.right]


def typed(suspect: Suspect, known: Mapping[str, Any]) -> str | None:
    """The value of a mistake as it is typed, from a calculator with five digits; None where it can't be.

    `known` are the names that an answer may use, with their values.
    """
    value = suspect.value
    if has_symbols(value):
        text = formula(value, known)
        if text is None:
            return None
    elif values.is_exact(value):
        text = literal([decimal(nearest_float(cell)) for cell in cells(value)], values.shape(value))
    else:
        text = literal([decimal(float(cell)) for cell in cells(value)], values.shape(value))
    return text if answerable(text) and not any(0 < abs(v) < 1e-25 or abs(v) > 1e25 for v in floats(value)) else None


def formula(value: Any, known: Mapping[str, Any]) -> str | None:
    """A value with symbols in the names that an answer may use; None where these don't reach."""
    allowed = {
        write(tree): name for name, tree in known.items() if isinstance(tree, Expr) and not isinstance(tree, Num)
    }
    for form in (tidy, lambda tree: tree):
        trees = [_in_names(form(cell), allowed) for cell in cells(value)]
        if not any(names_in(tree) - known.keys() for tree in trees):
            return literal([write(tree) for tree in trees], values.shape(value))
    return None


def _in_names(tree: Expr, allowed: Mapping[str, str]) -> Expr:
    name = allowed.get(write(tree))
    if name is not None:
        return Sym(name)
    return Apply(tree.op, tuple(_in_names(arg, allowed) for arg in tree.args)) if isinstance(tree, Apply) else tree


def floats(value: Any) -> list[float]:
    """The numbers of a value; none where it has symbols."""
    if has_symbols(value):
        return []
    return [nearest_float(cell) if isinstance(cell, Expr) else float(cell) for cell in cells(value)]


def decimal(value: float, digits: int = 5) -> str:
    """A number as it is read from a display, where 400.00 tells that it is no whole number."""
    text = f"{value:.{digits}g}"
    return text if float(text) == value or "." in text or "e" in text else rounded(value, digits)


def rounded(value: float, digits: int) -> str:
    """The same with the zeros at the end that say how far it was rounded."""
    return f"{value:#.{digits}g}".rstrip(".") if value else "0"


def answerable(text: str) -> bool:
    """Whether a text is short enough for an answer."""
    return len(text) <= ANSWER.characters and text.count("(") < ANSWER.depth


def near(a: Any, b: Any, apart: float) -> bool:
    """Whether two values of numbers lie within a part of each other in every cell."""
    if values.shape(a) != values.shape(b) or has_symbols(a) or has_symbols(b):
        return False
    return all(abs(x - y) <= apart * max(abs(x), abs(y)) + 1e-12 for x, y in zip(floats(a), floats(b), strict=True))


def named(problem: Problem, blank: Blank, suspect: Suspect, name: str | None) -> str:
    """How a mistake was named, if `name` is what was said."""
    if name is None:
        return MISSED
    if name == suspect.id:
        return OWN
    if same_formula(problem, blank, suspect.id, name):
        return CLASS
    if problem.symbolic or has_symbols(problem.truth(blank)):
        # Two formulas that are equal are one class.
        return CLASS if any(other.id == name for other in suspects(problem, blank)) else MISSED
    others = [other for other in suspects(problem, blank) if other.id == name]
    return EQUAL if any(near(other.value, suspect.value, 0.006) for other in others) else MISSED


def same_formula(problem: Problem, blank: Blank, one: str, other: str) -> bool:
    """Whether two mistakes have the same value on other numbers as well."""
    if blank.kind == "question" or problem.symbolic:
        return False
    moved = elsewhere(problem)
    if moved is None:
        return False
    at = moved.place(blank.id)
    found: dict[str, list[Any]] = {one: [], other: []}
    for suspect in suspects(moved, at):
        if suspect.id in found:
            found[suspect.id].append(suspect.value)
    return any(near(a, b, 1e-9) for a in found[one] for b in found[other])


def elsewhere(problem: Problem) -> Problem | None:
    """The same problem on numbers that are near and in no relation to each other; the start stays."""
    rng = Random(7)
    shift: Callable[[Expr], Expr] = lambda cell: cell * Fraction(rng.randint(1001, 1399), 1200)  # noqa: E731
    try:
        moved = replace(problem, inputs={name: values.each(shift, value) for name, value in problem.inputs.items()})
        assert moved.floats and moved.exact
    except (ArithmeticError, ValueError):
        return None
    return moved


# --- who is right -------------------------------------------------------------------------------------------


def always_right(exercise: Exercise, seed: int | None) -> Report:
    """Every right answer at every blank, in every way it may be written."""
    found = Report()
    problem = exercise.variant(seed).problem
    for blank in problem.blanks:
        for form, text in right_answers(problem, blank):
            verdict = grade(problem, blank, text)
            if verdict.kind is Kind.RIGHT:
                found.right += 1
            else:
                said = f"{verdict.kind} {verdict.mistake or ''}".strip()
                found.refused.append(f"{exercise.id} (seed {seed}) {blank.id}: {form}: {text}: {said}")
    return found


def right_answers(problem: Problem, blank: Blank) -> Iterator[tuple[str, str]]:
    """The right answer at a blank, in different forms: what it is written as, and the text."""
    if blank.kind == "question" and problem.question(blank).choices:
        choices = problem.question(blank).choices
        yield from (("choice", str(number)) for number, choice in enumerate(choices, 1) if choice.right)
        return
    truth = problem.truth(blank)
    shape = values.shape(truth)
    forms: list[tuple[str, str]] = []
    if has_symbols(truth):
        forms += _formulas(truth, shape, problem.names_for(blank))
    else:
        numbers = [nearest_float(cell) for cell in cells(truth)]
        for digits in (4, 6):
            forms.append((f"{digits} digits", literal([rounded(number, digits) for number in numbers], shape)))
        forms.append(("as shown", show(truth)))
        fractions = [_fraction(cell) for cell in cells(truth)]
        if None not in fractions:
            forms.append(("fractions", literal([text for text in fractions if text], shape)))
        forms.append(("exact", literal([write(cell) for cell in cells(truth)], shape)))
    forms += _by_the_rule(problem, blank)
    forms += _products(problem, blank)
    yield from (form for form in forms if answerable(form[1]))


def _fraction(cell: Expr) -> str | None:
    if not isinstance(cell, Num) or max(len(str(cell.value.numerator)), len(str(cell.value.denominator))) > 30:
        return None
    return f"{cell.value.numerator}/{cell.value.denominator}"


def _formulas(truth: Any, shape: Any, known: Mapping[str, Any]) -> list[tuple[str, str]]:
    """A formula as the engine has it, tidied, rewritten, in the names that may be used."""
    spelled = formula(truth, known)
    if spelled is None:
        return []
    forms = [("tidied", spelled)]
    if not any(names_in(tree) - known.keys() for tree in cells(truth)):
        forms.append(("formula", literal([write(tree) for tree in cells(truth)], shape)))
    if shape is None:
        forms += [("minus twice", f"-(-({spelled}))"), ("doubled and halved", f"2*({spelled})/2")]
        forms += [("as a power", f"(1/({spelled}))^-1")]
    return forms


def _by_the_rule(problem: Problem, blank: Blank) -> list[tuple[str, str]]:
    """The rule over names: the right rule run on formulas, the upstream as `up` and, where it has a name, by that."""
    if not blank.edge:
        return []
    graph = problem.graph
    node = graph.nodes[blank.edge.target]
    known = problem.names_for(blank)
    exact = problem.exact
    operands = []
    for slot, arg in enumerate(node.args):
        value = exact.operands(blank.edge.target)[slot]
        name = graph.nodes[arg].name if arg is not None else None
        operands.append(value if arg is None else _symbol(name, value) if name in known else None)
    if any(operand is None for operand in operands) or "up" not in known:
        return []
    out = node.name if node.name in known else None
    z = _symbol(out, exact.values[blank.edge.target]) if out else node.operation.forward(*operands)
    if isinstance(z, Expr) and out is None and any(values.is_matrix(operand) for operand in operands):
        return []
    found = []
    ahead = [f"d{problem.goal}/d{node.name}"] if f"d{problem.goal}/d{node.name}" in known else []
    for name in ("up", *ahead):
        try:
            value = node.operation.send_back(_symbol(name, known[name]), z, tuple(operands), blank.edge.slot)
        except (ArithmeticError, ValueError, TypeError, AttributeError):
            continue
        tree = value.tree if isinstance(value, Whole) else value
        if not isinstance(tree, Expr):
            continue
        text = write(tree)
        if "broadcast" in text or "[[" in text or not _comes_to(text, problem, blank):
            continue
        found.append((f"over names with {name}", text))
    return found


def _comes_to(text: str, problem: Problem, blank: Blank) -> bool:
    """Whether a text has the shape that is asked for: one number stands for a matrix of equal cells in a formula."""
    try:
        names = problem.names_for(blank)
        return values.shape(evaluate(parse(text, names), names)) == values.shape(problem.truth(blank))
    except AlgebraError:
        return False


def _symbol(name: str | None, value: Any) -> Any:
    assert name
    return Whole(Sym(name), value.shape) if values.is_matrix(value) else Sym(name)


def _products(problem: Problem, blank: Blank) -> list[tuple[str, str]]:
    """What the third rung of the hints leaves to multiply, typed as it stands."""
    if blank.kind == "question" or blank.shape is not None:
        return []
    for rung in range(1, hint(problem, blank, 1).of):
        text = str(hint(problem, blank, rung, known=frozenset(place.id for place in problem.places)).text)
        before, sign, _ = text.partition(" = ?")
        if sign and not names_in_text(before, problem, blank):
            return [("product", before.rpartition(" = ")[2].rpartition(": ")[2])]
    return []


def names_in_text(text: str, problem: Problem, blank: Blank) -> bool:
    """Whether a hint speaks in names that an answer may not use."""
    known = problem.names_for(blank)
    try:
        parse(text.rpartition(" = ")[2].rpartition(": ")[2], known)
    except AlgebraError:
        return True
    return False


# --- who goes on from a wrong value -------------------------------------------------------------------------


def carry_on(exercise: Exercise, seed: int | None) -> list[str]:
    """Makes a mistake, doesn't mend it, goes on rightly from it, then mends it. What was not taken for that."""
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
                for s in suspects(problem, before)
                if typed(s, problem.names_for(before)) and values.shape(s.value) == before.shape
            ),
            None,
        )
        if wrong is None or not any(floats(wrong.value)):
            continue
        sheet = Worksheet(variant)
        for place in sheet.problem.asked_forward:
            sheet.answer(place.id, show(problem.truth(place)))
        first = typed(wrong, problem.names_for(before))
        assert first is not None
        if sheet.answer(before.id, first).kind is not Kind.MISTAKEN:
            continue
        names = problem.names_for(before)
        held = evaluate(parse(first, names), names)
        target = blank.edge.target
        step = problem.graph.nodes[target].operation.send_back(
            held, problem.exact.values[target], problem.exact.operands(target), blank.edge.slot
        )
        text = typed(Suspect("", step, ""), problem.names_for(blank))
        if text is None or near(step, problem.truth(blank), 0.02):
            continue
        verdict = sheet.answer(blank.id, text)
        if verdict.kind is not Kind.CARRIED or sheet.state(blank.id) != "near":
            faults.append(
                f"{exercise.id} (seed {seed}) {blank.id}: {text} after {first}: {verdict.kind} {verdict.mistake}"
            )
            continue
        sheet.answer(before.id, next(right_answers(problem, before))[1])
        again = sheet.entry(blank.id)
        if not (again.text == text and again.verdict and again.verdict.kind is Kind.CARRIED and not again.settled):
            faults.append(f"{exercise.id} (seed {seed}) {blank.id}: not asked again")
        if sheet.entry(blank.id).wrongs:
            faults.append(f"{exercise.id} (seed {seed}) {blank.id}: a right step was counted as a wrong answer")
    return faults


def main(variants: int) -> int:
    """Everything, on so many variants of each exercise. 1 where something was missed."""
    report, faults = Report(), []
    for name in exercises():
        exercise = library.find(name)
        for seed in seeds(exercise, variants):
            report.add(err_once(exercise, seed))
            report.add(always_right(exercise, seed))
            faults += carry_on(exercise, seed)
    print(report)
    print("\n".join(faults) or "every step on a wrong value was recognised")
    return 1 if report.missed or report.refused or faults else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 3))
