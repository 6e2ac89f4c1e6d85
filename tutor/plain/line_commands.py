"""Commands of the plain mode, by name and by aliases in each language."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tutor.i18n import N_, _, current_language

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


@dataclass(frozen=True, slots=True)
class LineCommand:
    """A command, what it does, and its aliases by language code; under the key `""` those of every language."""

    name: str
    description: str
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """The name as it is listed, after its first alias in the language in use."""
        aliases = self.aliases.get(current_language(), ())
        return ", ".join(f":{name}" for name in (*aliases[:1], self.name))

    def answers_to(self, word: str) -> bool:
        return word == self.name or any(word in aliases for aliases in self.aliases.values())


EXERCISE_COMMANDS: Sequence[LineCommand] = (
    LineCommand("yes", N_("yes, to a question about your answer"), {"ko": ("예", "네", "ㅛ"), "": ("y",)}),
    LineCommand(
        "no", N_("no, to a question about your answer"), {"ko": ("아니요", "아니오", "아뇨", "ㅜ"), "": ("n",)}
    ),
    LineCommand("hint", N_("the next hint for this blank; a lone ? does the same"), {"ko": ("힌트",)}),
    LineCommand(
        "show",
        N_("show the value of this blank, once the hints or five tries are used up"),
        {"ko": ("정답", "정답보기")},
    ),
    LineCommand(
        "explain",
        N_("the backward pass step by step, with new numbers until all is solved"),
        {"ko": ("풀이", "설명")},
    ),
    LineCommand("rule", N_("the rule of the node in focus, and the reason for it"), {"ko": ("규칙",)}),
    LineCommand("skip", N_("go to the next open blank"), {"ko": ("다음", "건너뛰기")}),
    LineCommand("back", N_("go to the previous open blank"), {"ko": ("이전", "뒤로")}),
    LineCommand("clear", N_("clear this blank"), {"ko": ("비우기",)}),
    LineCommand("undo", N_("undo the last entry"), {"ko": ("되돌리기",)}),
    LineCommand("graph", N_("draw the graph with your values"), {"ko": ("그림",)}),
    LineCommand("words", N_("the graph as a list: its nodes, then its edges with their values"), {"ko": ("그래프",)}),
    LineCommand(
        "closeup",
        N_("a close-up of the node in focus: its inputs, its upstream gradient, and the equation for this blank"),
        {"ko": ("자세히", "가까이")},
    ),
    LineCommand("open", N_("open the node in focus and show the nodes inside"), {"ko": ("펼치기",)}),
    LineCommand("fold", N_("close the opened node again"), {"ko": ("접기",)}),
    LineCommand("fresh", N_("the same exercise with new numbers"), {"ko": ("숫자", "숫자바꾸기")}),
    LineCommand(
        "whole",
        N_("the whole pass at once, checked at the end; again to leave it"),
        {"ko": ("한번에", "전체")},
    ),
    LineCommand("all", N_("the whole exercise now, without its stages"), {"ko": ("단계생략",)}),
    LineCommand("list", N_("leave this exercise and choose another one"), {"ko": ("목록",)}),
    LineCommand("help", N_("this list"), {"ko": ("도움말",)}),
    LineCommand("quit", N_("stop here; all checked answers are saved"), {"ko": ("그만", "종료"), "": ("q",)}),
)
CODE_COMMAND = LineCommand("code", N_("write the backward pass in Python"), {"ko": ("코드",)})
LIST_COMMANDS: Sequence[LineCommand] = (
    LineCommand("list", N_("all exercises"), {"ko": ("목록",)}),
    LineCommand("review", N_("the rules that are due"), {"ko": ("복습",)}),
    LineCommand("placement", N_("a test that finds where to start"), {"ko": ("진단", "진단평가")}),
    LineCommand("playground", N_("your own formulas"), {"ko": ("놀이터",)}),
    LineCommand("quit", N_("leave"), {"ko": ("그만", "종료"), "": ("q",)}),
)
#: Commands that an exam refuses.
FORBIDDEN_IN_EXAM = frozenset({"hint", "show", "explain", "rule", "clear", "undo", "open", "fold"})


def match_command(text: str, commands: Iterable[LineCommand]) -> str:
    """Return the name of the command in a line, with or without a colon; an empty text if it is none."""
    word = text.strip().removeprefix(":").casefold()
    return next((command.name for command in commands if command.answers_to(word)), "")


def format_commands(commands: Sequence[LineCommand]) -> list[str]:
    """Return a line for each command."""
    return [f"{command.label}: {_(command.description)}" for command in commands]


def command_label(name: str) -> str:
    """Return an exercise's command as it is typed in the language in use, with its colon."""
    command = next(command for command in (*EXERCISE_COMMANDS, CODE_COMMAND) if command.name == name)
    return f":{command.aliases.get(current_language(), (name,))[0]}"
