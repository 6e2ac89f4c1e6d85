"""Which mistakes of the catalogue describe a kind of wrong code: its own name, or one that is as true of that line."""

from __future__ import annotations

from fnmatch import fnmatch
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_SIGN = ("any.wrong-sign", "*.no-minus", "*.minus-on-first", "*.swapped-sign", "*.wrong-way", "*.wrong-sign-argument")
_COUNT = (
    "code.count-missing",
    "*.no-one-over-n",
    "*.sum-for-mean",
    "*.not-by-rows",
    "any.mean-left-out",
    "*.wrong-count",
)
_SUM = ("code.not-summed", "*.not-summed", "broadcast.*")
#: Patterns of ids for each kind.
NAMES: Mapping[str, Sequence[str]] = {
    "sign": _SIGN,
    "factor 2": ("any.doubled", "code.constant-factor", "branch.counted-twice"),
    "transpose missing": ("matmul.*", "*transposed*", "einsum.*"),
    "result transposed": ("matmul.transposed-result", "*transposed*", "code.keepdims"),
    "operands swapped": ("matmul.*",),
    "sum missing": _SUM,
    "1/n missing": _COUNT,
    "keepdims missing": ("code.keepdims",),
    "wrong axis": ("*.wrong-axis", "code.other-axis", "code.mean-other-axis"),
    "forward value": ("any.forward-value", "*.passes-value", "any.output-as-upstream"),
    "= for +=": ("branch.one-branch", "code.overwritten", "*.overwritten"),
    "one branch left out": ("branch.one-branch", "branch.path-forgotten"),
    "branches multiplied": ("branch.product",),
    "upstream missing": ("any.dropped-upstream", "any.start-ignored", "any.skipped-node", "*.upstream-left-out"),
    "upstream only": (
        "any.upstream-only",
        "any.skipped-node",
        "mul.plus-rule",
        "*.not-spread",
        "code.not-summed",
        "relu.open-gate",
    ),
    "upstream twice": ("any.upstream-twice",),
    "own input": ("*.own-input",),
    "added for multiplied": ("any.added",),
    "rule of another function": (
        "*-rule",
        "*s-rule",
        "*.as-times",
        "*.diagonal",
        "any.times-other",
        "any.upstream-only",
    ),
    "value of the first call": ("code.cached",),
    "value of the call before": ("code.cached",),
    "numbers written out": ("code.only-here",),
    "one operand left out": ("code.operand-left-out", "any.zero"),
    "recursion": ("code.recursion",),
    "wrong order": ("code.wrong-order",),
    "every path": ("code.wrong-order",),
    "from the leaves": ("code.wrong-order",),
    "start missing": ("code.start-not-set",),
    "start is the value": ("any.started-at-output", "code.start-at-value"),
    "not reset": ("code.not-reset",),
    "_backward is not called": ("code.start-not-set",),
    "argument changed in place": ("code.cached",),
}


def is_own_name(kind: str, mistake: str) -> bool:
    """Return whether a mistake's id is a name of this kind of wrong code."""
    return any(fnmatch(mistake, pattern) for pattern in NAMES[kind])
