"""Functions of arrays in NumPy and PyTorch: an index, joined and stacked values, another shape."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.algebra.expr import Apply, Expr, Grid, Num, Sym, number
from tutor.algebra.indexing import read_index
from tutor.engine.codegen.array_forms import axes_of
from tutor.engine.codegen.python_printer import ATOM, CodeFragment, format_python_number, parenthesize

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tutor.algebra.ops import Shape
    from tutor.engine.codegen.python_printer import Writer

#: Reductions that are methods of arrays, in both libraries by the same name.
_METHODS = ("sum", "mean")


def reduction_calls(axis: str, keep: str) -> dict[str, str]:
    """Return the templates of reductions with a library's names of the axis and of keeping it."""
    return {
        template_name: template
        for name in _METHODS
        for template_name, template in (
            (name, f"{{0}}.{name}()"),
            (f"{name}.2", f"{{0}}.{name}({axis}={{1}}, {keep}=True)"),
            (f"{name}.3", f"{{0}}.{name}({axis}={{1}})"),
        )
    }


def index_code(parts: Sequence[Expr], codes: Sequence[CodeFragment]) -> str:
    """Return the parts of an index between its brackets: `0`, `:, 1`, `[0, 2]`, `ids`."""
    return ", ".join(
        _index_list(part) if isinstance(part, Grid) else text for part, (text, _) in zip(parts, codes, strict=True)
    )


def _index_list(part: Grid) -> str:
    return f"[{', '.join(format_python_number(cell.value)[0] for cell in part.rows[0] if isinstance(cell, Num))}]"


def takes_twice(parts: Sequence[Expr], shape: tuple[int, int]) -> bool:
    """Return whether an index of constants takes an entry of a value of this shape more than once."""
    positions = read_index(parts, 0).positions(shape, ())
    return len(set(positions.ravel().tolist())) < int(positions.size)


def with_forward_slices(tree: Expr, shapes: Mapping[str, Shape]) -> Expr:
    """Return an index with lists of positions for slices that go backward, which PyTorch lacks."""
    if not (isinstance(tree, Apply) and tree.op == "index" and isinstance(tree.args[0], Sym)):
        return tree
    x, *parts = tree.args
    axes = axes_of(shapes.get(tree.args[0].name))
    forward = [_positions(part, size) for part, size in zip(parts, axes, strict=False)]
    if all(one is other for one, other in zip(parts, forward, strict=True)):
        return tree
    if len(parts) == 1 or any(isinstance(part, Num) for part in parts):
        return Apply("index", (x, *forward))
    # Two lists would be taken in pairs.
    none = Apply("none", ())
    return Apply("index", (Apply("index", (x, forward[0])), Apply("slice", (none, none, none)), forward[1]))


def _positions(part: Expr, size: int) -> Expr:
    """Return the positions of a slice that goes backward; other parts of an index as they are."""
    if isinstance(part, Apply) and part.op == "slice":
        (bounds,) = read_index([part], 0).parts
        if isinstance(bounds, slice) and bounds.step is not None and bounds.step < 0:
            return Grid((tuple(map(number, range(size)[bounds])),), 0, True)
    return part


def _index(part: Apply, args: Sequence[CodeFragment]) -> CodeFragment:
    return f"{parenthesize(args[0], ATOM)}[{index_code(part.args[1:], args[1:])}]", ATOM


def shape_code(sizes: Sequence[CodeFragment]) -> str:
    """Return a shape from its sizes."""
    return f"({', '.join(text for text, _ in sizes)}{',' if len(sizes) == 1 else ''})"


def scattered_shape(args: Sequence[CodeFragment]) -> str:
    """Return the shape at the end of the arguments of a scatter-add; a vector has 0 rows there."""
    rows, columns = args[-2:]
    return shape_code([columns] if rows[0] == "0" else [rows, columns])


