"""Random exercise files, and the promise that each opens or is refused for what is wrong with it, quickly."""

from __future__ import annotations

import random
import time
from functools import cache
from typing import TYPE_CHECKING, Any

from tests.fuzz.promises import MAX_SECONDS
from tests.fuzz.texts import TextGenerator
from tests.support.hostile_texts import PAYLOADS, toml_file
from tutor.packs import library
from tutor.packs.boundary import is_unexpected
from tutor.packs.checks.runner import check_packs
from tutor.packs.diagnostics import PackError
from tutor.packs.pack import open_lone_exercise

if TYPE_CHECKING:
    from pathlib import Path

#: Ways to make a file: random bytes, a damaged file of ours, values that fit no key, and keys that fit together.
PACK_KINDS = ("bytes", "damaged", "values", "structured")
_KEYS = {
    "graph": "formula", "id": "text", "title": "text", "start": "value", "wrt": "names", "blanks": "names",
    "stages": "lists", "forward": "names", "given": "names", "level": "number", "minutes": "number", "needs": "names",
    "source": "text", "note": "text", "links": "names", "mode": "text", "inputs": "inputs", "vary": "draws",
    "where": "conditions", "nodes": "nodes", "fold": "folds", "values": "inputs", "labels": "texts", "text": "text",
    "after": "text", "blank": "notes", "question": "questions",
}  # fmt: skip
_NAMES = ("x", "y", "w", "t", "z", "q1", "q2", "x->mul1", "x->mul1.0", "start", "mul1", "value(z)", "all", "T", "e", "")
_FORMULAS = (
    "x * y", "sign(x)", "x / 0", "exp(exp(x))", "7", "x ^ y", "log(-x)", "sum(x)", "x.T", "10^30 * x", "exp(1000)", "abs(x)",
    "max(x, y)", "1/x", "x - x", "[[1, 2]]", "ones(2, 2)", "sqrt(y)", "x", "y", "0", "softmax(x)", "mean(x, 1)", "x @ y", "pi",
)  # fmt: skip
_GRAPHS = (
    "z = x * y", "t = x * y; z = t + x", "z = exp(x) / y", "z = sum(x @ w)", "z = log(x - y)", "z = f(x, y)",
    "z = sum(ones(9, 9) * x)", "z = softmax(x)", "z = x ^ y", "z = max(x, y) + abs(w)",
)  # fmt: skip


