"""What a person chose for the program itself, and how one start of it was asked to behave."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

THEMES = ("system", "light", "dark", "contrast-light", "contrast-dark")
LANGUAGES = ("", "en", "de")
TEXT_SCALE = (90, 150)
POLL_SECONDS = (1, 300)


@dataclass(frozen=True)
class Settings:
    """The person's settings.

    Attributes:
        theme: one of `THEMES`.
        text_scale: size of texts in percent, 90 … 150.
        language: "en", "de"; "" follows the system.
        reduce_motion: nothing moves by itself.
        poll_seconds: between two readings of a visible page, 1 … 300.
        last_cluster: file of the profile that was open last.
        geometry, window_state: the window's, as base64 text of Qt's bytes.
    """

    theme: str = "system"
    text_scale: int = 100
    language: str = ""
    reduce_motion: bool = False
    poll_seconds: int = 5
    last_cluster: str = ""
    geometry: str = ""
    window_state: str = ""

    def sane(self) -> Settings:
        """The same with values in range, defaults instead of impossible ones."""
        return replace(
            self,
            theme=self.theme if self.theme in THEMES else "system",
            language=self.language if self.language in LANGUAGES else "",
            text_scale=min(max(self.text_scale, TEXT_SCALE[0]), TEXT_SCALE[1]),
            poll_seconds=min(max(self.poll_seconds, POLL_SECONDS[0]), POLL_SECONDS[1]),
        )


def settings_from(data: dict[str, Any]) -> Settings:
    """The settings in a table; what is missing, unknown or of another kind is left at its default."""
    known = {field.name: type(field.default) for field in fields(Settings)}
    taken: dict[str, Any] = {key: value for key, value in data.items() if type(value) is known.get(key)}
    return Settings(**taken).sane()


@dataclass(frozen=True)
class Launch:
    """How this start of the window was asked for on the command line.

    Attributes:
        cluster: name or file of a profile, "" for the one that was open last.
        theme, language: instead of the settings', "" for theirs.
        smoke: open the window, read the cluster once, and end: for tests.
        shot: with `smoke`, a file for a picture of the window.
    """

    cluster: str = ""
    theme: str = ""
    language: str = ""
    smoke: bool = False
    shot: str = ""
