"""Finds the parser for an answer from the words of its command: the one place that knows them all."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from nasclustergui.subsystems.gluster.commands import heal, other, peers, status, volumes, volumes_plain, work
from nasclustergui.subsystems.gluster.commands.answer import Answer

Parser = Callable[[Answer], object]

HEAL_LAUNCHES = frozenset({"", "full", "enable", "disable", "granular-entry-heal"})
# plain text even with --xml, or XML only sometimes
PLAIN = frozenset({"bitrot", "barrier", "clear-locks", "log", "geo-replication", "inode-quota"})


def understand(answer: Answer) -> object:
    """What the answer means. Raises a NasError for a refusal or an answer that can't be read."""
    return parser_for(answer)(answer)


def parser_for(answer: Answer) -> Parser:
    """The parser for the answer of this command line; `other.parse_anything` for commands that we don't know."""
    words = answer.words
    match words:
        case ["--version", *_]:
            return other.parse_version
        case ["pool", "list", *_] | ["peer", "status", *_]:
            return peers.parse_peers if _xml(answer) else other.parse_text
        case ["peer", ("probe" | "detach"), *_]:
            return other.parse_message if _xml(answer) else other.parse_text
        case ["get-state", *_]:
            return other.parse_dump_path
        case ["snapshot", "delete", *_] if _xml(answer):
            return other.parse_snapshot_delete
        case ["snapshot", *_]:
            return other.parse_tree if _xml(answer) else other.parse_text
        case [("help" | "--help"), *_] | [_, "help", *_] | ["volume", "set", "help", *_]:
            return other.parse_help
        case ["volume", command, *rest]:
            return _volume_parser(command, rest, _xml(answer))
    return other.parse_anything


def _volume_parser(command: str, rest: Sequence[str], xml: bool) -> Parser:
    last = rest[-1] if rest else ""
    if command == "heal":
        return _heal_parser(rest[1:], xml)
    if command in PLAIN:
        return other.parse_anything
    if not xml:
        return volumes_plain.parse_volumes_plain if command == "info" else other.parse_text
    match command:
        case "info":
            return volumes.parse_volumes
        case "list":
            return volumes.parse_volume_names
        case "status":
            return status.parse_status
        case "rebalance" if last in ("status", "stop"):
            return work.parse_rebalance
        case "remove-brick" if last in ("status", "stop"):
            return work.parse_remove_brick
        case "get":
            return other.parse_options
        case "set" if last == "help-xml":
            return other.parse_option_help
        case "create" | "start" | "stop" | "delete" | "add-brick" | "remove-brick" | "replace-brick" | "reset-brick":
            return other.parse_tree
        case "rebalance" | "set" | "reset" | "quota" | "profile" | "sync" | "statedump":
            return other.parse_tree
    return other.parse_anything


def _heal_parser(rest: Sequence[str], xml: bool) -> Parser:
    match rest:
        case ["info", *_]:
            return heal.parse_heal_info if xml else heal.parse_heal_info_plain
        case ["statistics", "heal-count", *_]:
            return heal.parse_heal_count
        case ["statistics", *_]:
            return heal.parse_crawls
        case ["split-brain", *_]:
            return heal.parse_resolution
    return heal.parse_launch if (rest[0] if rest else "") in HEAL_LAUNCHES else other.parse_anything


def _xml(answer: Answer) -> bool:
    """True if XML was asked for."""
    return "--xml" in answer.command.argv
