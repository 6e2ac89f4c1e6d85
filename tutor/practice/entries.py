"""What stands at the places of a problem: entries, what can be taken back of them, and the nodes that are opened."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from tutor.grading import Blank, Kind, Problem, Verdict
from tutor.i18n import N_, message
from tutor.practice.opening import Opening, closed


@dataclass(frozen=True, slots=True)
class Entry:
    """What a learner has at one blank: the last answer and its verdict, rungs seen, wrong attempts so far.

    `sealed` is the verdict on an answer in an exam, which is told at the end.
    """

    text: str = ""
    verdict: Verdict | None = None
    revealed: bool = False
    hints: int = 0
    wrongs: int = 0
    sealed: Verdict | None = None

    @property
    def true(self) -> bool:
        """Whether the right value stands here, and is known to."""
        return self.revealed or (self.verdict is not None and self.verdict.right)

    @property
    def settled(self) -> bool:
        """Whether nothing more is asked here."""
        return self.true or self.sealed is not None


_NOTHING = Entry()


class Entries:
    """The entries by place, as the problem is looked at now: with some nodes opened in their parts."""

    def __init__(self, problem: Problem) -> None:
        self._view = closed(problem)
        self._openings: dict[str, Opening | None] = {}
        #: Entries without a place: inside nodes that are folded again, and beside the parts of open ones.
        self._inside: dict[frozenset[str], dict[str, Entry]] = {}
        self._covered: dict[frozenset[str], dict[str, Entry]] = {}
        self._entries: dict[str, Entry] = {}
        self._history: list[tuple[str, Entry]] = []
        #: The place of the last thing that was done.
        self.last: str | None = None

    @property
    def problem(self) -> Problem:
        """What is asked, with the nodes that are opened in their parts."""
        return self._view.problem

    @property
    def by_place(self) -> Mapping[str, Entry]:
        """The entries so far."""
        return self._entries

    def at(self, place: str) -> Entry:
        """The entry at a place, an empty one where there is none."""
        return self._entries.get(place, _NOTHING)

    def __iter__(self) -> Iterator[Entry]:
        """All entries, those that have no place now as well."""
        yield from self._entries.values()
        for away in (*self._inside.values(), *self._covered.values()):
            yield from away.values()

    # --- putting in and taking back ---

    def put(self, place: str, entry: Entry) -> None:
        """An entry that can be taken back."""
        self._history.append((place, self.at(place)))
        self._entries[place] = entry
        self._ask_again(place)

    def change(self, place: str, entry: Entry) -> None:
        """An entry that is another one now, for good."""
        self._entries[place] = entry

    def change_all(self, change: Callable[[Entry], Entry]) -> None:
        """Change every entry for good."""
        self._entries = {place: change(entry) for place, entry in self._entries.items()}

    @property
    def undoes(self) -> str | None:
        """The place of the entry that would be taken back."""
        return self._history[-1][0] if self._history else None

    def undo(self) -> None:
        """Take the last entry back; hints and wrong attempts stay counted."""
        if not self._history:
            return
        place, before = self._history.pop()
        kept = self.at(place)
        self._entries[place] = replace(before, hints=kept.hints, wrongs=kept.wrongs)
        self._ask_again(place)

    def _ask_again(self, changed: str) -> None:
        """Steps that were right on a wrong value stand on another one now: they stay, and are asked again."""
        for name, entry in self._entries.items():
            if entry.verdict is None or entry.verdict.kind is not Kind.CARRIED or entry.sealed is not None:
                continue
            place = self.problem.place(name)
            basis = [part.id for part in self.problem.parts(place)] if place.kind == "sum" else []
            if changed == self.problem.upstream(place) or changed in basis:
                text = message(N_("The value this step starts from has changed. Check it once more."))
                self._entries[name] = replace(entry, verdict=Verdict(Kind.CARRIED, text))

    # --- nodes opened on the spot ---

    @property
    def extra(self) -> tuple[Blank, ...]:
        """The places inside opened nodes, which nothing waits for."""
        return self._view.extra

    @property
    def opened(self) -> tuple[str, ...]:
        """The nodes that are open, in the order they were opened."""
        return tuple(one.node for one in self._view.chain)

    def can_open(self, node: str) -> bool:
        """Whether a node can be shown in its parts."""
        if node not in self._openings:
            self._openings[node] = self._view.opened(node)
        return self._openings[node] is not None

    def opened_around(self, node: str) -> str | None:
        """The opened node that a node is a part of; None where it is in none."""
        around = self._view.around(node)
        return around.node if around is not None else None

    def show_in_parts(self, node: str) -> None:
        """Open a node, where that can be. Entries beside its parts come back when it is folded."""
        view = self._view.opened(node)
        if view is None:
            return
        covered = {name: entry for name, entry in self._entries.items() if name not in view.moved}
        self._covered[view.parts] = covered
        self._look_at(view, view.moved, self._inside.pop(view.parts, {}))

    def show_whole(self, node: str) -> None:
        """Fold the opened node that `node` is a part of; others stay open. Entries inside are kept for it."""
        around = self._view.around(node)
        if around is None:
            return
        others = [one.node for one in self._view.chain[len(around.chain) :] if one.node not in around.parts]
        while (last := self._view).before is not None:
            back = {here: name for name, here in last.moved.items()}
            self._inside[last.parts] = {name: entry for name, entry in self._entries.items() if name not in back}
            self._look_at(last.before, back, self._covered.pop(last.parts, {}))
            if last is around:
                break
        for other in others:
            self.show_in_parts(other)

    def _look_at(self, view: Opening, names: Mapping[str, str], returning: Mapping[str, Entry]) -> None:
        """Look at the problem with other nodes opened: `names` are what places are called there."""
        self._view, self._openings = view, {}
        kept = {names[name]: entry for name, entry in self._entries.items() if name in names}
        self._entries = {**kept, **returning}
        self._history = [(names[name], entry) for name, entry in self._history if name in names]
        self.last = names.get(self.last or "")

    @property
    def view(self) -> Opening:
        """How the problem is looked at."""
        return self._view

    def renamed(self, before: Opening) -> Mapping[str, str]:
        """What places are called now that had other names when the problem was looked at as in `before`."""
        now = self._view
        if now.before is before:
            return now.moved
        names = {here: now.places[name] for name, here in before.places.items() if name in now.places}
        both = {place.id for place in before.extra} & {place.id for place in now.extra}
        return names | {name: name for name in both}
