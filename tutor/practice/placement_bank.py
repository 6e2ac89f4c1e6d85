"""The topics of the placement test: their rules, their prerequisites, and the graphs that ask for them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING

from tutor.i18n import N_, LocalizedText, _
from tutor.packs import library
from tutor.practice.rule_ids import proves_rule, rule_id_at

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tutor.grading.problem import Blank, Problem
    from tutor.packs.exercise import Variant

#: The most blanks that are asked in one graph.
MAX_BLANKS = 3
#: How many sets of numbers are tried for one that tells the rule from its mistakes.
_MAX_NUMBERS = 6


@dataclass(frozen=True, slots=True)
class PlacementGraph:
    """A graph that is cut from an exercise. Without `blanks` those are asked that practise a rule of its topic."""

    exercise: str
    blanks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Topic:
    """Rules that are learnt together, the exercise at which they begin, and the graphs that ask for them."""

    id: str
    name: str
    begin: str
    rules: tuple[str, ...]
    needs: tuple[str, ...]
    graphs: tuple[PlacementGraph, ...]

    @property
    def title(self) -> str:
        """The name in the current language."""
        return _(self.name)


def _graphs(*names: str) -> tuple[PlacementGraph, ...]:
    """Return graphs by the names of their exercises, each with the blanks that are asked if they are not derived."""
    parts = map(str.split, names)
    return tuple(PlacementGraph(name, tuple(blanks)) for name, *blanks in parts)


#: The topics in the order in which the packs teach them. Ids are stored, so they never change.
TOPICS: tuple[Topic, ...] = (
    Topic(
        "products",
        N_("sums and products"),
        "basics/left-to-right",
        ("start", "add", "mul"),
        (),
        _graphs("basics/add-multiply", "chains/three-in-a-row", "chains/apples-and-tax", "neuron/weighted-sum"),
    ),
    Topic(
        "functions",
        N_("1/x, exp and σ"),
        "basics/reciprocal",
        ("inv", "exp", "neg", "sigmoid"),
        ("products",),
        _graphs("basics/sigmoid-in-parts", "basics/sigmoid", "basics/exp-at-two", "chains/quotient"),
    ),
    Topic(
        "branches",
        N_("branches"),
        "basics/two-roads",
        ("branch",),
        ("products",),
        _graphs(
            "basics/two-roads x->mul1 x->add1 x",
            "chains/diamond t->p t->q t",
            "chains/cube x->mul1.0 x->mul1.1 x",
            "sequences/two-steps w->q w->p w",
        ),
    ),
    Topic(
        "differences",
        N_("longer chains and differences"),
        "chains/three-in-a-row",
        ("sub:0", "sub:1", "div:0", "div:1"),
        ("branches", "functions"),
        _graphs("chains/difference-of-squares", "chains/two-drawings", "losses/shift"),
    ),
    Topic(
        "curves",
        N_("log, roots, powers and tanh"),
        "curves/logarithm",
        ("log", "sqrt", "pow:0", "tanh"),
        ("differences",),
        _graphs("curves/powers", "curves/softplus-in-parts", "curves/tanh", "curves/root"),
    ),
    Topic(
        "neurons",
        N_("neurons with relu"),
        "neuron/weighted-sum",
        ("relu",),
        ("curves",),
        _graphs("neuron/relu-neuron", "neuron/two-layers", "curves/gates", "neuron/dead-relu"),
    ),
    Topic(
        "matrices",
        N_("matrix products"),
        "matrices/shapes-first",
        ("matmul:0", "matmul:1", "transpose"),
        ("branches",),
        _graphs("matrices/product", "matrices/outer-product", "matrices/transpose", "matrices/quadratic-form"),
    ),
    Topic(
        "sums",
        N_("biases, sums and means of matrices"),
        "matrices/bias",
        ("broadcast", "sum", "mean.1"),
        ("matrices",),
        _graphs("matrices/bias", "matrices/sums-and-means", "matrices/sigma-xw"),
    ),
    Topic(
        "losses",
        N_("losses"),
        "losses/mean-squared-error",
        ("mse:0", "cross_entropy:0"),
        ("neurons", "sums"),
        _graphs("losses/mean-squared-error", "losses/cross-entropy"),
    ),
    Topic(
        "softmax",
        N_("softmax with its loss"),
        "losses/logits",
        ("cross_entropy_with_logits", "binary_cross_entropy_with_logits"),
        ("losses",),
        _graphs("losses/softmax-folded A", "losses/label-smoothing A", "losses/logits a"),
    ),
    Topic(
        "normalization",
        N_("normalisation and pooling"),
        "layers/two-layers-batch",
        ("normalization", "max"),
        ("losses",),
        _graphs("layers/batch-norm-folded X", "layers/layer-norm Y X", "layers/max-pool"),
    ),
    Topic(
        "sequences",
        N_("cells with gates, and attention"),
        "sequences/two-steps",
        ("softmax",),
        ("softmax", "normalization"),
        _graphs("sequences/lstm-cell m c ao", "sequences/gru-cell s z az", "sequences/attention-head P A"),
    ),
)

#: The topics by id, and what each needs.
TOPIC_BY_ID: Mapping[str, Topic] = {topic.id: topic for topic in TOPICS}
PREREQUISITES: Mapping[str, Sequence[str]] = {topic.id: topic.needs for topic in TOPICS}


def topic_of(exercise: str) -> Topic | None:
    """Return the topic that has a graph of this exercise."""
    return next((topic for topic in TOPICS if any(graph.exercise == exercise for graph in topic.graphs)), None)


def draw_graph(topic: Topic, graph: PlacementGraph, seed: int) -> Variant:
    """Return a graph with the numbers of a seed, or of one after it that tells the rules from their mistakes.

    It is cut to the blanks of its topic, without help and without the author's text. Raise PackError if its exercise
    can't be opened.
    """
    exercise = replace(
        library.find_exercise(graph.exercise).without_stages(),
        text=LocalizedText({}),
        after=LocalizedText({}),
        exam=True,
    )
    problem = exercise.variant().problem
    blanks = [problem.place(name).id for name in graph.blanks] or [blank.id for blank in _blanks_of(topic, problem)]
    if not exercise.has_variants:
        return exercise.cut(blanks)
    first = exercise.cut(blanks, seed)
    later = (exercise.cut(blanks, number) for number in range(seed + 1, seed + _MAX_NUMBERS))
    return next((variant for variant in chain([first], later) if _proves_all(variant.problem)), first)


def _proves_all(problem: Problem) -> bool:
    return all(proves_rule(problem, blank) for blank in problem.blanks if blank.edge)


def _blanks_of(topic: Topic, problem: Problem) -> list[Blank]:
    """Return the blanks that are asked: of each rule of the topic the first, then others, in the order of the pass."""
    asked = [blank for blank in problem.blanks if blank.is_backward and rule_id_at(problem, blank) in topic.rules]
    first = {rule_id_at(problem, blank): blank for blank in reversed(asked)}
    chosen = [*first.values(), *(blank for blank in asked if blank not in first.values())][:MAX_BLANKS]
    return [blank for blank in asked if blank in chosen]
