"""Translations: `_()` marks and translates every text that a person reads."""

from __future__ import annotations

import gettext
import os
from pathlib import Path

LOCALE_DIR = Path(__file__).resolve().parent.parent / "resources" / "locale"
DOMAIN = "nasclustergui"

_active: gettext.NullTranslations = gettext.NullTranslations()
_language = "en"


def set_language(language: str | None = None) -> None:
    """Use `language` ("en", "de"); None follows LANGUAGE, LC_ALL, LC_MESSAGES and LANG."""
    global _active, _language
    wanted = [language] if language else _from_environment()
    _active = gettext.translation(DOMAIN, LOCALE_DIR, languages=wanted, fallback=True)
    _language = "de" if isinstance(_active, gettext.GNUTranslations) and wanted[0].startswith("de") else "en"


def language() -> str:
    """The active language, "en" or "de": numbers are written its way."""
    return _language


def _from_environment() -> list[str]:
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return [part.split(".")[0] for part in value.split(":")]
    return ["en"]


def _(message: str) -> str:
    """The message in the user's language."""
    return _active.gettext(message)


def sentences(*texts: str) -> str:
    """The texts one after the other, empty ones left out, each with a full stop where it has no end of its own.

    Errors begin with a node's name and end without a stop, because they stand alone in badges too.
    """
    stripped = (text.strip() for text in texts)
    return " ".join(text if text[-1] in ".!?:…" else f"{text}." for text in stripped if text)


def ngettext(singular: str, plural: str, n: int) -> str:
    """The form of the message that fits the number `n`."""
    return _active.ngettext(singular, plural, n)
