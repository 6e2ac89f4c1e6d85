"""Labels of rows: the number of the right class for each row of a matrix, counted from 0, beside one-hot targets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.array_functions import bound
from tutor.algebra.errors import AlgebraError
from tutor.algebra.indexing import Index, range_message, whole_numbers
from tutor.algebra.ops import is_vector_shape
from tutor.i18n import N_, message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.algebra.ops import Shape, Value

_ONE_LABEL_PER_ROW = N_(
    "{name} with {rows} rows needs {rows} labels, such as [0, 2], or one-hot targets of shape {rows}×{columns}."
)
_ONE_LABEL = N_("{name} with one row needs one label, such as 2, or one-hot targets with {columns} entries.")


def are_labels(shapes: Sequence[Shape], offset: int, name: str) -> bool:
    """Return whether the second of two operands holds labels for the rows of the first, and not one-hot targets.

    A vector is one row. Raises `AlgebraError` at `offset` if it can be neither; that the shape of one-hot targets fits is
    not checked.
    """
    scores, targets = shapes
    if scores is None:
        raise AlgebraError(message(N_("{name} needs a matrix, but this is a number."), name=name), offset)
    rows, columns = scores
    if targets is not None and tuple(targets) == tuple(scores):
        return False
    if targets is None and rows == 1:
        return True
    if is_vector_shape(targets) and not is_vector_shape(scores) and targets[1] == rows:
        return True
    if targets is not None and not is_vector_shape(targets) and tuple(targets) != (rows, 1):
        return False  # one-hot targets, of a shape that does not fit
    text = _ONE_LABEL if rows == 1 else _ONE_LABEL_PER_ROW
    raise AlgebraError(message(text, name=name, rows=rows, columns=columns), offset)


def check_labels(labels: Value, num_classes: int, offset: int) -> None:
    """Check that constant labels are whole numbers within the number of classes. Raises `AlgebraError` at `offset`."""
    try:
        numbers = whole_numbers(labels).ravel().tolist()
    except ValueError:
        raise AlgebraError(message(N_("A label is a whole number, counted from 0.")), offset) from None
    for label in numbers:
        if not -num_classes <= label < num_classes:
            raise AlgebraError(range_message(label, num_classes), offset)


def label_index(shape: tuple[int, int], is_number: bool) -> Index:
    """Return the index that takes the entry at the label from each row of a value of this shape."""
    if is_number:
        return Index((None,)) if is_vector_shape(shape) else Index((0, None))
    return Index((tuple(range(shape[0])), None))


def index_text(shapes: Sequence[Shape], labels: str) -> str:
    """Return the index of `label_index` in the graph language, with the name of the labels."""
    shape, labels_shape = shapes
    assert shape
    if labels_shape is None:
        return f"[{labels}]" if is_vector_shape(shape) else f"[0, {labels}]"
    return f"[range({shape[0]}), {labels}]"


def at_labels(x: Value, labels: Value, shape: tuple[int, int]) -> Value:
    """Return the entry at the label of each row: a vector, or a number for a label that is a number."""
    index = bound("index", label_index(shape, not ops.is_matrix(labels)))
    return index(ops.as_vector(x) if is_vector_shape(shape) else x, _as_operand(labels))


def spread_to_labels(g: Value, labels: Value, shape: tuple[int, int]) -> Value:
    """Return a value of this shape with `g`, a number or one for each row, at the labels and 0 elsewhere."""
    if ops.is_matrix(labels) and not ops.is_matrix(g):
        g = ops.broadcast_like(g, labels)
    return bound("scatter_add", (label_index(shape, not ops.is_matrix(labels)), shape))(g, _as_operand(labels))


def _as_operand(labels: Value) -> Value:
    return ops.as_vector(labels) if ops.is_matrix(labels) else labels
