"""What gluster's refusals mean: its own words, a plain sentence, and what to do about it.

The patterns are matched against `opErrstr` (or the plain text) of GlusterFS 10, whose wording has hardly changed since
3.12. Where nothing matches, gluster's own sentence is shown. Its original text is always kept in the error's details.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from nasclustergui.core.errors import CommandFailed, LockBusy
from nasclustergui.core.i18n import _

LOCKED = 30802  # EG_ANOTRANS
NO_SUCH_VOLUME = 30806  # EG_NOVOL
LOCK_TEXT = re.compile(
    r"Another transaction (is|could be) in progress|[Ll]ocking failed on|Unable to (acquire|get) lock"
    r"|Failed to acquire lock|Cluster lock held by|holding of lock failed"
)
PHASE = re.compile(
    r"^(?:Pre Validation|Post Validation|Staging|Brick op|Commit) failed on (\S+?)\.(?:\s+Error:)?\s+(?=\S)"
)
HEAL_LAUNCH = re.compile(r"^(?:Launching heal operation|Gathering .*) .* has been unsuccessful:\s*(?=\S)")
EMPTY_PHASE = re.compile(
    r"^(Pre Validation|Post Validation|Staging|Brick op|Commit) failed on (\S+?)\.? *(Please check .*)?$"
)


@dataclass(frozen=True)
class Refusal:
    """The error class, the sentence and the hint for what gluster said.

    Attributes:
        node: as the pool calls it, if gluster says that another node than the one that was asked refused: the same path
            is somebody's brick on the one and rubbish on the other.
    """

    kind: type[CommandFailed]
    sentence: str
    hint: str = ""
    node: str = ""


def N_(text: str) -> str:
    """Mark a text for translation (catalogue tools look for this name); `explain` translates it when it is needed."""
    return text


RULES: tuple[tuple[str, str, str], ...] = (
    # what gluster writes, our sentence with its groups as {0}, {1}, our hint
    (
        r"(\S.*) is already part of a volume",
        N_("{0} is already part of a volume, or was until its volume was deleted"),
        N_("Choose another directory. If its old content may be lost, clean the directory on its node or use “force”."),
    ),
    (
        r"Brick: (.+) not available\. Brick may be containing",
        N_("{0} is a brick of another volume, or contains or lies inside one"),
        N_("Choose another directory."),
    ),
    (
        r"Brick not available\.\s*It may be containing or be contained",
        N_("the brick's directory belongs to a volume already, or contains or lies inside a brick"),
        N_("Set what lies there aside, then try again with an empty directory."),
    ),
    (
        r"lstat failed on (.+)\. Reason : (.+)",
        N_("{0} cannot be read on its node: {1}"),
        N_("The disk there answers with errors. Mount a new one first."),
    ),
    (
        r"replace-brick is not permitted on distribute only volumes",
        N_("a volume that keeps every file once has no brick that could be replaced"),
        N_("Add a brick on the new disk, then remove the old one: its files move first."),
    ),
    (
        r"The brick (.+) is a mount point",
        N_("{0} is itself a mount point: if the disk were not mounted, files would land on the system disk"),
        N_("Use a directory below it as the brick."),
    ),
    (
        r"The brick (.+) is being created in the root partition",
        N_("{0} lies on the system disk of the node"),
        N_("Choose a directory on a disk of its own; a full system disk stops the node."),
    ),
    (
        r"Failed to create brick directory for brick (.+)\. Reason : No such file or directory",
        N_("the directory above {0} does not exist on its node"),
        N_("Create the parent directory first; gluster makes only the last part of a path."),
    ),
    (
        r"Failed to create brick directory for brick (.+)\. Reason : (.+)",
        N_("the directory {0} could not be made: {1}"),
        N_("Look at the disk on that node: is it mounted, writable and not full?"),
    ),
    (
        r"Failed to find brick directory (.+) for volume (.+)\. Reason : (.+)",
        N_("the brick directory {0} of volume {1} is not there: {2}"),
        N_("Mount the brick's disk, or replace the brick. “Start with force” starts the volume without it."),
    ),
    (
        r"Multiple bricks of a (\S+) volume are present on the same server",
        N_("two bricks of one set would lie on the same node: losing that node would lose both copies"),
        N_("Put the bricks of a set on different nodes, or accept it with “force”."),
    ),
    (
        r"Incorrect number of bricks supplied (\d+) with count (\d+)",
        N_("{0} bricks do not make whole sets of {1}"),
        N_("Give a multiple of {1} bricks."),
    ),
    (
        r"Remove brick incorrect brick count of (\d+) for (\S+) (\d+)",
        N_("{0} bricks are not whole sets of {2}"),
        N_("Choose all {2} bricks of a set."),
    ),
    (
        r"Failed to create volume files",
        N_("the volume's files could not be written"),
        N_("Most often the number of bricks is no multiple of the set size."),
    ),
    (
        r"Volume file path for volume (\S+) and .* is too long",
        N_("the names of volume {0} and its bricks are too long together"),
        N_("Use a shorter volume name or brick path."),
    ),
    (r"Volume (\S+) already exists", N_("a volume {0} exists already"), N_("Choose another name.")),
    (
        r"[Vv]olume (?:name )?\(?([\w-]+)\)? does not exist",
        N_("there is no volume {0}"),
        N_("It may have been deleted meanwhile. Read the state again."),
    ),
    (
        r"Volume does not exist",
        N_("there is no such volume"),
        N_("It may have been deleted meanwhile. Read the state again."),
    ),
    (r"Profile on Volume (\S+) is not started", N_("profiling of volume {0} is not started"), ""),
    (r"Volume (\S+) already started", N_("volume {0} is already started"), ""),
    (
        r"Volume (\S+) is not in the started state|[Vv]olume (\S+) is not started|Volume is stopped, start volume",
        N_("the volume is not started"),
        N_("Start it first."),
    ),
    (
        r"Volume \(?(\S+?)\)? has been started\. ?Volume needs to be stopped",
        N_("volume {0} is started; it must be stopped first"),
        N_("Stop the volume, then try again."),
    ),
    (r"Volume (\S+) needs to be started to perform rebalance", N_("volume {0} is not started"), N_("Start it first.")),
    (
        r"Cannot delete Volume (\S+) ?,as it has (\d+) snapshots",
        N_("volume {0} has {1} snapshots"),
        N_("Delete its snapshots first."),
    ),
    (
        r"Some of the peers are down",
        N_("some peers are down; gluster refuses this until all peers answer"),
        N_("Bring the missing nodes back, then try again."),
    ),
    (
        r"Host (\S+) not connected",
        N_("peer {0} is not connected"),
        N_("Bring the node back, or use bricks of other nodes."),
    ),
    (
        r"Host (\S+) is not in 'Peer in Cluster' state",
        N_("{0} is no member of the pool"),
        N_("Add the node to the pool first, and write its name as the pool does."),
    ),
    (
        r"Cluster quorum is not met|[Qq]uorum not met|Server quorum not met",
        N_("too few nodes are up: the server quorum is lost, gluster refuses changes"),
        N_("Bring nodes back until more than half of the pool is connected."),
    ),
    (
        r"rebalance session is in progress|rebalance is in progress|Rebalance is in progress",
        N_("a rebalance of this volume is running"),
        N_("Wait until it has finished, or stop it."),
    ),
    (
        r"Rebalance on (\S+) is already started",
        N_("a rebalance of volume {0} is already running"),
        N_("If none is shown as running, a node's death left it behind: “Rebalance” of the volume shows and mends it."),
    ),
    (r"Rebalance not started for volume (\S+?)\.?$", N_("volume {0} has no running rebalance"), ""),
    (r"remove-brick not started for volume (\S+?)\.?$", N_("volume {0} has no bricks being removed"), ""),
    (
        r"Volume (\S+) is not a distribute volume or contains only 1 brick",
        N_("volume {0} has only one set of bricks: there is nothing to rebalance"),
        N_("Add a set of bricks first."),
    ),
    (
        r"(?:A|An earlier) remove-brick task (?:on|exists for) volume ([\w-]+)",
        N_("bricks of volume {0} are being removed, and the removal is not committed yet"),
        N_("Commit or stop the removal first."),
    ),
    (
        r"Brick (.+) is not decommissioned",
        N_("the removal of {0} was not started"),
        N_("Start it, so that its files are moved away before."),
    ),
    (
        r"use 'force' option as migration is in progress",
        N_("files are still being moved away from the brick"),
        N_("Wait until the removal has finished; “force” would lose the files that are left on it."),
    ),
    (
        r"Removing bricks from replicate configuration is not allowed without reducing replica count",
        N_("a single brick of a replica set cannot be removed"),
        N_("Remove whole sets, or reduce the number of copies."),
    ),
    (
        r"Migration of data is not needed when reducing replica count",
        N_("reducing the number of copies moves no files and needs “force”"),
        "",
    ),
    (
        r"brick: (.+) does not exist in volume: (\S+)|Brick (.+) doesn't exist in volume (\S+)",
        N_("that brick does not belong to the volume"),
        N_("Read the state again."),
    ),
    (
        r"Source brick must be stopped",
        N_("the brick is still running; it must be stopped before it can be reset"),
        N_("Start the reset first."),
    ),
    (
        r"Probe returned with (.+)|peer probe: failed: Probe returned with (.+)",
        N_("the host cannot be reached by gluster"),
        N_("Check that glusterd runs there and that port 24007 is open between the nodes."),
    ),
    (
        r"is either already part of another cluster or having volumes configured",
        N_("that host belongs to another pool or has volumes of its own"),
        N_("Detach it there first."),
    ),
    (r"(\S+) is not part of cluster", N_("{0} is no member of the pool"), ""),
    (r"(\S+) is localhost", N_("{0} is the node that was asked; it cannot detach itself"), N_("Ask another node.")),
    (
        r"Peer (\S+) hosts one or more bricks",
        N_("{0} still has bricks"),
        N_("Move them to other nodes first: replace or remove the bricks."),
    ),
    (
        r"Self-heal-daemon is disabled",
        N_("the self-heal daemon is disabled for this volume"),
        N_("Heal needs a replicated or dispersed volume with cluster.self-heal-daemon on."),
    ),
    (
        r"Mgmt brick op 'Heal' failed",
        N_("not every self-heal daemon could be told to heal: a brick or a daemon is down"),
        N_("Start the missing bricks (“start with force”), or run a full heal."),
    ),
    (
        r"Not able to fetch volfile from glusterd",
        N_("no set of the volume has enough bricks up to be read"),
        N_("Bring the missing bricks back first. glusterd itself may be well."),
    ),
    (
        r"supported for only volumes? of replicate/disperse type|only volumes? of replicated type",
        N_("that works on replicated volumes only (and dispersed ones where gluster allows it)"),
        "",
    ),
    (
        r"Lookup failed on (.+): ?Input/output error",
        N_("{0} stands for things of different types, or no copy of it was chosen"),
        N_("Choose a source brick; of a file and a directory one must be moved away by hand."),
    ),
    (r"Lookup failed on (.+): ?No such file", N_("there is no {0} in the volume any more"), N_("Read the list again.")),
    (
        r"Healing (.+) failed: ?Operation not permitted",
        N_("{0} cannot be merged while names in it stand for different files"),
        N_("Resolve these names first."),
    ),
    (
        r"Healing (.+) failed: ?Transport endpoint is not connected",
        N_("{0} cannot be healed: a brick is not connected"),
        N_("Start the missing bricks first."),
    ),
    (r"No difference in mtime|No bigger file", N_("the copies do not differ in that"), N_("Choose a source brick.")),
    (r"File not in split-brain", N_("the file is not in split-brain"), N_("Read the list again.")),
    (
        r"Use source-brick option to heal metadata split-brain",
        N_("only the metadata differ: that is resolved by choosing a source brick"),
        "",
    ),
    (r"No such brick available in the volume", N_("that brick does not belong to the volume"), ""),
    (r"option ?: (\S+) does not exist|Option (\S+) does not exist", N_("there is no such option"), ""),
    (
        r"'(.+)' in '\s*option (\S+) .*' is out of range \[(\S+) - (\S+)\]",
        N_("{1} takes {2} to {3}, not {0}"),
        N_("Choose a value in that range."),
    ),
    (
        r"option (\S+) (.+): '.+' is not valid \(possible options are (.+?)\.?\)",
        N_("{0} does not take “{1}”"),
        N_("Possible values: {2}."),
    ),
    (r"option (\S+) .+: '(.+)' is not a valid boolean value", N_("{0} is on or off, not “{1}”"), ""),
    (
        r"invalid (number|time|size|percent\w*) format \"(.+)\" in \"(?:option )?(.+)\"",
        N_("{2} does not take “{1}”"),
        "",
    ),
    (
        r"Not a valid option for single volume",
        N_("that option holds for the whole pool and cannot be set for one volume"),
        N_("Set it for the pool (“all” instead of the volume's name)."),
    ),
    (r"Not a valid option for all volumes", N_("that option belongs to single volumes"), N_("Set it for a volume.")),
    (r"'(\S+)' is protected\. To reset use 'force'", N_("{0} is protected against a reset"), ""),
    (
        r"Failed to get trusted\.gfid attribute on path (.+?)\. Reason : No such file or directory",
        N_("there is no directory {0} on the volume"),
        N_("Only directories that are there can have a limit: make it through a mounted volume first."),
    ),
    (
        r"removexattr failed on \S*?_quota_limit(/.*?)\. Reason : No data available",
        N_("{0} has no such limit"),
        N_("Read the list again."),
    ),
    (r"Quota is disabled", N_("quotas are off for this volume"), N_("Enable them first.")),
    (r"Quota is already enabled", N_("quotas are already on for this volume"), ""),
    (r"No quota configured on volume (\S+)", N_("no quota is set on volume {0}"), ""),
    (r"Snapshot \(?([^)\s]+)\)? does not exist", N_("there is no snapshot {0}"), ""),
    (
        r"Passwordless ssh login has not been setup with (\S+) for user (\S+?)\.?$",
        N_("the node cannot log in as {1} at {0} without a password"),
        N_("On this node: ssh-copy-id {1}@{0}, then try again."),
    ),
    (r"^(\S+) not reachable\.?$", N_("{0} cannot be reached"), N_("Check its name and the way to its port 22.")),
    (
        r"Unable to mount and fetch secondary volume details",
        N_("the secondary volume cannot be mounted"),
        N_("Does it exist there, is it started, and are its ports open?"),
    ),
    (r"Session between (\S+) and (\S+) is already created", N_("{0} is copied to {1} already"), ""),
    (r"[Gg]eo-replication session between (\S+) and (\S+) does not exist", N_("{0} is not copied to {1}"), ""),
    (
        r"geo-replication session between (\S+) & (\S+) is still active",
        N_("the session of {0} with {1} is still running"),
        N_("Stop it first."),
    ),
    (
        r"geo-replication sessions are active for the volume (\S+?)\.",
        N_("volume {0} is being copied to another pool"),
        N_("Stop its geo-replication first."),
    ),
    (r"Bitrot is already enabled", N_("bit rot detection is on already"), ""),
    (r"Bitrot is not enabled", N_("bit rot detection is off for this volume"), N_("Enable it first.")),
    (
        r"Snapshot is supported only for thin provisioned LV",
        N_("snapshots need every brick on a thin logical volume"),
        N_("The bricks' disks must be set up so before; bricks can be moved to such disks with “replace”."),
    ),
    (
        r"number of existing snaps has reached the effective maximum limit of (\d+), for the volume \((\S+)\)",
        N_("volume {1} has {0} snapshots, as many as it may have"),
        N_("Delete some of its snapshots, or raise the limit."),
    ),
    (r"Snapshot (\S+) already exists", N_("there is a snapshot {0} already"), N_("Choose another name.")),
    (r"Snapshot (\S+) is already activated", N_("snapshot {0} is already activated"), ""),
    (r"Snapshot (\S+) is already deactivated", N_("snapshot {0} is already deactivated"), ""),
    (r"Snapshot (\S+) is not activated", N_("snapshot {0} is not active"), N_("Activate it first.")),
    (r"Volume with name:(\S+) already exists", N_("a volume {0} exists already"), N_("Choose another name.")),
    (
        r"All bricks have to be online to take a snapshot|One or more bricks (?:are not running|may be down)",
        N_("a snapshot can be taken only while all bricks of the volume run"),
        N_("Start the missing bricks (“start with force”) and bring absent nodes back."),
    ),
    (
        r"Wrong brick type: (.+), use <HOSTNAME>",
        N_("gluster cannot use {0} as a brick"),
        N_("A brick is written host:/absolute/path; the path must not hold a colon."),
    ),
    (r"Volume name exceeds", N_("the volume name is too long"), ""),
    (
        r"Volume name should not contain|cannot be the name of a volume",
        N_("gluster does not take that volume name"),
        N_("Use letters, digits, - and _."),
    ),
    (
        r"unrecognized (?:word|command)[: ]+(\S+)",
        N_("this gluster does not know “{0}”"),
        N_("The package that brings it may be missing, or the version is too old or too new."),
    ),
)
_COMPILED = tuple((re.compile(pattern), sentence, hint) for pattern, sentence, hint in RULES)


def explain(said: str, errno: int = 0) -> Refusal:
    """The meaning of a refusal. `said`: opErrstr or a line of plain text; `errno`: opErrno, 0 if unknown."""
    if errno == LOCKED or LOCK_TEXT.search(said):
        return Refusal(
            LockBusy,
            _("another gluster operation holds the lock of the cluster"),
            _("Wait until it has ended, then try again. After a node was unplugged the lock can stay for minutes."),
        )
    first = HEAL_LAUNCH.sub("", said.splitlines()[0].strip()) if said.strip() else ""
    phase = PHASE.match(first)
    text = first[phase.end() :] if phase else first
    node = phase.group(1) if phase and phase.group(1) != "localhost" else ""
    for pattern, sentence, hint in _COMPILED:
        if match := pattern.search(text):
            groups = [group for group in match.groups() if group is not None]
            return Refusal(CommandFailed, _(sentence).format(*groups), _(hint).format(*groups) if hint else "", node)
    if empty := EMPTY_PHASE.match(first):
        where = empty.group(2)
        return Refusal(
            CommandFailed,
            _("the operation failed on {node}").format(
                node=_("the node that was asked") if where == "localhost" else where
            ),
            _("The reason is in /var/log/glusterfs/glusterd.log on that node. Read the state before trying again."),
        )
    text = text.removesuffix(".")
    return Refusal(CommandFailed, text[:1].lower() + text[1:] if text[1:2].islower() else text, node=node)