def _scatter_add(part: Apply, args: Sequence[CodeFragment]) -> CodeFragment:
    index = index_code(part.args[1:-2], args[1:-2])
    if len(args) > 4 or ":" in index:
        index = f"np.s_[{index}]"
    return f"scatter_add({args[0][0]}, {index}, {scattered_shape(args)})", ATOM


def _numpy_reshape(part: Apply, args: Sequence[CodeFragment]) -> CodeFragment:
    x, *sizes = args
    if not sizes:
        return f"{parenthesize(x, ATOM)}.item()", ATOM
    return f"{parenthesize(x, ATOM)}.reshape({', '.join(text for text, _ in sizes)})", ATOM


def _numpy_array_of(part: Apply, args: Sequence[CodeFragment]) -> CodeFragment:
    """Write the array of a number, which may be a float of Python without methods."""
    return f"np.reshape({args[0][0]}, {shape_code(args[1:])})", ATOM


def _torch_reshape(part: Apply, args: Sequence[CodeFragment]) -> CodeFragment:
    sizes = ", ".join(text for text, _ in args[1:]) or "()"
    return f"{parenthesize(args[0], ATOM)}.reshape({sizes})", ATOM


def _unsqueezed(part: Apply, args: Sequence[CodeFragment]) -> CodeFragment:
    return f"{parenthesize(args[0], ATOM)}[{'None, :' if args[1][0] == '0' else ':, None'}]", ATOM


def _joiner(function: str, axis: str) -> Writer:
    """Return the writer of a function of a list of arrays and an axis, which is 0 if it is not written."""

    def write(part: Apply, args: Sequence[CodeFragment]) -> CodeFragment:
        *operands, along = args
        keyword = "" if along[0] == "0" else f", {axis}={along[0]}"
        return f"{function}([{', '.join(text for text, _ in operands)}]{keyword})", ATOM

    return write


def _grid_rows(part: Apply, args: Sequence[CodeFragment]) -> list[str]:
    columns = int(args[1][0])
    texts = [text for text, _ in args[2:]]
    return [", ".join(texts[i : i + columns]) for i in range(0, len(texts), columns)]


def _numpy_grid(part: Apply, args: Sequence[CodeFragment]) -> CodeFragment:
    rows = [f"[{row}]" for row in _grid_rows(part, args)]
    return f"np.array({rows[0] if args[0][0] == '0' else '[' + ', '.join(rows) + ']'})", ATOM


def _torch_grid(part: Apply, args: Sequence[CodeFragment]) -> CodeFragment:
    cells = [
        (f"torch.tensor({code}, dtype=torch.float64)", ATOM) if isinstance(tree, Num) else (code, strength)
        for tree, (code, strength) in zip(part.args[2:], args[2:], strict=True)
    ]
    stacked = f"torch.stack([{', '.join(text for text, _ in cells)}])"
    rows, columns = args[0][0], args[1][0]
    return stacked if rows == "0" else f"{stacked}.reshape({rows}, {columns})", ATOM


def _torch_where(part: Apply, args: Sequence[CodeFragment]) -> CodeFragment:
    condition, *values = args
    if isinstance(part.args[0], Grid | Num):
        condition = f"{condition[0]}.bool()", ATOM
    return f"torch.where({', '.join(text for text, _ in (condition, *values))})", ATOM


_SHARED: Mapping[str, Writer] = {"index": _index, "unsqueeze": _unsqueezed}
NUMPY_WRITERS: Mapping[str, Writer] = {
    **_SHARED,
    "scatter_add": _scatter_add,
    "reshape": _numpy_reshape,
    "array_of": _numpy_array_of,
    "concat": _joiner("np.concatenate", "axis"),
    "stack": _joiner("np.stack", "axis"),
    "grid": _numpy_grid,
}
TORCH_WRITERS: Mapping[str, Writer] = {
    **_SHARED,
    "reshape": _torch_reshape,
    "array_of": _torch_reshape,
    "concat": _joiner("torch.cat", "dim"),
    "stack": _joiner("torch.stack", "dim"),
    "grid": _torch_grid,
    "where": _torch_where,
}
