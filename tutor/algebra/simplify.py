"""Simplification of formulas: numbers combined, like powers and like terms collected.

The result has the same value and the same gaps: x²/x stays undefined at 0 unless the domain of x excludes 0. Products of
sums are not expanded. The cost is proportional to the size of the tree, because large shared parts stay shared.
"""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from typing import TYPE_CHECKING

from tutor.algebra import functions, matrix_rules, normal_form
from tutor.algebra.array_functions import call_shape, is_array_operation
from tutor.algebra.expr import ONE_HOT, Apply, Expr, Grid, Num, Sym, children, postorder
from tutor.algebra.functions import DEFINED, NONNEGATIVE, NONZERO, POSITIVE
from tutor.algebra.limits import MAX_BITS
from tutor.algebra.matrix_product import Entry
from tutor.algebra.normal_form import Atom, Form, Product
from tutor.algebra.ops import VectorShape
from tutor.algebra.sizes import Size, size_of, sizes_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor.algebra.ops import Shape

#: A shared sum or product with more parts than this becomes one atom.
_MAX_INLINE_SIZE = 64
_HALF = Fraction(1, 2)
#: Properties of matrix operations, all of which are defined everywhere.
_MATRIX_PROPERTIES = dict.fromkeys(("matmul", "T", "sum", "mean", "broadcast"), 0) | {
    "softmax": POSITIVE,
    "mse": NONNEGATIVE,
}


def simplify(formula: Expr, shapes: Mapping[str, Shape] | None = None) -> Expr:
    """Return `formula` as a person would write it. `shapes` has (rows, columns) of the names that are matrices."""
    return normal_form.to_expr(_Simplifier(shapes or {}).to_form(formula))


def infer_domain(formula: Expr, shapes: Mapping[str, Shape] | None = None) -> str:
    """Return which values a formula can have: "positive", "nonzero", or "real" if nothing is known."""
    form = _Simplifier(shapes or {}).to_form(formula)
    return "positive" if form.has_properties(POSITIVE) else "nonzero" if form.has_properties(NONZERO) else "real"


