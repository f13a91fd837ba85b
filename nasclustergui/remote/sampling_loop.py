"""The POSIX shell loop that runs on a node for its metrics: one line in, one reply out, ended by EOF."""

from __future__ import annotations

import shlex

READ = b"r\n"  # counters
READ_WITH_DF = b"d\n"  # counters and file systems
FACTS = b"f\n"
END = b"\n@end\n"  # with the newline before, because a mount point may end with @end

# - Runs in dash, bash and busybox sh, as any user, in containers: what a kernel lacks is left out.
# - `read` takes a file's first line without a process; one `cat` per reply is all that is started.
# - A reply is written at once: every write becomes an SSH packet, and packets are what costs the workstation.
# - df leaves out remote mounts (-l), because a dead server would hang it; `timeout -s KILL` is for the rest.
#   Busybox's df knows neither -l nor -x; the parser leaves out what should not be there.
# - One line without single quotes, exclamation marks and double backslashes: any login shell passes it on as it is.
_SCRIPT = (
    "PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin; LC_ALL=C; export PATH LC_ALL; "
    "if timeout -s KILL 3 df -l -B1 -P -T / >/dev/null 2>&1; "
    "then d() { timeout -s KILL 3 df -l -B1 -P -T -x tmpfs -x devtmpfs -x overlay -x squashfs 2>/dev/null; }; "
    "else d() { timeout 3 df -P -T 2>/dev/null || timeout 3 df -P 2>/dev/null; }; fi; "
    'while read -r q; do if [ "$q" = f ]; then '
    r'printf "%s\n@end\n" "$(cat /etc/os-release 2>/dev/null; echo; echo @kernel; uname -r; echo @cores; '
    'grep -c "^cpu[0-9]" /proc/stat)"; '
    "else "
    "read -r u </proc/uptime; read -r l </proc/loadavg; read -r c </proc/stat; "
    "r=$(cat /proc/net/dev /proc/diskstats /proc/meminfo 2>/dev/null); "
    r'if [ "$q" = d ]; then printf "%s\n%s\n%s\n%s\n@df\n%s\n@end\n" "$u" "$l" "$c" "$r" "$(d)"; '
    r'else printf "%s\n%s\n%s\n%s\n@end\n" "$u" "$l" "$c" "$r"; fi; fi; done'
)

COMMAND = f"exec sh -c {shlex.quote(_SCRIPT)}"
