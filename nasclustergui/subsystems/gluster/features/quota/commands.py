"""Commands about quotas, and the parsers of their answers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.etree.ElementTree import Element

from nasclustergui.core.command import Command, Result
from nasclustergui.core.errors import CommandFailed
from nasclustergui.core.i18n import _
from nasclustergui.core.units import parse_size
from nasclustergui.subsystems.gluster.commands import CHANGE_TIMEOUT, gluster
from nasclustergui.subsystems.gluster.commands.answer import (
    Answer,
    ensure_daemon,
    not_utf8,
    read_xml,
    reading,
    unexpected,
)
from nasclustergui.subsystems.gluster.commands.values import integer, text
from nasclustergui.subsystems.gluster.features.quota.model import Daemons, Limit

NOTHING = re.compile(r"No (inode )?quota configured on volume")
NO_SUCH_PATH = re.compile(r"^(?P<path>/.*?) +No such file or directory$", re.MULTILINE)
PLAIN_LINE = re.compile(
    r"^(?P<path>/.*?) +(?P<hard>\S+) +(?P<percent>\d+)%\((?P<soft>[^)]+)\) +(?P<used>\S+)(?: +(?P<dirs>\d+))?"
    r" +(?P<available>\S+) +(?P<over_soft>Yes|No) +(?P<over_hard>Yes|No)\s*$",
    re.MULTILINE | re.DOTALL,
)
LIST_TIMEOUT = 30  # seconds: 0.2 it takes, but 10 while a node of the volume is off, and the lock is held all the time
MOST_NAMES = 500
LIST_SCRIPT = """find -P "$1$2" -mindepth 1 -maxdepth 1 -type d ! -name .glusterfs ! -name .trashcan -printf '%f\\0' |
head -z -n "$3"
printf '/\\0'"""


class NoSuchDirectory(CommandFailed):
    """The path that was asked about isn't there."""


def volume_quota(volume: str, *words: str) -> Command:
    """A change: `enable`, `limit-usage PATH SIZE`, … Answered by XML without content."""
    return gluster("volume", "quota", volume, *words, timeout=CHANGE_TIMEOUT, lock=True)


def quota_list(volume: str, *paths: str, xml: bool = True) -> Command:
    """Limits on sizes, with what is used. Takes the volume's lock. Read by `parse_sizes`."""
    return gluster("volume", "quota", volume, "list", *paths, timeout=LIST_TIMEOUT, lock=True, xml=xml)


def quota_list_objects(volume: str, *paths: str, xml: bool = True) -> Command:
    """Limits on numbers of files. Takes the volume's lock. Read by `parse_objects`."""
    return gluster("volume", "quota", volume, "list-objects", *paths, timeout=LIST_TIMEOUT, lock=True, xml=xml)


def quota_processes() -> Command:
    """The quota daemon and the counting of files on a node. Read by `parse_processes`."""
    return Command(("ps", "-ww", "-C", "glusterfs", "-o", "args="), timeout=5.0)


def directories(brick: str, path: str) -> Command:
    """Directories below a path of a brick, at most MOST_NAMES. Read by `parse_directories`."""
    return Command(("sh", "-c", LIST_SCRIPT, "sh", brick, path, str(MOST_NAMES)), timeout=5.0)


def parse_sizes(answer: Answer) -> Mapping[str, Limit] | None:
    """`quota V list [PATH]`: path → limit; none where nothing is configured.

    None: a path isn't UTF-8, so that gluster printed nothing at all; ask for the plain list. A path without a limit
    has no entry. Raises as `read_xml`; NoSuchDirectory where a path that was asked for isn't there.
    """
    return _limits(answer, "used_space", "avail_space")


def parse_objects(answer: Answer) -> Mapping[str, Limit] | None:
    """`quota V list-objects [PATH]`: as `parse_sizes`, in files and directories."""
    return _limits(answer, "", "available")


def parse_plain(answer: Answer) -> Mapping[str, Limit]:
    """Either list without XML: sizes are rounded to a tenth of their unit. Paths may be of any bytes."""
    ensure_daemon(answer)
    shown = answer.result.stdout
    if NOTHING.search(shown):
        return {}
    _head, rule, body = shown.partition("\n---")
    body = body.partition("\n")[2]
    lines = list(PLAIN_LINE.finditer(body))
    if answer.result.status or not rule or "\n".join(match[0] for match in lines).split() != body.split():
        raise unexpected(answer, _("it is no list of quotas"))
    with reading(answer):
        return {match["path"]: _plain_limit(match) for match in lines}


def parse_processes(result: Result) -> Daemons:
    """Which of quota's processes run on a node."""
    lines = result.stdout.splitlines()
    quotad = any("gluster/quotad" in line for line in lines)
    return Daemons(quotad, any("/quota_crawl/" in line for line in lines))


def parse_directories(result: Result) -> tuple[str, ...] | None:
    """Names in order; None if the directory isn't there or can't be listed."""
    names = result.stdout.split("\0")
    if len(names) < 2 or names[-2] != "/" or result.stderr.strip():
        return None
    return tuple(sorted(names[:-2]))


def _limits(answer: Answer, used: str, available: str) -> Mapping[str, Limit] | None:
    if not_utf8(answer):
        return None
    try:
        root = read_xml(answer)
    except CommandFailed as error:
        if NOTHING.search(error.details) or NOTHING.search(answer.result.stdout):
            return {}
        raise
    if missing := NO_SUCH_PATH.search(answer.result.stderr):
        said = _("there is no directory {path} on the volume").format(path=missing["path"])
        raise NoSuchDirectory(answer.node, str(answer.command), 0, answer.result.stderr, message=said)
    if root.find("volQuota") is None:
        raise unexpected(answer, _("it holds no list of quotas"))
    with reading(answer):
        found = root.findall("volQuota/limit")
        return {
            _path(limit): _limit(limit, used, available) for limit in found if limit.findtext("hard_limit") != "N/A"
        }


def _path(limit: Element) -> str:
    """As it is: blanks belong to it."""
    found = limit.findtext("path") or ""
    if not found.startswith("/"):
        raise ValueError(_("<{name}> is “{value}”").format(name="path", value=found[:40]))
    return found


def _limit(limit: Element, used: str, available: str) -> Limit:
    return Limit(
        hard=integer(limit, "hard_limit"),
        percent=int(float(text(limit, "soft_limit_percent").removesuffix("%"))),
        soft=integer(limit, "soft_limit_value"),
        used=integer(limit, used) if used else integer(limit, "file_count") + integer(limit, "dir_count"),
        available=integer(limit, available),
        soft_exceeded=_yes(limit, "sl_exceeded"),
        hard_exceeded=_yes(limit, "hl_exceeded"),
    )


def _yes(limit: Element, name: str) -> bool:
    said = text(limit, name)
    if said not in ("Yes", "No"):
        raise ValueError(_("<{name}> is “{value}”").format(name=name, value=said[:40]))
    return said == "Yes"


def _plain_limit(match: re.Match[str]) -> Limit:
    return Limit(
        hard=_plain_number(match["hard"]),
        percent=int(match["percent"]),
        soft=_plain_number(match["soft"]),
        used=_plain_number(match["used"]) + int(match["dirs"] or 0),
        available=_plain_number(match["available"]),
        soft_exceeded=match["over_soft"] == "Yes",
        hard_exceeded=match["over_hard"] == "Yes",
        rough=True,
    )


def _plain_number(shown: str) -> int:
    return parse_size(shown.removesuffix("ytes"))
