"""Scalar functions and operators: one record each, from which every table about them is derived."""

from __future__ import annotations

import math
import operator
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import TYPE_CHECKING, Any, TypeVar

from tutor.algebra import expr
from tutor.algebra.expr import ONE, ZERO, Apply, Expr, Num, add, div, equals_number, exact_sqrt, mul, neg, number, sub
from tutor.algebra.precision import is_zero

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_T = TypeVar("_T")

#: Properties of an expression: never 0, never below 0, defined everywhere. They are combined as bits.
NONZERO, NONNEGATIVE, DEFINED = 1, 2, 4
POSITIVE = NONZERO | NONNEGATIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """One scalar function or operator.

    Nothing here loads NumPy, flint, SymPy or PyTorch. Spellings are templates of the operands, `{0}` and `{1}`.
    """

    id: str
    """the operation in trees; a function that is not an operator is also typed by this name"""
    arity: int = 1
    is_operator: bool = False
    aliases: tuple[str, ...] = ()
    """other names that may be typed"""
    symbol: str = ""
    """how formulas and messages write it, the id by default"""
    is_redefinable: bool = False
    """whether a graph may use its name for an input, a step or a definition: graphs older than the function do"""

    float_kernel: Callable[..., Any]
    is_generic: bool = False
    """whether the float kernel works on every kind of value: arrays, trees, SymPy's formulas"""
    array_kernel: str | Callable[..., Any] = ""
    """the name of a NumPy function, or a function of the NumPy module and the operands"""
    ball_kernel: Callable[..., Any]
    """on `flint.arb` numbers"""
    fold: Callable[..., Expr | None] = lambda *args: None
    """the exact value for exact operands, None if there is none. Raises `ValueError` outside the domain."""
    values: tuple[int, ...] = ()
    """the only values it takes, if these are few whole numbers: balls then decide which one it is"""
    properties: Callable[..., int] = lambda *operands: 0
    """the properties of its value from those of its operands"""
    decomposition: str = ""
    """the same in simpler operations on `x` and `y`, as a graph's text"""

    numpy: str = ""
    """the call in a program; by default that of the array kernel, or of the helper"""
    numpy_helper: tuple[str, ...] = ()
    """lines that define a function of this id in a NumPy program, if NumPy has none"""
    torch: str = ""
    sympy: str = ""
    """its name in SymPy; SymPy leaves a function without one as it is"""
    latex: str = ""
    r"""a template, or a command to put before the operands, `\operatorname{id}` by default"""
    scalar_code: str = ""
    array_code: str = ""
    """Python for compiled graphs, on floats and on arrays; by default a call of the kernel"""
    code: Callable[..., str] | None = None
    """the same for both in steps that other rules share: a function of `emit(op, *operands)` and the operands"""

    @property
    def numpy_call(self) -> str:
        name = f"np.{self.array_kernel}" if isinstance(self.array_kernel, str) else self.id
        return self.numpy or self._call(name)

    @property
    def torch_call(self) -> str:
        return self.torch or self._call(f"torch.{self.id}")

    @property
    def math_call(self) -> str | None:
        """The call in Python's own `math`, None if that lacks the function."""
        kernel = self.float_kernel
        return self._call(f"math.{kernel.__name__}") if kernel.__module__ == "math" else None

    def scalar_template(self) -> str:
        return self.scalar_code or self._call(self.id)

    def array_template(self) -> str:
        return self.array_code or self._call(f"np_{self.id}")

    def _call(self, name: str) -> str:
        return f"{name}({', '.join(f'{{{i}}}' for i in range(self.arity))})"

    def build(self, *operands: Expr) -> Expr:
        """Return the exact tree: its value if that is known, the operation on the operands otherwise."""
        return self.fold(*operands) or Apply(self.id, operands)


# --- kernels ---------------------------------------------------------------------------------------------------


def power(x: Any, n: Any) -> Any:
    """Return x^n. A fractional power of a negative number is an error, as in the reals."""
    if isinstance(x, float) and isinstance(n, int | float):
        return math.pow(x, n)
    return x**n


