"""Steps of a derivation: how each node is written where it is used, and how its gradient is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.expr import Apply, Sym, children, free_names
from tutor.algebra.printing import format_expr, format_value
from tutor.engine.codegen.latex_columns import PrintedFormula
from tutor.engine.codegen.latex_formulas import NodeFormulas, written_size
from tutor.engine.codegen.latex_fragments import ATOM, TOTAL, LatexFragment, format_call
from tutor.engine.codegen.latex_layout import width
from tutor.engine.codegen.latex_names import LatexNames, adjoint, function_name
from tutor.engine.codegen.latex_printer import format_latex
from tutor.engine.codegen.latex_values import LatexValues
from tutor.engine.codegen.rule_formulas import operand_name, part_shapes

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from tutor.algebra.expr import Expr
    from tutor.engine.graph import Graph

#: A step without a name is written as its expression up to this number of parts, as in w·x + b, and this width.
_MAX_EXPRESSION_PARTS = 5
_MAX_EXPRESSION_WIDTH = 18
#: Letters for steps without a name, the first that is free: small for numbers and vectors, capital for matrices.
_LETTERS = ("v", "u", "s", "h", "c", "r", "g", "q", "k", "m")


class LatexSteps:
    """The texts of the nodes of one graph.

    Inputs, named steps and the output are written by their names, other steps as short expressions in those, or as
    one of `symbols` if the expression is long or occurs twice.
    """

    def __init__(self, graph: Graph, formulas: NodeFormulas, decimals: bool) -> None:
        self.graph = graph
        self.formulas = formulas
        self.names = LatexNames(self._reserved_names())
        preferred = [node.name or node.id for node in graph.nodes]
        preferred[graph.output_position] = graph.output
        known = {
            position: self.names.name(preferred[position])
            for position in range(len(graph.nodes))
            if self._is_named(position)
        }
        self.formatter = LatexValues(
            self.names, {node.id: node.shape for node in graph.nodes if node.is_input}, decimals
        )
        self.texts: list[LatexFragment] = []
        self.symbols: list[str] = []
        self._sizes: list[int] = []
        self.step_letter = next((letter for letter in _LETTERS if self._is_free(letter)), "step")
        repeated = self._repeated()
        for position in range(len(graph.nodes)):
            if position in known:
                self._add((known[position], ATOM), 1)
            elif formulas.is_hidden[position]:
                source = formulas.shown_source(position)
                assert source is not None
                self._add(self.texts[source], self._sizes[source])
            else:
                self._add_unnamed(position, position in repeated)
        self.adjoints = [adjoint(text) for text, _strength in self.texts]

    def _reserved_names(self) -> list[str]:
        """Return the names that have a meaning in the formulas of this graph."""
        used = self.formulas.functions
        return [name for name, function in (("e", "exp"), (r"\sigma", "sigmoid")) if function in used]

    def _is_named(self, position: int) -> bool:
        node = self.graph.nodes[position]
        return node.is_input or node.name is not None or position == self.graph.output_position

    def _is_free(self, letter: str) -> bool:
        names = [node.name or node.id for node in self.graph.nodes if node.is_input or node.name] + [self.graph.output]
        return not any(name.casefold().startswith(letter) and not name[1:2].isalpha() for name in names)

    def _repeated(self) -> set[int]:
        """Return the positions of steps without a name whose expression occurs more than once."""
        keys: list[Hashable] = []
        ids: dict[Hashable, int] = {}
        positions: dict[int, list[int]] = {}
        for position, node in enumerate(self.graph.nodes):
            key: Hashable = ("node", position)
            if not node.is_input and not self.formulas.is_hidden[position]:
                # The ids of the operands stand for their names, so that equal calls of one function look the same.
                formula, const = self.formulas.forward(position), "" if node.const is None else format_value(node.const)
                call = node.operation.label if formula is None else format_expr(formula.tree)
                if formula is None:
                    call += str([(n, format_expr(arg)) for n, arg in self._call_constants(position).items()])
                operands = tuple(None if arg is None else keys[arg] for arg in self.formulas.shown_operands(position))
                same = ids.setdefault((call, const, operands), len(ids))
                positions.setdefault(same, []).append(position)
                if not self._is_named(position):
                    key = same
            keys.append(key)
        return {position for places in positions.values() if len(places) > 1 for position in places}

    def _add(self, text: LatexFragment, size: int) -> None:
        self.texts.append(text)
        self._sizes.append(size)

    def _add_unnamed(self, position: int, is_repeated: bool) -> None:
        """Add a step without a name: its expression, or a new symbol if that is long or occurs twice."""
        texts, formula = self.operand_texts(position)[0], self.formulas.forward(position)
        sizes = {
            operand_name(slot): self._sizes[arg]
            for slot, arg in enumerate(self.graph.nodes[position].args)
            if arg is not None
        }
        size = sum(sizes.values()) + 1 if formula is None else written_size(formula.tree, sizes)
        expression = self.format(formula, position, texts)
        long = size > _MAX_EXPRESSION_PARTS or width(expression[0]) > _MAX_EXPRESSION_WIDTH
        is_operand = formula is not None and isinstance(formula.tree, Sym)
        if is_repeated or long or is_operand or expression[1] == TOTAL or re.search(r"\\sum|\\begin", expression[0]):
            self.symbols.append(self._new_symbol(position))
            self._add((self.symbols[-1], ATOM), 1)
        else:
            self._add(expression, size)

    def _new_symbol(self, position: int) -> str:
        shape = self.graph.nodes[position].shape
        is_matrix = shape is not None and not ops.is_vector_shape(shape)
        letter = self.step_letter.upper() if is_matrix and len(self.step_letter) == 1 else self.step_letter
        return self.names.name(f"{letter}_{len(self.symbols) + 1}")

    def operand_texts(self, position: int) -> tuple[dict[str, LatexFragment], dict[str, LatexFragment], bool]:
        """Return the texts of a node's operands by their names in formulas, the rows of its vectors of numbers, and
        whether a constant among them is rounded."""
        texts, rows, is_rounded = {}, {}, False
        for slot, arg in enumerate(self.formulas.shown_operands(position)):
            node = self.graph.nodes[position]
            if arg is not None:
                texts[operand_name(slot)] = self.texts[arg]
            elif node.const is not None and node.op != "broadcast":
                const = self.formatter.format_value(node.const)
                assert const is not None
                texts[operand_name(slot)], is_rounded = const.text, not const.is_exact
                if const.row:
                    rows[operand_name(slot)] = const.row
        return texts, rows, is_rounded

    def format(
        self,
        formula: PrintedFormula | None,
        position: int,
        texts: Mapping[str, LatexFragment],
        rows: Mapping[str, LatexFragment] | None = None,
    ) -> LatexFragment:
        """Return a formula of a node with its names replaced by texts; without a formula the node is a call."""
        if formula is not None:
            # Names that are none of the node's are those of sizes.
            sizes = free_names(formula.tree) - texts.keys() - {"pi"}
            named = {name: (self.names.name(name), ATOM) for name in sizes}
            return format_latex(formula, named | dict(texts), self.formatter.decimals, rows)
        name = function_name(self.graph.nodes[position].operation.label)
        return format_call(name, [text for text, _slot in self._call_operands(position, texts)])

    def _call_operands(self, position: int, texts: Mapping[str, LatexFragment]) -> list[tuple[str, int | None]]:
        """Return the operands of a call as it was typed, each with its slot, None for constants inside the node."""
        node = self.graph.nodes[position]
        slots = [slot for slot in range(len(node.args)) if operand_name(slot) in texts]
        constants, remaining = self._call_constants(position), iter(slots)
        operands: list[tuple[str, int | None]] = []
        for n in range(len(slots) + len(constants)):
            if n in constants:
                constant = PrintedFormula(constants[n], part_shapes(constants[n], {}))
                operands.append((format_latex(constant, {}, self.formatter.decimals)[0], None))
            else:
                slot = next(remaining)
                operands.append((texts[operand_name(slot)][0], slot))
        return operands

    def _call_constants(self, position: int) -> dict[int, Expr]:
        """Return the constants that a call was typed with and that are part of its node, by their places."""
        node = self.graph.nodes[position]
        typed = children(node.formula) if isinstance(node.formula, Apply) and not node.is_group else ()
        constants = {n: arg for n, arg in enumerate(typed) if not free_names(arg) - {"pi"}}
        return constants if len(typed) - len(constants) == len(node.args) else {}

    def local_derivative(self, position: int, slot: int) -> LatexFragment:
        """Return the local derivative of a call by one of its operands: f′(x), or ∂₂f(x, y) if there are more."""
        operands = self._call_operands(position, self.operand_texts(position)[0])
        name, texts = function_name(self.graph.nodes[position].operation.label), [text for text, _slot in operands]
        if len(operands) == 1:
            return format_call(f"{name}'", texts)
        place = next(n for n, (_text, operand_slot) in enumerate(operands, 1) if operand_slot == slot)
        return format_call(rf"\partial_{{{place}}} {name}", texts)
