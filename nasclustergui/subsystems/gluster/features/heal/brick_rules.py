"""The doctor's rules about bricks: what keeps them from giving or taking copies (pure)."""

from __future__ import annotations

from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.units import size
from nasclustergui.subsystems.gluster.features.heal.findings import Case, Cause, Finding, Offer, names, place
from nasclustergui.subsystems.gluster.model import Brick
from nasclustergui.subsystems.gluster.quorum import Access, set_access

NO_ROOM = 4 * 2**20  # bytes: below it not even small entries heal, and the brick's own health check fails
DISK_ERRORS = ("Input/output error", "Read-only file system", "Structure needs cleaning")
NO_SPACE = ("No space left on device", "Disk quota exceeded")


def no_quorum(case: Case) -> Finding | None:
    """Sets with too few bricks up for clients, and so for healing."""
    lost = [
        (number, group)
        for number, group in enumerate(case.volume.sets, 1)
        if set_access(case.volume, [brick.online is not False for brick in group]) is Access.NONE
    ]
    if not lost:
        return None
    number, group = lost[0]
    up = sum(brick.online is not False for brick in group)
    title = _("Set {number} has too few bricks up: {up} of {bricks}").format(number=number, up=up, bricks=len(group))
    if len(lost) > 1:
        title = _("{n} sets have too few bricks up").format(n=len(lost))
    down = [brick for _number, members in lost for brick in members if brick.online is False]
    return Finding(
        Cause.NO_QUORUM,
        Severity.CRITICAL,
        title,
        _("Clients cannot reach its files, and nothing there heals, until more bricks are back."),
        (_("Bring these back: {bricks}.").format(bricks=names(down)),),
        Offer.START_BRICKS if any(_startable(case, brick) for brick in down) else None,
    )


def directory_missing(case: Case) -> Finding | None:
    """Bricks whose directory, mark or index is gone: the disk isn't mounted, or somebody deleted it."""
    gone = [b for b in case.volume.bricks if case.facts(b).directory is False or _emptied(case, b)]
    if not gone:
        return None
    first = gone[0]
    if case.facts(first).directory is False:
        title = _("The directory of brick {brick} is missing")
    elif case.facts(first).marked is False:
        title = _("The directory of brick {brick} is not this volume's brick: it is empty or new")
    else:
        title = _("Brick {brick} has lost its list of what waits for a heal")
    running = first.online is True
    still = _("Its process notices this within a minute and ends.") if running else _("It cannot start without it.")
    return Finding(
        Cause.DIRECTORY_MISSING,
        Severity.CRITICAL,
        title.format(brick=first.name),
        still + " " + _("Nothing heals towards it; the other copies are the only ones."),
        (
            _(
                "Look on {node} whether the disk is mounted; if it is not, mount it and start the missing bricks."
            ).format(node=place(first)),
            _("If the directory or the disk is lost: reset or replace the brick, then heal all files."),
            _("Do not restart other nodes that hold its copies."),
        ),
        Offer.FAILED_DISK,
    )


def _emptied(case: Case, brick: Brick) -> bool:
    facts = case.facts(brick)
    return facts.directory is True and (facts.marked is False or facts.index is False)


def disk_full(case: Case) -> Finding | None:
    """Bricks without room. One that is wholly full ends itself: its health check cannot write its file."""
    full = [brick for brick in case.volume.bricks if _is_full(case, brick)]
    if not full:
        return None
    first = full[0]
    free = _free(case, first)
    title = _("The disk of brick {brick} is full").format(brick=first.name)
    if len(full) > 1:
        title = _("The disks of {n} bricks are full").format(n=len(full))
    if first.online is False:
        text = _("It has {free} left, so gluster ended the brick by itself; started again, it ends again.")
    else:
        text = _("It has {free} left: copies that it lacks cannot be written there, and the brick may end itself.")
    return Finding(
        Cause.DISK_FULL,
        Severity.CRITICAL,
        title,
        text.format(free=size(free)),
        (
            _("Make room on that disk: look for what does not belong to the brick ({bricks}).").format(
                bricks=names(full)
            ),
            _("Then start the missing bricks and heal."),
            _("Never delete files inside the brick directory; delete them through a client."),
        ),
    )


def _is_full(case: Case, brick: Brick) -> bool:
    free, facts = _free(case, brick), case.facts(brick)
    inodes = facts.inodes_free if facts.inodes_free is not None else brick.inodes_free
    # the number of inodes is 0 on file systems that don't count them (btrfs): then it says nothing
    no_inodes = inodes == 0 and bool(brick.inodes)
    return (free is not None and free < NO_ROOM) or no_inodes


def _free(case: Case, brick: Brick) -> int | None:
    facts = case.facts(brick)
    return facts.free if facts.free is not None else brick.free


def disk_error(case: Case) -> Finding | None:
    """What the daemons met when they wrote or read a brick."""
    if case.probe is None:
        return None
    found = [
        (node, complaint)
        for node, facts in case.probe.nodes.items()
        for complaint in facts.complaints
        if complaint.error in DISK_ERRORS
    ]
    if not found:
        return None
    node, complaint = max(found, key=lambda pair: pair[1].at)
    return Finding(
        Cause.DISK_ERROR,
        Severity.CRITICAL,
        _("The disk of brick {brick} fails").format(brick=complaint.brick),
        _("The self-heal daemon on {node} got “{error}” from it within the last 15 minutes.").format(
            node=node, error=complaint.error
        ),
        (_("Look at the kernel's messages on its node (dmesg); if the disk is going, replace the brick."),),
        Offer.FAILED_DISK,
    )


def peer_away(case: Case) -> Finding | None:
    """Bricks that are gone with their node, or with its glusterd."""
    gone = [brick for brick in case.volume.bricks if brick.online is False and case.away(brick)]
    if not gone:
        return None
    nodes = ", ".join(dict.fromkeys(place(brick) for brick in gone))
    return Finding(
        Cause.PEER_AWAY,
        Severity.WARN,
        _("{nodes} is not connected, and its brick is down").format(nodes=nodes)
        if len(gone) == 1
        else _("{nodes}: not connected, {n} bricks are down").format(nodes=nodes, n=len(gone)),
        _("What is written meanwhile waits for it. It heals by itself once it is back."),
        (
            _(
                "Bring {nodes} back, or start glusterd there (systemctl start glusterd): the bricks start with it."
            ).format(nodes=nodes),
            _("Do not restart other nodes that hold bricks of {volume} until then.").format(volume=case.volume.name),
        ),
    )


def brick_down(case: Case) -> Finding | None:
    """Bricks that could be started again."""
    down = [brick for brick in case.volume.bricks if _startable(case, brick)]
    if not down:
        return None
    title = ngettext("Brick {bricks} is down", "{n} bricks are down: {bricks}", len(down))
    return Finding(
        Cause.BRICK_DOWN,
        Severity.WARN,
        title.format(bricks=names(down), n=len(down)),
        _("Its node is connected; only the brick's process does not run. What is written meanwhile waits for it."),
        (
            _("Start the missing bricks. Healing begins by itself."),
            _("If it goes down again, its log says why: /var/log/glusterfs/bricks on {node}.").format(
                node=place(down[0])
            ),
        ),
        Offer.START_BRICKS,
    )


def _startable(case: Case, brick: Brick) -> bool:
    """Down, while its node is there and nothing is known that would end it again."""
    missing = case.facts(brick).directory is False or _emptied(case, brick)
    return brick.online is False and not case.away(brick) and not missing and not _is_full(case, brick)
