"""The forms of calls: what `sum(X, axis=1)`, `X.sum(1)`, `torch.cat((a, b), dim=1)` and `F.cross_entropy(S, y)` mean.

A call is typed in one of three styles. In our own, a second argument of a reduction keeps the axis: `sum(X, 1)` is a column.
As a method or behind the name of a library, and wherever an axis has its keyword, the call means what it means in NumPy and
PyTorch: the axis is dropped unless `keepdims` is set.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Literal, TypeAlias

from tutor.algebra.errors import AlgebraError
from tutor.algebra.expr import ONE, ZERO, Apply, Expr, Grid, Num, Sym, as_whole, number
from tutor.i18n import N_, message

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

#: Functions with an axis, as they are typed, and their operations.
REDUCTIONS = {
    **{
        name: name
        for name in ("sum", "mean", "prod", "var", "std", "norm", "logsumexp", "var_unbiased", "std_unbiased")
    },
    "norm_1": "norm_1",
    "norm_inf": "norm_inf",
    "max": "amax",
    "min": "amin",
    "amax": "amax",
    "amin": "amin",
    "reduce_sum": "sum",
    "reduce_mean": "mean",
    "reduce_max": "amax",
    "reduce_min": "amin",
    "reduce_prod": "prod",
    "reduce_logsumexp": "logsumexp",
    "reduce_std": "std",
    "reduce_variance": "var",
}
#: Functions along an axis, which keep the shape.
ALONG_AXIS = ("softmax", "log_softmax", "cumsum")
#: The keywords that may follow the values of any call, and what they mean here.
_AXIS_KEYWORDS = ("axis", "dim")
_KEEP_KEYWORDS = ("keepdim", "keepdims")
#: Keywords that change nothing here.
_IGNORED_KEYWORDS = ("dtype", "device", "requires_grad", "out", "inplace", "copy", "name")
_BOTH_AXES = ((0, 1), (1, 0), (-1, -2), (-2, -1))
#: Two axes written out, as for `transpose(0, 1)`.
_UNKNOWN_KEYWORD = N_("{name} doesn't take {keyword}= here. Leave it out, or write out the calculation.")

Style: TypeAlias = Literal["own", "library", "method"]


@dataclass
class Call:
    """A call as typed. `values` has the value before the point of a method first; keywords are taken out when read."""

    name: str
    style: Style
    values: list[Expr]
    position: int
    length: int
    keywords: dict[str, Expr] = field(default_factory=dict)
    library: str = ""
    """the first name before the point: `np`, `torch`, `F`; empty for a method"""

    def error(self, text: str, **values: object) -> AlgebraError:
        return AlgebraError(message(text, **{"name": self.name, **values}), self.position, self.length)

    def take(self, *names: str) -> Expr | None:
        """Return the value of the first of these keywords that was given, and forget it."""
        given = [self.keywords.pop(name) for name in names if name in self.keywords]
        return given[0] if given else None

    def take_axis(self) -> int | None:
        """Return the axis from its keyword, or None."""
        axis = self.take(*_AXIS_KEYWORDS)
        return None if axis is None or is_none(axis) else self.read_axis(axis)

    def read_axis(self, axis: Expr) -> int:
        found = as_whole(axis)
        if found is None or not -2 <= found <= 1:
            text = N_("An axis is 0 (down the columns) or 1 (along the rows); −1 is the last one.")
            raise self.error(text)
        return found

    def finish(self) -> None:
        """Raise the error of a keyword that was not read."""
        for keyword in self.keywords:
            if keyword not in _IGNORED_KEYWORDS:
                raise self.error(_UNKNOWN_KEYWORD, keyword=keyword)

    def apply(self, op: str, *args: Expr) -> Apply:
        return Apply(op, args, self.position)


def is_none(value: Expr) -> bool:
    """Return whether `None` was typed."""
    return isinstance(value, Sym) and value.name == "None"


def is_true(value: Expr | None) -> bool:
    """Return whether `True` or 1 was typed."""
    return (isinstance(value, Sym) and value.name == "True") or as_whole(value) == 1


def sequence(values: Sequence[Expr]) -> list[Expr]:
    """Return the values of a call that takes several: those in its only list, or all."""
    if len(values) == 1 and isinstance(values[0], Grid) and values[0].is_vector:
        return list(values[0].rows[0])
    return list(values)


# --- the forms -------------------------------------------------------------------------------------------------


def _reduction(call: Call) -> Expr:
    """Build `sum(X)`, `X.sum(1)`, `np.sum(X, axis=0, keepdims=True)`."""
    op = REDUCTIONS[call.name]
    x, *others = call.values
    axis, keep = call.take_axis(), is_true(call.take(*_KEEP_KEYWORDS))
    order = call.take("ord", "p") if op == "norm" else None
    op = _unbiased(call, op)
    if op == "norm" and call.style != "own" and others and axis is None and (order is None):
        # `np.linalg.norm(x, 2)`: the second argument is the order.
        order, others = others[0], others[1:]
    if call.style == "own" and len(others) == 1 and axis is None and op not in ("amax", "amin"):
        # An axis without its keyword is kept.
        kept = as_whole(others[0])
        if kept is None or kept not in (-2, -1, 0, 1):
            raise call.error(N_("Write {name}(X, 0) for one result per column, {name}(X, 1) for one result per row."))
        return call.apply(op, x, number(kept % 2))
    if others and axis is None and not is_none(others[0]):
        axis, others = call.read_axis(others[0]), others[1:]
    if others and not keep:
        keep = is_true(others[-1])
    if order is not None:
        op = _norm_of_order(call, order)
    if axis is None:
        return call.apply(op, x)
    return call.apply(op, x, number(axis % 2)) if keep else call.apply(op, x, number(axis), ZERO)


def _unbiased(call: Call, op: str) -> str:
    """Return the operation of a variance: PyTorch divides by n − 1, NumPy by n, unless a keyword says otherwise."""
    if op not in ("var", "std"):
        return op
    told = call.take("ddof", "correction")
    flag = call.take("unbiased")
    divides_by_less = call.library == "torch"
    if told is not None:
        divides_by_less = as_whole(told) == 1
    if flag is not None:
        divides_by_less = is_true(flag)
    return f"{op}_unbiased" if divides_by_less else op


def _norm_of_order(call: Call, order: Expr) -> str:
    if isinstance(order, Apply) and order.op == "inf":
        return "norm_inf"
    if isinstance(order, Sym) and order.name in ("inf", "fro"):
        return {"inf": "norm_inf", "fro": "norm"}[order.name]
    found = {1: "norm_1", 2: "norm"}.get(as_whole(order) or 0)
    if found is None:
        raise call.error(N_("The order of a norm is 1, 2 or inf here."))
    return found


def _extremum(call: Call) -> Expr:
    """Build `max(a, b)`, the greater of two, or `max(X, axis=1)`, the greatest along an axis."""
    is_pair = len(call.values) == 2 and not (call.style != "own" and as_whole(call.values[1]) is not None)
    if is_pair and not call.keywords:
        return call.apply(call.name, *call.values)
    return _reduction(call)


def _along_axis(call: Call) -> Expr:
    """Build `softmax(X, dim=1)`, `X.cumsum(0)`."""
    x, *others = call.values
    axis = call.take_axis()
    if axis is None and others:
        axis = call.read_axis(others[0])
    if call.name == "cumsum":
        return call.apply("cumsum", x) if axis is None else call.apply("cumsum", x, number(axis))
    # Along the last axis it is the plain form.
    return call.apply(call.name, x) if axis in (None, 1, -1) else call.apply(call.name, x, number(axis or 0))


def _joined(op: str, axis: int = 0) -> Callable[[Call], Expr]:
    def build(call: Call) -> Expr:
        values = list(call.values)
        along = call.take_axis()
        if len(values) == 2 and isinstance(values[0], Grid) and as_whole(values[1]) is not None:
            along, values = call.read_axis(values[1]), values[:1]
        values = sequence(values)
        return call.apply(op, *values, number(axis if along is None else along))

    return build


def _reshape(call: Call) -> Expr:
    """Build `X.reshape(2, 3)`, `np.reshape(X, (2, 3))`, `X.view(-1)`."""
    x, *sizes = call.values
    given = call.take("shape", "newshape")
    written = sequence([given] if given is not None else sizes)
    if not written:
        raise call.error(N_("{name} needs the new sizes, as in reshape(X, 2, 3)."))
    return call.apply("reshape", x, *written)


def _flatten(call: Call) -> Expr:
    return call.apply("reshape", call.values[0], number(-1))


def _transpose(call: Call) -> Expr:
    x, *axes = call.values
    written = tuple(map(as_whole, sequence(axes)))
    given = call.take("axes", "perm")
    if given is not None:
        written = tuple(map(as_whole, sequence([given])))
    if written and written not in _BOTH_AXES:
        raise call.error(N_("A transpose swaps the two axes of a matrix: X.T."))
    return call.apply("T", x)


def _clip(call: Call) -> Expr:
    x, *bounds = call.values
    low = call.take("min", "a_min", "min_val", "clip_value_min", "min_value") or (bounds[0] if bounds else None)
    high = call.take("max", "a_max", "max_val", "clip_value_max", "max_value") or (
        bounds[1] if len(bounds) > 1 else None
    )
    low, high = (None if each is None or is_none(each) else each for each in (low, high))
    if low is not None and high is not None:
        return call.apply("clip", x, low, high)
    if low is None and high is None:
        raise call.error(N_("{name} needs two bounds, as in clip(x, 0, 1)."))
    return call.apply("min", x, high) if high is not None else call.apply("max", x, low or ZERO)


def _size(call: Call) -> Expr:
    """Build `len(x)`, `x.size(0)`, `x.numel()`: a number that is known from the shape."""
    x, *axes = call.values
    axis = call.take_axis() if not axes else call.read_axis(axes[0])
    if call.name == "len":
        axis = 0
    return call.apply("size", x) if axis is None else call.apply("size", x, number(axis))


def _masked_fill(call: Call) -> Expr:
    x, condition, value = call.values
    return call.apply("where", condition, value, x)


def _linear(call: Call) -> Expr:
    """Build `F.linear(x, W, b)`: x·Wᵀ + b."""
    x, w, *bias = call.values
    product = call.apply("matmul", x, Apply("T", (w,), call.position))
    given = call.take("bias") or (bias[0] if bias else None)
    return product if given is None or is_none(given) else call.apply("add", product, given)


def _norm_layer(op: str) -> Callable[[Call], Expr]:
    """Build `F.layer_norm(X, (3,), g, b)`: the shape is that of a row."""

    def build(call: Call) -> Expr:
        x, *others = (each for each in call.values if not is_none(each))
        for keyword in ("normalized_shape", "training", "momentum", "running_mean", "running_var"):
            call.take(keyword)
        if call.style != "own" and others and (isinstance(others[0], Grid) or as_whole(others[0]) is not None):
            others = others[1:]
        gain, bias = call.take("weight"), call.take("bias")
        others += [each for each in (gain, bias) if each is not None]
        epsilon = call.take("eps", "epsilon")
        return call.apply(op, x, *others, *([] if epsilon is None else [epsilon]))

    return build


#: Losses that are reduced in another way than to their mean: the function, and whether its entries are added up.
_OTHER_REDUCTIONS = {
    ("cross_entropy_with_logits", "sum"): ("cross_entropy_per_row", True),
    ("cross_entropy_with_logits", "none"): ("cross_entropy_per_row", False),
    ("kl_div_from_logs", "sum"): ("kl_div_from_logs_sum", False),
    ("kl_div_from_logs", "batchmean"): ("kl_div_from_logs_batchmean", False),
}


def _loss(op: str) -> Callable[[Call], Expr]:
    """Build a loss of predictions and targets, perhaps given by keywords."""

    def build(call: Call) -> Expr:
        first = call.take("input", "logits", "y_pred")
        second = call.take("target", "labels", "y_true")
        values = [*([first] if first is not None else []), *call.values, *([second] if second is not None else [])]
        reduction = call.take("reduction")
        reduced = reduction.name if isinstance(reduction, Sym) else "mean"
        function, is_added_up = op, False
        if reduced != "mean":
            if (op, reduced) not in _OTHER_REDUCTIONS:
                text = N_("Here, {name} is the mean over the examples. For the sum, write its formula with sum(…).")
                raise call.error(text)
            function, is_added_up = _OTHER_REDUCTIONS[op, reduced]
        delta = call.take("delta", "beta")
        tree = call.apply(function, *values, *([] if delta is None else [delta]))
        return call.apply("sum", tree) if is_added_up else tree

    return build


def _gelu(call: Call) -> Expr:
    approximate = call.take("approximate")
    is_tanh = isinstance(approximate, Sym) and approximate.name == "tanh"
    return call.apply("gelu_tanh" if is_tanh else "gelu", *call.values)


def _slope(op: str, *keywords: str) -> Callable[[Call], Expr]:
    def build(call: Call) -> Expr:
        slope = call.take(*keywords)
        return call.apply(op, *call.values, *([] if slope is None else [slope]))

    return build


def _unsqueeze(call: Call) -> Expr:
    x, *axes = call.values
    axis = call.take_axis() if not axes else call.read_axis(axes[0])
    return call.apply("unsqueeze", x, number(axis or 0))


def _of_own(op: str) -> Callable[[Call], Expr]:
    return lambda call: call.apply(op, *call.values)


def _square(call: Call) -> Expr:
    return call.apply("pow", call.values[0], Num(Fraction(2), "2"))


def _reciprocal(call: Call) -> Expr:
    return call.apply("div", Num(Fraction(1), "1"), call.values[0])


def _same(call: Call) -> Expr:
    return call.values[0]


def _rsqrt(call: Call) -> Expr:
    return call.apply("div", Num(Fraction(1), "1"), call.apply("sqrt", call.values[0]))


def _range(call: Call) -> Expr:
    return call.apply("range", *call.values)


def _full(value: int) -> Callable[[Call], Expr]:
    """Build `zeros(2, 3)` from ones."""

    def build(call: Call) -> Expr:
        sizes = sequence(call.values)
        ones = call.apply("ones", *(sizes if len(sizes) > 1 else [ONE, *sizes]))
        return ones if value == 1 else call.apply("mul", number(value), ones)

    return build


def _full_like(value: int | None) -> Callable[[Call], Expr]:
    """Build `ones_like(x)`, or `full_like(x, 2)` from it."""

    def build(call: Call) -> Expr:
        ones = call.apply("ones_like", call.values[0])
        if value == 1:
            return ones
        return call.apply("mul", call.values[1] if value is None else number(value), ones)

    return build


def _triangle(op: str) -> Callable[[Call], Expr]:
    """Build `tril(X)` from a matrix of 1 and 0."""

    def build(call: Call) -> Expr:
        x, *diagonals = call.values
        given = call.take("diagonal", "k") or (diagonals[0] if diagonals else ZERO)
        if as_whole(given) is None:
            raise call.error(N_("{name} needs a whole number for the diagonal, as in {name}(X, 1)."))
        return call.apply("mul", x, call.apply(op, x, given))

    return build


def _one_hot(call: Call) -> Expr:
    """Build `F.one_hot(y, 3)`: rows of the identity."""
    labels, *count = call.values
    classes = call.take("num_classes", "depth") or (count[0] if count else None)
    if classes is None:
        raise call.error(N_("{name} needs the number of classes, as in {name}(y, 3)."))
    return call.apply("index", call.apply("eye", classes), labels)


@dataclass(frozen=True)
class Form:
    """The builder of a call, and the least and the greatest number of its values without keywords."""

    build: Callable[[Call], Expr]
    least: int = 1
    most: int = 1
    takes_lists: bool = False
    """whether it may contain tuples and lists of values"""
    example: str = ""
    """a call, for messages"""


_MANY = 100


def _forms() -> dict[str, Form]:
    forms: dict[str, Form] = {}
    for name in REDUCTIONS:
        forms[name] = Form(_reduction, 1, 3)
    for name in ("max", "min"):
        forms[name] = Form(_extremum, 1, 2, example=f"{name}(a, b) or {name}(X)")
    for name in ALONG_AXIS:
        forms[name] = Form(_along_axis, 1, 2)
    for name in ("concat", "concatenate", "cat", "hstack"):
        forms[name] = Form(_joined("concat"), 1, _MANY, True, "concat(a, b)")
    forms["vstack"] = forms["stack"] = Form(_joined("stack"), 1, _MANY, True, "stack(a, b)")
    for name in ("reshape", "view"):
        forms[name] = Form(_reshape, 1, 3, True, "reshape(X, 2, 3)")
    for name in ("flatten", "ravel"):
        forms[name] = Form(_flatten, 1, 1)
    for name in ("transpose", "permute", "swapaxes", "t"):
        forms[name] = Form(_transpose, 1, 3, True)
    for name in ("clip", "clamp", "clip_by_value"):
        forms[name] = Form(_clip, 1, 3, example="clip(x, 0, 1)")
    for name in ("len", "numel", "size"):
        forms[name] = Form(_size, 1, 2)
    forms["masked_fill"] = Form(_masked_fill, 3, 3)
    forms["linear"] = Form(_linear, 2, 3)
    for name in ("layer_norm", "rms_norm", "batch_norm"):
        forms[name] = Form(_norm_layer(name), 1, 4, True)
    for name, op in {
        "mse_loss": "mse",
        "l1_loss": "mae",
        "smooth_l1_loss": "smooth_l1",
        "huber_loss": "huber",
        "nll_loss": "nll_loss",
        "binary_cross_entropy": "binary_cross_entropy",
        "binary_cross_entropy_with_logits": "binary_cross_entropy_with_logits",
        "cross_entropy_with_logits": "cross_entropy_with_logits",
        "softmax_cross_entropy_with_logits": "cross_entropy_per_row",
        "sparse_softmax_cross_entropy_with_logits": "cross_entropy_per_row",
        "kl_div_from_logs": "kl_div_from_logs",
        "sigmoid_cross_entropy_with_logits": "binary_cross_entropy_with_logits",
        "huber": "huber",
        "mse": "mse",
        "mae": "mae",
    }.items():
        forms[name] = Form(_loss(op), 0, 3)
    forms["gelu"] = Form(_gelu)
    forms["leaky_relu"] = Form(_slope("leaky_relu", "negative_slope", "alpha"), 1, 2)
    forms["elu"] = Form(_slope("elu", "alpha"), 1, 2)
    for name in ("unsqueeze", "expand_dims"):
        forms[name] = Form(_unsqueeze, 1, 2)
    forms["squeeze"] = Form(lambda call: call.apply("squeeze", call.values[0]), 1, 2)
    forms |= {
        name: Form(_of_own(op), 2, 2)
        for names, op in (
            (("dot", "matmul", "mm", "bmm", "mv", "vdot"), "matmul"),
            (("multiply", "mul"), "mul"),
            (("divide", "div", "true_divide", "Fraction", "Rational"), "div"),
            (("add",), "add"),
            (("subtract", "sub"), "sub"),
            (("pow", "power", "float_power"), "pow"),
            (("maximum", "fmax", "Max"), "max"),
            (("minimum", "fmin", "Min"), "min"),
            (("greater", "gt"), "gt"),
            (("greater_equal", "ge"), "ge"),
            (("less", "lt"), "lt"),
            (("less_equal", "le"), "le"),
            (("equal", "eq"), "eq"),
            (("not_equal", "ne"), "ne"),
            (("outer", "ger"), "outer"),
        )
        for name in names
    }
    forms |= {
        name: Form(_of_own(op))
        for names, op in (
            (("negative", "neg"), "neg"),
            (("absolute", "fabs", "Abs"), "abs"),
            (("expit", "logistic"), "sigmoid"),
            (("stop_gradient",), "detach"),
            (("inverse",), "matrix_inverse"),
            (("detach", "item", "tolist", "numpy"), "detach"),
        )
        for name in names
    }
    forms |= {"square": Form(_square), "reciprocal": Form(_reciprocal), "rsqrt": Form(_rsqrt)}
    forms |= {name: Form(_range, 1, 3) for name in ("range", "arange")}
    forms |= {
        "zeros_like": Form(_full_like(0)),
        "ones_like": Form(_full_like(1)),
        "full_like": Form(_full_like(None), 2, 2),
    }
    forms |= {"tril": Form(_triangle("lower_like"), 1, 2), "triu": Form(_triangle("upper_like"), 1, 2)}
    forms["one_hot"] = Form(_one_hot, 1, 2, example="one_hot(y, 3)")
    forms |= {"zeros": Form(_full(0), 1, 2, True), "where": Form(_of_own("where"), 3, 3)}
    forms |= {name: Form(_same) for name in _WRAPPERS}
    return forms


#: Calls around a value that change nothing about it here.
_WRAPPERS = (
    *(
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
    ),
    *("LongTensor", "Variable", "Parameter", "constant", "convert_to_tensor", "from_numpy"),
    *("float", "float16", "float32", "float64", "float128", "double", "int", "int32", "int64", "long", "astype", "to"),
    *("clone", "cpu", "copy", "contiguous", "requires_grad_", "Float", "Integer", "Matrix", "ImmutableMatrix"),
)
FORMS: Mapping[str, Form] = _forms()
#: Names that mean something else behind the name of a library.
_LIBRARY_NAMES = {"cross_entropy": "cross_entropy_with_logits", "kl_div": "kl_div_from_logs"}
#: The functions of layers that are made first and then called: `nn.ReLU()(x)`.
LAYERS = {
    "ReLU": "relu",
    "Sigmoid": "sigmoid",
    "Tanh": "tanh",
    "Softmax": "softmax",
    "LogSoftmax": "log_softmax",
    "GELU": "gelu",
    "SiLU": "silu",
    "ELU": "elu",
    "LeakyReLU": "leaky_relu",
    "Softplus": "softplus",
    "Flatten": "flatten",
    "MSELoss": "mse_loss",
    "L1Loss": "l1_loss",
    "NLLLoss": "nll_loss",
    "HuberLoss": "huber_loss",
    "CrossEntropyLoss": "cross_entropy",
    "BCELoss": "binary_cross_entropy",
    "BCEWithLogitsLoss": "binary_cross_entropy_with_logits",
}


def library_name(name: str) -> str:
    """Return the name here of a function behind the name of a library."""
    return _LIBRARY_NAMES.get(name, name)
