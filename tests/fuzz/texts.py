"""Texts as people and attackers write them: grammatical, nearly grammatical, and not at all."""

from __future__ import annotations

import random
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

#: What the texts are for: an answer, a graph, a value, a node of one's own, a value in an exercise file.
KINDS = ("answer", "graph", "value", "definition", "number")

EXERCISES = Path(__file__).parents[2] / "exercises"
FUNCTIONS = (
    *("exp", "log", "ln", "sqrt", "sin", "cos", "tanh", "sigmoid", "σ", "relu", "softplus", "abs", "sign"),
    *("sum", "mean", "softmax"),
)
BINARY_FUNCTIONS = ("max", "min", "mse", "cross_entropy")
PLAIN_NUMBERS = ("0", "1", "2", "3", "9", "0.5", ".25", "1.50", "1/2", "1e3", "5.9e-4", "1e-30", "0.1", "3.", "007")
NUMBERS = (
    *(*PLAIN_NUMBERS, "1e30", "99999", "1e31", "1" * 31, "0." + "3" * 29, "2e", "1.2.3", "0x1F", "1_000"),
    *("½", "１２", "٣", "1,5", "1e+05", "−2", "²"),
)
#: What the problems of numbers and of matrices know, in `promises.py`.
SCALARS = ("x", "y", "t", "up", "e", "pi", "x", "y", "dz/dt")
MATRICES = ("X", "W", "S", "up", "X", "W", "df/dS")
NAMES = (
    *("x", "y", "w", "a", "b", "t", "X", "W", "e", "pi", "π", "up", "S", "dL/dz", "∂L/∂z", "df/dS", "self.output"),
    *("x1", "x'", "loss", "q1", "mul1", "e1", "é", "e\u0301", "х", "日本", "𝑥", "start", "lambda", "__class__", "T"),
)
PUNCTUATION = ("+", "-", "*", "/", "^", "**", "@", "·", "×", "÷", "−", "–", " ", "", "=", "==", "<", ";", ",", "⊙", "%")
HOSTILE_PIECES = (
    *(
        "\u202e",
        "\u200b",
        "\ufeff",
        "\x00",
        "\x1b[31m",
        "\x85",
        "\u2028",
        "\t",
        "\n",
        "\u3000",
        "\u0301",
        "\ud7a3",
        "🙂",
    ),
    *(
        "__import__('os')",
        "().__class__",
        "{0.__class__}",
        "%s",
        "{x}",
        "[@click=a]",
        "[/]",
        "eval(",
        "lambda: 0",
        "\\",
    ),
    *(
        "9^9^9",
        "1e30^30^30",
        "ones(100, 100)",
        "ones(99,1)@ones(1,99)",
        "(((((",
        "]]]]",
        "-" * 30,
        "^" * 9,
        "'",
        '"',
        "`",
    ),
    *(
        "²³",
        "⁻",
        "⁻¹",
        "ᵀ",
        ".T",
        "∑",
        "√",
        "|",
        "!",
        "∞",
        "...",
        "1e999999999",
        "exp(exp(exp(9)))",
        "1/0",
        "0/0",
        "log(0)",
    ),
)


def exercise_texts() -> list[str]:
    """Every text of the exercises that is part of a formula: graphs, values, answers, symbols."""
    found: list[str] = []
    for file in sorted(EXERCISES.glob("*/*.toml")):
        found += [text for text in _strings(tomllib.loads(file.read_text(encoding="utf-8"))) if len(text) < 300]
    return found


def _strings(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict | list):
        for inside in data.values() if isinstance(data, dict) else data:
            yield from _strings(inside)


