"""The light markup of texts in packs."""

from __future__ import annotations

import pytest

from tutor.glyphs import UNICODE
from tutor.tui.content import from_markup


@pytest.mark.parametrize(
    ("text", "shown", "styled"),
    [
        ("Two **residual blocks** in a row", "Two residual blocks in a row", {"residual blocks": "bold"}),
        ("**로짓**이라 하고 *예*라면", "로짓이라 하고 예라면", {"로짓": "bold", "예": "italic"}),
        ("곧 *분기*(branch)이고 **합**(sum)", "곧 분기(branch)이고 합(sum)", {"분기": "italic", "합": "bold"}),
        ("2 *a*(b + c)*d", "2 *a*(b + c)*d", {}),
        ("the class (**one-hot**).", "the class (one-hot).", {"one-hot": "bold"}),
        ("`a ** b * c` is code", "a ** b * c is code", {"a ** b * c": "bold $bright"}),
        ("x**2 + 2*a*b, 3 * y ** 2 * z", "x**2 + 2*a*b, 3 * y ** 2 * z", {}),
        ("[red]no[/] [@click=app.quit]markup[/]", "[red]no[/] [@click=app.quit]markup[/]", {}),
    ],
)
def test_light_markup_becomes_styles_and_arithmetic_stays(text: str, shown: str, styled: dict[str, str]) -> None:
    found = from_markup(UNICODE, text)
    assert found.plain == shown
    assert {shown[span.start : span.end]: str(span.style).strip() for span in found.spans} == styled
