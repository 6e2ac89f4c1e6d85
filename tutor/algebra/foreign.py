"""Functions and methods as NumPy, PyTorch, Python's `math`, SymPy and JavaScript spell them.

`np.dot(A, B)`, `torch.mm(A, B)` and `A.dot(B)` are A @ B, `Math.pow(x, 2)` is x^2, and `array([[1, 2]])` is its matrix.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from tutor.algebra.expr import Apply, Expr, Num
from tutor.i18n import N_

if TYPE_CHECKING:
    from collections.abc import Callable

#: Names in front of a point that only say which library a function comes from.
LIBRARIES = frozenset(
    [
        "np",
        "numpy",
        "jnp",
        "jax",
        "math",
        "cmath",
        "Math",
        "torch",
        "nn",
        "F",
        "tf",
        "keras",
        "K",
        "sp",
        "sympy",
        "scipy",
        "special",
        "linalg",
        "functional",
    ]
)
#: Operations by their other names: the id of the operation and the number of operands.
_OPERATIONS = {
    **dict.fromkeys(("dot", "matmul", "mm", "bmm", "mv", "vdot"), ("matmul", 2)),
    **dict.fromkeys(("multiply", "mul"), ("mul", 2)),
    **dict.fromkeys(("divide", "div", "true_divide", "Fraction", "Rational"), ("div", 2)),
    "add": ("add", 2),
    **dict.fromkeys(("subtract", "sub"), ("sub", 2)),
    **dict.fromkeys(("pow", "power", "float_power"), ("pow", 2)),
    **dict.fromkeys(("negative", "neg"), ("neg", 1)),
    **dict.fromkeys(("transpose", "t", "T"), ("T", 1)),
    **dict.fromkeys(("maximum", "fmax", "Max"), ("max", 2)),
    **dict.fromkeys(("minimum", "fmin", "Min"), ("min", 2)),
    **dict.fromkeys(("absolute", "fabs", "Abs"), ("abs", 1)),
    **dict.fromkeys(("expit", "logistic"), ("sigmoid", 1)),
}
#: Calls around a value that change nothing about it here.
_WRAPPERS = frozenset(
    [
        "array",
        "asarray",
        "asmatrix",
        "matrix",
        "Array",
        "tensor",
        "Tensor",
        "as_tensor",
        "FloatTensor",
        "DoubleTensor",
        "Variable",
        "Parameter",
        "float",
        "float16",
        "float32",
        "float64",
        "float128",
        "double",
        "int",
        "int32",
        "int64",
        "item",
        "numpy",
        "detach",
        "clone",
        "cpu",
        "copy",
        "tolist",
        "Float",
        "Integer",
        "Matrix",
        "ImmutableMatrix",
    ]
)


def _square(position: int, x: Expr) -> Expr:
    return Apply("pow", (x, Num(Fraction(2), "2")), position)


def _reciprocal(position: int, x: Expr) -> Expr:
    return Apply("div", (Num(Fraction(1), "1"), x), position)


_BUILDERS: dict[str, tuple[Callable[..., Expr], int]] = {
    **dict.fromkeys(_WRAPPERS, (lambda _position, value: value, 1)),
    "square": (_square, 1),
    "reciprocal": (_reciprocal, 1),
}
#: SymPy's matrices, of which a flat list is a column.
COLUMN_TYPES = ("Matrix", "ImmutableMatrix")
CONSTANTS = {"pi": "pi", "PI": "pi", "e": "e", "E": "e"}
#: What to write instead of functions that have no counterpart.
INSTEAD = {
    "where": N_("Conditions are not read here. Use max, min, abs or sign, as in max(x, 0)."),
    "outer": N_("Write an outer product with @, as in a.T @ b for two rows."),
    "prod": N_("Write a product out with *, as in 2*3*4."),
    "tan": N_("Write tan(x) as sin(x)/cos(x)."),
    "log2": N_("Write log2(x) as log(x)/log(2)."),
    "log10": N_("Write log10(x) as log(x)/log(10)."),
    "sinh": N_("Write sinh(x) as (exp(x) - exp(-x))/2."),
    "cosh": N_("Write cosh(x) as (exp(x) + exp(-x))/2."),
    "cbrt": N_("Write a cube root as x^(1/3)."),
    "zeros": N_("Write the zeros out, as in [[0, 0], [0, 0]], or as 0*ones(2, 2)."),
    "eye": N_("Write the matrix out, as in [[1, 0], [0, 1]]."),
}


def builder(name: str) -> tuple[Callable[..., Expr], int] | None:
    """Return how to build the tree of another program's function, and its number of operands; None if it is unknown.

    The tree is built from the position of the function in the text and the operands.
    """
    if name in _BUILDERS:
        return _BUILDERS[name]
    if name in _OPERATIONS:
        op, arity = _OPERATIONS[name]
        return lambda position, *args: Apply(op, args, position), arity
    return None
