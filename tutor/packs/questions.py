"""Questions as their author wrote them, and with the numbers of one variant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from tutor.algebra import AlgebraError, Sym
from tutor.algebra.evaluate import evaluate
from tutor.grading.question import Choice, Question
from tutor.i18n import Text
from tutor.packs.faults import Place
from tutor.packs.templates import Filling, read_formula

#: What a symbol may be told to be instead of a formula that gives it a value.
DOMAINS = ("real", "nonzero", "positive")


@dataclass(frozen=True)
class AuthoredQuestion:
    """A question without numbers.

    `symbols` says what an answer may name, each a domain, or a formula that gives it a value and a shape; empty: all
    that the exercise knows. `place` is where it stands in the file.
    """

    id: str
    prompt: Text
    answer: str | None = None
    symbols: Mapping[str, str] = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()
    place: Place = ()

    def with_numbers(self, fill: Filling, seed: int | None, exercise: str) -> Question:
        """The question for one variant, its choices shuffled. Raises `AlgebraError` where a formula has no value."""
        names = self.names(fill)
        known = fill.known(names)
        form = None if self.answer is None else read_formula(self.answer, known)
        answer = None if form is None else evaluate(form, known)
        choices = tuple(Choice(fill.texts(one.text), one.right, fill.texts(one.why)) for one in self.choices)
        order = sorted(
            range(len(choices)), key=lambda i: sha256(f"{seed}\n{exercise}\n{self.id}\n{i}".encode()).digest()
        )
        shuffled = tuple(choices[i] for i in order)
        return Question(self.id, fill.texts(self.prompt), answer, names, shuffled, form, known)

    def names(self, fill: Filling) -> dict[str, object]:
        """What an answer may name. Raises `AlgebraError`."""
        if not self.symbols:
            return dict(fill.names)
        return {
            name: Sym(name, domain=meaning) if meaning in DOMAINS else fill.value(meaning)
            for name, meaning in self.symbols.items()
        }

    def faults(self, fill: Filling) -> Iterator[tuple[AlgebraError, str, Place]]:
        """What is wrong in its formulas and texts: the error, the text it is in, the place of the text."""
        for name, meaning in self.symbols.items():
            if meaning not in DOMAINS:
                try:
                    fill.value(meaning)
                except AlgebraError as error:
                    yield error, meaning, (*self.place, "symbols", name)
                    return
        if self.answer is not None:
            try:
                fill.value(self.answer, self.names(fill))
            except AlgebraError as error:
                yield error, self.answer, (*self.place, "answer")
        texts: list[tuple[Text, Place]] = [(self.prompt, (*self.place, "prompt"))]
        for position, choice in enumerate(self.choices):
            texts.append((choice.text, (*self.place, "choices", position)))
            texts.append((choice.why, (*self.place, "choices", position, "why")))
        for text, place in texts:
            for language, said in text.texts.items():
                for fault in fill.faults(said):
                    yield fault, said, (*place, *([language] if language else []))