def _sigmoid(x: float) -> float:
    # For x < 0, 1/(1 + e^−x) can overflow; e^x/(1 + e^x) is the same number.
    if x >= 0:
        return 1 / (1 + math.exp(-x))
    power_of_e = math.exp(x)
    return power_of_e / (1 + power_of_e)


def _sigmoid_array(np: Any, x: Any) -> Any:
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, small) / (1 + small)


def _softplus(x: float) -> float:
    # log(1 + e^x) overflows for large x and loses digits for x far below 0.
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def _exp_neg_abs_code(emit: Callable[..., str], x: str) -> str:
    """Write e^−|x|, which σ, softplus and their slopes share."""
    return emit("exp", emit("neg", emit("abs", x)))


def _sigmoid_code(emit: Callable[..., str], x: str) -> str:
    small = _exp_neg_abs_code(emit, x)
    return emit("div", emit("one_if_not_negative", x, small), emit("add", "1.0", small))


def _sign_ball(a: Any) -> Any:
    """Return the sign if `a` keeps away from zero.

    A value that can't be distinguished from zero at the last precision is zero.
    """
    ball = type(a)
    return ball(1) if a > 0 else ball(-1) if a < 0 else ball(0) if is_zero(a) else ball(0, 1)


def _as_flag(compare: Callable[[Any, Any], bool]) -> Callable[[float, float], float]:
    return lambda a, b: float(compare(a, b))


def _as_flags(compare: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    return lambda np, a, b: np.asarray(compare(a, b)).astype(float)


def _compare_balls(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], Any]:
    """Return a comparison that is 1 or 0 where the balls decide it. Numbers too close to tell apart are equal."""

    def on_balls(a: Any, b: Any) -> Any:
        difference = a - b
        ball = type(difference)
        side = 1 if difference > 0 else -1 if difference < 0 else 0 if is_zero(difference) else None
        return ball(0.5, 0.5) if side is None else ball(int(compare(side, 0)))

    return on_balls


def _choose_ball(condition: Any, a: Any, b: Any) -> Any:
    if condition == 0:
        return b
    return a.union(b) if condition.contains(0) else a


# --- exact values ----------------------------------------------------------------------------------------------


def _value_at(point: int, value: Expr) -> Callable[[Expr], Expr | None]:
    """Return a fold that knows the function's value at one point."""
    return lambda a: value if equals_number(a, point) else None


def _fold_log(a: Expr) -> Expr | None:
    if isinstance(a, Num) and a.value <= 0:
        raise ValueError("log")
    if equals_number(a, 1):
        return ZERO
    return a.args[0] if isinstance(a, Apply) and a.op == "exp" else None


def _fold_sqrt(a: Expr) -> Expr | None:
    if not isinstance(a, Num):
        return None
    if a.value < 0:
        raise ValueError("sqrt")
    root = exact_sqrt(a.value)
    return None if root is None else Num(root)


def _fold_sigmoid(a: Expr) -> Expr | None:
    if equals_number(a, 0):
        return Num(Fraction(1, 2))
    power_of_e = expr.exp(neg(a))
    # If a is a logarithm: σ(log 3) is 3/4.
    return div(ONE, add(ONE, power_of_e)) if isinstance(power_of_e, Num) else None


def _fold_tanh(a: Expr) -> Expr | None:
    power_of_e = expr.exp(mul(number(2), a))
    return div(sub(power_of_e, ONE), add(power_of_e, ONE)) if isinstance(power_of_e, Num) else None


def _fold_softplus(a: Expr) -> Expr | None:
    power_of_e = expr.exp(a)
    # If a is a logarithm or zero.
    return exact("log", add(ONE, power_of_e)) if isinstance(power_of_e, Num) else None


def _fold_numbers(function: Callable[..., Any]) -> Callable[..., Expr | None]:
    """Return a fold that computes with rational numbers and leaves everything else."""

    def fold(*operands: Expr) -> Expr | None:
        values = [operand.value for operand in operands if isinstance(operand, Num)]
        return Num(Fraction(function(*values))) if len(values) == len(operands) else None

    return fold


def _sign(x: float | Fraction) -> int:
    return (x > 0) - (x < 0)


# --- properties ------------------------------------------------------------------------------------------------


