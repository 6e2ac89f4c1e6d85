"""Size limits of texts and of what they ask to be computed, checked before anything is computed."""

from __future__ import annotations

from dataclasses import dataclass

#: The most digits of one number, and the greatest absolute value of its decimal exponent.
MAX_DIGITS = 30
MAX_EXPONENT = 30
#: In an answer, a decimal exponent may be as large as that of a float64, so that every value can be typed.
MAX_ANSWER_EXPONENT = 308
#: Exact numbers with more bits stay unfolded; balls compute with them if needed.
MAX_BITS = 4096
#: The most characters of one name.
MAX_NAME = 100


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits on the size of a text and of its evaluation.

    `depth` counts nested brackets, functions and powers, never a flat sum. `cells` limits one matrix, and all written-out
    matrices together. `work` limits the numbers computed, including the products inside a matrix product.
    """

    characters: int
    nodes: int
    depth: int
    cells: int
    work: int
    exponent: int = MAX_EXPONENT
    matrix_characters: int = 20_000


ANSWER = Limits(
    characters=400, nodes=200, depth=40, cells=200, work=2_000, exponent=MAX_ANSWER_EXPONENT, matrix_characters=8_000
)
GRAPH = Limits(characters=20_000, nodes=2_000, depth=100, cells=10_000, work=12_000)
#: The most cells of all nodes of a graph together, and the most products in its matrix products.
GRAPH_CELLS = 200_000
GRAPH_PRODUCTS = 500_000
