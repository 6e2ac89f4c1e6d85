"""What stands at the places of a problem: entries, what can be taken back of them, and the nodes that are opened."""

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
    """What a learner has at one blank: the last answer and its verdict, rungs seen, wrong attempts so far.

    `sealed` is the verdict on an answer in an exam, which is told at the end.
    """

    text: str = ""
    verdict: Verdict | None = None
    revealed: bool = False
    hints: int = 0
    wrong_attempts: int = 0
    sealed_verdict: Verdict | None = None

    @property
    def is_correct(self) -> bool:
        """Whether the right value stands here, and is known to."""
        return self.revealed or (self.verdict is not None and self.verdict.right)

    @property
    def settled(self) -> bool:
        """Whether nothing more is asked here."""
        return self.is_correct or self.sealed_verdict is not None


_EMPTY_ENTRY = Entry()


class Entries:
    """The entries by place, as the problem is looked at now: with some nodes opened in their parts."""

    def __init__(self, problem: Problem) -> None:
        self._view = folded_view(problem)
        self._unfoldings: dict[str, Unfolding | None] = {}
        #: Entries without a place: inside nodes that are folded again, and beside the parts of open ones.
        self._folded_entries: dict[frozenset[str], dict[str, Entry]] = {}
        self._covered_entries: dict[frozenset[str], dict[str, Entry]] = {}
        self._entries: dict[str, Entry] = {}
        #: Answers as parsed, by place, each with its text.
        self._parsed: dict[str, tuple[str, ParsedAnswer]] = {}
        self._history: list[tuple[str, Entry]] = []
        #: The place of the last thing that was done.
        self.last_place: str | None = None

    @property
    def problem(self) -> Problem:
        """What is asked, with the nodes that are opened in their parts."""
        return self._view.problem

    @property
    def by_place(self) -> Mapping[str, Entry]:
        """The entries so far."""
        return self._entries

    def get(self, place: str) -> Entry:
        """The entry at a place, an empty one where there is none."""
        return self._entries.get(place, _EMPTY_ENTRY)

    def parsed_answer(self, place: str) -> ParsedAnswer:
        """Return the answer at a place, which is parsed once. Raise `AlgebraError` if it is malformed."""
        text, parsed = self.get(place).text, self._parsed.get(place)
        if parsed is None or parsed[0] != text:
            parsed = self._parsed[place] = text, parse_answer(self.problem, self.problem.place(place), text)
        return parsed[1]

    def __iter__(self) -> Iterator[Entry]:
        """All entries, those that have no place now as well."""
        yield from self._entries.values()
        for away in (*self._folded_entries.values(), *self._covered_entries.values()):
            yield from away.values()

    # --- putting in and taking back ---

    def set(self, place: str, entry: Entry) -> None:
        """An entry that can be taken back."""
        self._history.append((place, self.get(place)))
        self._entries[place] = entry
        self._recheck_carried(place)

    def update(self, place: str, entry: Entry) -> None:
        """An entry that is another one now, for good."""
        self._entries[place] = entry

    def update_all(self, change: Callable[[Entry], Entry]) -> None:
        """Change every entry for good."""
        self._entries = {place: change(entry) for place, entry in self._entries.items()}

    @property
    def last_undoable(self) -> str | None:
        """The place of the entry that would be taken back."""
        return self._history[-1][0] if self._history else None

    def undo(self) -> None:
        """Take the last entry back; hints and wrong attempts stay counted."""
        if not self._history:
            return
        place, before = self._history.pop()
        kept = self.get(place)
        self._entries[place] = replace(before, hints=kept.hints, wrong_attempts=kept.wrong_attempts)
        self._recheck_carried(place)

    def _recheck_carried(self, changed: str) -> None:
        """Steps that were right on a wrong value stand on another one now: they stay, and are asked again."""
        for name, entry in self._entries.items():
            if (
                entry.verdict is None
                or entry.verdict.kind is not VerdictKind.CARRIED
                or entry.sealed_verdict is not None
            ):
                continue
            place = self.problem.place(name)
            basis = [part.id for part in self.problem.branch_edges(place)] if place.kind == "sum" else []
            if changed == self.problem.upstream(place) or changed in basis:
                text = message(N_("The value this step starts from has changed. Check it once more."))
                self._entries[name] = replace(entry, verdict=Verdict(VerdictKind.CARRIED, text))

    # --- nodes opened on the spot ---

    @property
    def extra_places(self) -> tuple[Blank, ...]:
        """The places inside opened nodes, which nothing waits for."""
        return self._view.extra_places

    @property
    def unfolded(self) -> tuple[str, ...]:
        """The nodes that are open, in the order they were opened."""
        return tuple(one.node for one in self._view.chain)

    def can_unfold(self, node: str) -> bool:
        """Whether a node can be shown in its parts."""
        if node not in self._unfoldings:
            self._unfoldings[node] = self._view.unfold(node)
        return self._unfoldings[node] is not None

    def unfolded_group(self, node: str) -> str | None:
        """The opened node that a node is a part of; None where it is in none."""
        around = self._view.enclosing(node)
        return around.node if around is not None else None

    def unfold(self, node: str) -> None:
        """Open a node, where that can be. Entries beside its parts come back when it is folded."""
        view = self._view.unfold(node)
        if view is None:
            return
        covered = {name: entry for name, entry in self._entries.items() if name not in view.renamed_places}
        self._covered_entries[view.parts] = covered
        self._switch_view(view, view.renamed_places, self._folded_entries.pop(view.parts, {}))

    def fold(self, node: str) -> None:
        """Fold the opened node that `node` is a part of; others stay open. Entries inside are kept for it."""
        around = self._view.enclosing(node)
        if around is None:
            return
        others = [one.node for one in self._view.chain[len(around.chain) :] if one.node not in around.parts]
        while (last := self._view).previous is not None:
            back = {here: name for name, here in last.renamed_places.items()}
            self._folded_entries[last.parts] = {
                name: entry for name, entry in self._entries.items() if name not in back
            }
            self._switch_view(last.previous, back, self._covered_entries.pop(last.parts, {}))
            if last is around:
                break
        for other in others:
            self.unfold(other)

    def _switch_view(self, view: Unfolding, names: Mapping[str, str], returning: Mapping[str, Entry]) -> None:
        """Look at the problem with other nodes opened: `names` are what places are called there."""
        self._view, self._unfoldings, self._parsed = view, {}, {}
        kept = {names[name]: entry for name, entry in self._entries.items() if name in names}
        self._entries = {**kept, **returning}
        self._history = [(names[name], entry) for name, entry in self._history if name in names]
        self.last_place = names.get(self.last_place or "")

    @property
    def view(self) -> Unfolding:
        """How the problem is looked at."""
        return self._view

    def rename_map(self, old_view: Unfolding) -> Mapping[str, str]:
        """What places are called now that had other names when the problem was looked at as in `before`."""
        now = self._view
        if now.previous is old_view:
            return now.renamed_places
        names = {here: now.places[name] for name, here in old_view.places.items() if name in now.places}
        both = {place.id for place in old_view.extra_places} & {place.id for place in now.extra_places}
        return names | {name: name for name in both}