def _is_positive(properties: int) -> bool:
    return properties & POSITIVE == POSITIVE


def _defined_everywhere(known: int = 0) -> Callable[..., int]:
    """Return the properties of a function that is defined if all operands are, and the properties `known`."""
    return lambda *operands: known | reduce(operator.and_, operands) & DEFINED


# --- the records -----------------------------------------------------------------------------------------------


def _operator(
    id: str,
    symbol: str,
    kernel: Callable[..., Any],
    fold: Callable[..., Expr],
    code: str,
    body: str = "",
    arity: int = 2,
) -> Function:
    """Return the record of an operator of Python, which works on every kind of value."""
    return Function(
        id=id, arity=arity, is_operator=True, symbol=symbol, float_kernel=kernel, is_generic=True, ball_kernel=kernel,
        fold=fold, decomposition=body, scalar_code=code, array_code=code,
    )  # fmt: skip


_RECORDS = (
    _operator("add", "+", operator.add, expr.add, "{0} + {1}"),
    _operator("sub", "−", operator.sub, expr.sub, "{0} - {1}", "x + -y"),
    _operator("mul", "×", operator.mul, expr.mul, "{0} * {1}"),
    _operator("div", "÷", operator.truediv, expr.div, "{0} / {1}", "x * (1 / y)"),
    _operator("neg", "−", operator.neg, expr.neg, "-{0}", "-1 * x", arity=1),
    Function(
        id="pow",
        arity=2,
        is_operator=True,
        symbol="^",
        float_kernel=power,
        is_generic=True,
        ball_kernel=operator.pow,
        fold=expr.power,
        properties=lambda a, n: POSITIVE | a & n & DEFINED if _is_positive(a) else 0,
        array_code="({0}) ** {1}",
    ),
    Function(
        id="exp",
        float_kernel=math.exp,
        array_kernel="exp",
        ball_kernel=lambda a: a.exp(),
        fold=expr.exp,
        sympy="exp",
        latex=r"\exp",
    ),
    Function(
        id="log",
        aliases=("ln",),
        float_kernel=math.log,
        array_kernel="log",
        ball_kernel=lambda a: a.log(),
        fold=_fold_log,
        properties=lambda a: a & DEFINED if _is_positive(a) else 0,
        sympy="log",
        latex=r"\log",
    ),
    Function(
        id="sqrt",
        float_kernel=math.sqrt,
        array_kernel="sqrt",
        ball_kernel=lambda a: a.sqrt(),
        fold=_fold_sqrt,
        properties=lambda a: a & NONZERO | NONNEGATIVE | (a & DEFINED if a & NONNEGATIVE else 0),
        decomposition="x^(1/2)",
        sympy="sqrt",
        latex=r"\sqrt{{{0}}}",
    ),
    Function(
        id="sin",
        float_kernel=math.sin,
        array_kernel="sin",
        ball_kernel=lambda a: a.sin(),
        fold=_value_at(0, ZERO),
        properties=_defined_everywhere(),
        sympy="sin",
        latex=r"\sin",
    ),
    Function(
        id="cos",
        float_kernel=math.cos,
        array_kernel="cos",
        ball_kernel=lambda a: a.cos(),
        fold=_value_at(0, ONE),
        properties=_defined_everywhere(),
        sympy="cos",
        latex=r"\cos",
    ),
    Function(
        id="tanh",
        float_kernel=math.tanh,
        array_kernel="tanh",
        ball_kernel=lambda a: a.tanh(),
        fold=_fold_tanh,
        properties=lambda a: a & DEFINED | (POSITIVE if _is_positive(a) else 0),
        decomposition="p = exp(x); q = exp(-x); (p - q) / (p + q)",
        latex=r"\tanh",
    ),
    Function(
        id="sigmoid",
        aliases=("σ",),
        symbol="σ",
        float_kernel=_sigmoid,
        array_kernel=_sigmoid_array,
        ball_kernel=lambda a: 1 / (1 + (-a).exp()),
        fold=_fold_sigmoid,
        properties=_defined_everywhere(POSITIVE),
        decomposition="1 / (1 + exp(-x))",
        numpy_helper=(
            "def sigmoid(x):",
            "    small = np.exp(-np.abs(x))",
            "    return np.where(x >= 0, 1, small) / (1 + small)",
        ),
        latex=r"\sigma",
        code=_sigmoid_code,
    ),
    Function(
        id="relu",
        float_kernel=lambda x: max(x, 0.0),
        array_kernel=lambda np, x: np.maximum(x, 0.0),
        ball_kernel=lambda a: a.max(0),
        fold=_fold_numbers(lambda x: max(x, 0)),
        properties=lambda a: NONNEGATIVE | a & DEFINED | (NONZERO if _is_positive(a) else 0),
        decomposition="max(x, 0)",
        numpy="np.maximum({0}, 0)",
        scalar_code="{0} if {0} >= 0.0 else 0.0",
    ),
    Function(
        id="softplus",
        float_kernel=_softplus,
        array_kernel=lambda np, x: np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x))),
        ball_kernel=lambda a: a.exp().log1p(),
        fold=_fold_softplus,
        properties=_defined_everywhere(POSITIVE),
        decomposition="log(1 + exp(x))",
        numpy="np.logaddexp(0, {0})",
        # PyTorch's own threshold, 20, gives up nine digits.
        torch="F.softplus({0}, threshold=40)",
        code=lambda emit, x: emit("add", emit("relu", x), emit("log1p", _exp_neg_abs_code(emit, x))),
    ),
    Function(
        id="erf",
        is_redefinable=True,
        float_kernel=math.erf,
        array_kernel=lambda np, x: np.vectorize(math.erf, otypes=[float])(x),
        ball_kernel=lambda a: a.erf(),
        fold=_value_at(0, ZERO),
        properties=lambda a: a,
        numpy_helper=("erf = np.vectorize(math.erf)",),
        sympy="erf",
    ),
    Function(
        id="silu",
        is_redefinable=True,
        float_kernel=lambda x: x * _sigmoid(x),
        array_kernel=lambda np, x: x * _sigmoid_array(np, x),
        ball_kernel=lambda a: a / (1 + (-a).exp()),
        fold=_value_at(0, ZERO),
        properties=lambda a: a,
        decomposition="x * sigmoid(x)",
        numpy_helper=("def silu(x):", "    return x * sigmoid(x)"),
        torch="F.silu({0})",
        code=lambda emit, x: emit("mul", x, emit("sigmoid", x)),
    ),
    Function(
        id="gelu",
        is_redefinable=True,
        # 1 + erf(x/√2) has no digits left far to the left; erfc has them all.
        float_kernel=lambda x: x * math.erfc(-x / math.sqrt(2)) / 2,
        array_kernel=lambda np, x: x * np.vectorize(math.erfc, otypes=[float])(-x / math.sqrt(2)) / 2,
        ball_kernel=lambda a: a * (-a / type(a)(2).sqrt()).erfc() / 2,
        fold=_value_at(0, ZERO),
        properties=lambda a: a,
        decomposition="x * (1 + erf(x / 2^(1/2))) / 2",
        numpy_helper=("def gelu(x):", "    return x * (1 + erf(x / np.sqrt(2))) / 2"),
        torch="F.gelu({0})",
    ),
    Function(
        id="abs",
        float_kernel=abs,
        array_kernel="abs",
        ball_kernel=abs,
        fold=_fold_numbers(abs),
        properties=lambda a: NONNEGATIVE | a & (NONZERO | DEFINED),
        decomposition="max(x, -x)",
        sympy="Abs",
        latex=r"\left|{0}\right|",
    ),
    Function(
        id="sign",
        float_kernel=lambda x: float(_sign(x)),
        array_kernel="sign",
        ball_kernel=_sign_ball,
        fold=_fold_numbers(_sign),
        values=(-1, 0, 1),
        properties=_defined_everywhere(),
        sympy="sign",
        latex=r"\operatorname{sgn}",
        scalar_code="1.0 if {0} > 0.0 else -1.0 if {0} < 0.0 else 0.0",
    ),
    Function(
        id="max",
        arity=2,
        float_kernel=max,
        array_kernel="maximum",
        ball_kernel=lambda a, b: a.max(b),
        fold=_fold_numbers(max),
        properties=_defined_everywhere(),
        torch="torch.maximum({0}, {1})",
        sympy="Max",
        latex=r"\max",
        scalar_code="{0} if {0} >= {1} else {1}",
    ),
    Function(
        id="min",
        arity=2,
        float_kernel=min,
        array_kernel="minimum",
        ball_kernel=lambda a, b: a.min(b),
        fold=_fold_numbers(min),
        properties=_defined_everywhere(),
        decomposition="-max(-x, -y)",
        torch="torch.minimum({0}, {1})",
        sympy="Min",
        latex=r"\min",
        scalar_code="{0} if {0} <= {1} else {1}",
    ),
    *(
        Function(
            id=id,
            arity=2,
            is_operator=True,
            symbol=symbol,
            float_kernel=_as_flag(compare),
            array_kernel=_as_flags(compare),
            ball_kernel=_compare_balls(compare),
            fold=_fold_numbers(compare),
            values=(0, 1),
            properties=lambda a, b: NONNEGATIVE | a & b & DEFINED,
            numpy=f"({{0}} {code} {{1}})",
            torch=f"({{0}} {code} {{1}})",
            latex=f"\\left[{{0}} {latex} {{1}}\\right]",
            scalar_code=f"1.0 if {{0}} {code} {{1}} else 0.0",
        )
        for id, symbol, code, latex, compare in (
            ("gt", ">", ">", ">", operator.gt),
            ("ge", "≥", ">=", r"\ge", operator.ge),
            ("lt", "<", "<", "<", operator.lt),
            ("le", "≤", "<=", r"\le", operator.le),
            ("eq", "==", "==", "=", operator.eq),
            ("ne", "≠", "!=", r"\ne", operator.ne),
        )
    ),
    Function(
        id="detach",
        is_redefinable=True,
        aliases=("stop_gradient",),
        float_kernel=lambda x: x,
        is_generic=True,
        ball_kernel=lambda a: a,
        fold=lambda a: a,
        properties=lambda a: a,
        numpy="{0}",
        torch="{0}.detach()",
        scalar_code="{0}",
        array_code="{0}",
    ),
    Function(
        id="where",
        arity=3,
        is_redefinable=True,
        float_kernel=lambda c, a, b: a if c else b,
        array_kernel=lambda np, c, a, b: np.where(c != 0, a, b),
        ball_kernel=_choose_ball,
        fold=lambda c, a, b: (b if c.value == 0 else a) if isinstance(c, Num) else None,
        numpy="np.where({0}, {1}, {2})",
        torch="torch.where({0}, {1}, {2})",
        latex=r"\begin{{cases}}{1} & {0} \\ {2} & \text{{else}}\end{{cases}}",
        scalar_code="{1} if {0} else {2}",
    ),
)

