"""All bindings whose keys can be changed. Importing this module loads every screen."""

from __future__ import annotations

from textual.binding import Binding

from tutor.tui.screens.code import CodeScreen
from tutor.tui.screens.exercise import ExerciseScreen
from tutor.tui.screens.explain import ExplainScreen
from tutor.tui.screens.glossary import GlossaryScreen
from tutor.tui.screens.home import HomeScreen
from tutor.tui.screens.key_settings import KeySettingsScreen
from tutor.tui.screens.placement_result import PlacementResultScreen
from tutor.tui.screens.playground import PlaygroundScreen
from tutor.tui.screens.program import ProgramScreen
from tutor.tui.screens.progress import ProgressScreen
from tutor.tui.screens.review_result import ReviewResultScreen
from tutor.tui.screens.rule_card import RuleCardScreen
from tutor.tui.screens.settings import SettingsScreen
from tutor.tui.screens.summary import SummaryScreen
from tutor.tui.screens.theme_choice import ThemeChoiceScreen
from tutor.tui.screens.worked_example import WorkedExampleScreen
from tutor.tui.widgets.key_bar import COMMANDS, QUIT

SCREENS = (
    HomeScreen,
    ExerciseScreen,
    ExplainScreen,
    RuleCardScreen,
    GlossaryScreen,
    PlaygroundScreen,
    WorkedExampleScreen,
    ProgramScreen,
    SummaryScreen,
    CodeScreen,
    ProgressScreen,
    ReviewResultScreen,
    PlacementResultScreen,
    SettingsScreen,
    ThemeChoiceScreen,
    KeySettingsScreen,
)

#: Each binding once, screen by screen.
ALL_BINDINGS = (
    QUIT,
    COMMANDS,
    *(
        binding
        for screen in SCREENS
        for binding in screen.BINDINGS
        if isinstance(binding, Binding) and binding.id and not binding.system
    ),
)
