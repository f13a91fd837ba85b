"""Command lines that read a page of a log, going back in time."""

from __future__ import annotations

from typing import NamedTuple

from nasclustergui.core.command import Command, Result
from nasclustergui.subsystems.logs.model import Place, Query, Severity

# The other fields are read when somebody looks at an entry: with all of them a page has twice the bytes.
FIELDS = "MESSAGE,PRIORITY,_SYSTEMD_UNIT,UNIT,SYSLOG_IDENTIFIER,_PID"
_PRIORITIES = {
    Severity.CRITICAL: "2",
    Severity.ERROR: "3",
    Severity.WARNING: "4",
    Severity.NOTICE: "5",
    Severity.INFO: "6",
    Severity.DEBUG: "7",
}
# Arguments: path, inode (0: the file of that name), end ("-1": its end; 0: the next older file's end), bytes.
# A file is found by its inode, because rotation renames it; one that became shorter was copied before it was
# cut (copytruncate), so the next older one goes on at the same offset.
_PAGE = r"""
p=$1 i=$2 e=$3 n=$4 seen=
IFS='
'
for f in "$p" $(ls -1t "$p".* "$p"-* 2>/dev/null); do
  [ -f "$f" ] || continue
  k=$(stat -c %i "$f")
  if [ "$i" != 0 ] && [ -z "$seen" ]; then
    [ "$k" = "$i" ] || continue
    seen=y
    if [ "$e" = 0 ]; then e=-1; continue; fi
  fi
  case $f in *.gz) s=$(gzip -dc "$f" | wc -c);; *.xz|*.bz2|*.zst) continue;; *) s=$(stat -c %s "$f");; esac
  if [ "$e" != -1 ] && [ "$e" -gt "$s" ]; then continue; fi
  [ "$e" = -1 ] && e=$s
  b=$((e - n)); [ "$b" -lt 0 ] && b=0
  printf '@page %s %s %s %s\n' "$k" "$b" "$e" "$f"
  case $f in
    *.gz) gzip -dc "$f" | tail -c +$((b + 1)) | head -c $((e - b));;
    *) tail -c +$((b + 1)) "$f" | head -c $((e - b));;
  esac
  exit
done
[ "$i" = 0 ] || [ -n "$seen" ] && echo @none || echo @lost
"""


class Block(NamedTuple):
    """A part of a file.

    Attributes:
        inode, start, end: where it stands; name: of the file. data: its bytes.
        lost: the file in which reading should go on is there no more.
    """

    inode: int = 0
    start: int = 0
    end: int = 0
    name: str = ""
    data: bytes = b""
    lost: bool = False


def journal_words(query: Query) -> list[str]:
    """What is asked of the journal, without time."""
    words = ["-q", "-o", "json", f"--output-fields={FIELDS}"]
    if query.severity > Severity.DEBUG:
        words += ["-p", _PRIORITIES[query.severity]]
    if query.unit:
        words += ["-u", query.unit]
    return words


def read_journal(query: Query, before: Place | None, count: int, root: bool) -> Command:
    """The newest `count` entries before that place, newest first. journalctl takes no --since beside a cursor."""
    words = ["journalctl", "-r", "-n", str(count), *journal_words(query)]
    if before is not None and before.cursor:
        words.append(f"--after-cursor={before.cursor}")
    else:
        words += [f"--since=@{query.since / 1e6:.6f}"] if query.since is not None else []
        words += [f"--until=@{query.until / 1e6:.6f}"] if query.until is not None else []
    return Command(tuple(words), timeout=60.0, root=root)


def read_fields(cursor: str, root: bool) -> Command:
    """One entry of the journal with everything that is known of it."""
    return Command(("journalctl", "-q", "-n", "1", "-o", "json", f"--cursor={cursor}"), timeout=30.0, root=root)


def read_file(path: str, before: Place | None, size: int, root: bool) -> Command:
    """`size` bytes before that place, in the file or in what rotation made of it."""
    place = before or Place("", 0, -1)
    words = ("sh", "-c", _PAGE, "sh", path, str(place.inode), str(place.offset), str(size))
    return Command(words, timeout=60.0, root=root)


def parse_block(result: Result) -> Block | None:
    """What `read_file` answered, None if there is nothing older."""
    head, _newline, body = result.stdout.partition("\n")
    words = head.split(" ", 4)
    if words[0] == "@lost":
        return Block(lost=True)
    if words[0] != "@page" or len(words) != 5:
        return None
    data = body.encode("utf-8", "surrogateescape")
    start = int(words[2])
    return Block(int(words[1]), start, start + len(data), words[4], data)