#: Every function by its id.
FUNCTIONS: dict[str, Function] = {function.id: function for function in _RECORDS}

_tables: list[tuple[dict[str, Any], Callable[[Function], Mapping[str, Any]]]] = []


def table(entries: Callable[[Function], Mapping[str, _T]], others: Mapping[str, _T] | None = None) -> dict[str, _T]:
    """Return a table with the `entries` of each function, then the `others`. It follows `register` and `unregister`."""
    derived: dict[str, _T] = {}
    for function in FUNCTIONS.values():
        derived.update(entries(function))
    derived.update(others or {})
    _tables.append((derived, entries))
    return derived


def register(function: Function) -> None:
    """Add a function to every table. Raises `ValueError` if its id or one of its aliases is already in use."""
    if any(name in derived for derived, _ in _tables for name in (function.id, *function.aliases)):
        raise ValueError(function.id)
    FUNCTIONS[function.id] = function
    for derived, entries in _tables:
        derived.update(entries(function))


def unregister(name: str) -> None:
    """Remove a function that was registered."""
    function = FUNCTIONS.pop(name)
    for derived, entries in reversed(_tables):  # a table may be derived from an earlier one
        for key in entries(function):
            derived.pop(key, None)


def exact(name: str, *operands: Expr) -> Expr:
    """Return the exact tree of a function on exact operands."""
    return FUNCTIONS[name].build(*operands)
