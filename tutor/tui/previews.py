"""Previews of the rows of the home screen, made in a thread: only then is what draws graphs imported."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING

from tutor.algebra.errors import AlgebraError
from tutor.algebra.expr import number
from tutor.drawing.from_problem import boxes_of
from tutor.drawing.layout import fit
from tutor.engine.formula_text import formula_text
from tutor.i18n import N_, _, message
from tutor.packs.assessment import Assessment
from tutor.packs.builder.formula import exercise_from_formula
from tutor.packs.code_settings import STYLE_WORDS
from tutor.packs.diagnostics import PackError
from tutor.practice.day_texts import describe_due, describe_past
from tutor.practice.exercise_records import code_mark, exam_words, minutes_text
from tutor.practice.mastery_levels import NEW
from tutor.practice.progress import format_duration
from tutor.practice.resume import open_worksheet
from tutor.practice.review_texts import explain_left
from tutor.practice.rule_ids import rule_name, rules_at
from tutor.practice.worksheet import Worksheet
from tutor.tui.graph_look import PlaceContent, focus_on
from tutor.tui.home_rows import (
    PLACEMENT,
    PLAYGROUND,
    REVIEW,
    START,
    ActionRow,
    ExerciseRow,
    PackRow,
    progress_text,
    without_folder,
)
from tutor.tui.preview_painting import (
    HEAD_ROWS,
    LEFT,
    MIN_GRAPH_ROWS,
    RIGHT,
    STRIP_ROWS,
    ExercisePreview,
    PackPreview,
    Picture,
    Preview,
    ReviewPreview,
    RuleStanding,
    TextPreview,
    graph_rows,
    text_lines,
)
from tutor.tui.preview_states import CompletePreview, StartPreview
from tutor.tui.themes import NO_COLOURS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from tutor.drawing.model import Box
    from tutor.glyphs import Glyphs
    from tutor.grading.problem import Problem
    from tutor.packs.exercise import Exercise
    from tutor.packs.library import ExerciseEntry, Pack
    from tutor.practice.exercise_records import ExerciseRecord, TryResult
    from tutor.practice.storage.store import Store
    from tutor.tui.home_rows import PreviewRequest

#: The rows of an exercise's text, in a preview of fewer rows than this and in others.
_TEXT_ROWS, _TALL_TEXT_ROWS, _TALL = 5, 9, 40
#: A graph of more boxes is not drawn: it takes long, and fits nowhere.
_MAX_BOXES = 80
#: The share of a strip that its graph takes, and may take if it fits nowhere else.
_STRIP_SHARE, _MAX_STRIP_SHARE = 0.52, 0.72
_START_INPUTS = {"a": 50, "b": 70, "c": 2}
#: The values known in the picture of the first start; the edge in focus is asked.
_START_GRADIENTS = {"start": "1", "add1->mul1": "2", "c->mul1": "120"}
_START_FOCUS = "a->add1"


def make_preview(request: PreviewRequest, app_store: Store, glyphs: Glyphs) -> Preview:
    """Return the preview of a row. `app_store` is that of the app, which another thread uses."""
    row, state = request.row, request.state
    maker = _PreviewMaker(request, app_store, glyphs)
    if isinstance(row, ExerciseRow):
        return maker.exercise(row.pack, row.entry)
    if isinstance(row, PackRow):
        return maker.pack(row.pack)
    assert isinstance(row, ActionRow)
    if row.exercise is not None:
        pack, entry = next(
            (pack, entry) for pack in state.packs for entry in pack.entries if (pack.id, entry.id) == row.exercise
        )
        return maker.exercise(pack, entry)
    if row.id == START:
        return maker.start()
    if row.id == REVIEW:
        return maker.complete() if state.is_all_solved else maker.review()
    return maker.elsewhere(row)


class _PreviewMaker:
    def __init__(self, request: PreviewRequest, app_store: Store, glyphs: Glyphs) -> None:
        self._request = request
        self._state = request.state
        self._store = app_store
        self._glyphs = glyphs
        self._width = request.width - LEFT - RIGHT

    # --- exercises ---

    def exercise(self, pack: Pack, entry: ExerciseEntry) -> Preview:
        """Return the preview of an exercise with the numbers of the try that would be resumed."""
        name, title = (pack.id, entry.id), str(entry.title)
        try:
            # The pack itself is in use on the screen.
            exercise = copy(pack).open(entry.id)
            if (refusal := exercise.assessment.opening_refusal(title)) is not None:
                return TextPreview(title, str(refusal))
            worksheet = self._open_worksheet(exercise)
            problem, text = worksheet.problem, worksheet.variant.text(with_note=False)
            picture, text_rows = self._forward_picture(worksheet, text)
        except (PackError, AlgebraError) as error:
            return TextPreview(title, f"{self._glyphs.error} {without_folder(str(error), pack)}")
        state = self._state.state_of(pack, entry)
        record = self._state.record(name)
        is_finished_exam = record is not None and record.is_exam and state == "solved"
        word, hue = (
            (exam_words(record), "text")
            if record is not None and is_finished_exam
            else {
                "new": (_("new"), "muted"),
                "begun": (_("in progress"), "backward"),
                "revealed": (_("values shown"), "help"),
                "solved": (_("solved"), "right"),
                "first-try": (_("solved on the first try"), "right"),
                "broken": (_("can't be opened"), "wrong"),
            }[state]
        )
        blanks = len(worksheet.blanks)
        stage = worksheet.variant.stage_name
        work = _("1 blank") if blanks == 1 else str(message(N_("{n} blanks"), n=blanks))
        work = work if stage is None else f"{stage} · {work}"
        in_code = _(STYLE_WORDS[exercise.code.style]) if exercise.code.only else ""
        if in_code:
            work = _("in code")
        minutes = exercise.minutes or self._state.minutes_of(pack, entry)
        result, result_hue = self._last_result(record, blanks)
        if name in self._state.in_code:
            result = f"{result} · {code_mark(self._glyphs)}" if not in_code else code_mark(self._glyphs)
        elif in_code and state == "begun":
            result, result_hue = _("not right yet"), "text"
        progress = progress_text(self._state, name)
        return ExercisePreview(
            title=title,
            state=word,
            state_hue=hue,
            formula=formula_text(problem.graph),
            text=text,
            text_rows=text_rows,
            picture=picture,
            has_graph=bool(problem.graph.nodes),
            rules=list(self._rules_of(problem)),
            work=f"{work} · {minutes_text(minutes)}" if minutes else work,
            level=exercise.level,
            last_result=result,
            result_hue=result_hue,
            keys=self._keys_of(worksheet, state),
            short=f"{progress}, {self._day_text(record.latest.day)}" if progress and record is not None else word,
            in_code=in_code,
        )

    def _keys_of(self, worksheet: Worksheet, state: str) -> list[tuple[str, str]]:
        keys = [("Enter", {"new": _("open"), "begun": _("continue")}.get(state, _("again")))]
        if worksheet.problem.graph.nodes and worksheet.help_refusal is None:
            keys.append((self._glyphs.key_label("home.replay", "F6"), _("watch the solution")))
        return keys

    def _open_worksheet(self, exercise: Exercise) -> Worksheet:
        """Return the try that would be resumed, or an empty one."""
        name = exercise.pack, exercise.id
        record = self._state.record(name)
        if record is None or record.unfinished is None:
            return Worksheet(exercise.variant(stage=exercise.last_stage if record is not None and record.solved else 0))
        with self._store.open_for_thread() as store:
            return open_worksheet(store, exercise)

    def _forward_picture(self, worksheet: Worksheet, text: str) -> tuple[Picture | None, int]:
        """Return the graph with its forward values, None if it fits nowhere, and the rows that are left for the text.

        The text gives some of its rows if the graph is then drawn in full.
        """
        request = self._request
        boxes = (
            _without_gradients(boxes_of(worksheet.problem, self._glyphs, hidden=worksheet.hidden_nodes))
            if worksheet.problem.graph.nodes
            else []
        )
        if request.height < STRIP_ROWS:
            widths = (int((request.width - 6) * share) for share in (_STRIP_SHARE, _MAX_STRIP_SHARE))
            pictures = (self._draw(boxes, width, request.height - 1) for width in widths)
            return next((picture for picture in pictures if picture is not None), None), request.height
        lines = len(text_lines(text, self._width, self._glyphs, NO_COLOURS))
        most = min(lines, _TEXT_ROWS if request.height < _TALL else _TALL_TEXT_ROWS)
        found = None
        for text_rows in sorted({most, min(most, 3), min(most, 1)}, reverse=True):
            picture = self._draw(boxes, self._width, max(graph_rows(request.height, text_rows), 1))
            if picture is not None and picture.drawing.density == "full":
                return picture, text_rows
            found = found or (picture and (picture, text_rows))
        return found or (None, most)

    def _draw(self, boxes: Sequence[Box], width: int, height: int) -> Picture | None:
        if not 0 < len(boxes) <= _MAX_BOXES:
            return None
        drawing = fit(boxes, width, height, self._glyphs)
        return Picture(drawing) if drawing.width <= width and drawing.height <= height else None

    def _rules_of(self, problem: Problem) -> Iterator[RuleStanding]:
        return map(self._standing, rules_at(problem, problem.blanks))

    def _standing(self, rule: str) -> RuleStanding:
        overview = self._state.overview
        state = overview.states.get(rule, NEW) if overview is not None else NEW
        return RuleStanding(rule_name(rule), state, self._due_text(rule))

    def _last_result(self, record: ExerciseRecord | None, blanks: int) -> tuple[str, str]:
        if record is None:
            return _("not tried yet"), "faint"
        result = record.latest
        if result.finished and record.is_exam:
            parts, hue = [exam_words(record)], "text"
        elif result.is_clean:
            parts, hue = [_("every blank right on the first try")], "right"
        elif result.finished:
            parts, hue = [self._mistakes_text(result) or _("solved")], "text"
        else:
            filled = str(message(N_("{n} of {all} filled"), n=min(result.filled, blanks), all=blanks))
            mistakes = self._mistakes_text(result)
            parts, hue = [f"{filled}, {mistakes}" if mistakes else filled], "text"
        if result.finished and result.seconds:
            parts.append(format_duration(max(result.seconds, 60)))
        return " · ".join(part for part in (*parts, self._day_text(result.day)) if part), hue

    def _mistakes_text(self, result: TryResult) -> str:
        parts = []
        if result.wrong:
            parts.append(str(message(N_("{n} wrong"), n=result.wrong)))
        if result.hints:
            parts.append(_("1 hint") if result.hints == 1 else str(message(N_("{n} hints"), n=result.hints)))
        if result.revealed:
            parts.append(str(message(N_("{n} shown"), n=result.revealed)))
        return ", ".join(parts)

    def _day_text(self, day: date | None) -> str:
        overview = self._state.overview
        return describe_past(day, overview.today) if overview is not None and day is not None else ""

    # --- packs ---

    def pack(self, pack: Pack) -> Preview:
        """Return the preview of a pack with the graph of its next exercise."""
        state, glyphs = self._state, self._glyphs
        if pack.errors:
            return TextPreview(
                str(pack.title),
                "\n".join(f"{glyphs.error} {without_folder(str(fault), pack)}" for fault in pack.errors),
            )
        looks = {
            "new": (glyphs.new, "faint"),
            "begun": (glyphs.started, "backward"),
            "revealed": (glyphs.revealed, "help"),
            "solved": (glyphs.correct, "right"),
            "first-try": (glyphs.correct, "right"),
            "broken": (glyphs.error, "wrong"),
        }
        if (refusal := Assessment(opens=pack.opens).opening_refusal(pack.title)) is not None:
            return TextPreview(
                str(pack.title), "\n\n".join(filter(None, (str(pack.description).strip(), str(refusal))))
            )
        states = [(entry, state.state_of(pack, entry)) for entry in pack.entries]
        following = next((entry for entry, reached in states if reached in ("new", "begun")), None)
        minutes = state.minutes_left(pack)
        left = str(message(N_("about {m} min left"), m=minutes)) if minutes else ""
        is_open = pack.id in state.unfolded
        return PackPreview(
            str(pack.title),
            str(pack.description).strip(),
            state.solved_in(pack),
            [(str(entry.title), *looks[reached], reached != "new") for entry, reached in states],
            str(following.title) if following is not None else "",
            self._picture_in_pack(pack, following),
            left,
            [("Enter", _("fold") if is_open else _("unfold"))],
        )

    def _picture_in_pack(self, pack: Pack, entry: ExerciseEntry | None) -> Picture | None:
        if entry is None or self._request.height < STRIP_ROWS:
            return None
        try:
            problem = copy(pack).open(entry.id).variant().problem
        except (PackError, AlgebraError):
            return None
        if not problem.graph.nodes:
            return None
        hidden = {place.node for place in problem.forward_blanks}
        columns = 2 if self._width >= 60 else 1
        rows = self._request.height - HEAD_ROWS - 5 - -(-len(pack.entries) // columns) - 6
        return self._draw(_without_gradients(boxes_of(problem, self._glyphs, hidden=hidden)), self._width, max(rows, 1))

    # --- actions ---

    def start(self) -> Preview:
        """Return the picture of the first start: a pass of which one gradient is asked."""
        inputs = {name: number(value) for name, value in _START_INPUTS.items()}
        boxes = boxes_of(exercise_from_formula("z = (a + b) * c", inputs).variant().problem, self._glyphs)
        request = self._request
        contents = {place: PlaceContent("given", ((text,),)) for place, text in _START_GRADIENTS.items()}
        contents[_START_FOCUS] = PlaceContent("draft", (("?",),))
        drawing = fit(boxes, self._width, max(min(request.height - 18, 14), MIN_GRAPH_ROWS + 3), self._glyphs)
        strip = fit(_without_gradients(boxes), int((request.width - 6) * 0.5), request.height - 1, self._glyphs)
        return StartPreview(
            Picture(drawing, contents, focus_on(drawing, _START_FOCUS)),
            Picture(strip),
            self._glyphs.key_label("home.playground", "F9"),
        )

    def review(self) -> Preview:
        """Return what is due, and where it would be asked."""
        overview = self._state.overview
        text = _("Review the rules that are due, with new numbers. You can leave at any time.")
        if overview is None:
            return TextPreview(_("Review"), text)
        titles = {(pack.id, entry.id): str(entry.title) for pack in self._state.packs for entry in pack.entries}
        names = [(item.indexed.pack, item.indexed.exercise) for item in overview.review]
        minutes = overview.review_minutes
        return ReviewPreview(
            "\n".join([text, *map(str, explain_left(overview.review))]),
            str(message(N_("about {m} min"), m=minutes)) if minutes else "",
            [self._standing(rule) for rule in overview.due],
            [titles.get(name, "/".join(name)) for name in names],
            [("Enter", _("start the review"))],
        )

    def complete(self) -> Preview:
        """Return a square for each exercise, and the rules that come up next."""
        state, overview = self._state, self._state.overview
        packs = [
            (str(pack.title), [state.state_of(pack, entry) == "first-try" for entry in pack.entries])
            for pack in state.packs
            if pack.entries
        ]
        states = overview.states if overview is not None else {}
        upcoming = sorted((each.due, rule) for rule, each in states.items() if each.due is not None)
        most = max(len(state.packs) // 2, 3)
        rules = [self._standing(rule) for _day, rule in upcoming[:most]]
        has_due = bool(state.due_count)
        keys = [("Enter", _("start the review"))] if has_due else []
        keys.append((self._glyphs.key_label("home.playground", "F9"), _("a formula of your own")))
        return CompletePreview(packs, rules, keys)

    def elsewhere(self, row: ActionRow) -> Preview:
        """Return what the playground or the progress screen is for."""
        if row.id == PLAYGROUND:
            text = _(
                "Type any formula with its values and see its graph at once.\n\nYou can solve it as an "
                "exercise, see it worked out, or save it in a pack."
            )
        elif row.id == PLACEMENT:
            text = _(
                "At most 12 graphs, each chosen by your answers so far. You see the results at the "
                "end.\n\nThey show which rules you know and where to start. Exercises you don't need are "
                "no longer suggested. You can leave at any time and continue later."
            )
        else:
            text = _(
                "How well you know each rule, your progress in each pack, the days you practised, and "
                "your most frequent mistakes."
            )
        return TextPreview(row.name, text, [("Enter", _("open"))])

    def _due_text(self, rule: str) -> str:
        overview = self._state.overview
        day = overview.states.get(rule, NEW).due if overview is not None else None
        return describe_due(day, overview.today) if overview is not None and day is not None else ""


def _without_gradients(boxes: Sequence[Box]) -> list[Box]:
    """Return boxes without places for backward values, which a preview doesn't show."""
    return [replace(box, lines=tuple(replace(line, slot=None) for line in box.lines), stem=None) for box in boxes]
