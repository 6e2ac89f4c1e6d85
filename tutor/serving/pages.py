"""The HTML pages of the server, in the language of the browser, and its messages in all languages."""

from __future__ import annotations

import json
from functools import cache
from html import escape
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from tutor import __version__
from tutor.i18n import DEFAULT_LANGUAGE, LANGUAGES, N_, translate_to

if TYPE_CHECKING:
    from collections.abc import Mapping

STATIC = Path(__file__).with_name("static")

#: Nothing comes from elsewhere, and no text of a page can become a script. The terminal makes style elements itself.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)

NO_ROOM = N_("All places are taken right now. Your progress is safe; please try again in a few minutes.")
NAME_TAKEN = N_(
    "This name is in use in another browser. Open your personal link, or ask your instructor for it. If you are new "
    "here, choose another name."
)
BAD_NAME = N_("Names have 1 to 64 letters, digits and . _ - + @, and begin and end with a letter or a digit.")
LINKS_ONLY = N_("Open your personal link. If you have none, ask your instructor for it.")
BAD_KEY = N_("This personal link does not work here. Ask your instructor for a new one.")
BAD_TOKEN = N_("This is not the code of your class. Ask your instructor for it.")
NEEDS_COOKIE = N_(
    "This page needs a cookie to recognise you, but your browser blocks it. Allow cookies, and reload the page."
)
NOT_FOUND = N_("There is no page at this address.")
FOREIGN_ORIGIN = N_("This connection came from another page, so it was refused.")

_TITLE = N_("Backprop tutor")
_TERMINAL = N_("The tutor (it receives all keys)")
_KEYS = N_("Keys")
_KEY_NAMES = {
    "escape": N_("Esc"),
    "tab": N_("Tab"),
    "left": N_("Left"),
    "up": N_("Up"),
    "down": N_("Down"),
    "right": N_("Right"),
    "backspace": N_("Delete"),
    "enter": N_("Enter"),
}
_SIGNS = {"left": "←", "up": "↑", "down": "↓", "right": "→", "backspace": "⌫"}
#: What the page itself says, by the name under which its script asks for it.
_NOTICES = {
    "connecting": N_("Connecting…"),
    "lost": N_("The connection is lost. All checked answers are saved; reconnecting…"),
    "quit": N_("You have left the tutor. All checked answers are saved."),
    "idle": N_("This session ended because you were away. You can continue where you stopped."),
    "elsewhere": N_("You opened the tutor in another window. It continues there."),
    "error": N_("The tutor has stopped because of an internal error. All checked answers are saved."),
    "full": NO_ROOM,
    "refused": N_("The server no longer recognises this page. Reload it."),
    "again": N_("Continue"),
    "reload": N_("Reload"),
}
_PLAIN_LINK = N_("Use plain text, for screen readers")
_SCREEN_LINK = N_("Use the full screen")
_LOG = N_("The tutor's output")
_LINE = N_("Your input")
_SEND = N_("Send")
_NO_SCRIPT = N_("This page needs JavaScript.")
_WELCOME = N_("Who are you?")
_NAME = N_("Your name or student number")
_TOKEN = N_("Class code")
_BEGIN = N_("Start")


@cache
def _template(name: str) -> Template:
    return Template((STATIC / name).read_text(encoding="utf-8"))


def _fill(template: str, language: str, /, **values: str) -> str:
    """Return a page. Every value must be HTML already."""
    title = escape(translate_to(_TITLE, language))
    return _template(template).substitute(values, language=language, title=title, version=escape(__version__))


def tutor_page(language: str, ticket: str, query: str) -> str:
    """Return the page of the tutor. `query` is that of the page, for its connection."""
    buttons = "".join(
        f'<button type="button" data-key="{key}" aria-label="{escape(translate_to(name, language))}">'
        f"{escape(_SIGNS.get(key) or translate_to(name, language))}</button>"
        for key, name in _KEY_NAMES.items()
    )
    return _fill(
        "tutor.html",
        language,
        ticket=escape(ticket),
        query=escape(query),
        notices=_notices(language),
        buttons=buttons,
        connecting=escape(translate_to(_NOTICES["connecting"], language)),
        terminal_label=escape(translate_to(_TERMINAL, language)),
        keys_label=escape(translate_to(_KEYS, language)),
        no_script=escape(translate_to(_NO_SCRIPT, language)),
        plain_link=escape(translate_to(_PLAIN_LINK, language)),
        plain_address=escape(f"?{_with_plain(query)}"),
    )


def _with_plain(query: str) -> str:
    return "&".join([*filter(None, [query]), "plain=1"])


def plain_page(language: str, ticket: str, query: str) -> str:
    """Return the page of the tutor in plain lines, which screen readers read as they come."""
    screen = "&".join(part for part in query.split("&") if not part.startswith("plain="))
    return _fill(
        "plain.html",
        language,
        ticket=escape(ticket),
        query=escape(query),
        notices=_notices(language),
        log=escape(translate_to(_LOG, language)),
        line=escape(translate_to(_LINE, language)),
        send=escape(translate_to(_SEND, language)),
        again=escape(translate_to(_NOTICES["again"], language)),
        screen_link=escape(translate_to(_SCREEN_LINK, language)),
        screen_address=escape(f"./?{screen}"),
        no_script=escape(translate_to(_NO_SCRIPT, language)),
    )


def _notices(language: str) -> str:
    """Return what the page may say, for its script."""
    notices = {name: translate_to(text, language) for name, text in _NOTICES.items()}
    return escape(json.dumps(notices, ensure_ascii=False))


def entry_page(language: str, *, needs_token: bool, hidden: Mapping[str, str], problem: str = "") -> str:
    """Return the page that asks for the code of the class and a name. `hidden` goes along with the answers."""
    token = (
        f"<label>{escape(translate_to(_TOKEN, language))}"
        '<input name="token" type="password" required autocomplete="off"></label>'
    )
    fields = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in hidden.items()
    )
    return _fill(
        "entry.html",
        language,
        problem=f'<p role="alert">{escape(translate_to(problem, language))}</p>' if problem else "",
        heading=escape(translate_to(_WELCOME, language)),
        name=escape(translate_to(_NAME, language)),
        token=token if needs_token else "",
        hidden=fields,
        begin=escape(translate_to(_BEGIN, language)),
    )


def message_page(text: str) -> str:
    """Return a page with one sentence in every language."""
    paragraphs = "".join(f'<p lang="{code}">{escape(translate_to(text, code))}</p>' for code in LANGUAGES)
    again = " · ".join(
        f'<a href="" lang="{code}">{escape(translate_to(_NOTICES["reload"], code))}</a>' for code in LANGUAGES
    )
    return _fill("message.html", DEFAULT_LANGUAGE, paragraphs=paragraphs, again=again)
