"""The POSIX shell loop that tells what runs in a terminal and where: one line in, one reply out.

It runs on the terminal's own connection. The server's process for that connection is the parent both of this loop and
of the terminal's shell, so the shell is found without asking it for anything. Needs Linux's /proc; elsewhere replies
are empty. Directories of other users' processes (after sudo) are told only to root.
"""

from __future__ import annotations

import shlex

ASK = b"?\n"
END = b"\n@end\n"

# - `read` takes the list of a process's children without starting one; one readlink per reply is all that is started.
# - At most 40 processes are looked at: a build of a thousand has its top among them.
# - One line without single quotes, exclamation marks and double backslashes: any login shell passes it on as it is.
_SCRIPT = (
    "PATH=$PATH:/usr/bin:/bin; LC_ALL=C; export PATH LC_ALL; "
    # number, then its words after the name in brackets: state, parent, group, session, terminal, foreground group
    "look() { read -r stat 2>/dev/null </proc/$1/stat || return 1; name=${stat#*(}; name=${name%)*}; "
    'set -- "$1" ${stat##*) }; group=$4; front=$7; }; '
    "below() { kids $1; for kid in $k; do [ $n -lt 40 ] || return; n=$((n + 1)); "
    'look $kid && printf "p %s %s\\n" "$group" "$name" && all="$all /proc/$kid/cwd"; below $kid; done; }; '
    "kids() { k=; read -r k 2>/dev/null </proc/$1/task/$1/children; }; "
    "while read -r q; do kids $PPID; for shell in $k; do [ $shell = $$ ] && continue; n=0; all=/proc/$shell/cwd; "
    'look $shell || continue; printf "s %s %s\\n" "$group" "$front"; below $shell; '
    'readlink $all 2>/dev/null | while read -r d; do printf "d %s\\n" "$d"; done; break; done; '
    'printf "\\n@end\\n"; done'
)

COMMAND = f"exec sh -c {shlex.quote(_SCRIPT)}"