class TextGenerator:
    """Random texts, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.corpus = exercise_texts()
        self.tame = True

    def text(self, kind: str) -> str:
        """A text of this kind, whole or damaged; more than half are made of what the language knows alone."""
        self.tame = self.rng.random() < 0.6
        made = {
            "answer": self.answer,
            "graph": self.graph,
            "value": self.value,
            "definition": self.definition,
            "number": self.value,
        }[kind]()
        for _ in range(self.rng.choice((0, 0, 0, 0, 1, 2, 5))):
            made = self.damage(made)
        return made

    def answer(self) -> str:
        """An expression over the names that an answer may use, and some it may not."""
        if self.rng.random() < 0.1:
            return self.choose(self.corpus)
        known = self.rng.choice((SCALARS, SCALARS, MATRICES, (*MATRICES, *SCALARS)))
        return self.expression(self.rng.randint(0, 5), known if self.tame else NAMES)

    def value(self) -> str:
        """An expression mostly without names."""
        return self.expression(self.rng.randint(0, 4), NAMES if self.rng.random() < 0.1 else ("e", "pi"))

    def graph(self) -> str:
        """Equations, each using names of those before."""
        if self.rng.random() < 0.1:
            return self.choose(self.corpus)
        names = ["x", "y", "X", "a", "b"] if self.tame else [*self.rng.sample(NAMES, 3), "x", "y", "X"]
        parts: list[str] = []
        for position in range(self.rng.choice((1, 1, 2, 3, 6))):
            name = f"t{position}" if self.tame else self.choose((f"t{position}", self.choose(NAMES)))
            made = self.expression(self.rng.randint(1, 4), names)
            # Each tame equation uses the one before it: a graph has one output.
            parts.append(f"{name} = t{position - 1} + {made}" if parts and self.tame else f"{name} = {made}")
            names = [name, *names[:5]]
        return "; ".join(parts)

    def definition(self) -> str:
        """A node of one's own."""
        inputs = self.rng.sample(("x", "y", "u"), self.rng.randint(1, 2))
        name = "swish" if self.tame else self.choose(("f", "g2", *NAMES, *FUNCTIONS))
        return f"{name}({', '.join(inputs)}) = {self.expression(self.rng.randint(1, 4), inputs)}"

    def expression(self, depth: int, names: Any) -> str:
        """An expression in the language's grammar, with constructs of every kind."""
        rng = self.rng
        if depth == 0 or rng.random() < 0.1:
            numbers = PLAIN_NUMBERS if self.tame else NUMBERS
            return self.choose(numbers) if rng.random() < 0.4 else self.choose(names)
        inside = [self.expression(depth - 1, names) for _ in range(2)]
        kind = rng.randrange(12)
        if kind < 4:
            sign = self.choose((" + ", " - ", "*", "/", "·", "^", " - " if self.tame else self.choose(PUNCTUATION)))
            sign = " @ " if rng.random() < 0.1 else sign
            return f"{inside[0]}{sign}{inside[1]}"
        if kind < 6:
            return f"({inside[0]}){self.choose(('', '^2', '^-1', '²', '⁻¹', '.T', 'ᵀ', f'^({inside[1]})', f'({inside[1]})'))}"
        if kind < 8:
            function = self.choose(FUNCTIONS)
            axis = "" if self.tame and function not in ("sum", "mean") else self.choose(("", "", ", 0", ", 1", ", 2"))
            return f"{function}({inside[0]}{axis})"
        if kind == 8:
            return f"{self.choose(BINARY_FUNCTIONS)}({', '.join(inside)})"
        if kind == 9 and not (self.tame and rng.random() < 0.7):
            return self.matrix(depth, names)
        if kind == 10 and not (self.tame and rng.random() < 0.7):
            return f"ones({rng.randint(0, 20)}, {rng.randint(1, 20)})"
        return f"-{inside[0]}"

    def matrix(self, depth: int, names: Any) -> str:
        """A matrix literal, its rows mostly of one length."""
        columns = self.rng.randint(1, 4)
        rows = [
            ", ".join(self.expression(min(depth - 1, 1), names) for _ in range(columns + (self.rng.random() < 0.05)))
            for _ in range(self.rng.randint(1, 4))
        ]
        return "[" + ", ".join(f"[{row}]" for row in rows) + "]"

    def damage(self, text: str) -> str:
        """The text with something cut out, put in, exchanged, repeated or joined from elsewhere."""
        rng = self.rng
        i, j = sorted((rng.randint(0, len(text)), rng.randint(0, len(text))))
        kind = rng.randrange(7)
        if kind == 0:
            return text[:i] + text[i + 1 :]
        if kind == 1:
            return text[:i] + self.choose(HOSTILE_PIECES) + text[i:]
        if kind == 2:
            return text[:i] + self.choose((*PUNCTUATION, *NAMES, *NUMBERS, *"()[],;")) + text[i:]
        if kind == 3:
            return text[:i] + text[j:]
        if kind == 4 and i < j < len(text):
            return text[:i] + text[j] + text[i + 1 : j] + text[i] + text[j + 1 :]
        if kind == 5:
            other = self.choose(self.corpus)
            return text[:i] + other[rng.randint(0, len(other)) :]
        return text[:i] + text[i:j] * rng.choice((2, 3, 40)) + text[j:]

    def choose(self, choices: Any) -> str:
        return str(self.rng.choice(choices))
