"""Typed reading of XML elements: what is missing or senseless raises ValueError with the element's name."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from nasclustergui.core.i18n import _

UNSET = frozenset({"", "-", "N/A", "-1"})


def text(parent: Element, name: str) -> str:
    """The text of a child that must be there and not be empty."""
    found = (parent.findtext(name) or "").strip()
    if not found:
        raise ValueError(_("<{parent}> has no <{name}>").format(parent=parent.tag, name=name))
    return found


def optional(parent: Element, name: str, default: str = "") -> str:
    """The text of a child that may be missing."""
    return (parent.findtext(name) or default).strip()


def integer(parent: Element, name: str) -> int:
    """The whole number of a child that must be there."""
    return _number(text(parent, name), name)


def optional_integer(parent: Element, name: str) -> int | None:
    """The whole number of a child, None if it is missing or says "N/A", "-" or -1."""
    found = optional(parent, name)
    return None if found in UNSET else _number(found, name)


def number_or(parent: Element, name: str, default: int) -> int:
    """The whole number of a child, `default` if it is missing."""
    found = optional_integer(parent, name)
    return default if found is None else found


def each(parent: Element, path: str) -> Iterator[Element]:
    """The elements at `path`; the first part of it must be there."""
    head = path.split("/", 1)[0]
    if parent.find(head) is None:
        raise ValueError(_("<{parent}> has no <{name}>").format(parent=parent.tag, name=head))
    return iter(parent.findall(path))


def _number(found: str, name: str) -> int:
    try:
        return int(found)
    except ValueError:
        raise ValueError(_("<{name}> is “{value}”, not a number").format(name=name, value=found[:40])) from None