@cache
def _files() -> list[str]:
    folder = library.built_in_dir()
    assert folder is not None
    return [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*/*.toml"))]


class PackFileGenerator:
    """A stream of exercise files, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._texts = TextGenerator(seed)

    def file(self, kind: str) -> bytes:
        """Return an exercise file of one of `PACK_KINDS`."""
        if kind == "bytes":
            raw = self._random.randbytes(self._random.randrange(2_000))
            return raw if self._random.random() < 0.5 else bytes(byte % 96 + 32 for byte in raw)
        if kind == "damaged":
            return self._damaged(self._random.choice(_files())).encode("utf-8", "replace")
        data = self._structured() if kind == "structured" or self._random.random() < 0.5 else {}
        if kind == "values":
            for _ in range(self._random.randrange(1, 4)):
                data[self._random.choice([*_KEYS, "unknown"])] = self._anything(3)
        return toml_file(data).encode("utf-8", "replace")

    def _damaged(self, text: str) -> str:
        lines = text.splitlines()
        for _ in range(self._random.randrange(1, 4)):
            place, other = self._random.randrange(len(lines)), self._random.choice(lines)
            action = self._random.randrange(5)
            if action == 0:
                del lines[place : place + self._random.randrange(1, 4)]
            elif action == 1:
                lines.insert(place, other)
            elif action == 2:
                lines[place] = self._texts.damage(lines[place])
            elif action == 3:
                lines[place] = lines[place].replace("=", self._random.choice(["= [", "= {", "==", ".x =", "= -"]), 1)
            else:
                lines.insert(
                    place, f"[{self._random.choice(['inputs', 'vary', 'blank.q9', 'question', 'nodes', 'where'])}]"
                )
            lines = lines or [""]
        return "\n".join(lines)

    def _structured(self) -> dict[str, Any]:
        """Return an exercise whose keys fit together more often than not."""
        graph = self._random.choice(_GRAPHS) if self._random.random() < 0.9 else self._texts.text("graph")
        names = [name for name in ("x", "y", "w", "t") if name in graph]
        data: dict[str, Any] = {"graph": graph, "inputs": {name: self._input() for name in names}}
        if "f(" in graph:
            data["nodes"] = {"f": {"inputs": ["x", "y"], "value": "x * y + x"}}
        if self._random.random() < 0.7:
            data["vary"] = {name: self._draw() for name in names if self._random.random() < 0.7}
        for key in self._random.sample(sorted(_KEYS), self._random.choice((0, 1, 1, 2, 3))):
            data[key] = self._value_for(_KEYS[key])
        return data

    def _value_for(self, kind: str) -> Any:
        name, text = self._random.choice(_NAMES), self._texts.text
        choice: dict[str, Any] = {
            "formula": text("graph"), "text": self._text(), "value": self._input(), "names": [name],
            "lists": [[name]], "number": self._number(), "inputs": {name: self._input()}, "draws": {name: self._draw()},
            "conditions": [{"that": f"{self._formula()} {self._random.choice(['<', '>=', '!='])} {self._formula()}"}],
            "nodes": {"f": {"inputs": ["x", "y"], "value": self._formula()}},
            "folds": {name: [name, self._random.choice(_NAMES)]}, "texts": {name: self._text()},
            "notes": {name: {"hint": self._text(), "mistake": [self._mistake()], "digits": self._number()}},
            "questions": [{"prompt": self._text(), "answer": self._formula(), "mistake": [self._mistake()]}],
        }  # fmt: skip
        return choice[kind]

    def _mistake(self) -> dict[str, Any]:
        return {"id": "wrong", "answer": self._formula(), "en": self._text()}

    def _formula(self) -> str:
        return self._random.choice(_FORMULAS) if self._random.random() < 0.9 else self._texts.text("answer")

    def _input(self) -> Any:
        shape = (self._random.randrange(1, 4), self._random.randrange(1, 4))
        matrix = [[self._random.randrange(-3, 9) for _ in range(shape[1])] for _ in range(shape[0])]
        kind = self._random.random()
        if kind < 0.83:
            return self._random.choice((self._small(), self._small(), matrix))
        if kind < 0.93:
            sizes = [self._random.choice(("n", "m", "k", 1, 2, 3)) for _ in range(self._random.choice((1, 2, 2)))]
            domain = self._random.choice(("real", "real", "positive", "one-hot"))
            return {"symbol": True, "shape": sizes, "domain": domain}
        choices = (self._number(), {"symbol": True}, {"symbol": "positive"}, self._texts.text("number"))
        return self._random.choice(choices)

    def _small(self) -> Any:
        return self._random.choice((0, 1, 2, 3, 5, -2, 0.5, 7, 12, "1/3"))

    def _draw(self) -> dict[str, Any]:
        draws: tuple[dict[str, Any], ...] = (
            {"from": self._random.randrange(-3, 3), "to": self._random.randrange(-3, 99)},
            {"choose": [self._small() for _ in range(self._random.randrange(1, 6))]},
            {"choose": [self._number() for _ in range(self._random.randrange(4))]},
            {"from": 0, "to": self._number(), "step": self._number()},
            {},
        )
        return {**self._random.choice(draws), **({"fix": [[0, 0]]} if self._random.random() < 0.1 else {})}

    def _number(self) -> Any:
        return self._random.choice((0, 1, -1, 2, 3, 0.5, 7, 1e300, 1e-300, 10**30, 10**400, -0.0, 1e25, 12345678901))

    def _text(self) -> str:
        pieces = ("{x}", "{grad(x)}", "word ", "a ", *PAYLOADS.values())
        faults = ("{x", "{1/0}", "{exp(900)}", "{nothing}")
        text = "".join(self._random.choice(pieces) for _ in range(self._random.randrange(1, 4)))
        return text + (self._random.choice(faults) if self._random.random() < 0.1 else "")

    def _anything(self, depth: int) -> Any:
        kind = self._random.randrange(8 if depth else 5)
        if kind < 5:
            plain = (self._number(), self._text(), True, self._texts.text("answer"), self._random.choice(_NAMES))
            return plain[kind]
        if kind == 5:
            return [self._anything(depth - 1) for _ in range(self._random.randrange(4))]
        return {
            self._random.choice([*_NAMES, *_KEYS, "from", "to", "that"]): self._anything(depth - 1) for _ in range(3)
        }


def refusal_seconds(path: Path) -> float | None:
    """Return the processor seconds in which a file was refused, None if it opens and has fresh numbers.

    Raises `AssertionError` for a fault of the program.
    """
    start = time.thread_time()
    try:
        exercise = open_lone_exercise(path)
    except PackError as error:
        seconds = time.thread_time() - start
        assert not is_unexpected(error), error
        assert str(error)
        return seconds
    try:
        exercise.variant(1)
    except PackError as error:
        assert not is_unexpected(error), error
    return None


def find_broken_promise(path: Path, content: bytes) -> str | None:
    """Return what is wrong with how a file is taken, None if nothing is."""
    path.write_bytes(content)
    try:
        seconds = refusal_seconds(path) or 0.0
        if seconds > MAX_SECONDS:  # The machine may have been slow for a moment.
            seconds = min(refusal_seconds(path) or 0.0 for _ in range(3))
        if not seconds:
            unexpected = [finding for finding in check_packs([path]) if is_unexpected(PackError([finding]))]
            if unexpected:
                return str(unexpected[0])
    except Exception as error:
        return repr(error)
    return f"{seconds * 1000:.0f} ms" if seconds > MAX_SECONDS else None
