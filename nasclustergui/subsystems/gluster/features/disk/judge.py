"""What is wrong with a brick, from what gluster and its node say. Pure."""

from __future__ import annotations

from nasclustergui.core.i18n import _
from nasclustergui.subsystems.gluster.features.disk.look import OWN_MOUNTS
from nasclustergui.subsystems.gluster.features.disk.model import Diagnosis, Directory, Ground, Trouble
from nasclustergui.subsystems.gluster.model import Brick, GlusterState, PeerState, Volume

FULL = 99.0  # percent of space or inodes: gluster itself refuses writes when 1 % is left


def diagnose(state: GlusterState, volume: Volume, brick: Brick, ground: Ground) -> Diagnosis:
    """The brick with the gravest thing that is known to be wrong with it."""
    number = next((n for n, group in enumerate(volume.sets, 1) if brick in group), 1)
    trouble = _trouble(state, volume, brick, ground)
    sentence, advice = _words(trouble, brick, ground)
    others = [b.heal_pending for b in volume.sets[number - 1] if b.name != brick.name and b.heal_pending is not None]
    behind = max(others) if others and not brick.heal_pending else None  # what lists entries itself has them
    return Diagnosis(volume.name, brick.name, number, trouble, sentence, advice, ground, brick.online, behind)


def system_disk(ground: Ground) -> bool:
    """True if what is at the path now would land on the disk of the operating system."""
    return ground.mount is not None and ground.mount.point in OWN_MOUNTS


def mount_missing(ground: Ground) -> bool:
    """True if another file system should be mounted there: fstab says so."""
    return bool(ground.wanted_mount) and (ground.mount is None or ground.mount.point != ground.wanted_mount)


def _trouble(state: GlusterState, volume: Volume, brick: Brick, ground: Ground) -> Trouble:
    peers = {peer.uuid: peer.state for peer in state.peers}
    if brick.online is not True and peers.get(brick.host_uuid) is PeerState.DISCONNECTED:
        return Trouble.NODE_GONE
    if ground.why_unknown or ground.directory is Directory.UNKNOWN:
        return Trouble.UNKNOWN
    if ground.directory is Directory.UNREADABLE:
        return Trouble.BROKEN
    own = ground.directory is Directory.PRESENT and ground.volume_id == volume.uuid
    if mount_missing(ground) or (system_disk(ground) and not own):
        return Trouble.NOT_MOUNTED
    if ground.read_only:
        return Trouble.READ_ONLY
    if ground.directory is Directory.ABSENT:
        return Trouble.DIRECTORY_GONE
    if not own:
        return Trouble.FOREIGN if ground.occupied else Trouble.PREPARED
    if full(ground):
        return Trouble.FULL
    return Trouble.PROCESS if brick.online is False else Trouble.NONE


def full(ground: Ground) -> bool:
    """True if the file system has hardly any room or inodes left: that looks like a failure, but it is none."""
    space = _used(ground.size, ground.free), _used(ground.inodes, ground.inodes_free)
    return any(used is not None and used >= FULL for used in space)


def _used(total: int | None, free: int | None) -> float | None:
    return None if not total or free is None else 100.0 * (1 - free / total)


def _words(trouble: Trouble, brick: Brick, ground: Ground) -> tuple[str, str]:
    node, mount = brick.node or brick.host, ground.wanted_mount or _above(brick.path)
    names = {
        "node": node,
        "path": brick.path,
        "mount": mount,
        "device": ground.mount.device if ground.mount else "",
        "error": ground.error,
        "why": ground.why_unknown,
    }
    sentence, advice = _sentences()[trouble]
    if trouble is Trouble.FULL and brick.online is False:
        advice = _("Free some space on {node}, then start the brick.")
    return sentence.format(**names), advice.format(**names)


def _sentences() -> dict[Trouble, tuple[str, str]]:
    """What is wrong, and what to do before the same place can be used again."""
    return {
        Trouble.NONE: (_("The disk answers, the brick's directory is there and its process runs."), ""),
        Trouble.PROCESS: (
            _("The disk answers and the brick's directory is there: only its process is down."),
            _("Start the brick: it then gets what it missed. Nothing needs to be replaced."),
        ),
        Trouble.FULL: (
            _("The disk answers, but its file system is full. A full disk is not a failed one."),
            _("Free some space on {node}, or add bricks to the volume."),
        ),
        Trouble.PREPARED: (_("An empty directory waits at {path} for the brick: the new disk is mounted."), ""),
        Trouble.DIRECTORY_GONE: (_("A disk is mounted, but the brick's directory {path} is not on it."), ""),
        Trouble.FOREIGN: (
            _("What lies in {path} does not belong to this volume."),
            _("It is set aside under another name before the brick is made; nothing in it is deleted."),
        ),
        Trouble.READ_ONLY: (
            _("The file system on {device} is mounted read-only: often the kernel does so after an error."),
            _("Replace the disk, or repair its file system and mount it read-write on {node}. Then look again."),
        ),
        Trouble.NOT_MOUNTED: (
            _("No disk is mounted for {path} on {node}: what is written there would fill the system disk."),
            _("Put in the new disk, make a file system on it and mount it at {mount} on {node}. Then look again."),
        ),
        Trouble.BROKEN: (
            _("The disk {device} in {node} answers with errors: {error}."),
            _("Take it out, mount a new one at {mount} on {node}, then look again. Or use a disk elsewhere."),
        ),
        Trouble.NODE_GONE: (
            _("{node} is not connected to the pool, so nobody can tell about its disk."),
            _("Bring {node} back first: its bricks then go on by themselves. If it is lost, use a disk elsewhere."),
        ),
        Trouble.UNKNOWN: (
            _("What is wrong on {node} is not known: {why}"),
            _("Look again once {node} answers. A disk that hangs can make its node silent."),
        ),
    }


def _above(path: str) -> str:
    return path.rsplit("/", 1)[0] or "/"
