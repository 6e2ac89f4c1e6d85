"""The answer pane: what is asked, the answer line or the cells of a matrix, what is said to it, and the rungs of help."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.geometry import Offset, Region
from textual.message import Message

from tutor.algebra import ops
from tutor.algebra.evaluate import format_shape
from tutor.i18n import _
from tutor.tui.answer_content import AnswerContent
from tutor.tui.checked_cells import cell_marks, committed_cells
from tutor.tui.flow import PROSE_WIDTH, Line, cut_line
from tutor.tui.widgets.answer_grid import AnswerGrid
from tutor.tui.widgets.answer_line import paint_answer_line
from tutor.tui.widgets.scrolled_pane import ScrolledPane

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult

    from tutor.glyphs import Glyphs
    from tutor.tui.canvas import Canvas
    from tutor.tui.exercise_state import ExerciseState

#: Rows from which there are a title, free rows and a ladder.
_ROOMY_HEIGHT = 12
#: The rows of a prediction: the question, its outcomes, how sure one is.
_PREDICTION_ROWS = 4
#: The most rows of cells that are visible at once, and fewer in a low pane.
_MAX_CELL_ROWS, _MAX_CELL_ROWS_SLIM = 8, 3
#: From this height on there is a free row below the cells.
_ROWS_FOR_GAP = 15
#: In a lower pane the columns have no numbers.
_LEAST_HEIGHT_FOR_NUMBERS = 9
#: The answer line is no wider than this.
_LINE_WIDTH = 56
#: The question scrolls with the feedback if fewer rows than this would be left for the answer and its feedback.
_MIN_REST = 5


class AnswerPane(ScrolledPane):
    """Shows the focused blank of an `ExerciseState`; holds no state of its own but how far its text is scrolled."""

    DEFAULT_CSS: ClassVar[str] = "AnswerPane { height: 1fr; width: 1fr; }"

    class HintRequested(Message):
        """The rungs of help were clicked."""

    class ChoiceSelected(Message):
        """A choice of a question was clicked."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    class AsideSelected(Message):
        """A part of a prediction or a reason was clicked: what would be typed to choose it."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self, glyphs: Glyphs, id: str | None = None) -> None:
        super().__init__(glyphs, id)
        self._state: ExerciseState | None = None
        self._shows_asked = True
        self._shows_text = True
        self._lists_matrices = False
        self._clicks: list[tuple[Region, Message]] = []
        self._cursor: Offset | None = None
        self._grid_layout: tuple[int, int, int] | None = None

    def compose(self) -> ComposeResult:
        yield AnswerGrid(self.glyphs, id="grid")

    def set_state(
        self,
        state: ExerciseState,
        *,
        shows_asked: bool,
        shows_text: bool,
        lists_matrices: bool = False,
        is_resized: bool = False,
    ) -> None:
        """Show the state as it is now.

        `shows_asked` tells whether the pane says what is asked, `shows_text` whether it has the text of the exercise,
        `lists_matrices` whether it lists the matrices that the drawing has no room for. `is_resized`: a new layout is on
        its way, and paints the pane.
        """
        self._lists_matrices = lists_matrices
        if state is not self._state or state.focused_id != self.scroll.subject:
            self.scroll.reset(state.focused_id)
        self._state, self._shows_asked, self._shows_text = state, shows_asked, shows_text
        self._arrange()
        if is_resized:
            self.forget()
        else:
            self.repaint()
        self._place_cursor()

    def on_resize(self) -> None:
        super().on_resize()
        if self._state is not None:
            self._arrange()
            self.repaint()
            self.call_after_refresh(self._place_cursor)

    @property
    def _is_slim(self) -> bool:
        """Whether the rows are too few for a title and free ones; each choice takes one more, a prediction four."""
        choices = 0 if self._state is None else self._state.num_choices
        if self._state is not None and self._state.asides.prediction is not None:
            choices += _PREDICTION_ROWS
        return self.size.height < _ROOMY_HEIGHT + choices

    @property
    def _margin(self) -> int:
        return 1 if self._is_slim else 2

    @property
    def _content(self) -> AnswerContent:
        assert self._state is not None
        return AnswerContent(self._state, self.glyphs, self.palette, self._lists_matrices)

    # --- the cells of a matrix ---

    def _arrange(self) -> None:
        """Place the cells of a matrix below what is asked."""
        state = self._state
        grid = self.query_one(AnswerGrid)
        if state is None or not self.size.width:
            return
        shape = state.focused_blank.grid
        layout = None
        if shape is not None:
            most = _MAX_CELL_ROWS_SLIM if self.size.height < 9 else _MAX_CELL_ROWS
            header = 0 if self.size.height < _LEAST_HEIGHT_FOR_NUMBERS else AnswerGrid.HEADER_ROWS
            layout = (self._margin, self._top_rows(len(self._top_lines(self._content))), min(shape[0], most) + header)
            answer = state.input
            has_cells = any(cell.text for row in answer.cells for cell in row)
            shown = answer if has_cells else committed_cells(state)
            in_cells = state.in_grid and answer.active_cell is not None
            grid.set_state(
                shown.cells,
                cell_marks(state, shown, self.glyphs),
                answer.active_cell,
                in_cells,
                is_vector=ops.is_vector_shape(shape),
                first_number=state.worksheet.problem.graph.first_cell_number,
            )
        if layout != self._grid_layout:
            self._grid_layout = layout
            grid.display = layout is not None
            if layout is not None:
                x, y, rows = layout
                grid.styles.offset = (x, y)
                grid.styles.height = rows
                grid.styles.width = max(self.size.width - 2 * x, 8)

    # --- painting ---

    def paint(self, canvas: Canvas) -> None:
        self._clicks = []
        self._cursor = None
        if self._state is None:
            return
        content = self._content
        body: list[Line] = []
        y = self._paint_top(canvas, content, body)
        if self._grid_layout is not None:
            y += self._grid_layout[2] + (self.size.height >= _ROWS_FOR_GAP)
        y = self._paint_answer(canvas, content, y)
        self._paint_rest(canvas, content, y, body)

    def _width(self, limit: int = PROSE_WIDTH) -> int:
        return max(min(self.size.width - 2 * self._margin, limit), 8)

    def _top_lines(self, content: AnswerContent) -> list[tuple[Line, int]]:
        """Return what is asked, before it a prediction, with the choices of a question.

        Each line comes with the number of its choice or 0.
        """
        lines: list[tuple[Line, int]] = []
        if self._shows_asked:
            lines += [(line, 0) for line in content.asked(self._width())]
        prediction = content.asides.prediction(self._width())
        if prediction and lines and not self._is_slim:
            lines.append(([], 0))
        lines += [(line, 0) for line in prediction]
        choices = content.choices(self._width() - 5)
        if choices and not self._is_slim:
            lines.append(([], 0))
        for choice in choices:
            palette = self.palette
            chip = palette.chip(choice.hue) if choice.is_chosen else palette.ink("bright", on="raised", bold=True)
            has_brackets = choice.is_chosen and (self.glyphs.ascii or palette.needs_brackets)
            number = f"[{choice.number}]" if has_brackets else f" {choice.number} "
            gap = (f"{self.glyphs.prompt} ", palette.ink("bright", bold=True))
            no_gap = ("  ", palette.ink())
            for at, line in enumerate(choice.lines):
                lead = (number, chip) if at == 0 else ("   ", palette.ink())
                between = gap if choice.is_pointed and at == 0 else no_gap
                lines.append(([lead, between, *line], choice.number))
        return lines

    def _top_rows(self, lines: int) -> int:
        """Return the row on which the answer begins, after so many lines."""
        if self._is_slim:
            return lines if self.size.height - lines >= _MIN_REST else 0
        return 2 + lines + (1 if lines else 0)

    def _paint_top(self, canvas: Canvas, content: AnswerContent, body: list[Line]) -> int:
        """Paint what is asked, or add it to the text that scrolls if there is no room. Return the row of the answer."""
        lines = self._top_lines(content)
        row = self._top_rows(len(lines))
        y = 0
        if not self._is_slim:
            key = self.glyphs.key_label("exercise.check", "Enter")
            is_finding = self._state is not None and self._state.worksheet.whole_pass.is_finding
            effect = _("chooses this value") if is_finding else _("checks")
            tail = [
                (key, self.palette.ink("bright", bold=True)),
                (" " + self.glyphs.render(effect), self.palette.ink("muted")),
            ]
            title = [(self.glyphs.render(_("Your answer")), self.palette.ink("muted", bold=True))]
            shape = self._state.focused_blank.grid if self._state is not None else None
            if shape is not None:
                title.append((f"  {self.glyphs.render(format_shape(shape))}", self.palette.ink("muted")))
            canvas.rule(0, 0, canvas.width, title, tail)
            y = 2
        elif row == 0 and lines:
            body += [line for line, _number in lines]
            return 0
        for line, number in lines:
            canvas.runs(self._margin, y, line)
            if number:
                self._clicks.append((Region(0, y, canvas.width, 1), self.ChoiceSelected(number)))
            self._add_clicks(content, line, y)
            y += 1
        return row

    def _add_clicks(self, content: AnswerContent, line: Line, y: int) -> None:
        """Let the parts of a prediction or a reason on row `y` be clicked."""
        for aside in content.asides.clickable:
            if aside.line is line:
                for start, end, text in aside.clicks:
                    region = Region(self._margin + start, y, end - start, 1)
                    self._clicks.append((region, self.AsideSelected(text)))

    def _paint_answer(self, canvas: Canvas, content: AnswerContent, y: int) -> int:
        """Paint the answer line with the reading of the answer below it, and return the row after them."""
        assert self._state is not None
        state, margin = self._state, self._margin
        in_cells = state.in_grid and state.input.active_cell is not None
        prompt = f"{self.glyphs.prompt} "
        if state.focused_blank.grid is not None:
            needs_words = state.in_grid or state.input.expression.text
            prompt = self.glyphs.render(_("or as an expression: ")) if needs_words else prompt
        is_active = not state.is_given and not in_cells and (state.focused_blank.grid is None or state.in_grid)
        width = self._width(_LINE_WIDTH)
        column = paint_answer_line(
            canvas, Region(margin, y, width, 1), state.input.expression, prompt, content.placeholder(), is_active
        )
        if is_active:
            self._cursor = Offset(margin + column(state.input.expression.cursor), y)
        error = content.preview.error
        at = column(error.position) if error is not None and not in_cells else 0
        # In few rows, what is said to a checked answer comes before how it was read.
        is_said = self._is_slim and state.input.line.checked and error is None
        reading = [] if is_said else content.reading(at, self._width())
        # The last row is that of the hints.
        for number, line in enumerate(reading[: max(canvas.height - y - 2, 0)]):
            canvas.runs(margin, y + 1 + number, cut_line(line, canvas.width - margin, self.glyphs.ellipsis))
        return y + 1 + max(len(reading), 0 if self._is_slim else 1)

    def _paint_rest(self, canvas: Canvas, content: AnswerContent, y: int, asked: list[Line]) -> None:
        """Paint what is said, and at the bottom the rungs of help with the last hint."""
        assert self._state is not None
        width, room = self._width(), canvas.height - y
        body = content.feedback(width, slim=self._is_slim, with_text=self._shows_text)
        # After an answer, what is said to it comes before what was asked.
        body = [*body, *asked] if self._state.verdict is not None or self._state.hint_requested else [*asked, *body]
        bottom: list[Line] = []
        if content.hints.are_offered:
            gap: list[Line] = [] if self._is_slim else [[]]
            hint = content.hints.last_hint(width)
            bottom, body = self._share(content, body, hint, room, gap)
        top = y
        end = canvas.height - len(bottom)
        self.scroll.set_lines(body, end - top)
        self.scroll.paint(
            canvas, Region(self._margin, top, canvas.width - self._margin, end - top), self.palette, self.glyphs
        )
        for row, line in enumerate(self.scroll.lines[self.scroll.first : self.scroll.first + self.scroll.height]):
            self._add_clicks(content, line, top + row)
        for number, line in enumerate(bottom):
            canvas.runs(self._margin, end + number, cut_line(line, canvas.width - self._margin, self.glyphs.ellipsis))
        if bottom:
            self._clicks.append((Region(0, end, canvas.width, len(bottom)), self.HintRequested()))
        if self.scroll.more_has_changed:
            self.post_message(self.MoreChanged())

    def _share(
        self, content: AnswerContent, body: list[Line], hint: list[Line], room: int, gap: list[Line]
    ) -> tuple[list[Line], list[Line]]:
        """Return the rungs at the bottom and the text above: a ladder if there is room, else a row and the last hint.

        If even that is too much, the hint scrolls with the text, and what was asked for last comes first.
        """
        assert self._state is not None
        rungs = content.hints.rungs()
        ladder = content.hints.ladder(self._width()) if hint and gap else []
        title: Line = [(self.glyphs.render(_("hints")), self.palette.ink("muted", bold=True))]
        for bottom in ([title, *ladder] if ladder else [], [rungs, *hint]):
            if bottom and len(gap) * bool(body) + len(body) + len(bottom) <= room:
                return [*gap[: bool(body)], *bottom], body
        if not hint:
            return [rungs], body
        if self._state.hint_requested:
            return [rungs], [*hint, *gap, *body]
        return [rungs], [*body, *gap, *hint]

    # --- the cursor of the terminal ---

    def _place_cursor(self) -> None:
        """Put the terminal's cursor where text is typed: input methods open their window there."""
        if self._cursor is not None and self.is_attached and self._canvas is not None:
            self.app.cursor_position = self.region.offset + self._cursor

    # --- mouse ---

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None:
            return
        for region, message in self._clicks:
            if region.contains_point(offset):
                self.post_message(message)
                return
