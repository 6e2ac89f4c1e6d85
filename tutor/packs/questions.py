"""Questions as their author wrote them, and with the numbers of one variant."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING

from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import evaluate
from tutor.algebra.expr import Sym
from tutor.grading.question import Choice, Question
from tutor.packs.templates import TemplateContext, parse_formula

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tutor.i18n import LocalizedText
    from tutor.packs.diagnostics import KeyPath

#: What a symbol may be told to be instead of a formula that gives it a value.
SYMBOL_DOMAINS = ("real", "nonzero", "positive")


@dataclass(frozen=True)
class QuestionTemplate:
    """A question without numbers.

    `symbols` says what an answer may name, each a domain, or a formula that gives it a value and a shape; empty: all
    that the exercise knows. `place` is where it stands in the file.
    """

    id: str
    prompt: LocalizedText
    answer: str | None = None
    symbols: Mapping[str, str] = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()
    key_path: KeyPath = ()

    def instantiate(self, context: TemplateContext, seed: int | None, exercise: str) -> Question:
        """The question for one variant, its choices shuffled. Raises `AlgebraError` where a formula has no value."""
        names = self.answer_names(context)
        known = context.formula_names(names)
        form = None if self.answer is None else parse_formula(self.answer, known)
        answer = None if form is None else evaluate(form, known)
        choices = tuple(
            Choice(context.fill_texts(one.text), one.right, context.fill_texts(one.feedback)) for one in self.choices
        )
        order = sorted(
            range(len(choices)), key=lambda i: sha256(f"{seed}\n{exercise}\n{self.id}\n{i}".encode()).digest()
        )
        shuffled = tuple(choices[i] for i in order)
        return Question(self.id, context.fill_texts(self.prompt), answer, names, shuffled, form, known)

    def answer_names(self, context: TemplateContext) -> dict[str, object]:
        """What an answer may name. Raises `AlgebraError`."""
        if not self.symbols:
            return dict(context.visible_names)
        return {
            name: Sym(name, domain=meaning) if meaning in SYMBOL_DOMAINS else context.evaluate_formula(meaning)
            for name, meaning in self.symbols.items()
        }

    def find_errors(self, context: TemplateContext) -> Iterator[tuple[AlgebraError, str, KeyPath]]:
        """What is wrong in its formulas and texts: the error, the text it is in, the place of the text."""
        for name, meaning in self.symbols.items():
            if meaning not in SYMBOL_DOMAINS:
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
        texts: list[tuple[LocalizedText, KeyPath]] = [(self.prompt, (*self.key_path, "prompt"))]
        for position, choice in enumerate(self.choices):
            texts.append((choice.text, (*self.key_path, "choices", position)))
            texts.append((choice.feedback, (*self.key_path, "choices", position, "why")))
        for text, place in texts:
            for language, said in text.texts.items():
                for fault in context.find_errors(said):
                    yield fault, said, (*place, *([language] if language else []))
