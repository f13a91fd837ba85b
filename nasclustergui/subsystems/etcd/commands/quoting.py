"""Double-quoted texts as Go writes them: what `etcdctl txn` reads and what shows any bytes as plain ASCII."""

from __future__ import annotations

import re

from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.i18n import _
from nasclustergui.remote.etcd_types import to_bytes

_SHORT = {ord("\\"): "\\\\", ord('"'): '\\"', ord("\n"): "\\n", ord("\r"): "\\r", ord("\t"): "\\t"}
_LONG = {text[1]: bytes([code]) for code, text in _SHORT.items()}
_ESCAPE = re.compile(r"\\(x[0-9a-f]{2}|.)", re.DOTALL)


def quoted(text: str | bytes) -> str:
    """The bytes in double quotes; whatever isn't printable ASCII as \\xNN (strconv.Unquote reads it back)."""
    return '"' + "".join(_SHORT.get(b) or (chr(b) if 0x20 <= b < 0x7F else f"\\x{b:02x}") for b in to_bytes(text)) + '"'


def unquoted(text: str) -> bytes:
    """The bytes of what `quoted` wrote. Raises InvalidInput for anything else."""
    if len(text) < 2 or text[0] != '"' or text[-1] != '"':
        raise InvalidInput(_("Not a text in double quotes: {text}").format(text=text))
    try:
        parts = _ESCAPE.split(text[1:-1])  # plain, escape, plain, escape …, plain
        return b"".join(part.encode("ascii") if n % 2 == 0 else _byte(part) for n, part in enumerate(parts))
    except (KeyError, ValueError) as error:
        raise InvalidInput(_("Not a text in double quotes: {text}").format(text=text)) from error


def _byte(escape: str) -> bytes:
    return bytes([int(escape[1:], 16)]) if len(escape) == 3 else _LONG[escape]
