"""Names of libraries, and what to write instead of functions that have no counterpart."""

from __future__ import annotations

from tutor.i18n import N_

#: Names in front of a point that only say which library a function comes from.
LIBRARIES = frozenset(
    [
        "np",
        "numpy",
        "jnp",
        "jax",
        "lax",
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
CONSTANTS = {"pi": "pi", "PI": "pi", "e": "e", "E": "e"}
#: What to write instead of functions that have no counterpart.
INSTEAD = {
    "tan": N_("Write tan(x) as sin(x)/cos(x)."),
    "log2": N_("Write log2(x) as log(x)/log(2)."),
    "log10": N_("Write log10(x) as log(x)/log(10)."),
    "sinh": N_("Write sinh(x) as (exp(x) - exp(-x))/2."),
    "cosh": N_("Write cosh(x) as (exp(x) + exp(-x))/2."),
    "cbrt": N_("Write a cube root as x^(1/3)."),
    "eye": N_("Write the matrix out, as in [[1, 0], [0, 1]]."),
    **dict.fromkeys(
        ("floor", "ceil", "round", "rint", "trunc"),
        N_("The derivative of {name} is 0 wherever it exists. Give its result as an input."),
    ),
    **dict.fromkeys(
        ("rand", "randn", "rand_like", "randn_like", "randint", "normal", "uniform", "bernoulli", "multinomial"),
        N_("Random numbers are inputs here. Write a name and give it values."),
    ),
    "dropout": N_("Write dropout as x * mask / (1 - p), with a mask of 1 and 0 as an input."),
    **dict.fromkeys(
        ("argmax", "argmin", "argsort", "topk"), N_("Indexes are inputs here. Write a name and give it whole numbers.")
    ),
    **dict.fromkeys(
        ("max_pool2d", "MaxPool2d", "max_pool"), N_("Write pooling as the maximum of each part: max(X[0:2, 0:2]).")
    ),
}