class _Simplifier:
    def __init__(self, shapes: Mapping[str, Shape]) -> None:
        self.shapes = shapes
        self.sizes = sizes_in(shapes.values())
        self.atoms = normal_form.AtomTable()

    def to_form(self, formula: Expr) -> Form:
        """Return the form of a tree."""
        order = list(postorder(formula))
        uses = Counter(id(child) for node in order for child in children(node))
        done: dict[int, Form] = {}
        for rank, node in enumerate(order):
            self.atoms.rank = rank
            if isinstance(node, Num):
                form: Form = Product(node.value, rank=rank)
            elif isinstance(node, Sym):
                form = self.symbol_form(node)
            elif isinstance(node, Grid):
                form = self.grid_form(node, done)
            elif isinstance(node, Entry):
                form = self.atoms.atom(("e", node), node, DEFINED, None, 0).product()
            else:
                assert isinstance(node, Apply)
                args = [self.take_operand(done[id(arg)], uses[id(arg)] > 1) for arg in node.args]
                form = self.apply(node.op, args)
            done[id(node)] = normal_form.normalise(form)
        return done[id(formula)]

    def take_operand(self, form: Form, shared: bool) -> Form:
        """Return an operand that may be changed in place: a copy if it is shared, a single atom if it also is large."""
        if not shared:
            return form
        return (
            self.atoms.wrap(form).product()
            if normal_form.num_terms(form) > _MAX_INLINE_SIZE
            else normal_form.copy_form(form)
        )

    def symbol_form(self, symbol: Sym) -> Form:
        known = DEFINED
        if symbol.name == "pi" or symbol.domain in ("positive", "probability"):
            known |= POSITIVE
        elif symbol.domain == "nonzero":
            known |= NONZERO
        elif symbol.domain == ONE_HOT:
            known |= NONNEGATIVE
        order = 0 if symbol.name == "pi" else 1
        return self.atoms.atom(("s", symbol.name), symbol, known, self.shapes.get(symbol.name), order).product()

    def grid_form(self, grid: Grid, done: Mapping[int, Form]) -> Form:
        rows = [[self.atoms.wrap(normal_form.copy_form(done[id(cell)])) for cell in row] for row in grid.rows]
        cells = [cell for row in rows for cell in row]
        known = DEFINED if all(cell.properties & DEFINED for cell in cells) else 0
        shape = len(rows), len(rows[0])
        formula = Grid(tuple(tuple(cell.expr for cell in row) for row in rows), 0, grid.is_vector)
        return self.atoms.atom(("g", grid.is_vector, shape, *cells), formula, known, shape, 2).product()

    def apply(self, op: str, args: list[Form]) -> Form:
        """Apply an operation to forms."""
        if op in ("add", "sub", "mul", "div") and sum(map(normal_form.bit_length, args)) > MAX_BITS:
            return self.as_product_atom(op, args)
        if op in ("add", "sub"):
            return normal_form.add_forms(args[0], args[1], 1 if op == "add" else -1)
        if op == "neg":
            return self.negate(args[0])
        if op in ("mul", "div"):
            return self.divide(args[0], args[1]) if op == "div" else self.multiply(args[0], args[1])
        if op == "pow":
            return self.power(args[0], args[1])
        rule = None if is_array_operation(op, len(args)) else getattr(self, f"_{op}", None)
        result = rule(*args) if rule else None
        return result if result is not None else self.as_product_atom(op, args)

    def negate(self, form: Form) -> Form:
        product = self.atoms.product(form)
        product.number = -product.number
        return product

    def multiply(self, left: Form, right: Form) -> Form:
        product = self.atoms.product(left)
        product.multiply(self.atoms.product(right))
        return matrix_rules.cancel_in_brackets(product, self.atoms)

    def divide(self, left: Form, right: Form) -> Form:
        inverse = self.raise_to(self.atoms.product(right), Fraction(-1))
        if inverse is None:
            return self.as_product_atom("div", [left, right])
        return self.multiply(left, inverse)

    def power(self, base: Form, exponent: Form) -> Form:
        number = normal_form.as_number(exponent)
        if number is not None:
            result = self.raise_to(self.atoms.product(normal_form.copy_form(base)), number)
            if result is not None:
                return result
        elif isinstance(base, Product) and (argument := base.exponential()) is not None:
            # (e^x)^y is e^(x·y).
            return self.exponential(self.multiply(argument, exponent))
        return self.as_product_atom("pow", [base, exponent])

    def raise_to(self, base: Product, exponent: Fraction) -> Product | None:
        """Return a product to a power, None if taking it part by part would change where it is defined."""
        if exponent == 1:
            return base
        if exponent == 0:
            return Product(Fraction(1), shape=base.shape, rank=base.rank) if base.has_properties(DEFINED) else None
        if exponent.denominator != 1 and not base.all_positive():
            return None
        result = Product(Fraction(1), shape=base.shape, rank=base.rank)
        if not self._multiply_number_power(result, base.number, exponent):
            return None
        for atom, (above, below) in base.powers.items():
            if atom.properties & NONZERO:
                result.multiply_power(atom, (above - below) * exponent, Fraction(0))
            elif exponent.denominator != 1 or (exponent < 0 and below):
                return None
            elif exponent < 0:
                result.multiply_power(atom, Fraction(0), above * -exponent)
            else:
                result.multiply_power(atom, above * exponent, below * exponent)
        if base.exp_argument is not None:
            result.exp_argument = base.exp_argument.scale(exponent)
        return result

    def _multiply_number_power(self, product: Product, number: Fraction, exponent: Fraction) -> bool:
        if number == 0 and exponent < 0:
            return False
        if number == 1:
            return True
        if number < 0 and exponent.denominator != 1:
            return False
        if number == 0:
            product.number = Fraction(0)
        else:
            product.multiply_power(self.atoms.number(number), exponent, Fraction(0))
        return True

    def exponential(self, exponent: Form) -> Form:
        if normal_form.as_number(exponent) == 0:
            return Product(Fraction(1), rank=exponent.rank)
        return Product(Fraction(1), exp_argument=normal_form.as_sum(exponent), shape=exponent.shape, rank=exponent.rank)

    def _exp(self, a: Form) -> Form:
        inside = normal_form.as_atom(a)
        if inside is not None and inside.op == "log" and inside.properties & DEFINED:
            return normal_form.copy_form(inside.args[0])
        return self.exponential(a)

    def _log(self, a: Form) -> Form | None:
        if isinstance(a, Product) and (exponent := a.exponential()) is not None:
            return exponent
        return Product(Fraction(0), rank=a.rank) if normal_form.as_number(a) == 1 else None

    def _sqrt(self, a: Form) -> Form | None:
        product = self.atoms.product(normal_form.copy_form(a))
        if product.number < 0:
            return None
        if not product.all_positive():
            # √(x²) is |x| for either sign of x.
            absolute = Product(product.number, None, product.exp_argument, product.shape, product.rank)
            for atom, (above, below) in product.powers.items():
                if above % 2 or below % 2:
                    return None
                if atom.value is not None:
                    absolute.multiply_power(self.atoms.number(abs(atom.value)), above, below)
                    continue
                absolute_value = self.apply("abs", [atom.product()])
                atom_of_absolute = normal_form.as_atom(absolute_value)
                assert atom_of_absolute is not None
                absolute.multiply_power(atom_of_absolute, above, below)
            product = absolute
        root = Product(Fraction(1), shape=product.shape, rank=product.rank)
        if product.number and not self._multiply_number_power(root, product.number, _HALF):
            return None
        if not product.number:
            root.number = Fraction(0)
        for atom, (above, below) in product.powers.items():
            root.multiply_power(atom, above / 2, below / 2)
        if product.exp_argument is not None:
            root.exp_argument = product.exp_argument.scale(_HALF)
        return root

    def _abs(self, a: Form) -> Form | None:
        if a.has_properties(NONNEGATIVE):
            return a
        if isinstance(a, Product) and a.number not in (0, 1):
            size, a.number = abs(a.number), Fraction(1)
            inside = self.atoms.product(self.apply("abs", [a]))
            inside.number *= size
            return inside
        return None

    def _sign(self, a: Form) -> Form | None:
        number = normal_form.as_number(a)
        if number is not None:
            return Product(Fraction((number > 0) - (number < 0)), rank=a.rank)
        if a.has_properties(POSITIVE | DEFINED):
            return Product(Fraction(1), shape=a.shape, rank=a.rank)
        if isinstance(a, Product) and a.number not in (0, 1):
            flipped = a.number < 0
            a.number = Fraction(1)
            inside = self.atoms.product(self.apply("sign", [a]))
            inside.number *= -1 if flipped else 1
            return inside
        return None

    def _relu(self, a: Form) -> Form | None:
        if a.has_properties(NONNEGATIVE):
            return a
        number = normal_form.as_number(a)
        return None if number is None else Product(max(number, Fraction(0)), rank=a.rank)

    def _ones(self, rows: Form, columns: Form) -> Form | None:
        return Product(Fraction(1), shape=self.shape_of_sizes(rows, columns), rank=rows.rank)

    def _broadcast(self, a: Form, *sizes: Form) -> Form | None:
        if not sizes:
            return None
        a.shape = self.shape_of_sizes(*sizes)
        return a

    def shape_of_sizes(self, rows: Form, columns: Form) -> tuple[int, int]:
        """Return the shape that two formulas of sizes give."""
        sizes = [size_of(normal_form.to_expr(normal_form.copy_form(form)), self.sizes.get) for form in (rows, columns)]
        return sizes[0] or 1, sizes[1] or 1

    def size_form(self, size: int) -> Form:
        """Return a size as a number, or as the formula that its name stands for."""
        if not isinstance(size, Size):
            return Product(Fraction(size))
        rank = self.atoms.rank
        form = self.to_form(size.formula)
        self.atoms.rank = rank
        return form

    def _T(self, a: Form) -> Form | None:
        inside = normal_form.as_atom(a)
        if inside is not None and inside.op == "T":
            return normal_form.copy_form(inside.args[0])
        if isinstance(a, Product) and a.shape and a.is_broadcast_number():
            a.shape = a.shape[1], a.shape[0]
            return a
        if inside is not None and inside.op == "matmul" and any(map(matrix_rules.is_transposed, inside.args)):
            left, right = (self.apply("T", [normal_form.copy_form(arg)]) for arg in inside.args)
            return self.apply("matmul", [right, left])
        return self.factor_out_numbers("T", [a])

    def _matmul(self, a: Form, b: Form) -> Form | None:
        without_ones = matrix_rules.multiply_by_ones(a, b, self.add_up)
        if without_ones is not None:
            return without_ones
        return self.factor_out_numbers("matmul", [a, b])

    def add_up(self, a: Form, axis: int) -> Form:
        """Return the sum of a matrix along an axis."""
        return self.apply("sum", [a, Product(Fraction(axis))])

    def _sum(self, a: Form, axis: Form | None = None) -> Form | None:
        return self.reduce("sum", a, axis)

    def _mean(self, a: Form, axis: Form | None = None) -> Form | None:
        return self.reduce("mean", a, axis)

    def reduce(self, op: str, a: Form, axis: Form | None) -> Form | None:
        if isinstance(a, Product) and a.shape and a.is_broadcast_number():
            rows, columns = a.shape
            axis_number = None if axis is None else normal_form.as_number(axis)
            if op == "sum":
                count = rows * columns if axis_number is None else rows if axis_number == 0 else columns
                a.multiply(self.atoms.product(self.size_form(count)))
            a.shape = None if axis_number is None else (1, columns) if axis_number == 0 else (rows, 1)
            return a
        if (
            op == "sum"
            and a.shape
            and matrix_rules.is_one_hot(a)
            and (axis is None or normal_form.as_number(axis) == 1)
        ):
            total = (
                self.atoms.product(self.size_form(a.shape[0])) if axis is None else Product(Fraction(1), rank=a.rank)
            )
            total.shape = None if axis is None else (a.shape[0], 1)
            return total
        return self.factor_out_numbers(op, [a], () if axis is None else (axis,))

    def factor_out_numbers(self, op: str, args: list[Form], rest: tuple[Form, ...] = ()) -> Form | None:
        """Apply a linear operation with the coefficients, and the other numbers, of its operands moved in front."""
        front = Product(Fraction(1))
        for arg in args:
            if isinstance(arg, Product):
                front.multiply(matrix_rules.take_numbers_out(arg))
                if arg.number not in (0, 1):
                    front.number *= arg.number
                    arg.number = Fraction(1)
        if not front.powers and front.number == 1:
            return self.as_product_atom(op, [*args, *rest])
        # What is left may have a form of its own, such as the sum of one-hot rows.
        product = self.atoms.product(self.apply(op, [*args, *rest]))
        product.multiply(front)
        return product

    def as_product_atom(self, op: str, args: list[Form]) -> Product:
        """Return an operation on simplified operands as one atom."""
        operands = [self.atoms.wrap(arg) for arg in args]
        properties, shape = _infer_properties(op, operands), self.infer_shape(op, operands)
        formula = Apply(op, tuple(operand.expr for operand in operands))
        atom = self.atoms.atom((op, *operands), formula, properties, shape, 2)
        if not atom.op:
            atom.op, atom.args = op, tuple(args)
        return atom.product()

    def shape_of_call(self, op: str, args: list[Atom]) -> Shape:
        """Return the shape of a function of arrays with parameters."""
        if op in ("reshape", "scatter_add"):
            sizes = [size_of(arg.expr, self.sizes.get) for arg in (args[1:] if op == "reshape" else args[-2:])]
            if sizes and sizes[-1] is not None and (op == "scatter_add" or None not in sizes):
                is_vector = len(sizes) == 1 or sizes[0] is None
                return VectorShape.of_length(sizes[-1]) if is_vector else (sizes[0] or 1, sizes[-1])
        return call_shape(op, [arg.expr for arg in args], [arg.shape for arg in args])

    def infer_shape(self, op: str, args: list[Atom]) -> Shape:
        """Return the shape of an operation on atoms."""
        shapes = [arg.shape for arg in args]
        if is_array_operation(op, len(args)):
            return self.shape_of_call(op, args)
        if not args:
            return None
        first = shapes[0]
        if op in ("cross_entropy", "mse"):
            return None
        if op == "matmul":
            return (first[0], shapes[1][1]) if first and shapes[1] else None
        if op == "T":
            return (first[1], first[0]) if first else None
        if op in ("sum", "mean"):
            if len(args) == 1 or first is None:
                return None
            return (1, first[1]) if _atom_number(args[1]) == 0 else (first[0], 1)
        if op == "eye":
            return self.shape_of_sizes(args[0].product(), args[0].product())
        if op == "broadcast" and len(args) == 3:
            return self.shape_of_sizes(args[1].product(), args[2].product())
        return normal_form.broadcast_shape(*shapes)


def _infer_properties(op: str, args: list[Atom]) -> int:
    if op in functions.FUNCTIONS:
        return functions.FUNCTIONS[op].properties(*(arg.properties for arg in args))
    if op not in _MATRIX_PROPERTIES:
        return 0
    return _MATRIX_PROPERTIES[op] | (DEFINED if all(arg.properties & DEFINED for arg in args) else 0)


def _atom_number(atom: Atom) -> Fraction | None:
    return normal_form.as_number(atom.product())
