"""Changes a profile's file. One node or endpoint more or less leaves all else in it as it was: comments, order, keys.

After any other change, and where nodes are inline tables, the file is written anew from its values.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from nasclustergui.core import profile_check
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.i18n import _
from nasclustergui.core.profile import Profile
from nasclustergui.remote.files import write_private
from nasclustergui.remote.profile_toml import format_node, format_profile, parse_profile
from nasclustergui.remote.toml_text import read_text, shown, toml_table

_SECTION = re.compile(r"^\s*\[", re.MULTILINE)
_ENDPOINTS = re.compile(r"^[ \t]*endpoints\s*=\s*\[[^\]]*\]", re.MULTILINE)
_NODE = re.compile(r"^\s*\[\[\s*nodes\s*\]\][ \t]*(#.*)?$", re.MULTILINE)


def change_file(path: Path, change: Callable[[Profile], Profile]) -> Profile:
    """Apply a change to the profile in the file; returns the profile as it is there now.

    Raises InvalidInput if the file can't be read or written, or the changed profile can't work; then it stays.
    """
    text = read_text(path)
    old = parse_profile(text, shown(path))
    wanted = change(old)
    profile_check.check(wanted)
    if wanted != old:
        _write(path, _changed(text, old, wanted), wanted)
    return wanted


def _changed(text: str, old: Profile, wanted: Profile) -> str:
    """The text with one node more or less or other endpoints, "" where it is another change."""
    if wanted.nodes == old.nodes:
        (line,) = toml_table({"endpoints": wanted.etcd.endpoints})
        return _ENDPOINTS.sub(lambda _match: line, text, count=1)
    if len(wanted.nodes) == len(old.nodes) + 1:
        return _with_section(text, format_node(wanted.nodes[-1]))
    gone = [index for index, node in enumerate(old.nodes) if node not in wanted.nodes]
    return _without_section(text, gone[0]) if len(gone) == 1 else ""


def _write(path: Path, text: str, wanted: Profile) -> None:
    """The changed text if it means what is wanted, else the profile written anew."""
    try:
        if parse_profile(text, shown(path)) != wanted:
            text = format_profile(wanted)
    except InvalidInput:
        text = format_profile(wanted)
    try:
        write_private(path, text)
    except OSError as error:
        reason = error.strerror or str(error)
        raise InvalidInput(
            _("{file} cannot be written: {reason}.").format(file=shown(path), reason=reason), details=repr(error)
        ) from error


def _with_section(text: str, section: str) -> str:
    """Behind the last [[nodes]] section, before the comments that belong to what follows it."""
    spans = _spans(text)
    end = spans[-1][1] if spans else len(text)
    before = text[:end].rstrip("\n")
    after = text[end:].lstrip("\n")
    return f"{before}\n\n{section}" + (f"\n{after}" if after else "")


def _without_section(text: str, index: int) -> str:
    spans = _spans(text)
    if index >= len(spans):
        return ""
    start, end = spans[index]
    return f"{text[:start].rstrip(chr(10))}\n\n{text[end:].lstrip(chr(10))}".rstrip("\n") + "\n"


def _spans(text: str) -> list[tuple[int, int]]:
    """Where each [[nodes]] section begins and ends; comments right above the next section belong to that one."""
    spans = []
    for match in _NODE.finditer(text):
        following = _SECTION.search(text, match.end())
        end = following.start() if following else len(text)
        while following and (above := re.search(r"\n[ \t]*#[^\n]*\n\s*\Z", text[match.end() : end])):
            end = match.end() + above.start() + 1
        spans.append((match.start(), end))
    return spans
