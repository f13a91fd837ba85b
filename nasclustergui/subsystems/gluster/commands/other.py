"""Reads the rest: messages, options, and any other answer as a tree of plain values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from nasclustergui.core.i18n import _
from nasclustergui.subsystems.gluster.commands.answer import (
    PLAIN_FAILURE,
    Answer,
    failed,
    read_plain,
    read_xml,
    reading,
    unexpected,
)
from nasclustergui.subsystems.gluster.commands.values import each, optional, text

Tree = str | Mapping[str, "Tree"] | tuple["Tree", ...]
ENVELOPE = frozenset({"opRet", "opErrno"})


@dataclass(frozen=True)
class OptionHelp:
    """An option of the catalogue, with gluster's own description."""

    name: str
    default: str
    description: str


def parse_message(answer: Answer) -> str:
    """A change without details: what gluster says beside success ("Host node2 port 24007 already in peer list")."""
    root = read_xml(answer)
    return optional(root, "output") or optional(root, "opErrstr")


def parse_tree(answer: Answer) -> Mapping[str, Tree]:
    """Any XML answer: element names to texts, mappings or, where a name repeats, tuples of them."""
    root = read_xml(answer)
    tree = _tree(root)
    return {k: v for k, v in tree.items() if k not in ENVELOPE} if isinstance(tree, Mapping) else {}


def parse_text(answer: Answer) -> str:
    """A command that prints plain text: that text, unless it speaks of a failure."""
    said = read_plain(answer)
    if PLAIN_FAILURE.search(said):
        raise failed(answer)
    return said.strip()


def parse_help(answer: Answer) -> str:
    """Help and catalogues as text: words like "failed" belong to the descriptions."""
    return read_plain(answer).strip()


def parse_anything(answer: Answer) -> Tree:
    """A command that we don't know: XML as a tree, else its text."""
    if answer.result.stdout.lstrip().startswith("<"):
        return parse_tree(answer)
    return parse_text(answer)


def parse_options(answer: Answer) -> Mapping[str, str]:
    """`volume get V all`: option → effective value; " (DEFAULT)" is cut off."""
    root = read_xml(answer)
    with reading(answer):
        options = {
            text(option, "Option"): optional(option, "Value").removesuffix("(DEFAULT)").strip()
            for option in each(root, "volGetopts/Opt")
        }
    if not options:
        raise unexpected(answer, _("it holds no options"))
    return options


def parse_option_help(answer: Answer) -> tuple[OptionHelp, ...]:
    """`volume set help-xml`: the catalogue of options."""
    root = read_xml(answer, root="options")
    with reading(answer):
        return tuple(
            OptionHelp(text(option, "name"), optional(option, "defaultValue"), optional(option, "description"))
            for option in each(root, "option")
        )


def parse_version(answer: Answer) -> str:
    """`gluster --version` → "10.3"."""
    said = read_plain(answer)
    match = re.match(r"\s*glusterfs (\S+)", said)
    if not match:
        raise unexpected(answer, _("it names no version"))
    return match[1]


def parse_dump_path(answer: Answer) -> str:
    """`get-state`: the file that was written on the node."""
    said = read_plain(answer)
    match = re.search(r"glusterd state dumped to (/.*)", said)
    if not match:
        raise failed(answer) if PLAIN_FAILURE.search(said) else unexpected(answer, _("it names no file"))
    return match[1].strip()


def parse_snapshot_delete(answer: Answer) -> tuple[str, ...]:
    """`snapshot delete …`: names of the deleted snapshots; one that failed fails the answer."""
    root = read_xml(answer)
    with reading(answer):
        for snapshot in root.findall("snapDelete/snapshots/snapshot"):
            if text(snapshot, "status") != "Success":
                raise failed(answer, optional(snapshot, "opErrstr") or _("a snapshot could not be deleted"))
        return tuple(text(snapshot, "name") for snapshot in root.findall("snapDelete/snapshots/snapshot"))


def _tree(element: Element) -> Tree:
    children = list(element)
    if not children:
        return (element.text or "").strip()
    found: dict[str, list[Tree]] = {}
    for child in children:
        found.setdefault(child.tag, []).append(_tree(child))
    return {name: values[0] if len(values) == 1 else tuple(values) for name, values in found.items()}
