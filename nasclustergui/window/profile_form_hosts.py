"""Lists of hosts as people have them at hand: one per line, /etc/hosts, a spreadsheet's rows."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection

from nasclustergui.core.profile import NodeProfile
from nasclustergui.core.profile_check import ROLES

COLUMNS = ("name", "host", "user", "port", "rack", "role", "jump")
_LOGIN = re.compile(r"(?:ssh://)?(?:(?P<user>[^@\s]+)@)?(?:\[(?P<ip6>[^]]+)\]|(?P<host>[^:\s]+))(?::(?P<port>\d+))?/?")


def parse_hosts(text: str, taken: Collection[str] = ()) -> tuple[NodeProfile, ...]:
    """The nodes in a pasted text; empty lines and comments are left out. Nothing is checked.

    A line is one of: a spreadsheet's row with tabs, in the order of `COLUMNS`; "10.0.0.1 node1" as in /etc/hosts;
    "node1 10.0.0.1"; or one or more "user@host:port", with blanks, commas or semicolons between them.
    Nodes without a name get one that is not in `taken`.
    """
    nodes: list[NodeProfile] = []
    for line in text.splitlines():
        bare = line.partition("#")[0]
        if not bare.strip():
            continue
        for node in _row(bare) if _is_row(bare) else _words(bare):
            used = {*taken, *(n.name for n in nodes)}
            nodes.append(node if node.name else named(node, used))
    return tuple(nodes)


def named(node: NodeProfile, taken: Collection[str]) -> NodeProfile:
    """The node with a name: its host's first label, else node1, node2 … whatever is free."""
    label = "" if is_address(node.host) else node.host.partition(".")[0]
    if not label or label in taken:
        numbers = range(1, len(taken) + 2)
        label = next(name for name in (f"node{n}" for n in numbers) if name not in taken)
    return NodeProfile(label, node.host, node.user, node.port, node.rack, node.role, node.jump)


def is_address(text: str) -> bool:
    """True for an IPv4 or IPv6 address."""
    try:
        ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return True


def _is_row(line: str) -> bool:
    """Cells with tabs between them; /etc/hosts has tabs too, but begins with an address."""
    return "\t" in line.rstrip() and not is_address(line.partition("\t")[0].strip())


def _row(line: str) -> list[NodeProfile]:
    """A row of a table. One that names the columns says nothing about nodes."""
    cells = [cell.strip() for cell in line.split("\t")]
    name, host, user, port, rack, role, jump = (*cells, *[""] * len(COLUMNS))[: len(COLUMNS)]
    if port and not port.isdecimal():
        return []
    role = role.casefold() if role.casefold() in ROLES else role
    return [NodeProfile(name, host, user, int(port or 0), rack, role, jump)]


def _words(line: str) -> list[NodeProfile]:
    words = re.split(r"[\s,;]+", line.strip(" \t,;"))
    if len(words) >= 2 and is_address(words[0]) and not is_address(words[1]) and "@" not in words[1]:
        return [NodeProfile(words[1].partition(".")[0], words[0])]
    if len(words) == 2 and is_address(words[1]) and "@" not in words[0]:
        return [NodeProfile(words[0], words[1])]
    return [_login(word) for word in words]


def _login(word: str) -> NodeProfile:
    if is_address(word):  # an IPv6 address has colons of its own
        return NodeProfile("", word)
    match = _LOGIN.fullmatch(word)
    if match is None:
        return NodeProfile("", word)
    return NodeProfile("", match["ip6"] or match["host"], match["user"] or "", int(match["port"] or 0))
