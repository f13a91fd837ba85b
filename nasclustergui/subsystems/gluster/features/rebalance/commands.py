"""Commands about a rebalance that run on the very node, without gluster's lock, and how their answers are read.

`/var/lib/glusterd/vols/V/node_state.info` is where glusterd keeps a node's last counters (GlusterFS 3.6 to 11); the
process of a rebalance has "rebalance/V" in its command line.
"""

from __future__ import annotations

import re

from nasclustergui.core.command import Command
from nasclustergui.core.i18n import _
from nasclustergui.subsystems.gluster.commands.answer import Answer, failed, reading, unexpected
from nasclustergui.subsystems.gluster.commands.work import not_running, task_state
from nasclustergui.subsystems.gluster.features.rebalance.model import NodeRun, NotMoved, Why
from nasclustergui.subsystems.gluster.model import NodeProgress, TaskKind, TaskState

PROCESS = """process() {
  for file in "/var/lib/glusterd/vols/$1/rebalance"/*.pid; do
    [ -r "$file" ] || continue
    pid=$(cat "$file")
    case "$pid" in ''|*[!0-9]*) continue;; esac
    [ -r "/proc/$pid/cmdline" ] || continue
    tr '\\0' '\\n' < "/proc/$pid/cmdline" | grep -qxF "rebalance/$1" && echo "$pid"
  done
}
"""
LOOK = (
    PROCESS
    + """
state="/var/lib/glusterd/vols/$1/node_state.info"
[ -r "$state" ] || { echo unknown; exit 0; }
cat "$state" || exit 1
log="/var/log/glusterfs/$1-rebalance.log"
[ -s "$log" ] && echo "logged=$(stat -c %Y "$log")"
for pid in $(process "$1"); do echo "process=$pid"; echo "running=$(ps -o etimes= -p "$pid" | tr -d ' ')"; done
exit 0"""
)
END = (
    PROCESS
    + """
for wait in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
  left=$(process "$1")
  [ -n "$left" ] || { echo "It has ended by itself."; exit 0; }
  [ "$(ps -o etimes= -p "$left" | tr -d ' ')" -ge 15 ] && break
  sleep 1
done
kill -TERM $left || exit 1
for wait in 1 2 3 4 5 6 7 8 9 10; do
  sleep 1
  [ -n "$(process "$1")" ] || { echo "Ended."; exit 0; }
done
echo "It does not end: process $left" >&2
exit 1"""
)
MOST = 50  # files per node
TOLD = """log="/var/log/glusterfs/$1-rebalance.log"
[ -r "$log" ] || exit 0
begun=$(grep -naF "Started running" "$log" | tail -n 1 | cut -d: -f1)
tail -n "+${begun:-1}" "$log" | grep -aE \
 "migrate-data (failed|skipped) for|File migration skipped for|Migrat(e|ion) (file )?(failed|skipped)|\
data movement of file|fix layout on" \
 | head -n "$2" """
PER_FILE = 4  # lines of the log about one file, at most

FIX_LAYOUT = "4"  # glusterd's GF_DEFRAG_CMD_START_LAYOUT_FIX
REBALANCE_OPS = ("0", "19")  # GD_OP_NONE (after a stop), GD_OP_REBALANCE; the removal of bricks has another
LINE = re.compile(r"\[(?P<time>[\d-]+ [\d:]+)[^\]]*\] [A-Z] (?:\[MSGID: \d+\] )?\[[^\]]*\] \S+ (?P<text>.*)", re.DOTALL)
VERDICTS = (
    (re.compile(r"migrate-data failed for (?P<path>/.*?)(?: \[(?P<reason>[^\]]*)\])?\s*$"), Why.FAILED),
    (re.compile(r"fix layout on (?P<path>/.*?) failed(?: \[(?P<reason>[^\]]*)\])?\s*$"), Why.FAILED),
    (
        re.compile(
            r"migrate-data skipped for (?:hardlink )?(?P<path>/.*?)(?: due to (?P<reason>space constraints))?\s*$"
        ),
        Why.SKIPPED,
    ),
    (re.compile(r"File migration skipped for (?P<path>/.*?)\.\s*$"), Why.SKIPPED),
)
REASONS = (
    re.compile(r"Migrate file failed: ?(?P<path>/.*?): ?(?P<reason>.*)"),
    re.compile(r"Migration skipped for:(?P<path>/.*?): (?P<reason>.*)"),
    re.compile(r"data movement of file \{blocks:\d+ name:\((?P<path>/.*?)\)\} (?P<reason>.*?)(?:Skipping file\.)?\s*$"),
)


