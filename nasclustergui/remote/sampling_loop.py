"""The POSIX shell loop that runs on a node for its metrics: one line in, one reply out, ended by EOF."""

from __future__ import annotations

import shlex

READ = b"r\n"  # counters
READ_WITH_DF = b"d\n"  # counters and file systems
FACTS = b"f\n"
END = b"\n@end\n"  # with the newline before, because a mount point may end with @end

# - Runs in dash, bash and busybox sh, as any user, in containers: what a kernel lacks is left out.
# - `read` takes a file's first line without a process; one `cat` per reply is all that is started.
# - df leaves out remote mounts (-l), because a dead server would hang it; `timeout -s KILL` is for the rest.
#   Busybox's df knows neither -l nor -x; the parser leaves out what should not be there.
# - One line, no single quote, no backslash, no exclamation mark: any login shell passes it on as it is.
_SCRIPT = (
    "PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin; LC_ALL=C; export PATH LC_ALL; "
    "if timeout -s KILL 3 df -l -B1 -P -T / >/dev/null 2>&1; "
    "then d() { timeout -s KILL 3 df -l -B1 -P -T -x tmpfs -x devtmpfs -x overlay -x squashfs 2>/dev/null; }; "
    "else d() { timeout 3 df -P -T 2>/dev/null || timeout 3 df -P 2>/dev/null; }; fi; "
    'while read -r q; do if [ "$q" = f ]; then '
    'cat /etc/os-release 2>/dev/null; echo; echo @kernel; uname -r; echo @cores; grep -c "^cpu[0-9]" /proc/stat; '
    "else "
    'read -r a </proc/uptime; echo "$a"; read -r a </proc/loadavg; echo "$a"; read -r a </proc/stat; echo "$a"; '
    "cat /proc/net/dev /proc/diskstats /proc/meminfo 2>/dev/null; "
    'if [ "$q" = d ]; then echo @df; d; fi; fi; echo @end; done'
)

COMMAND = f"exec sh -c {shlex.quote(_SCRIPT)}"
