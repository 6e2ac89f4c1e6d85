"""Letters that look alike: a Cyrillic х beside a Latin x would be two names to the program and one to people."""

from __future__ import annotations

_CYRILLIC = str.maketrans("АВЕЅІЈКМНОРСТУХаеѕіјорсухһ", "ABESIJKMHOPCTYXaesijopcyxh")
_GREEK = str.maketrans("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧο", "ABEZHIKMNOPTYXo")


def look(name: str) -> str:
    """How a name looks: the same text for names that can hardly be told apart."""
    return name.translate(_CYRILLIC).translate(_GREEK)
