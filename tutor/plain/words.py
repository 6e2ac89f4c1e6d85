"""What can be said to the tutor besides answers: each command has a name, words of other languages, and what it does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tutor.i18n import N_, _, language


@dataclass(frozen=True, slots=True)
class Command:
    """One command. `words` are what else it answers to; the first of them is its Korean name."""

    name: str
    says: str
    words: tuple[str, ...] = ()

    @property
    def called(self) -> str:
        """Its name as it is listed."""
        return f":{self.words[0]}, :{self.name}" if language() == "ko" and self.words else f":{self.name}"


WORK: Sequence[Command] = (
    Command("hint", N_("the next hint for this blank; a lone ? does the same"), ("힌트",)),
    Command("show", N_("show the value of this blank, once the hints or five tries are used up"), ("정답", "정답보기")),
    Command("explain", N_("the backward pass step by step, at other numbers until all is solved"), ("풀이", "설명")),
    Command("rule", N_("the rule of the node in focus, and why it is so"), ("규칙",)),
    Command("skip", N_("go to the next open blank"), ("다음", "건너뛰기")),
    Command("back", N_("go to the open blank before"), ("이전", "뒤로")),
    Command("clear", N_("empty this blank"), ("비우기",)),
    Command("undo", N_("take the last entry back"), ("되돌리기",)),
    Command("graph", N_("draw the graph with what is filled in"), ("그림",)),
    Command("words", N_("the graph as a list: its nodes, then its edges with what stands on them"), ("그래프",)),
    Command("open", N_("show the node in focus in its parts"), ("펼치기",)),
    Command("fold", N_("show the parts around the focus as one node again"), ("접기",)),
    Command("fresh", N_("the same exercise with other numbers"), ("숫자", "숫자바꾸기")),
    Command("list", N_("leave this exercise and choose another one"), ("목록",)),
    Command("help", N_("this list"), ("도움말",)),
    Command("quit", N_("stop here; everything checked is kept"), ("그만", "종료", "q")),
)
AT_LIST: Sequence[Command] = (
    Command("list", N_("all exercises"), ("목록",)),
    Command("review", N_("the rules that are due"), ("복습",)),
    Command("playground", N_("any formula of your own"), ("놀이터",)),
    Command("quit", N_("leave"), ("그만", "종료", "q")),
)
#: What an exam has not.
HELP = frozenset({"hint", "show", "explain", "rule", "clear", "undo", "open", "fold"})


def find(text: str, among: Iterable[Command]) -> str:
    """The name of the command that a line calls, with or without a colon; empty where it calls none."""
    word = text.strip().removeprefix(":").casefold()
    return next((one.name for one in among if word == one.name or word in one.words), "")


def listed(commands: Sequence[Command]) -> Iterable[str]:
    """A line for each command."""
    for one in commands:
        yield f"{one.called}: {_(one.says)}"
