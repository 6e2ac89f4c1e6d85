"""The entries of a worksheet, with undo and with unfolded nodes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tutor.grading.answer import parse_answer
from tutor.grading.verdict import Verdict, VerdictKind
from tutor.i18n import N_, message
from tutor.practice.unfolding import Unfolding, folded_view

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tutor.grading.answer import ParsedAnswer
    from tutor.grading.problem import Blank, Problem


@dataclass(frozen=True, slots=True)
class Entry:
    """The learner's entry at one place: the last answer, its verdict, hints seen and wrong attempts.

    `wrong_texts` are the wrong attempts as typed. `sealed_verdict` is the verdict on an answer in an exam, or in a whole
    pass, which stays secret until the end.
    """

    text: str = ""
    verdict: Verdict | None = None
    revealed: bool = False
    hints: int = 0
    wrong_attempts: int = 0
    sealed_verdict: Verdict | None = None
    wrong_texts: tuple[str, ...] = ()

    @property
    def is_correct(self) -> bool:
        """Whether the entry is the right value, and the learner knows it."""
        return self.revealed or (self.verdict is not None and self.verdict.right)

    @property
    def settled(self) -> bool:
        """Whether the place needs no more answer."""
        is_noted = self.verdict is not None and self.verdict.settles_blank
        return self.is_correct or is_noted or self.sealed_verdict is not None


_EMPTY_ENTRY = Entry()


class Entries:
    """The entries by place, in the current view of the problem, in which some nodes are unfolded."""

    def __init__(self, problem: Problem) -> None:
        self._view = folded_view(problem)
        self._unfoldings: dict[str, Unfolding | None] = {}
        #: Entries without a place now: inside nodes folded again, and of edges replaced by those into the parts.
        self._folded_entries: dict[frozenset[str], dict[str, Entry]] = {}
        self._covered_entries: dict[frozenset[str], dict[str, Entry]] = {}
        self._entries: dict[str, Entry] = {}
        #: Answers as parsed, by place, each with its text.
        self._parsed: dict[str, tuple[str, ParsedAnswer]] = {}
        self._history: list[tuple[str, Entry]] = []
        #: The place of the last action.
        self.last_place: str | None = None

    @property
    def problem(self) -> Problem:
        """The problem, with unfolded nodes replaced by their parts."""
        return self._view.problem

    @property
    def by_place(self) -> Mapping[str, Entry]:
        """The entries by place."""
        return self._entries

    def get(self, place: str) -> Entry:
        """Return the entry at a place; an empty one if there is none."""
        return self._entries.get(place, _EMPTY_ENTRY)

    def parsed_answer(self, place: str) -> ParsedAnswer:
        """Return the answer at a place, which is parsed once. Raise `AlgebraError` if it is malformed."""
        text, parsed = self.get(place).text, self._parsed.get(place)
        if parsed is None or parsed[0] != text:
            parsed = self._parsed[place] = text, parse_answer(self.problem, self.problem.place(place), text)
        return parsed[1]

    def __iter__(self) -> Iterator[Entry]:
        """Yield all entries, also those that have no place now."""
        yield from self._entries.values()
        for entries in (*self._folded_entries.values(), *self._covered_entries.values()):
            yield from entries.values()

    # --- changes and undo ---

    def set(self, place: str, entry: Entry) -> None:
        """Set an entry; undo restores the one before."""
        self._history.append((place, self.get(place)))
        self._entries[place] = entry
        self._recheck_carried(place)

    def update(self, place: str, entry: Entry) -> None:
        """Replace an entry without undo."""
        self._entries[place] = entry

    def update_all(self, change: Callable[[Entry], Entry]) -> None:
        """Replace every entry without undo."""
        self._entries = {place: change(entry) for place, entry in self._entries.items()}

    @property
    def last_undoable(self) -> str | None:
        """The place whose entry `undo` would change."""
        return self._history[-1][0] if self._history else None

    def undo(self) -> None:
        """Restore the entry before the last `set`; hints and wrong attempts stay counted."""
        if not self._history:
            return
        place, before = self._history.pop()
        current = self.get(place)
        self._entries[place] = replace(
            before,
            hints=current.hints,
            wrong_attempts=current.wrong_attempts,
            wrong_texts=current.wrong_texts,
        )
        self._recheck_carried(place)

    def _recheck_carried(self, changed: str) -> None:
        """Ask for a new check of the answers that followed from the changed value."""
        for name, entry in self._entries.items():
            if (
                entry.verdict is None
                or entry.verdict.kind is not VerdictKind.CARRIED
                or entry.sealed_verdict is not None
            ):
                continue
            place = self.problem.place(name)
            branches = [part.id for part in self.problem.branch_edges(place)] if place.kind == "sum" else []
            if changed == self.problem.upstream(place) or changed in branches:
                text = message(N_("You changed the value that this step starts from. Check this one again."))
                self._entries[name] = replace(entry, verdict=Verdict(VerdictKind.CARRIED, text))

    def forget_history(self) -> None:
        """Keep the entries as they are now: undo goes no further back."""
        self._history = []

    # --- unfolding nodes ---

    @property
    def extra_places(self) -> tuple[Blank, ...]:
        """The optional places inside unfolded nodes."""
        return self._view.extra_places

    @property
    def unfolded(self) -> tuple[str, ...]:
        """The unfolded nodes, in the order they were unfolded."""
        return tuple(view.node for view in self._view.chain)

    def can_unfold(self, node: str) -> bool:
        """Return whether a node can be replaced by its parts."""
        if node not in self._unfoldings:
            self._unfoldings[node] = self._view.unfold(node)
        return self._unfoldings[node] is not None

    def unfolded_group(self, node: str) -> str | None:
        """Return the unfolded node that a node is a part of; None if there is none."""
        enclosing = self._view.enclosing(node)
        return enclosing.node if enclosing is not None else None

    def unfold(self, node: str) -> None:
        """Unfold a node if possible. Entries that lose their place come back when it is folded."""
        view = self._view.unfold(node)
        if view is None:
            return
        covered = {name: entry for name, entry in self._entries.items() if name not in view.renamed_places}
        self._covered_entries[view.parts] = covered
        self._switch_view(view, view.renamed_places, self._folded_entries.pop(view.parts, {}))

    def fold(self, node: str) -> None:
        """Fold the unfolded node that `node` is a part of; others stay unfolded.

        Entries inside it come back when it is unfolded again.
        """
        enclosing = self._view.enclosing(node)
        if enclosing is None:
            return
        later = self._view.chain[len(enclosing.chain) :]
        others = [view.node for view in later if view.node not in enclosing.parts]
        while (last := self._view).previous is not None:
            names = {new: old for old, new in last.renamed_places.items()}
            self._folded_entries[last.parts] = {
                name: entry for name, entry in self._entries.items() if name not in names
            }
            self._switch_view(last.previous, names, self._covered_entries.pop(last.parts, {}))
            if last is enclosing:
                break
        for other in others:
            self.unfold(other)

    def _switch_view(self, view: Unfolding, names: Mapping[str, str], returning: Mapping[str, Entry]) -> None:
        """Change the view; `names` maps place ids to those in it, and `returning` are the entries that come back."""
        self._view, self._unfoldings, self._parsed = view, {}, {}
        renamed = {names[name]: entry for name, entry in self._entries.items() if name in names}
        self._entries = renamed | dict(returning)
        self._history = [(names[name], entry) for name, entry in self._history if name in names]
        self.last_place = names.get(self.last_place or "")

    @property
    def view(self) -> Unfolding:
        """The current view of the problem."""
        return self._view

    def rename_map(self, old_view: Unfolding) -> Mapping[str, str]:
        """Map the ids of places in an earlier view to those in the current one."""
        view = self._view
        if view.previous is old_view:
            return view.renamed_places
        names = {old: view.places[name] for name, old in old_view.places.items() if name in view.places}
        common = {place.id for place in old_view.extra_places} & {place.id for place in view.extra_places}
        return names | {name: name for name in common}
