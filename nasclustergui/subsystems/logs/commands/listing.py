"""Which logs a node has, which of them can be read, and what time it is there: one shell script, one answer."""

from __future__ import annotations

import time

from nasclustergui.core.command import Command, Result
from nasclustergui.core.errors import UnexpectedOutput
from nasclustergui.core.i18n import _
from nasclustergui.subsystems.logs.model import JOURNAL, Kind, NodeLogs, Place, Source

LOG_DIRECTORY = "/var/log/"
_SYSLOGS = ("syslog", "messages")
# The tail's cursor is where following begins when a page of the journal is empty. `journalctl -q` says nothing
# and ends with 0 where the user may see none of the system's entries, so its answer counts, not its status.
_SCRIPT = r"""
echo "now $(date +%s.%N) $(date +%z)"
if command -v journalctl >/dev/null 2>&1; then
  c=$(journalctl -q -n 1 -o json --output-fields=PRIORITY 2>/dev/null | sed -n 's/.*"__CURSOR" *: *"\([^"]*\)".*/\1/p')
  w=$(journalctl -n 1 -o cat 2>&1 >/dev/null | tr '\n' ' ')
  case $w in *"not seeing messages"*|*"ermission"*) c=;; esac
  echo "journal $c"; [ -n "$c" ] || echo "why $w"
fi
for d in /var/log/glusterfs /var/log/glusterfs/*/; do [ -d "$d" ] && [ ! -x "$d" ] && echo "closed $d"; done
for f in /var/log/syslog /var/log/messages /var/log/glusterfs/*.log /var/log/glusterfs/*/*.log \
  /var/log/glusterfs/*/*/*.log; do
  [ -f "$f" ] || continue
  r=y; [ -r "$f" ] || r=n
  echo "file $r $(stat -L -c '%i %s %Y' "$f") $f"
done
"""


def list_logs(root: bool) -> Command:
    """The command. Without root it tells what the login user may read."""
    return Command(("sh", "-c", _SCRIPT), timeout=30.0, root=root)


def parse_logs(node: str, result: Result, began: float, root: bool) -> NodeLogs:
    """What the answer means. `began`: Unix time when it was asked. Raises UnexpectedOutput."""
    ended = time.time()
    sources: list[Source] = []
    ends: dict[str, Place] = {}
    there, utc_offset, why = None, 0, ""
    cursor: str | None = None
    for line in result.stdout.splitlines():
        word, _space, rest = line.partition(" ")
        if word == "now":
            there, utc_offset = _clock(rest)
        elif word == "journal":
            cursor = rest.strip()
        elif word == "why":
            why = rest.strip()
        elif word == "file" and (found := _file(rest)) is not None:
            sources.append(found[0])
            ends[found[0].id] = found[1]
    if there is None:
        raise UnexpectedOutput(
            _("{node}: its logs could not be listed").format(node=node), details=result.stdout + result.stderr
        )
    if cursor is not None:
        blocked = "" if cursor else _blocked(why)
        sources.insert(0, Source(JOURNAL, Kind.JOURNAL, why_not=blocked))
        ends[JOURNAL] = Place(cursor)
    # The node looked at its clock early in the command's life: closer to the middle than to its end on any network
    # whose round trip matters, so the middle is right within half the time.
    skew = there - (began + ended) / 2
    return NodeLogs(node, tuple(sources), ends, skew, (ended - began) / 2, utc_offset, root)


def _clock(text: str) -> tuple[float | None, int]:
    """ "1795454504.66 +0100"; busybox' date knows no %N and leaves "1795454504.%N" or "1795454504."."""
    words = text.split()
    seconds = words[0].partition(".") if words else ("", "", "")
    fraction = seconds[2] if seconds[2].isdigit() else "5"  # unknown: the middle of the second
    zone = words[1] if len(words) > 1 else "+0000"
    try:
        return float(f"{seconds[0]}.{fraction}"), parse_zone(zone)
    except ValueError:
        return None, 0


def parse_zone(text: str) -> int:
    """ "+0130" → 5400. Raises ValueError."""
    text = text.replace(":", "")
    sign = -1 if text.startswith("-") else 1
    return sign * (int(text[1:3]) * 3600 + int(text[3:5]) * 60)


def _file(rest: str) -> tuple[Source, Place] | None:
    words = rest.split(" ", 4)
    if len(words) != 5 or not all(word.isdigit() for word in words[1:4]):
        return None
    path, size = words[4], int(words[2])
    name = path.removeprefix(LOG_DIRECTORY)
    why = "" if words[0] == "y" else _("the login user may not read this file")
    kind = Kind.SYSLOG if name in _SYSLOGS else Kind.GLUSTER
    return Source(name, kind, path, size, int(words[3]), why), Place("", int(words[1]), size)


def _blocked(why: str) -> str:
    if "not seeing messages" in why or "ermission" in why:
        return _("the login user may not read the system's journal (group systemd-journal or adm)")
    return why or _("the journal is empty")
