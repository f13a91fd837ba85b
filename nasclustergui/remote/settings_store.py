"""The person's settings as a TOML file. A damaged one never keeps the program from starting."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.i18n import _
from nasclustergui.core.settings import Settings, settings_from
from nasclustergui.remote.files import write_private
from nasclustergui.remote.paths import settings_file
from nasclustergui.remote.toml_text import read_toml, shown, toml_table


def load_settings(path: Path | None = None) -> tuple[Settings, InvalidInput | None]:
    """The settings, and what was wrong with the file, if anything; a missing file is a first start."""
    file = path or settings_file()
    if not file.exists():
        return Settings(), None
    try:
        return settings_from(read_toml(file)), None
    except InvalidInput as error:
        return Settings(), error


def save_settings(settings: Settings, path: Path | None = None) -> None:
    """Write what differs from the defaults. Raises InvalidInput if the file can't be written."""
    file = path or settings_file()
    changed = {f.name: getattr(settings, f.name) for f in fields(settings) if getattr(settings, f.name) != f.default}
    try:
        write_private(file, "\n".join([*toml_table(changed), ""]))
    except OSError as error:
        raise InvalidInput(
            _("{file} cannot be written: {reason}.").format(file=shown(file), reason=error.strerror or str(error)),
            details=repr(error),
        ) from error