def look(volume: str) -> Command:
    """What the node knows of the volume's rebalance. Read by `parse_look`."""
    return Command(("sh", "-c", LOOK, "sh", volume), timeout=10.0)


def end_process(volume: str) -> Command:
    """End the volume's rebalance process on this node; fails if it doesn't end within ten seconds.

    A process younger than some seconds is waited for: ended before glusterd is connected to it, it leaves glusterd
    with “already started” until that is restarted.
    """
    return Command(("sh", "-c", END, "sh", volume), timeout=40.0)


def restart_glusterd() -> Command:
    """Where glusterd itself holds on to a rebalance without a process. On Debian its bricks restart with it."""
    return Command(("systemctl", "restart", "glusterd"), timeout=60.0)


def holds_on(answer: Answer) -> bool:
    """True if the asked node's glusterd knows of a rebalance and all others don't: they refused, it did not."""
    return not_running(answer) and "Pre Validation failed on" in answer.result.stdout


def not_moved(volume: str) -> Command:
    """Lines of the node's log, since the last start, about files that were not moved. Read by `parse_not_moved`."""
    return Command(("sh", "-c", TOLD, "sh", volume, str(MOST * PER_FILE)), timeout=30.0)


def parse_look(answer: Answer, node: str, peer: str) -> NodeRun | None:
    """`node`, `peer`: the node's name and its peer's id. None if glusterd there doesn't know the volume."""
    result = answer.result
    if result.status:
        raise failed(answer)
    if result.stdout.strip() == "unknown":
        return None
    pairs = (line.partition("=") for line in result.stdout.splitlines())
    told = {key.strip(): value.strip() for key, sign, value in pairs if sign}
    if "rebalanced-files" not in told:
        raise unexpected(answer, _("the node's counters are missing"))
    with reading(answer):
        state, fix_layout = task_state(int(told.get("status", "0")))
        fix_layout = fix_layout or told.get("rebalance_status") == FIX_LAYOUT
        progress = NodeProgress(
            node=node,
            host_uuid=peer,
            files=int(told["rebalanced-files"]),
            bytes=int(told.get("size", "0")),
            lookups=int(told.get("scanned", "0")),
            failures=int(told.get("failures", "0")),
            skipped=int(told.get("skipped", "0")),
            state=state,
            seconds=float(told.get("run-time") or 0),
        )
        kind = TaskKind.FIX_LAYOUT if fix_layout else TaskKind.REBALANCE
        if told.get("rebalance_op", "0") not in REBALANCE_OPS:
            kind = TaskKind.REMOVE_BRICK
        return NodeRun(
            progress,
            None if state is TaskState.NOT_STARTED else kind,
            int(told.get("process", "0")),
            float(told.get("running") or 0),
            float(told.get("logged", "0")),
        )


def parse_not_moved(answer: Answer, node: str) -> tuple[NotMoved, ...]:
    """The files, each once, in the log's order. A log without such lines gives none."""
    if answer.result.status not in (0, 1) or answer.result.stderr.strip():
        raise failed(answer)
    reasons: dict[str, str] = {}
    found: dict[str, NotMoved] = {}
    for line in answer.result.stdout.splitlines():
        match = LINE.match(line)
        if match is None:
            continue
        text = match["text"]
        for pattern in REASONS:
            if told := pattern.match(text):
                reasons[told["path"]] = told["reason"].strip()
        for pattern, why in VERDICTS:
            if told := pattern.match(text):
                path = told["path"].strip()
                reason = reasons.get(path, "") or (told.groupdict().get("reason") or "")
                found.setdefault(path, NotMoved(node, path, why, reason, match["time"]))
    return tuple(found.values())
