"""Questions as their author wrote them, to be filled with the numbers of a variant."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING

from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import evaluate
from tutor.algebra.expr import DOMAINS, Sym, as_expr
from tutor.algebra.matrix_expr import MatrixExpr
from tutor.algebra.ops import shape_of
from tutor.algebra.sizes import sizes_in
from tutor.grading.question import Question
from tutor.packs.templates import TemplateContext, parse_formula

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tutor.algebra.ops import Value
    from tutor.grading.question import Choice, TextMistake
    from tutor.i18n import LocalizedText
    from tutor.packs.diagnostics import KeyPath


@dataclass(frozen=True)
class QuestionTemplate:
    """A question without numbers.

    `symbols` are the names that an answer may use, each with a domain, with a formula that gives it a value and a shape, or
    a symbolic matrix; if there are none, an answer may use every name of the exercise. `key_path` is its place in the file.
    `select_all`, `accepted` and `text_mistakes` are as in `Question`.
    """

    id: str
    prompt: LocalizedText
    answer: str | None = None
    symbols: Mapping[str, str | Value] = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()
    skills: tuple[str, ...] = ()
    key_path: KeyPath = ()
    select_all: bool = False
    accepted: tuple[str, ...] | None = None
    text_mistakes: tuple[TextMistake, ...] = ()

    def instantiate(self, context: TemplateContext, seed: int | None, exercise: str) -> Question:
        """Return the question for one variant, its choices shuffled by the seed, but for those that stay last.

        Raises `AlgebraError` if a formula has no value.
        """
        names = self.answer_names(context)
        known = context.formula_names(names)
        formula = None if self.answer is None else parse_formula(self.answer, known)
        answer = None if formula is None else evaluate(formula, known)
        choices = [
            replace(
                choice,
                text=context.fill_texts(choice.text),
                feedback=context.fill_texts(choice.feedback),
                number=number,
            )
            for number, choice in enumerate(self.choices, 1)
        ]
        order = sorted(
            range(len(choices)),
            key=lambda i: (choices[i].is_last, sha256(f"{seed}\n{exercise}\n{self.id}\n{i}".encode()).digest()),
        )
        shuffled = tuple(choices[i] for i in order)
        prompt = context.fill_texts(self.prompt)
        mistakes = tuple(
            replace(mistake, feedback=context.fill_texts(mistake.feedback)) for mistake in self.text_mistakes
        )
        return Question(
            self.id,
            prompt,
            answer,
            names,
            shuffled,
            formula,
            self.skills,
            known,
            self.select_all,
            self.accepted,
            mistakes,
        )

    def answer_names(self, context: TemplateContext) -> dict[str, Value]:
        """Return the names that an answer may use. Raises `AlgebraError`."""
        if not self.symbols:
            return dict(context.visible_names)
        names = {name: self._meaning(name, meaning, context) for name, meaning in self.symbols.items()}
        sizes = sizes_in(map(shape_of, names.values()))
        return names | {name: as_expr(size) for name, size in sizes.items()}

    def _meaning(self, name: str, meaning: str | Value, context: TemplateContext) -> Value:
        if not isinstance(meaning, str):
            return meaning
        if not _is_domain(meaning, context):
            return context.evaluate_formula(meaning)
        # In a graph of symbolic matrices, the name of one of them means that one.
        known = context.visible_names.get(name)
        return known if isinstance(known, MatrixExpr) else Sym(name, domain=meaning)

    def find_errors(self, context: TemplateContext) -> Iterator[tuple[AlgebraError, str, KeyPath]]:
        """Yield every error in its formulas and texts, with the text and its place in the file."""
        for name, meaning in self.symbols.items():
            if isinstance(meaning, str) and not _is_domain(meaning, context):
                try:
                    context.evaluate_formula(meaning)
                except AlgebraError as error:
                    yield error, meaning, (*self.key_path, "symbols", name)
                    return
        if self.answer is not None:
            try:
                context.evaluate_formula(self.answer, self.answer_names(context))
            except AlgebraError as error:
                yield error, self.answer, (*self.key_path, "answer")
        yield from context.find_errors(self.prompt, (*self.key_path, "prompt"))
        for position, choice in enumerate(self.choices):
            key_path = (*self.key_path, "choices", position)
            yield from context.find_errors(choice.text, key_path)
            yield from context.find_errors(choice.feedback, (*key_path, "why"))


def _is_domain(meaning: str, context: TemplateContext) -> bool:
    """Return whether a symbol's meaning is a domain; a step of the same name comes before the newest one."""
    return meaning in DOMAINS and not (meaning == "probability" and meaning in context.visible_names)
