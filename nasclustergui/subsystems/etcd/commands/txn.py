"""Transactions in the words of `etcdctl txn`: conditions, what to do if they hold, what else, each part ended by a
blank line (etcdctl/README.md, "TXN")."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nasclustergui.core.command import DEFAULT_TIMEOUT, Command
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.i18n import _
from nasclustergui.remote.etcd_types import Compare, Delete, Get, Operation, Put, Target
from nasclustergui.subsystems.etcd.commands.quoting import quoted, unquoted

_TARGETS = {
    Target.VALUE: "value",
    Target.VERSION: "version",
    Target.CREATE_REVISION: "create",
    Target.MOD_REVISION: "mod",
    Target.LEASE: "lease",
}
_NAMES = {name: target for target, name in _TARGETS.items()}
_TEXT = r'("(?:[^"\\]|\\.)*")'
_COMPARE = re.compile(rf"(\w+)\({_TEXT}\) (=|!=|<|>) {_TEXT}")
_PUT = re.compile(rf"put (?:--lease=([0-9a-f]+) )?-- {_TEXT} {_TEXT}")
_DELETE = re.compile(rf"(del|get) (--prefix )?-- {_TEXT}")


@dataclass(frozen=True)
class Txn:
    """If all of `compare` hold do `success`, else `failure`."""

    compare: tuple[Compare, ...]
    success: tuple[Operation, ...]
    failure: tuple[Operation, ...] = ()


def txn(compare: Sequence[Compare], success: Sequence[Operation], failure: Sequence[Operation] = ()) -> Command:
    """`etcdctl txn`, with the transaction as its input."""
    text = txn_text(Txn(tuple(compare), tuple(success), tuple(failure)))
    return Command(("etcdctl", "txn"), timeout=DEFAULT_TIMEOUT, root=False, stdin=text.encode("ascii"))


def txn_text(wanted: Txn) -> str:
    """The three parts. Keys and values may be any bytes."""
    parts = (map(_compare, wanted.compare), map(_operation, wanted.success), map(_operation, wanted.failure))
    return "".join("".join(f"{line}\n" for line in part) + "\n" for part in parts)


def parse_txn(text: str) -> Txn:
    """What `txn_text` wrote. Raises InvalidInput."""
    blocks = list(_blocks(text))
    if len(blocks) != 3:
        raise InvalidInput(_("This is not a transaction of etcd: {text}").format(text=text))
    compare, success, failure = blocks
    todo, otherwise = (tuple(map(_parse_operation, part)) for part in (success, failure))
    return Txn(tuple(map(_parse_compare, compare)), todo, otherwise)


def _blocks(text: str) -> Iterator[list[str]]:
    """Lines up to each blank one."""
    block: list[str] = []
    for line in text.splitlines():
        if line:
            block.append(line)
        else:
            yield block
            block = []


def _compare(compare: Compare) -> str:
    operand = compare.operand if isinstance(compare.operand, bytes) else _number(compare)
    return f"{_TARGETS[compare.target]}({quoted(compare.key)}) {compare.relation} {quoted(operand)}"


def _number(compare: Compare) -> str:
    number = int(compare.operand)
    return f"{number:x}" if compare.target is Target.LEASE else str(number)


def _operation(operation: Operation) -> str:
    if isinstance(operation, Put):
        lease = f"--lease={operation.lease:x} " if operation.lease else ""
        return f"put {lease}-- {quoted(operation.key)} {quoted(operation.value)}"
    word = "del" if isinstance(operation, Delete) else "get"
    return f"{word} {'--prefix ' if operation.prefix else ''}-- {quoted(operation.key)}"


def _parse_compare(line: str) -> Compare:
    match = _COMPARE.fullmatch(line)
    if match is None or match[1] not in _NAMES:
        raise InvalidInput(_("This is not a transaction of etcd: {text}").format(text=line))
    target, operand = _NAMES[match[1]], unquoted(match[4])
    if target is Target.VALUE:
        return Compare(unquoted(match[2]), target, match[3], operand)
    return Compare(unquoted(match[2]), target, match[3], int(operand, 16 if target is Target.LEASE else 10))


def _parse_operation(line: str) -> Operation:
    if match := _PUT.fullmatch(line):
        return Put(unquoted(match[2]), unquoted(match[3]), int(match[1], 16) if match[1] else 0)
    if match := _DELETE.fullmatch(line):
        kind = Delete if match[1] == "del" else Get
        return kind(unquoted(match[3]), bool(match[2]))
    raise InvalidInput(_("This is not a transaction of etcd: {text}").format(text=line))
