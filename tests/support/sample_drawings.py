"""Graphs to draw, built by hand so that the tests of the drawing depend on boxes only."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tutor.drawing.model import Box, InputLine, Slot

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass
class BoxBuilder:
    """Build boxes one by one. `build` adds the stems of branches, once all uses are known."""

    boxes: list[Box] = field(default_factory=list)
    values: dict[str, tuple[str, ...]] = field(default_factory=dict)
    shapes: dict[str, tuple[int, int]] = field(default_factory=dict)

    def input(self, name: str, *value: str, label: str = "", shape: tuple[int, int] = (1, 1)) -> str:
        self.boxes.append(Box(name, label or name, "input"))
        self.values[name], self.shapes[name] = value, shape
        return name

    def op(
        self,
        name: str,
        label: str,
        sources: list[str],
        *value: str,
        commutative: bool | None = None,
        shape: tuple[int, int] = (1, 1),
    ) -> str:
        if commutative is None:
            commutative = label in "+×"
        lines = tuple(self._line(source, f"{source}->{name}.{i}") for i, source in enumerate(sources))
        self.boxes.append(Box(name, label, "op", lines, commutative))
        self.values[name], self.shapes[name] = value, shape
        return name

    def output(self, label: str, source: str, slot: str = "start") -> str:
        self.boxes.append(Box(f"{label}:", label, "output", (self._line(source, slot),)))
        return label

    def _line(self, source: str, slot: str) -> InputLine:
        rows, columns = self.shapes[source]
        shape = f"{rows}×{columns}" if rows * columns > 1 else ""
        return InputLine(source, self.values[source], Slot(slot, rows, columns), shape)

    def build(self) -> list[Box]:
        uses = [line.source for box in self.boxes for line in box.lines]
        return [
            replace(box, stem=Slot(box.id, *self.shapes[box.id])) if uses.count(box.id) > 1 else box
            for box in self.boxes
        ]


def mul_add() -> list[Box]:
    """Draw (a + b) · c."""
    b = BoxBuilder()
    b.input("a", "2"), b.input("b", "3"), b.input("c", "4")
    b.op("add", "+", ["a", "b"], "5")
    b.op("mul", "×", ["add", "c"], "20")
    b.output("L", "mul")
    return b.build()


def sigmoid() -> list[Box]:
    """Draw σ in four nodes."""
    b = BoxBuilder()
    b.input("x", "0.5")
    b.op("neg", "×−1", ["x"], "−0.5")
    b.op("exp", "exp", ["neg"], "0.607")
    b.op("add", "+1", ["exp"], "1.61")
    b.op("inv", "1/x", ["add"], "0.622")
    b.output("y", "inv")
    return b.build()


def fanout() -> list[Box]:
    """Draw x · y + x."""
    b = BoxBuilder()
    b.input("x", "3"), b.input("y", "−2")
    b.op("mul", "×", ["x", "y"], "−6")
    b.op("add", "+", ["mul", "x"], "−3")
    b.output("z", "add")
    return b.build()


def square() -> list[Box]:
    """Draw x · x."""
    b = BoxBuilder()
    b.input("x", "3")
    b.op("mul", "×", ["x", "x"], "9")
    b.output("y", "mul")
    return b.build()


def square_and_product() -> list[Box]:
    """Draw x · (x + y)."""
    b = BoxBuilder()
    b.input("x", "3"), b.input("y", "4")
    b.op("add", "+", ["x", "y"], "7")
    b.op("mul", "×", ["x", "add"], "21")
    b.output("z", "mul")
    return b.build()


def softmax() -> list[Box]:
    """Draw softmax with cross-entropy, in 23 nodes."""
    b = BoxBuilder()
    for i, a in enumerate(["0.3", "2.9", "4"], 1):
        b.input(f"a{i}", a)
    for i, t in enumerate(["0", "0", "1"], 1):
        b.input(f"t{i}", t)
    for i, e in enumerate(["1.35", "18.2", "54.6"], 1):
        b.op(f"e{i}", "exp", [f"a{i}"], e)
    b.op("s", "+", ["e1", "e2", "e3"], "74.1")
    b.op("inv", "1/x", ["s"], "0.0135")
    for i, (y, log, p) in enumerate(
        [("0.0182", "−4.01", "−0"), ("0.245", "−1.41", "−0"), ("0.737", "−0.306", "−0.306")], 1
    ):
        b.op(f"y{i}", "×", [f"e{i}", "inv"], y)
        b.op(f"l{i}", "log", [f"y{i}"], log)
        b.op(f"p{i}", "×", [f"t{i}", f"l{i}"], p)
    b.op("sum", "+", ["p1", "p2", "p3"], "−0.306")
    b.op("neg", "×−1", ["sum"], "0.306")
    b.output("L", "neg")
    return b.build()


def lstm() -> list[Box]:
    """Draw one LSTM cell."""
    b = BoxBuilder()
    b.input("x", "0.5"), b.input("h", "0.1"), b.input("c", "0.2")
    gates = {"f": ("0.3", "0.01", "0.31", "1.31"), "g": ("0.2", "−0.03", "0.17", "0.37")}
    gates |= {"i": ("−0.25", "0.08", "−0.17", "−0.17"), "o": ("0.35", "0.02", "0.37", "0.47")}
    for gate, (xw, hu, total, biased) in gates.items():
        b.op(f"xw{gate}", f"×w{gate}", ["x"], xw)
        b.op(f"hu{gate}", f"×u{gate}", ["h"], hu)
        b.op(f"add{gate}", "+", [f"xw{gate}", f"hu{gate}"], total)
        b.op(f"bias{gate}", f"+b{gate}", [f"add{gate}"], biased)
    for gate, label, value in [("f", "σ", "0.788"), ("g", "tanh", "0.354"), ("i", "σ", "0.458"), ("o", "σ", "0.615")]:
        b.op(gate, label, [f"bias{gate}"], value)
    b.op("keep", "×", ["f", "c"], "0.158")
    b.op("new", "×", ["g", "i"], "0.162")
    b.op("cell", "+", ["keep", "new"], "0.319")
    b.op("squash", "tanh", ["cell"], "0.309")
    b.op("out", "×", ["squash", "o"], "0.19")
    b.output("c'", "cell", "cell->c'")
    b.output("h'", "out")
    return b.build()


def matrix() -> list[Box]:
    """Draw sum(σ(X W)), with matrices in brackets."""
    b = BoxBuilder()
    b.input("X", "⎡ 1 0  2⎤", "⎢−1 3  1⎥", "⎣ 0 2 −2⎦", shape=(3, 3))
    b.input("W", "⎡0.5  −1⎤", "⎢0.2 0.3⎥", "⎣  1   0⎦", shape=(3, 2))
    b.op("mm", "matmul", ["X", "W"], "⎡ 2.5  −1⎤", "⎢ 1.1 1.9⎥", "⎣−1.6 0.6⎦", shape=(3, 2))
    b.op("s", "σ", ["mm"], "⎡0.924 0.269⎤", "⎢ 0.75  0.87⎥", "⎣0.168 0.646⎦", shape=(3, 2))
    b.op("sum", "sum", ["s"], "3.63")
    b.output("L", "sum")
    return b.build()


def hangul() -> list[Box]:
    """Draw apples at a price with tax, with labels and a name in Korean and Japanese."""
    b = BoxBuilder()
    (
        b.input("apple", "100원", label="りんご 一個"),
        b.input("n", "2개", label="个数"),
        b.input("tax", "1.1", label="세금 배율"),
    )
    b.op("price", "×", ["apple", "n"], "200원")
    b.op("total", "×", ["price", "tax"], "220원")
    b.output("지불 금액", "total")
    return [replace(box, name="합계" if box.id == "price" else "") for box in b.build()]


def without_data_places() -> list[Box]:
    """Draw (w · x − t)². The edges of x and t, which are data, have no blank."""
    boxes = []
    for box in _single_neuron():
        lines = tuple(replace(line, slot=None) if line.source in "xt" else line for line in box.lines)
        boxes.append(replace(box, lines=lines))
    return boxes


def _single_neuron() -> list[Box]:
    b = BoxBuilder()
    b.input("w", "2"), b.input("x", "3"), b.input("t", "3")
    b.op("p", "×", ["w", "x"], "6")
    b.op("u", "−", ["p", "t"], "3", commutative=False)
    b.op("sq", "^2", ["u"], "9")
    b.output("L", "sq")
    return b.build()


def named_steps() -> list[Box]:
    """Draw pred = w · x; loss = (pred − t)², whose steps have names of several lengths."""
    names = {"p": "pred", "u": "e"}
    return [replace(box, name=names.get(box.id, "")) for box in _single_neuron()]


SAMPLE_DRAWINGS: dict[str, Callable[[], list[Box]]] = {
    "mul_add": mul_add,
    "sigmoid": sigmoid,
    "fanout": fanout,
    "square": square,
    "square_and_product": square_and_product,
    "softmax": softmax,
    "lstm": lstm,
    "matrix": matrix,
    "hangul": hangul,
    "unasked": without_data_places,
    "named": named_steps,
}
