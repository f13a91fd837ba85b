"""TOML in and out: reading with sentences for errors, and the little writing that profiles and settings need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.i18n import _

LARGEST = 1024 * 1024


def read_toml(path: Path) -> dict[str, Any]:
    """The tables of a TOML file. Raises InvalidInput: missing, unreadable, not UTF-8, not TOML."""
    return parse_toml(read_text(path), shown(path))


def read_text(path: Path) -> str:
    """A text file of this program. Raises InvalidInput: missing, unreadable, too large, not UTF-8."""
    try:
        if not path.is_file():
            raise InvalidInput(_missing(path), hint=_("Check the path."))
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise InvalidInput(
            _("{file} cannot be read: {reason}.").format(file=shown(path), reason=reason), details=repr(error)
        ) from error
    if len(data) > LARGEST:
        raise InvalidInput(_("{file} is too large for a text file of this program.").format(file=shown(path)))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(
            _("{file} is not a UTF-8 text file.").format(file=shown(path)),
            hint=_("Byte {position} is the first that is none.").format(position=error.start + 1),
        ) from error


def _missing(path: Path) -> str:
    if path.is_dir():
        return _("{file} is a folder, not a file.").format(file=shown(path))
    if path.exists():
        return _("{file} is not a normal file.").format(file=shown(path))
    return _("There is no file {file}.").format(file=shown(path))


def parse_toml(text: str, source: str) -> dict[str, Any]:
    """The tables of a TOML text. `source` names it in the error."""
    import tomllib  # takes some milliseconds, which a start without any file need not spend

    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # ValueError covers TOMLDecodeError and numbers of 5,000 digits
        raise InvalidInput(
            _("{file} is not valid TOML: {reason}.").format(file=source, reason=str(error).rstrip(".")),
            hint=_("Correct the line, or write the file anew from this program."),
        ) from error


def shown(path: Path) -> str:
    """The path for a sentence: without line breaks and undecodable bytes."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in str(path))


def toml_table(values: Mapping[str, Any]) -> list[str]:
    """`key = value` lines; values are texts, booleans, numbers and lists of them. Keys are plain words."""
    return [f"{key} = {toml_value(value)}" for key, value in values.items()]


def toml_value(value: Any) -> str:
    """One TOML value (toml.io/en/v1.0.0): a text, a boolean, a finite number, or a list of them."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        # A JSON string is a TOML basic string, but for U+007F, which TOML wants escaped.
        import json  # only writing needs it

        return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, Sequence):
        return "[" + ", ".join(toml_value(item) for item in value) + "]"
    return repr(value)
