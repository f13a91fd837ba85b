"""What plans about removals say before they run, worst first (pure)."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.plan import Meaning
from nasclustergui.core.units import count, percent, size
from nasclustergui.subsystems.gluster.features.bricks.removal import Room, files_to_go, moved_words
from nasclustergui.subsystems.gluster.model import Task, TaskState, Volume


def not_moved(task: Task) -> int:
    """Files that gluster gave up on."""
    return sum(node.failures + node.skipped for node in task.nodes)


def where_it_stands(task: Task) -> Meaning:
    """Where a removal found under way stands."""
    match task.state:
        case TaskState.COMPLETED if not not_moved(task):
            text = _("Before the bricks are taken out they are searched for files that gluster left behind.")
            return Meaning(Severity.OK, _("gluster has ended moving: {done}").format(done=moved_words(task)), text)
        case TaskState.COMPLETED | TaskState.FAILED:
            text = _("Files were left on the bricks: {done}").format(done=moved_words(task))
            return Meaning(Severity.WARN, text, _("They stay where they are, clients reach them."))
        case TaskState.NOT_STARTED:
            text = _("gluster goes on by itself once they are back.")
            return Meaning(Severity.WARN, _("The nodes of the bricks are away: the removal rests"), text)
    return Meaning(Severity.BUSY, _("Files are being moved: {done}").format(done=moved_words(task)))


def removal_meaning(volume: Volume, numbers: Collection[int], bricks: Sequence[str], room: Room) -> tuple[Meaning, ...]:
    """Of a removal that moves the files first."""
    said = [*_unknown_meaning(volume), *_room_meaning(room), *_pending_meaning(volume, numbers)]
    files = files_to_go(volume, bricks)
    what = _("All files move from {bricks} to the other sets")
    if files is not None and room.needed is not None:
        n = max(round(files), 0)
        text = _("At most about {n} files, {size}. They stay readable and writable; bricks and network are busier.")
        said.append(
            Meaning(
                Severity.BUSY, what.format(bricks=", ".join(bricks)), text.format(n=count(n), size=size(room.needed))
            )
        )
    else:
        text = _("They stay readable and writable; bricks and network are busier until it is done.")
        said.append(Meaning(Severity.BUSY, what.format(bricks=", ".join(bricks)), text))
    return (*sorted(said, key=lambda m: -m.severity), *afterwards(volume, bricks, room))


def _unknown_meaning(volume: Volume) -> list[Meaning]:
    """Those that are known to be down are refused."""
    unknown = [brick.name for brick in volume.bricks if brick.online is None]
    if not unknown:
        return []
    text = _("gluster moves nothing while a brick or its node is away. It is read again before the first step.")
    title = _("Whether {bricks} is up is not known").format(bricks=", ".join(unknown))
    return [Meaning(Severity.WARN, title, text)]


def _room_meaning(room: Room) -> list[Meaning]:
    if room.fits is None:
        return [Meaning(Severity.WARN, _("Whether the files have room on the other sets is not known"))]
    if not room.fits:
        text = _("{needed} are used on their disks, {free} can be taken by the others; other volumes are counted in.")
        assert room.needed is not None
        assert room.free is not None
        return [
            Meaning(
                Severity.WARN,
                _("The files may have no room on the other sets"),
                text.format(needed=size(room.needed), free=size(room.free)),
            )
        ]
    return []


def _pending_meaning(volume: Volume, numbers: Collection[int]) -> list[Meaning]:
    counts = [max((b.heal_pending or 0 for b in volume.sets[n]), default=0) for n in numbers]
    waiting = sum(counts)
    if not waiting:
        return []
    title = ngettext(
        "{n} entry waits for a heal on these bricks", "{n} entries wait for a heal on these bricks", waiting
    )
    text = _("What is in split-brain cannot be moved: then nothing is committed. Better heal first.")
    return [Meaning(Severity.WARN, title.format(n=count(waiting)), text)]


def afterwards(volume: Volume, bricks: Sequence[str], room: Room | None = None) -> tuple[Meaning, ...]:
    """What comes after the files have moved."""
    said = []
    if room is not None and room.usable is not None and volume.usable is not None and volume.available is not None:
        used = max(0, volume.usable - volume.available)
        text = _("{percent} of it would be used").format(
            percent=percent(100 * used / room.usable if room.usable else 100)
        )
        said.append(Meaning(Severity.INFO, _("{size} usable afterwards").format(size=size(room.usable)), text))
    said.append(
        Meaning(
            Severity.INFO,
            _("The bricks leave the volume only once every file has left them"),
            _("Otherwise nothing is committed. Until the end no rebalance of {volume} can run.").format(
                volume=volume.name
            ),
        )
    )
    text = _("They hold gluster's own marks: clean them before they become bricks again.")
    said.append(Meaning(Severity.INFO, _("The empty directories stay on the nodes"), text))
    return tuple(said)


def force_meaning(volume: Volume, bricks: Sequence[str]) -> tuple[Meaning, ...]:
    """Of a removal that leaves the files behind."""
    files = files_to_go(volume, bricks)
    lost = _("Every file on {bricks} is lost from the volume").format(bricks=", ".join(bricks))
    text = (
        _("At most about {n} files. Clients can no longer reach them.").format(n=count(max(round(files), 0)))
        if files is not None
        else _("How many is not known. Clients can no longer reach them.")
    )
    return (
        Meaning(Severity.CRITICAL, lost, text),
        Meaning(
            Severity.INFO,
            _("The files stay in the brick directories on the nodes"),
            _("Only by copying them through a mount of the volume do they come back."),
        ),
    )
