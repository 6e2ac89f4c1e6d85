"""Sentences about Python code that can't become part of a graph, each with the form that works."""

from __future__ import annotations

import ast

from tutor.i18n import N_

#: Expressions.
EXPRESSIONS: dict[type[ast.AST], str] = {
    ast.BoolOp: N_("“and” and “or” choose a branch. Multiply 0/1 masks instead: (a > 0) * (b > 0)."),
    ast.IfExp: N_("An “if” can't be a node, because the numbers decide which value is used. Write where(c, a, b)."),
    ast.ListComp: N_("A comprehension can't be a node. Write its entries out: [w[0]*x, w[1]*x]."),
    ast.GeneratorExp: N_("A comprehension can't be a node. Write its terms out, or use sum(w * x)."),
    ast.SetComp: N_("A comprehension can't be a node. Write its entries out: [w[0]*x, w[1]*x]."),
    ast.DictComp: N_("A dictionary can't be part of a graph. Give each value a name of its own."),
    ast.Dict: N_("A dictionary can't be part of a graph. Give each value a name of its own."),
    ast.Set: N_("A set can't be part of a graph. Write a vector: [a, b]."),
    ast.Tuple: N_("Several values can't be one node. Give each a name of its own: a, b = …"),
    ast.Lambda: N_("A lambda needs a name here: write f = lambda x: … first, then f(x)."),
    ast.Starred: N_("“*” in front of a value can't be read. Write the values out."),
    ast.NamedExpr: N_("“:=” can't be read inside an expression. Write the step on a line of its own."),
    ast.Await: N_("“await” can't be part of a graph. Give the value as an input."),
    ast.Yield: N_("“yield” can't be part of a graph. Use return."),
    ast.YieldFrom: N_("“yield” can't be part of a graph. Use return."),
    ast.JoinedStr: N_("A text can't be part of a graph. Leave it out."),
    ast.Slice: N_("A slice is read only in brackets: x[1:3]."),
}
#: Statements.
STATEMENTS: dict[type[ast.AST], str] = {
    ast.If: N_("An “if” can't be a node, because the numbers decide which branch runs. Write y = where(c, a, b)."),
    ast.While: N_(
        "A “while” can't be part of a graph, because the numbers decide how often it runs. Write its steps out."
    ),
    ast.AsyncFor: N_("“async” can't be part of a graph. Give the values as inputs."),
    ast.AsyncWith: N_("“async” can't be part of a graph. Give the values as inputs."),
    ast.AsyncFunctionDef: N_("“async” can't be part of a graph. Write def."),
    ast.Try: N_("A “try” can't be part of a graph. Keep only the lines that compute something."),
    ast.Raise: N_("A “raise” can't be part of a graph. Leave it out."),
    ast.ClassDef: N_("A class inside a function can't be read. Write functions."),
    ast.Delete: N_("A “del” can't be part of a graph. Leave it out."),
    ast.Global: N_("A “global” can't be part of a graph. Give the value as an input, and return the new one."),
    ast.Nonlocal: N_("A “nonlocal” can't be part of a graph. Return the new value instead."),
    ast.Match: N_("A “match” can't be a node. Write y = where(c, a, b)."),
    ast.Break: N_("A “break” can't be part of a graph. Write out the steps that run."),
    ast.Continue: N_("A “continue” can't be part of a graph. Write out the steps that run."),
    ast.With: N_("This “with” can't be part of a graph. Keep only the lines inside it."),
}
LEFT_OUT = N_("{what} is left out, because the returned value doesn't depend on it.")
OTHER = N_("This can't be part of a graph. Write it with + - * / ** @ and functions such as exp(x).")
#: Binary operators that aren't arithmetic here.
OPERATORS: dict[type[ast.AST], str] = {
    ast.FloorDiv: N_("“//” rounds down, so its gradient is 0. Write /."),
    ast.Mod: N_("There is no node for “%”. Give the remainder as an input."),
    ast.BitXor: N_("“^” is not a power in Python. Write **."),
    ast.BitAnd: N_("“&” of two masks is their product. Write (a > 0) * (b > 0)."),
    ast.BitOr: N_("There is no node for “|”. For masks, write max(a > 0, b > 0)."),
    ast.LShift: N_("There is no node for “<<”. Write * and a power of 2."),
    ast.RShift: N_("There is no node for “>>”. Write / and a power of 2."),
    ast.Invert: N_("“~” of a mask is 1 minus the mask. Write 1 - (a > 0)."),
    ast.Not: N_("There is no node for “not”. For a mask, write 1 - (a > 0)."),
    ast.Is: N_("“is” compares objects. Compare numbers with ==."),
    ast.IsNot: N_("“is not” compares objects. Compare numbers with !=."),
    ast.In: N_("There is no node for “in”. Compare with ==, as in (y == 2)."),
    ast.NotIn: N_("There is no node for “not in”. Compare with !=, as in (y != 2)."),
}
_CUT = N_("{name}() stops the gradient here. Give the value as a separate input.")
_IN_PLACE = N_("{name}() changes a value in place. Assign the new value: x = …")
_ROUNDS = N_("{name}() rounds, so its gradient is 0. Leave it out, or give the value as an input.")
_RANDOM = N_("{name}() is random. Give its numbers as an input.")
_UNKNOWN_SIZE = N_(
    "The size of {name} isn't known yet. Give every input a value, such as x=[1, 2], or write the number."
)
#: Functions and methods by their last name.
CALLS: dict[str, str] = {
    **dict.fromkeys(("detach", "item", "numpy", "tolist", "stop_gradient"), _CUT),
    **dict.fromkeys(("int", "round", "floor", "ceil", "trunc", "rint", "bool", "long", "argmax", "argmin"), _ROUNDS),
    **dict.fromkeys(
        ("rand", "randn", "randint", "random", "normal", "uniform", "rand_like", "randn_like", "choice", "dropout"),
        _RANDOM,
    ),
    **dict.fromkeys(("map", "filter", "reduce"), N_("{name}() can't be a node. Write its entries out: [f(a), f(b)].")),
    **dict.fromkeys(("eval", "exec", "open", "input", "getattr", "setattr", "__import__"), OTHER),
    **dict.fromkeys(("range", "zip", "enumerate", "reversed"), N_("{name}() is read only in a “for” and in an index.")),
    **dict.fromkeys(("len", "numel", "size", "dim"), _UNKNOWN_SIZE),
    "grad": N_("You work out {name}() by hand here. Return the loss itself."),
}
ATTRIBUTES: dict[str, str] = {
    "grad": N_("You work out “.grad” by hand here. Return the loss itself."),
    "data": N_("“.data” stops the gradient here. Give the value as a separate input."),
    **dict.fromkeys(("shape", "size", "ndim"), _UNKNOWN_SIZE),
}
#: Methods that change nothing about a value here.
IDENTITIES = frozenset(
    [
        "clone",
        "contiguous",
        "copy",
        "cpu",
        "cuda",
        "double",
        "float",
        "half",
        "to",
        "type",
        "requires_grad_",
        "retain_grad",
        "block_until_ready",
    ]
)
#: Calls whose lines compute no part of what is returned.
IGNORED_CALLS = frozenset(
    [
        "print",
        "assert_allclose",
        "backward",
        "breakpoint",
        "debug",
        "display",
        "info",
        "manual_seed",
        "requires_grad_",
        "retain_grad",
        "seed",
        "set_printoptions",
        "step",
        "warn",
        "warning",
        "write",
        "zero_grad",
        "train",
        "eval",
    ]
)


def in_place(name: str) -> str | None:
    """Return the remedy for a method that ends in _, as in `x.add_(y)`; None for any other."""
    return _IN_PLACE if name.endswith("_") and not name.startswith("_") else None
