"""What can be said to the tutor besides answers: each command has a name, words of other languages, and what it does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.i18n import N_, _, current_language

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True)
class LineCommand:
    """One command. `words` are what else it answers to; the first of them is its Korean name."""

    name: str
    description: str
    aliases: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Its name as it is listed."""
        return f":{self.aliases[0]}, :{self.name}" if current_language() == "ko" and self.aliases else f":{self.name}"


EXERCISE_COMMANDS: Sequence[LineCommand] = (
    LineCommand("hint", N_("the next hint for this blank; a lone ? does the same"), ("힌트",)),
    LineCommand(
        "show", N_("show the value of this blank, once the hints or five tries are used up"), ("정답", "정답보기")
    ),
    LineCommand(
        "explain", N_("the backward pass step by step, at other numbers until all is solved"), ("풀이", "설명")
    ),
    LineCommand("rule", N_("the rule of the node in focus, and why it is so"), ("규칙",)),
    LineCommand("skip", N_("go to the next open blank"), ("다음", "건너뛰기")),
    LineCommand("back", N_("go to the open blank before"), ("이전", "뒤로")),
    LineCommand("clear", N_("empty this blank"), ("비우기",)),
    LineCommand("undo", N_("take the last entry back"), ("되돌리기",)),
    LineCommand("graph", N_("draw the graph with what is filled in"), ("그림",)),
    LineCommand("words", N_("the graph as a list: its nodes, then its edges with what stands on them"), ("그래프",)),
    LineCommand("open", N_("show the node in focus in its parts"), ("펼치기",)),
    LineCommand("fold", N_("show the parts around the focus as one node again"), ("접기",)),
    LineCommand("fresh", N_("the same exercise with other numbers"), ("숫자", "숫자바꾸기")),
    LineCommand("list", N_("leave this exercise and choose another one"), ("목록",)),
    LineCommand("help", N_("this list"), ("도움말",)),
    LineCommand("quit", N_("stop here; everything checked is kept"), ("그만", "종료", "q")),
)
LIST_COMMANDS: Sequence[LineCommand] = (
    LineCommand("list", N_("all exercises"), ("목록",)),
    LineCommand("review", N_("the rules that are due"), ("복습",)),
    LineCommand("playground", N_("any formula of your own"), ("놀이터",)),
    LineCommand("quit", N_("leave"), ("그만", "종료", "q")),
)
#: What an exam has not.
FORBIDDEN_IN_EXAM = frozenset({"hint", "show", "explain", "rule", "clear", "undo", "open", "fold"})


def match_command(text: str, commands: Iterable[LineCommand]) -> str:
    """The name of the command that a line calls, with or without a colon; empty where it calls none."""
    word = text.strip().removeprefix(":").casefold()
    return next((one.name for one in commands if word == one.name or word in one.aliases), "")


def format_commands(commands: Sequence[LineCommand]) -> Iterable[str]:
    """A line for each command."""
    for one in commands:
        yield f"{one.label}: {_(one.description)}"
