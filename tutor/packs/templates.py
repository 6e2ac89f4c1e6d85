"""Texts with placeholders such as `{q}`, `{u + 0.01}` and `{grad(w)}`, filled with the numbers of one variant."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import evaluate
from tutor.algebra.expr import Expr, Grid, Sym, as_expr
from tutor.algebra.matrix_expr import expr_of
from tutor.algebra.parser import parse
from tutor.algebra.printing import format_expr, format_value
from tutor.i18n import N_, LocalizedText, message

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tutor.algebra.ops import Value
    from tutor.grading.problem import Problem
    from tutor.packs.diagnostics import KeyPath

_PLACEHOLDER = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_GRADIENT = re.compile(r"\bgrad\s*\(\s*(\w+)\s*\)")


def parse_formula(formula: str, known: Mapping[str, Value]) -> Expr:
    """Parse an author's formula over `known` names, among which gradients are `grad(w)`. Raises `AlgebraError`."""
    return parse(_GRADIENT.sub(r"grad(\1)", formula), known)


def inline_gradients(formula: str, known: Mapping[str, Value]) -> str:
    """Return a formula with values in place of its gradients, as a learner could type it."""

    def value_text(match: re.Match[str]) -> str:
        value = known.get(f"grad({match[1]})")
        if value is None:
            return match[0]
        tree = Grid(tuple(map(tuple, value))) if ops.is_array(value) else expr_of(value)
        return f"({format_expr(tree)})"

    return _GRADIENT.sub(value_text, formula)


class TemplateContext:
    """The names that texts may use, with their values for one problem and the exercise's `constants`.

    A `lenient` one shows `?` if a formula has no value with these numbers, for texts that were checked with others.
    """

    def __init__(self, problem: Problem, lenient: bool = False, constants: Mapping[str, Value] | None = None) -> None:
        self._lenient = lenient
        graph, exact = problem.graph, problem.exact_passes
        sizes = {name: as_expr(size) for name, size in problem.sizes.items()}
        self._values: dict[str, Value] = {**sizes, **(constants or {})}
        if problem.has_matrix_symbols and isinstance(problem.start, Sym):
            self._values[problem.start.name] = exact.start
        self._needs_extra_digits: dict[str, bool] = {}
        for position, node in enumerate(graph.nodes):
            if node.name:
                self._values[node.name] = exact.values[position]
                if exact.gradients[position] is not None:
                    self._values[f"grad({node.name})"] = exact.gradients[position]
                self._needs_extra_digits[node.name] = problem.needs_extra_digits[position]

    def __call__(self, text: str) -> str:
        """Return `text` filled with numbers. Raises `AlgebraError` at what can't be filled in."""
        return _PLACEHOLDER.sub(self._fill_piece, text)

    @property
    def visible_names(self) -> Mapping[str, Value]:
        """The names that a learner may use: inputs, nodes and constants, without gradients."""
        return {name: value for name, value in self._values.items() if not name.startswith("grad(")}

    def evaluate_formula(self, formula: str, extra: Mapping[str, Value] | None = None) -> Value:
        """Return the value of an author's formula, which may use `extra` names too. Raises `AlgebraError`."""
        known = self.formula_names(extra)
        return evaluate(parse_formula(formula, known), known)

    def formula_names(self, extra: Mapping[str, Value] | None = None) -> Mapping[str, Value]:
        """Return the names that an author's formula may use: all values, gradients as `grad(w)`, and `extra` names."""
        return {**self._values, **(extra or {})}

    def fill_texts(self, text: LocalizedText) -> LocalizedText:
        """Return a text filled with numbers in every language."""
        return LocalizedText({language: self(part) for language, part in text.texts.items()})

    def find_errors(self, text: LocalizedText, key_path: KeyPath) -> Iterator[tuple[AlgebraError, str, KeyPath]]:
        """Yield everything in a text that can't be filled in, with the text in that language and its place."""
        for language, part in text.texts.items():
            for piece in _PLACEHOLDER.finditer(part):
                try:
                    self._fill_piece(piece)
                except AlgebraError as error:
                    yield error, part, (*key_path, language) if language else key_path

    def _fill_piece(self, piece: re.Match[str]) -> str:
        if piece[0] in ("{{", "}}"):
            return piece[0][0]
        if piece[1] is None:
            text = N_("There is a single brace here. Write {{ or }} for a brace, and {x} for a number.")
            raise AlgebraError(message(text), piece.start())
        try:
            return self._format_formula(piece[1])
        except AlgebraError as error:
            raise AlgebraError(error.message, piece.start(), len(piece[0])) from None

    def _format_formula(self, formula: str) -> str:
        tree = parse_formula(formula, self._values)
        near_one = isinstance(tree, Sym) and self._needs_extra_digits.get(tree.name, False)
        try:
            return format_value(evaluate(tree, self._values), near_one=near_one)
        except AlgebraError:
            if self._lenient:
                return "?"
            raise
