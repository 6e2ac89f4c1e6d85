"""A code exercise: the graph, the parts of the learner's file with their verdicts, and the way to the editor."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, ClassVar

from textual.app import SuspendNotSupported
from textual.binding import Binding, BindingType
from textual.containers import Container, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static
from textual.worker import get_current_worker

from tutor.coding.editor import find_editor
from tutor.coding.files import file_state, settled_state
from tutor.coding.report import check_error
from tutor.drawing.from_problem import boxes_of
from tutor.drawing.layout.planned import PlannedDrawings
from tutor.i18n import N_, _, describe_os_error, message
from tutor.tui.code_content import hint_and_output, lesson_text, verdict_blocks
from tutor.tui.content import styled
from tutor.tui.graph_look import GraphLook, PlaceContent
from tutor.tui.screens.base import TutorScreen
from tutor.tui.widgets.code_list import CodeList
from tutor.tui.widgets.graph import GraphPreview
from tutor.tui.widgets.head import Head, HeadContent, Segment, SegmentState
from tutor.tui.widgets.key_bar import KeyBar

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.widget import Widget

    from tutor.coding.part_texts import CodeHint
    from tutor.coding.session import CodeSession
    from tutor.coding.verdict import FileResult, GradientResult
    from tutor.grading.problem import Problem
    from tutor.packs.exercise import Exercise
    from tutor.tui.after_solved import NextExercise
    from tutor.tui.host import Host

#: Seconds between two looks at whether the file was saved.
_POLL_INTERVAL = 0.2
#: Columns of the list beside the graph, and the width from which it is shown there.
_LIST_WIDTH = 60
_WIDTH_FOR_GRAPH = 110
#: Rows for the texts below the list: of any file, and of one whose exercise is read here. Then rows for its own pane.
_TEXT_ROWS, _LESSON_ROWS, _LESSON_TEXT_ROWS = 12, 15, 16
_SEGMENTS: dict[str, SegmentState] = {"right": "right", "wrong": "wrong", "follows": "help"}

KEYS: list[BindingType] = [
    Binding("escape", "close", N_("back"), tooltip=N_("Go back (the file is kept)"), id="code.close"),
    Binding("e,E,ㄷ,ctrl+o", "edit", N_("editor"), tooltip=N_("open the file in your editor"), id="code.edit"),
    Binding(
        "f2,question_mark,h,ㅗ", "hint", N_("hint"), tooltip=N_("Show the next hint for this line"), id="code.hint"
    ),
    Binding("enter", "next", N_("next"), tooltip=N_("Open the next exercise"), id="code.next"),
    Binding("f5,enter", "check", N_("check"), tooltip=N_("Check the file now"), id="code.check"),
    Binding("down,tab", "move(1)", N_("down"), tooltip=N_("Go to the next line"), show=False, id="code.down"),
    Binding("up,shift+tab", "move(-1)", N_("up"), tooltip=N_("Go to the previous line"), show=False, id="code.up"),
    Binding("pagedown", "page(1)", N_("more"), tooltip=N_("Scroll the text"), id="code.page_down"),
    Binding("pageup", "page(-1)", N_("page up"), tooltip=N_("Scroll the text back"), show=False, id="code.page_up"),
    Binding("f1", "help", N_("help"), tooltip=N_("Explain this screen and list all keys"), id="code.help"),
]


class CodeScreen(TutorScreen[None]):
    """Watch a file, judge it whenever it is saved, and show the verdicts."""

    BINDINGS: ClassVar[list[BindingType]] = KEYS
    HELP_TEXT = N_(
        "Write the backward pass in Python. Complete the lines with ... in your editor and save. Each "
        "gradient is checked with several numbers and sizes, and the first wrong one is explained. The "
        "file stays on your disk."
    )

    class Solved(Message):
        """The file is right. The exercise asks for nothing but code, so that it is solved."""

        def __init__(self, exercise: Exercise) -> None:
            super().__init__()
            self.exercise = exercise

    class NextRequested(Message):
        """The learner goes on to the next exercise of the pack."""

        def __init__(self, screen: CodeScreen, exercise: Exercise) -> None:
            super().__init__()
            self.screen = screen
            self.exercise = exercise

    class FileChecked(Message):
        """The file was run and judged."""

        def __init__(self, result: FileResult | str) -> None:
            super().__init__()
            self.result = result

    def __init__(
        self,
        host: Host,
        session: CodeSession,
        title: str,
        problem: Problem | None,
        following: NextExercise | None = None,
        pack_title: str = "",
    ) -> None:
        """Show a file; `problem` has the graph to draw, None if there is none. `following` is what Enter leads to."""
        super().__init__(host)
        self._following = following
        self._pack_title = pack_title
        self._checks = 0
        self.session = session
        self._title = title
        self._problem = problem
        self._result: FileResult | None = None
        self._trouble = ""
        self._hint: CodeHint | None = None
        self._seen: tuple[int, int] | None = None
        self.on_glyphs_changed()

    def on_glyphs_changed(self) -> None:
        problem = self._problem
        self._drawings = PlannedDrawings(boxes_of(problem, self.glyphs), self.glyphs) if problem is not None else None

    def compose(self) -> ComposeResult:
        style = self.session.style
        yield Head(self.glyphs, id="head")
        with Container(id="workspace"):
            with Container(id="code-lesson"):
                yield GraphPreview(self.glyphs, id="code-graph")
                with VerticalScroll(id="lesson-scroll", can_focus=False):
                    yield Static(id="lesson-text")
            with Container(id="code-pane"):
                yield CodeList(self.glyphs, {name: style.describe(name) for name in style.part_names}, id="code-list")
                with VerticalScroll(id="code-scroll", can_focus=False):
                    yield Static(id="code-text")
        yield KeyBar(self.glyphs, id="keys")

    def set_up(self) -> None:
        self._apply_layout()
        self._show()
        self.run_worker(self._watch, thread=True, group="code", exclusive=True, exit_on_error=False)

    def on_resize(self) -> None:
        if self.has_widgets:
            self._apply_layout()
            self._show()

    # --- the file ---

    def _watch(self) -> None:
        """Judge the file now and whenever it is saved. Runs in a thread."""
        worker = get_current_worker()
        while not worker.is_cancelled:
            if file_state(self.session.path) not in (None, self._seen) and (state := settled_state(self.session.path)):
                self._seen = state
                result = self._judge()
                # What was saved meanwhile is checked instead.
                if file_state(self.session.path) in (None, state):
                    self.post_message(self.FileChecked(result))
            time.sleep(_POLL_INTERVAL)

    def _judge(self) -> FileResult | str:
        try:
            return self.session.check()
        except OSError as error:
            return str(check_error(self.session, error))

    def on_code_screen_file_checked(self, event: FileChecked) -> None:
        event.stop()
        self._checks += 1
        if isinstance(event.result, str):
            self._trouble = event.result
        else:
            if self._result is not None:
                # A hint that was asked for before the first check stays.
                self._hint = None
            self._result, self._trouble = event.result, ""
            self.session.record(event.result)
            if event.result.solved and self._lesson is not None:
                self.post_message(self.Solved(self._lesson))
        if self.has_widgets:
            first = self._result.first_open if self._result is not None else None
            self._show(first.name if first is not None else "")

    @property
    def _lesson(self) -> Exercise | None:
        """The exercise, if it asks for nothing but code; its texts are shown here then."""
        exercise = self.session.exercise
        return exercise if exercise is not None and exercise.code.only else None

    @property
    def _is_solved(self) -> bool:
        return self._result is not None and self._result.solved

    # --- showing ---

    def _apply_layout(self) -> None:
        size = self.size or self.app.size
        is_wide = size.width >= _WIDTH_FOR_GRAPH and (self._problem is not None or self._lesson is not None)
        self.query_one("#code-lesson").display = is_wide
        self.query_one(GraphPreview).display = is_wide and self._problem is not None
        self.query_one("#lesson-scroll").display = is_wide and self._lesson is not None
        self.query_one("#code-pane").styles.width = _LIST_WIDTH if is_wide else "1fr"
        rows, texts = len(self.session.style.part_names), _TEXT_ROWS if self._lesson is None else _LESSON_ROWS
        self.query_one(CodeList).styles.height = max(min(rows, size.height - texts), 3)

    def _show(self, current: str = "") -> None:
        """Show the verdicts as they are now."""
        names = list(self.session.style.part_names)
        results = self._result.results if self._result is not None else ()
        code_list = self.query_one(CodeList)
        code_list.show(results, current or code_list.current or names[0])
        right = sum(result.verdict == "right" for result in results)
        by_name = {result.name: result for result in results}
        segments = [
            Segment(_SEGMENTS.get(by_name[name].verdict, "open") if name in by_name else "open", name) for name in names
        ]
        first, rest = str(message(N_("{done}| of {all}"), done=right, all=len(names))).split("|", 1)
        count = (first, rest)
        trail = (self._pack_title,) if self._pack_title and self._lesson is not None else (_("in code"),)
        self.query_one(Head).show(
            HeadContent(self._title, trail, count=count, done=right, whole=len(names), segments=segments)
        )
        self.query_one("#code-text", Static).update(self._text(by_name.get(code_list.current)))
        if self._lesson is not None:
            self.query_one("#lesson-text", Static).update(
                lesson_text(self.glyphs, self._lesson, is_solved=self._is_solved)
            )
        self._show_graph()
        self.call_after_refresh(self.refresh_bindings)

    def _show_graph(self) -> None:
        graph = self.query_one(GraphPreview)
        if self._drawings is None or not graph.display:
            return
        width, height = max(self.size.width - _LIST_WIDTH - 2, 20), max(self.size.height - 4, 5)
        if self._lesson is not None:
            height = max(height - min(height // 2, _LESSON_TEXT_ROWS), 5)
        contents = {}
        for result in self._result.results if self._result is not None else ():
            place = self.session.style.place_and_rule(result.name)[0]
            if result.verdict == "right" and place:
                contents[place] = PlaceContent("right", ((self.glyphs.correct,),), (), self.glyphs.correct)
            elif result.verdict == "wrong" and place:
                contents[place] = PlaceContent("wrong", ((self.glyphs.incorrect,),), (), self.glyphs.incorrect)
        current = self.session.style.place_and_rule(self.query_one(CodeList).current)[0]
        graph.set_graph(self._drawings.fit(width, height), contents, GraphLook(place=current))

    def _text(self, result: GradientResult | None) -> Content:
        """Return what is below the list: the verdict on the line, a hint, the file, and the lesson if it has no pane."""
        glyphs = self.glyphs
        blocks = verdict_blocks(glyphs, self._result, result, self._trouble)
        if self._is_solved and self._following is not None:
            following = message(N_("Next: {title} (Enter)"), title=self._following.title)
            blocks.insert(1, styled(glyphs, (str(following), "$muted")))
        blocks += hint_and_output(glyphs, self._hint, self._result)
        if self._lesson is not None and not self.query_one("#lesson-scroll").display:
            # What is to be done comes first, until the file was saved.
            at = len(blocks) if self._checks > 1 or self._is_solved else 0
            blocks.insert(at, lesson_text(glyphs, self._lesson, is_solved=self._is_solved))
        where = _("Your file (checked whenever you save it):")
        blocks.append(styled(glyphs, (f"{where}\n", "$muted"), str(self.session.path.absolute())))
        return Content("\n\n").join(blocks)

    # --- keys and mouse ---

    def action_move(self, by: int) -> None:
        self._hint = None
        self._show(self.query_one(CodeList).move(by))

    def on_code_list_part_selected(self, event: CodeList.PartSelected) -> None:
        event.stop()
        self._hint = None
        self._show(event.name)

    def on_head_segment_selected(self, event: Head.SegmentSelected) -> None:
        event.stop()
        self._hint = None
        self._show(event.place)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Enter goes on if the exercise is solved, and checks the file otherwise; the text scrolls if it is long."""
        if action == "next":
            return self._is_solved and self._following is not None
        if action == "page":
            return self.has_widgets and bool(self.query("#code-scroll")) and bool(self._scroll_target.max_scroll_y)
        return True

    @property
    def _scroll_target(self) -> Widget:
        lesson, text = self.query_one("#lesson-scroll"), self.query_one("#code-scroll")
        return lesson if lesson.display and lesson.max_scroll_y else text

    def action_page(self, pages: int) -> None:
        target = self._scroll_target
        target.scroll_relative(y=pages * max(target.size.height - 1, 1), animate=False)

    def action_next(self) -> None:
        if self._lesson is not None and self._is_solved:
            self.post_message(self.NextRequested(self, self._lesson))

    def action_hint(self) -> None:
        self._hint = self.session.next_hint(self.query_one(CodeList).current)
        self._show()

    def action_check(self) -> None:
        """Judge the file at the next look, even if it was not saved since."""
        self._seen = None

    def action_edit(self) -> None:
        editor = find_editor()
        if editor is None:
            self.host.show_notification(
                message(N_("No editor was found. Set EDITOR to yours, or open the file yourself.")), warning=True
            )
            return
        try:
            if editor.needs_terminal:
                with self.app.suspend():
                    editor.run(self.session.path)
                self.app.refresh(layout=True)
            else:
                editor.run(self.session.path)
        except (OSError, SuspendNotSupported) as error:
            reason = describe_os_error(error) if isinstance(error, OSError) else str(error)
            self.host.show_notification(
                message(N_("The editor {name} can't be started: {reason}."), name=editor.command[0], reason=reason),
                warning=True,
            )
