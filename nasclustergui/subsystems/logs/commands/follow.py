"""The POSIX shell script that follows all chosen logs of one node through one SSH session.

Output, a line each, none longer than a pipe writes at once, so lines of different writers never mix:

    j TEXT        an entry of the journal (JSON)        j+TEXT   a part of one, more to come
    j!N           N entries of the journal were left out
    j.            following the journal ended
    3>INODE AT    lines of file 3 follow, from that byte of that inode on
    3 TEXT        such a line                           3+TEXT   a part of one, more to come
    3<INODE AT    that were all up to that byte
    3!N           N lines of file 3 were left out
    t             all files were looked at: send a line to have them looked at again, a second later

Back-pressure: files are looked at only when asked, and SSH's window holds what the journal's writer may be ahead.
Bound: of each second as the journal stamps it, only so many entries pass, and as many errors besides; of a file so many
bytes at a time, the newest. It ends when its input ends, and takes the processes it started with it.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import NamedTuple

from nasclustergui.core.command import Command
from nasclustergui.subsystems.logs.commands.pages import journal_words
from nasclustergui.subsystems.logs.model import Place, Query

RATE = 400  # entries of the journal per second and node, and as many errors
FILE_BYTES = 128 * 1024  # of a file at a time, which is once a second
LOOK = b"l\n"
_PIECE = 3600  # bytes; PIPE_BUF is 4096

# mawk reads and writes in blocks unless told -W interactive, which others don't know. tail -c +N counts from 1.
# A file that shrank was cut after a copy of it was made (copytruncate), whose end was not seen yet.
# A renamed file may still be written to until its daemon opens the new one: it is followed on under its new name.
_SCRIPT = r"""
LC_ALL=C; export LC_ALL
journal=$1 rate=$2 cap=$3 piece=$4; shift 4
case $(awk -W version 2>&1 </dev/null) in mawk*) w="-W interactive";; *) w=;; esac
put='function put(t, s) { while (length(s) > '$piece') { print t "+" substr(s, 1, '$piece'); fflush();
  s = substr(s, '$piece' + 1) } print t " " s; fflush() }'
feed() {
  eval "$journal" 2>/dev/null </dev/null | awk $w -v r="$rate" "$put"'
    function told() { if (out) { print "j!" out; fflush() } out = 0 }
    { if (match($0, /"__REALTIME_TIMESTAMP":"[0-9]+/)) { q = substr($0, RSTART + 24, 10) }
      if (q != s) { told(); s = q; n = bad = 0 }
      if ($0 ~ /"PRIORITY":"[0-3]"/ ? ++bad > r : ++n > r) { if (++out >= 100) told(); next }
      put("j", $0) }
    END { told() }'
  echo "j."
}
send() {
  a=$3 z=$4 skip=0
  if [ $((z - a)) -gt "$cap" ]; then
    a=$((z - cap)) skip=1
    echo "$c!$(($(tail -c +$(($3 + 1)) "$1" | head -c $((a - $3)) | wc -l) + 1))"
  fi
  if [ -n "$(tail -c +"$z" "$1" | head -c 1)" ]; then
    z=$((z - $(tail -c +$((a + 1)) "$1" | head -c $((z - a)) | awk 'END { print length($0) }')))
    [ "$z" -gt "$a" ] || { z=$3; return 0; }
  fi
  if [ $skip = 1 ]; then
    a=$((a + $(tail -c +$((a + 1)) "$1" | head -c $((z - a)) | head -n 1 | wc -c)))
  fi
  echo "$c>$2 $a"
  tail -c +$((a + 1)) "$1" | head -c $((z - a)) | awk -v t="$c" "$put"'{ put(t, $0) }'
  echo "$c<$2 $z"
}
look() {
  set -- $(stat -L -c '%i %s' "$f" 2>/dev/null)
  [ $# = 2 ] || return 0
  if [ "$i" = 0 ]; then i=$1; fi
  if [ "$1" != "$i" ]; then
    if [ "$old" = y ]; then f=; return 0; fi
    for g in "$f".* "$f"-*; do
      if [ "$(stat -c %i "$g" 2>/dev/null)" = "$i" ]; then
        now=$(stat -c %s "$g") z=$o
        [ "$now" -gt "$o" ] && send "$g" "$i" "$o" "$now"
        k=$((k + 1))
        eval "f$k=\$g i$k=\$i o$k=\$z c$k=\$c old$k=y"
        break
      fi
    done
    i=$1 o=0
    echo "$c<$i 0"
  fi
  if [ "$2" -lt "$o" ]; then
    z=$o
    if [ -f "$f.1" ] && [ $(($(date +%s) - $(stat -c %Z "$f.1"))) -lt 60 ]; then
      now=$(stat -c %s "$f.1")
      [ "$now" -gt "$o" ] && send "$f.1" "$i" "$o" "$now"
    fi
    o=0
    echo "$c<$i 0"
  fi
  if [ "$2" -gt "$o" ]; then z=$o; send "$f" "$i" "$o" "$2"; o=$z; fi
}
{
  [ -z "$journal" ] || feed &
  k=0
  while [ $# -ge 3 ]; do
    k=$((k + 1))
    eval "f$k=\$1 i$k=\$2 o$k=\$3 c$k=$k old$k="
    shift 3
  done
  last=
  while read -r q; do
    names=
    n=0
    set --
    while [ $n -lt $k ]; do n=$((n + 1)); eval "[ -z \"\$f$n\" ] || set -- \"\$@\" \"\$f$n\""; done
    now=
    [ $# = 0 ] || now=$(stat -L -c '%i %s %n' "$@" 2>/dev/null)
    if [ "$now" != "$last" ]; then
      last=$now
      n=0
      while [ $n -lt $k ]; do
        n=$((n + 1))
        eval "f=\$f$n i=\$i$n o=\$o$n c=\$c$n old=\$old$n"
        m=$n
        [ -z "$f" ] || look
        eval "f$m=\$f i$m=\$i o$m=\$o"
      done
    fi
    echo t
    sleep 1
  done
  trap '' TERM
  kill 0
} | cat
"""


class Followed(NamedTuple):
    """A file to follow, from that place on."""

    path: str
    place: Place


def follow(query: Query, journal: Place | None, files: Sequence[Followed], root: bool) -> Command:
    """The command. `journal`: the place after which it is followed, None to leave it out."""
    line = ""
    if journal is not None:
        words = ["journalctl", "-f", "--no-tail", *journal_words(query)]
        words.append(f"--after-cursor={journal.cursor}" if journal.cursor else "--since=now")
        line = shlex.join(words)
    triples = [str(word) for file in files for word in (file.path, file.place.inode, file.place.offset)]
    numbers = [str(n) for n in (RATE, FILE_BYTES, _PIECE)]
    return Command(("sh", "-c", _SCRIPT, "sh", line, *numbers, *triples), timeout=None, root=root)
