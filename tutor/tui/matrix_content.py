"""The matrices around the focused node, cell by cell, for a drawing that has room for their shapes only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len

from tutor.drawing.from_problem import format_forward_value
from tutor.i18n import N_, _, message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.glyphs import Glyphs
    from tutor.tui.exercise_state import ExerciseState
    from tutor.tui.flow import Line
    from tutor.tui.themes import Palette


def matrices_around(state: ExerciseState, glyphs: Glyphs, palette: Palette, width: int) -> list[Line]:
    """Return the matrices around the focused node side by side, cell by cell; those that are asked only once known."""
    worksheet, place = state.worksheet, state.focused_blank
    problem = worksheet.problem
    graph, forward = problem.graph, problem.exact_passes.values
    if place.kind == "question":
        return []
    node = graph.nodes[place.edge.target if place.edge else place.node]
    around = (
        [*dict.fromkeys(arg for arg in node.args if arg is not None)] if place.edge or place.kind == "forward" else []
    )
    if place.edge:
        around.append(place.edge.target)
    columns = [
        (graph.label(i), format_forward_value(forward[i], problem.needs_extra_digits[i]), "forward")
        for i in around
        if graph.nodes[i].shape is not None and i not in worksheet.hidden_nodes
    ]
    upstream = state.upstream(place)
    if upstream is not None and upstream.shape is not None and upstream.id in worksheet.visible_places():
        columns.append((_("upstream"), format_forward_value(problem.truth(upstream)), "backward"))
    for part in problem.branch_edges(place) if place.kind == "sum" else ():
        if part.edge and part.shape is not None and part.id in worksheet.visible_places():
            name = str(message(N_("from {node}"), node=graph.nodes[part.edge.target].symbol))
            columns.append((name, format_forward_value(problem.truth(part)), "backward"))
    return _side_by_side(columns, glyphs, palette, width)


def _side_by_side(
    columns: Sequence[tuple[str, tuple[str, ...], str]], glyphs: Glyphs, palette: Palette, width: int
) -> list[Line]:
    """Return named matrices beside each other as far as they fit, the others below."""
    lines: list[Line] = []
    top, used = 0, 0
    for name, rows, hue in columns:
        lead = f"{glyphs.render(name)} = "
        cells = [glyphs.render(row) for row in rows]
        needed = cell_len(lead) + max(map(cell_len, cells))
        if used and used + needed > width:
            top, used = len(lines), 0
        for number, row in enumerate(cells):
            if top + number == len(lines):
                lines.append([])
            line = lines[top + number]
            gap = used - sum(cell_len(text) for text, _style in line)
            line += [
                (" " * gap, palette.ink()),
                ((lead if number == 0 else " " * cell_len(lead)), palette.ink("muted")),
            ]
            line.append((row, palette.ink(hue)))
        used += needed + 3
    return lines
