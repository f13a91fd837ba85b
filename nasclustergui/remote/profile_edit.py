"""One node more or less in a profile's file, everything else in it as it was: comments, order, keys.

Where the text can't be changed by a whole [[nodes]] section (inline tables), the file is written anew from its values.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from nasclustergui.core import profile_check
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.i18n import _
from nasclustergui.core.profile import NodeProfile, Profile
from nasclustergui.remote.files import write_private
from nasclustergui.remote.profile_toml import format_node, format_profile, parse_profile
from nasclustergui.remote.toml_text import read_text, shown

_SECTION = re.compile(r"^\s*\[", re.MULTILINE)
_NODE = re.compile(r"^\s*\[\[\s*nodes\s*\]\][ \t]*(#.*)?$", re.MULTILINE)


def add_node(path: Path, node: NodeProfile) -> Profile:
    """Put the node behind the others; returns the profile as it is in the file now.

    Raises InvalidInput if the file can't be read or written, or the profile with the node can't work; then it stays.
    """
    text = read_text(path)
    old = parse_profile(text, shown(path))
    wanted = replace(old, nodes=(*old.nodes, node))
    profile_check.check(wanted)
    return _write(path, _with_section(text, format_node(node)), wanted)


def remove_node(path: Path, name: str) -> Profile:
    """Take the node out; returns the profile as it is in the file now. Raises InvalidInput as `add_node` does."""
    text = read_text(path)
    old = parse_profile(text, shown(path))
    index = next((n for n, node in enumerate(old.nodes) if node.name == name), None)
    if index is None:
        raise InvalidInput(_("{file} names no node “{name}”.").format(file=shown(path), name=name), field="node")
    wanted = replace(old, nodes=(*old.nodes[:index], *old.nodes[index + 1 :]))
    profile_check.check(wanted)
    return _write(path, _without_section(text, index), wanted)


def _write(path: Path, text: str, wanted: Profile) -> Profile:
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
    return wanted


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
