"""What a value is (text, JSON, YAML, binary) and how it is shown and read back without losing a byte. No I/O."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import StrEnum

import yaml

from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.i18n import _

HEX_SHOWN = 64 << 10  # bytes of a binary value that are shown and can be edited: four thousand lines
LONGEST_LINE = 20_000  # characters: Qt lays out a line at once, and a million of them takes it minutes
LIVE_CHECK = 64 << 10  # characters up to which JSON and YAML are checked while somebody types
LARGEST = 1 << 20  # bytes: etcd takes requests up to 1.5 MiB unless told otherwise
# What an editor does not keep as it is:
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u0085\u2028\u2029\ufdd0\ufdd1\ufffe\uffff]")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
_STYLES = ((",", ":"), (", ", ": "))  # how programs write JSON into one line
_HEX_LINE = re.compile(r"^((?:[0-9a-fA-F]{2}\s*)*)(?:\|.*)?$")
_INDENT = "  "


class Form(StrEnum):
    """How a value is shown and edited."""

    TEXT = "text"
    JSON = "json"
    YAML = "yaml"
    BINARY = "binary"


@dataclass(frozen=True)
class Shown:
    """A value as a text to edit. `bytes_of` gives the same bytes back where nothing was changed.

    Attributes:
        form, text: what stands in the editor.
        newline: what ends lines in the value. style: JSON that is stored in one line is shown in many; how its commas
            and colons are written there, None where it is shown as it is.
        cut: binary data too long to be shown whole: the text is its beginning and cannot be saved.
    """

    form: Form
    text: str
    newline: str = "\n"
    style: tuple[str, str] | None = None
    cut: bool = False


def form_of(key: bytes, value: bytes) -> Form:
    """What the value seems to be."""
    text = as_text(value)
    if text is None:
        return Form.BINARY
    if text.lstrip()[:1] in ("{", "[") and not json_fault(text):
        return Form.JSON
    if key.endswith((b".yaml", b".yml")) or text.startswith("---\n"):
        return Form.YAML
    return Form.TEXT


def as_text(value: bytes) -> str | None:
    """The value as lines that an editor keeps as they are, None if it is binary or its line ends are mixed."""
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        return None
    if _CONTROL.search(text) or text.startswith("\ufeff"):  # an editor drops a byte order mark
        return None
    unified = text.replace("\r\n", "\n")
    if "\r" in unified or ("\r\n" in text and text.count("\n") != text.count("\r\n")):
        return None
    return text


def shown(value: bytes, form: Form) -> Shown:
    """The value in that form; what cannot be shown so, or not in useful time, is shown as binary."""
    text = as_text(value)
    if form is not Form.BINARY and text is not None:
        lines = _as_lines(text, form)
        if max(map(len, lines.text.split("\n"))) <= LONGEST_LINE:
            return lines
    return Shown(Form.BINARY, hex_dump(value[:HEX_SHOWN]), cut=len(value) > HEX_SHOWN)


def _as_lines(text: str, form: Form) -> Shown:
    newline = "\r\n" if "\r\n" in text else "\n"
    text = text.replace("\r\n", "\n")
    if form is Form.JSON and newline == "\n" and not json_fault(text):
        for style in _STYLES:
            if json_compact(text, style) == text:
                return Shown(form, json_pretty(text), newline, style)
    return Shown(form, text, newline)


def bytes_of(text: str, like: Shown) -> bytes:
    """What to store for an edited text. Raises InvalidInput where a binary value can't be read."""
    if like.form is Form.BINARY:
        if like.cut:
            raise InvalidInput(_("Only the beginning of this value is shown."), hint=_("Import it from a file."))
        return hex_read(text)
    if like.style is not None and not json_fault(text):
        text = json_compact(text, like.style)
    return text.replace("\n", like.newline).encode("utf-8", "surrogatepass")


def fault(text: str, form: Form) -> str:
    """Why the text is not of its form, a sentence with the place; "" if it is."""
    match form:
        case Form.JSON:
            return json_fault(text)
        case Form.YAML:
            return yaml_fault(text)
        case Form.BINARY:
            try:
                hex_read(text)
            except InvalidInput as error:
                return str(error)
    return ""


# ---- JSON


def json_fault(text: str) -> str:
    """Why this is no JSON; keys that occur twice and numbers that JSON doesn't know count too."""
    try:
        json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        return _("Line {line}, column {column}: {what}.").format(line=error.lineno, column=error.colno, what=error.msg)
    except (ValueError, RecursionError) as error:
        return _("Not JSON: {what}.").format(what=error)
    return ""


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _value in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(_("“{name}” occurs twice in one object").format(name=twice))
    return found


def _no_constant(name: str) -> object:
    raise ValueError(_("{name} is not a number of JSON").format(name=name))


def json_compact(text: str, style: tuple[str, str] = _STYLES[0]) -> str:
    """Valid JSON in one line. Strings and numbers stay letter by letter: nothing is rounded or escaped anew."""
    comma, colon = style
    words = {",": comma, ":": colon}
    return "".join(words.get(token, token) for token in _TOKEN.findall(text))


def json_pretty(text: str) -> str:
    """Valid JSON, a line per member, indented by two; strings and numbers letter by letter."""
    out: list[str] = []
    depth = 0
    tokens = _TOKEN.findall(text)
    for before, token in zip(["", *tokens], tokens, strict=False):
        if token in ("}", "]"):
            depth -= 1
            if before not in ("{", "["):
                out.append("\n" + _INDENT * depth)
        elif before in ("{", "[", ","):
            out.append("\n" + _INDENT * depth)
        out.append(": " if token == ":" else token)
        depth += token in ("{", "[")
    return "".join(out)


# ---- YAML


def yaml_fault(text: str) -> str:
    """Why this is no YAML. Tags that would make objects are refused (safe loader)."""
    try:
        for _document in yaml.safe_load_all(text):
            pass
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = error.problem or error.context or ""
        if mark is None:
            return _("Not YAML: {what}.").format(what=what)
        return _("Line {line}, column {column}: {what}.").format(line=mark.line + 1, column=mark.column + 1, what=what)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        return _("Not YAML: {what}.").format(what=str(error).splitlines()[0])
    return ""


# ---- binary


def hex_dump(value: bytes) -> str:
    """Lines "48 65 6c …  |Hel…|", 16 bytes each, as `hexdump -C` writes them, without its offsets."""
    return "\n".join(_hex_line(value[at : at + 16]) for at in range(0, len(value), 16))


def _hex_line(part: bytes) -> str:
    text = "".join(chr(b) if 0x20 <= b < 0x7F else "." for b in part)
    return f"{part.hex(' '):<47}  |{text}|"


def hex_read(text: str) -> bytes:
    """The bytes of lines as `hex_dump` writes them, whatever stands behind "|". Raises InvalidInput."""
    found = bytearray()
    for number, line in enumerate(text.split("\n"), 1):
        match = _HEX_LINE.match(line.strip())
        if match is None:
            raise InvalidInput(_("Line {line} has something that is no pair of hex digits.").format(line=number))
        found += bytes.fromhex(match[1])
    return bytes(found)
