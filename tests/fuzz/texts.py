"""Random texts as learners and attackers write them: grammatical, nearly grammatical, and hostile."""

from __future__ import annotations

import random
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

#: The places for a text: an answer, a graph, a value, a custom function, a number in an exercise file.
KINDS = ("answer", "graph", "value", "definition", "number")

EXERCISES = Path(__file__).parents[2] / "exercises"
FUNCTIONS = (
    *(
        "exp",
        "log",
        "ln",
        "sqrt",
        "sin",
        "cos",
        "tanh",
        "sigmoid",
        "σ",
        "relu",
        "softplus",
        "erf",
        "silu",
        "gelu",
        "abs",
        "sign",
    ),
    *("sum", "mean", "softmax"),
)
COMPARISONS = (" > ", " >= ", " < ", " <= ", " == ", " != ", " ≥ ", " = ", " < 1 < ")
METHODS = (
    *("sum()", "sum(0)", "sum(axis=1)", "mean(dim=-1, keepdim=True)", "max()", "max(axis=0)", "T", "t()", "reshape(-1)", "view(2, 2)"),
    *("relu()", "pow(2)", "exp()", "cumsum(0)", "prod()", "detach()", "shape[0]", "size", "var()", "norm(axis=1)", "flatten()", "x", "1"),
    *("reshape(99999999999999999999)", "sum(axis=7)", "sum(axis=x)", "max(1)[0]", "unsqueeze(0)", "squeeze()", "sum(keepdims=True)"),
)  # fmt: skip
CALLS = (
    *("where({0} > 0, {1}, 0)", "where({0}, {1}, {1})", "concat({0}, {1})", "np.concatenate([{0}, {1}], axis=1)", "stack({0}, {1})"),
    *("torch.cat(({0}, {1}), dim=0)", "np.sum({0}, axis=0)", "[{0}, {1}]", "[[{0}, {1}], [1, 2]]", "reshape({0}, 2, 2)", "len({0})"),
    *("F.softmax({0}, dim=0)", "F.cross_entropy({0}, {1})", "nn.ReLU()({0})", "max({0}, axis=1)", "range({0})", "outer({0}, {1})"),
    *("np.clip({0}, 0, {1})", "softmax(where({0} > {1}, {0}, -inf))", "einsum('ij,j->i', {0}, {1})", "conv2d({0}, {1})", "det({0})"),
    *("inv({0})", "trace({0})", "F.layer_norm({0}, (2,))", "sum({0}, weight={1})", "arange(10**12)", "x[range(10**9)]", "x[0:10**20]"),
)  # fmt: skip
BINARY_FUNCTIONS = ("max", "min", "mse", "cross_entropy")
PLAIN_NUMBERS = ("0", "1", "2", "3", "9", "0.5", ".25", "1.50", "1/2", "1e3", "5.9e-4", "1e-30", "0.1", "3.", "007")
NUMBERS = (
    *(*PLAIN_NUMBERS, "1e30", "99999", "1e31", "1" * 31, "0." + "3" * 29, "2e", "1.2.3", "0x1F", "1_000"),
    *("½", "１２", "٣", "1,5", "1e+05", "−2", "²"),
)
#: The names in the problems of `promises.py`.
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
    """Return the short texts of all built-in exercises: graphs, values, answers, symbols and others."""
    texts: list[str] = []
    for file in sorted(EXERCISES.glob("*/*.toml")):
        texts += [text for text in _strings(tomllib.loads(file.read_text(encoding="utf-8"))) if len(text) < 300]
    return texts


def _strings(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict | list):
        for item in data.values() if isinstance(data, dict) else data:
            yield from _strings(item)


