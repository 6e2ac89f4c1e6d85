"""Questions that are answered by a text: what counts as the same text, and the verdict on one."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from tutor.grading.verdict import TRY_ANOTHER, Verdict, VerdictKind
from tutor.i18n import N_, Message, message

if TYPE_CHECKING:
    from tutor.grading.question import Question

#: A text has so many characters at most.
MAX_TEXT = 1_000
#: Signs that look alike and are typed for each other.
_LOOK_ALIKES = str.maketrans(
    {**dict.fromkeys("‐‑‒–—―−", "-"), **dict.fromkeys("‘’‛′`´", "'"), **dict.fromkeys("“”„″", '"')}
)
_END = ".,;:!?。"
#: A hyphen between words: back-propagation is backpropagation, but x-1 is not x1.
_HYPHEN = re.compile(r"(?<=[^\W\d_]{2})-(?=[^\W\d_]{2})")


def normalise(text: str) -> str:
    """Return a text so that spelling alone makes no difference: upper case, spaces, hyphens, Unicode forms, a full stop."""
    # Folding can bring back characters that have another form.
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text.translate(_LOOK_ALIKES)).casefold())
    visible = "".join(sign for sign in folded if not sign.isspace() and unicodedata.category(sign) not in ("Cf", "Cc"))
    return _HYPHEN.sub("", visible.rstrip(_END) or visible)


def too_long_message() -> Message:
    """Return what is said about a text that is too long."""
    return message(N_("This text has more than {n} characters. Shorten it."), n=MAX_TEXT)


def grade_text(question: Question, text: str) -> Verdict:
    """Grade a text; one that is only recorded is noted."""
    typed = normalise(text)
    if not typed:
        return Verdict(VerdictKind.MALFORMED, message(N_("Write an answer first.")), at=0, length=max(len(text), 1))
    if len(text) > MAX_TEXT:
        return Verdict(VerdictKind.MALFORMED, too_long_message(), at=MAX_TEXT, length=len(text) - MAX_TEXT)
    if question.is_ungraded:
        return Verdict(VerdictKind.NOTED, message(N_("Recorded for your instructor.")))
    if any(typed == normalise(accepted) for accepted in question.accepted or ()):
        return Verdict(VerdictKind.RIGHT, message(N_("Right.")))
    for mistake in question.text_mistakes:
        if typed == normalise(mistake.text):
            return Verdict(VerdictKind.MISTAKEN, message(N_("{text}"), text=mistake.feedback), mistake.id)
    return Verdict(VerdictKind.WRONG, message(TRY_ANOTHER))
