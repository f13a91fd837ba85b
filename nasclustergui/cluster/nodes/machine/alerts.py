"""What is wrong with machines when one looks closely, and whose bricks it concerns."""

from __future__ import annotations

from collections.abc import Iterator

from nasclustergui.cluster.nodes.machine.words import signs, silence_text, skew_sentence
from nasclustergui.cluster.state import ClusterState
from nasclustergui.core.disks import mount_of
from nasclustergui.core.events import Problem, Severity
from nasclustergui.core.i18n import _, sentences
from nasclustergui.core.units import clock
from nasclustergui.subsystems.gluster.model import Brick, Volume
from nasclustergui.subsystems.nodes.features.machine.compare import HERE, Skew, skews
from nasclustergui.subsystems.nodes.features.machine.model import Array, Facts, Reading
from nasclustergui.subsystems.nodes.features.machine.smart import Health, Silence, Smart


def machine_problems(state: ClusterState) -> tuple[Problem, ...]:
    """Disks that fail, arrays without a member, clocks that are wrong; nothing of what was never read."""
    found: list[Problem] = []
    for name, reading in state.machines.items():
        for smart in reading.smart or ():
            found.extend(_disk(state, name, reading, smart))
        for array in reading.facts.arrays if reading.facts is not None else ():
            found.extend(_array(name, array))
    return (*found, *_clocks(state))


def bricks_on(state: ClusterState, node: str, facts: Facts | None, device: str) -> tuple[tuple[Volume, Brick], ...]:
    """The bricks whose files lie on that disk of the node."""
    disk = next((each for each in (facts.devices or () if facts else ()) if each.path == device), None)
    if facts is None or disk is None:
        return ()
    known = {each.mount for each in facts.mounted or ()} | {m for d in facts.devices or () for m in d.mounts}
    bricks = ((volume, volume.bricks[i]) for volume, i in state.bricks_of(node))
    return tuple((volume, brick) for volume, brick in bricks if mount_of(brick.path, known) in disk.mounts)


def _disk(state: ClusterState, node: str, reading: Reading, smart: Smart) -> Iterator[Problem]:
    failing = smart.health is Health.FAILING
    if not failing and not smart.loses_data and smart.silence is not Silence.NO_ANSWER:
        return
    bricks = bricks_on(state, node, reading.facts, smart.device)
    where = {"disk": smart.device.removeprefix("/dev/"), "node": node}
    if failing:
        title = _("Disk {disk} in {node} is failing").format(**where)
    elif smart.loses_data:
        title = _("Disk {disk} in {node} has sectors that it cannot read").format(**where)
    else:
        title = _("Disk {disk} in {node} does not answer").format(**where)
    words = ", ".join(signs(smart)) or silence_text(smart.silence)
    who = " ".join(part for part in (smart.model, smart.serial) if part)
    text = sentences(words[:1].upper() + words[1:], _carries(bricks), who and _("It is {disk}.").format(disk=who))
    if (online := state.nodes.node(node)) is not None and not online.online:
        text = sentences(text, _("That was read at {time}.").format(time=clock(reading.smart_at)))
    yield Problem(
        f"nodes/{node}/smart/{smart.device}",
        Severity.CRITICAL if failing else Severity.WARN,
        title,
        text,
        _todo(bricks),
        _action(node, bricks),
        node,
        urgency=1 if bricks else 0,
    )


def _carries(bricks: tuple[tuple[Volume, Brick], ...]) -> str:
    if not bricks:
        return ""
    names = ", ".join(f"{brick.path} ({volume.name})" for volume, brick in bricks)
    return _("These bricks lie on it: {names}.").format(names=names)


def _todo(bricks: tuple[tuple[Volume, Brick], ...]) -> tuple[str, ...]:
    if bricks:
        return (_("Put its bricks on another disk while the other copies are whole."), _("Then replace the disk."))
    return (_("Replace the disk."),)


def _action(node: str, bricks: tuple[tuple[Volume, Brick], ...]) -> str:
    """To the wizard for disks: of a volume that lost its brick already, else of the first one."""
    down = [volume for volume, brick in bricks if brick.online is False]
    if down:
        return f"gluster.failed-disk:{down[0].name}"
    return f"gluster.replace-brick:{bricks[0][0].name}" if bricks else f"nodes.disks:{node}"


def _array(node: str, array: Array) -> Iterator[Problem]:
    bad_pool = array.level == "zfs" and array.state not in ("ONLINE", "")
    if not array.lacks and not bad_pool and not array.state.startswith("inactive"):
        return
    title = _("Array {array} of {node} is not whole").format(array=array.name, node=node)
    work = _("It is being rebuilt: {progress}.").format(progress=array.progress) if array.progress else ""
    members = _("Its disks: {names}.").format(names=", ".join(array.members)) if array.members else ""
    todo = (_("Find the disk that failed and replace it before another one does."),)
    key = f"nodes/{node}/array/{array.name}"
    yield Problem(key, Severity.WARN, title, sentences(work, members), todo, f"nodes.disks:{node}", node)


def _clocks(state: ClusterState) -> Iterator[Problem]:
    """Against most of the clocks, so that a wrong workstation does not accuse every node."""
    answering = {node.name for node in state.nodes.nodes if node.online}
    told = {name: r.clock for name, r in state.machines.items() if r.clock is not None and name in answering}
    for skew in skews(told) if told else ():
        if skew.wrong:
            yield _clock(skew)


def _clock(skew: Skew) -> Problem:
    how = skew_sentence(skew)
    if skew.name == HERE:
        title = _("The clock of this workstation is {how}").format(how=how)
        text = _("Times and ages that it shows of the nodes are wrong by as much.")
    else:
        title = _("The clock of {node} is {how}").format(node=skew.name, how=how)
        text = _("Times of files and logs mislead, and leases and locks may end too early or too late.")
    action = f"nodes.software:{skew.name}" if skew.name else ""
    todo = (_("See whether chrony or systemd-timesyncd runs there and reaches its server."),)
    return Problem(f"nodes/{skew.name or '@here'}/clock", Severity.WARN, title, text, todo, action, skew.name)