class TextGenerator:
    """Draw random texts. The same seed gives the same texts."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.corpus = exercise_texts()
        self.tame = True

    def text(self, kind: str) -> str:
        """Return a text of this kind, whole or damaged. Six in ten use only names that the program knows."""
        self.tame = self.rng.random() < 0.6
        text = {
            "answer": self.answer,
            "graph": self.graph,
            "value": self.value,
            "definition": self.definition,
            "number": self.value,
        }[kind]()
        for _ in range(self.rng.choice((0, 0, 0, 0, 1, 2, 5))):
            text = self.damage(text)
        return text

    def answer(self) -> str:
        """Return an expression over names that an answer may use, and some that it may not."""
        if self.rng.random() < 0.1:
            return self.choose(self.corpus)
        known = self.rng.choice((SCALARS, SCALARS, MATRICES, (*MATRICES, *SCALARS)))
        return self.expression(self.rng.randint(0, 5), known if self.tame else NAMES)

    def value(self) -> str:
        """Return an expression, mostly without names."""
        return self.expression(self.rng.randint(0, 4), NAMES if self.rng.random() < 0.1 else ("e", "pi"))

    def graph(self) -> str:
        """Return equations that use the names of earlier ones."""
        if self.rng.random() < 0.1:
            return self.choose(self.corpus)
        names = ["x", "y", "X", "a", "b"] if self.tame else [*self.rng.sample(NAMES, 3), "x", "y", "X"]
        parts: list[str] = []
        for position in range(self.rng.choice((1, 1, 2, 3, 6))):
            name = f"t{position}" if self.tame else self.choose((f"t{position}", self.choose(NAMES)))
            value = self.expression(self.rng.randint(1, 4), names)
            # Each tame equation uses the one before it, because a graph has one output.
            parts.append(f"{name} = t{position - 1} + {value}" if parts and self.tame else f"{name} = {value}")
            names = [name, *names[:5]]
        return "; ".join(parts)

    def definition(self) -> str:
        """Return the definition of a custom function."""
        inputs = self.rng.sample(("x", "y", "u"), self.rng.randint(1, 2))
        name = "swish" if self.tame else self.choose(("f", "g2", *NAMES, *FUNCTIONS))
        return f"{name}({', '.join(inputs)}) = {self.expression(self.rng.randint(1, 4), inputs)}"

    def expression(self, depth: int, names: Any) -> str:
        """Return an expression of the language with every kind of construct."""
        rng = self.rng
        if depth == 0 or rng.random() < 0.1:
            numbers = PLAIN_NUMBERS if self.tame else NUMBERS
            return self.choose(numbers) if rng.random() < 0.4 else self.choose(names)
        parts = [self.expression(depth - 1, names) for _ in range(2)]
        kind = rng.randrange(16)
        if kind < 4:
            sign = self.choose((" + ", " - ", "*", "/", "·", "^", " - " if self.tame else self.choose(PUNCTUATION)))
            sign = " @ " if rng.random() < 0.1 else sign
            return f"{parts[0]}{sign}{parts[1]}"
        if kind < 6:
            return (
                f"({parts[0]}){self.choose(('', '^2', '^-1', '²', '⁻¹', '.T', 'ᵀ', f'^({parts[1]})', f'({parts[1]})'))}"
            )
        if kind < 8:
            function = self.choose(FUNCTIONS)
            axis = "" if self.tame and function not in ("sum", "mean") else self.choose(("", "", ", 0", ", 1", ", 2"))
            return f"{function}({parts[0]}{axis})"
        if kind == 8:
            return f"{self.choose(BINARY_FUNCTIONS)}({', '.join(parts)})"
        if kind == 9 and not (self.tame and rng.random() < 0.7):
            return self.matrix(depth, names)
        if kind == 10 and not (self.tame and rng.random() < 0.7):
            return f"ones({rng.randint(0, 20)}, {rng.randint(1, 20)})"
        if kind == 12:
            return f"({parts[0]})[{self.index(parts[1])}]"
        if kind == 13:
            return f"({parts[0]}{self.choose(COMPARISONS)}{parts[1]})"
        if kind == 14:
            return f"({parts[0]}).{self.choose(METHODS)}"
        if kind == 15:
            return self.choose(CALLS).format(*parts)
        return f"-{parts[0]}"

    def index(self, value: str) -> str:
        """Return what stands between the brackets of an index."""
        part = self.choose(
            ("0", "1", "-1", ":", "1:", ":1", "::2", "[0, 1]", "range(2)", "None", value, "9", "10**9", "0.5")
        )
        return part if self.rng.random() < 0.6 else f"{part}, {self.choose(('0', ':', '1:3', '[1, 0]', 'None', value))}"

    def matrix(self, depth: int, names: Any) -> str:
        """Return a matrix literal. Some rows have a cell too many."""
        columns = self.rng.randint(1, 4)
        rows = [
            ", ".join(self.expression(min(depth - 1, 1), names) for _ in range(columns + (self.rng.random() < 0.05)))
            for _ in range(self.rng.randint(1, 4))
        ]
        return "[" + ", ".join(f"[{row}]" for row in rows) + "]"

    def damage(self, text: str) -> str:
        """Return the text with a part removed, inserted, swapped, repeated or replaced."""
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
