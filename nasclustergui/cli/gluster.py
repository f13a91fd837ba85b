"""`gluster volume …`: looks at volumes, or makes the same plan as the window and carries it out."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from nasclustergui.cli.brick_places import on_places
from nasclustergui.cli.brick_words import BrickWords, read_words
from nasclustergui.cli.changes import Consent, carry_out
from nasclustergui.cli.drains import refuse_draining
from nasclustergui.cli.exit_codes import Exit
from nasclustergui.cli.status import show_table, volume_data, volume_row
from nasclustergui.cli.terminal import say, say_json
from nasclustergui.cli.working import work
from nasclustergui.cluster.session import Session
from nasclustergui.core.disks import Disk, mount_of
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Plan
from nasclustergui.core.units import count
from nasclustergui.subsystems.gluster import plans
from nasclustergui.subsystems.gluster.audience import Audience
from nasclustergui.subsystems.gluster.features.bricks.copies_plans import plan_raise_copies
from nasclustergui.subsystems.gluster.features.bricks.shapes import Raised
from nasclustergui.subsystems.gluster.features.clients.read import audience as read_audience
from nasclustergui.subsystems.gluster.layout import BrickSpec, VolumeSpec
from nasclustergui.subsystems.gluster.model import GlusterState, Task, Volume, VolumeType

REBALANCE = ("start", "status", "stop", "mend")


def run(session: Session, options: Namespace) -> Exit:
    """Do what the options say with an open session; the exit status."""
    if options.action == "rebalance":
        options.name, options.what = rebalance_words(options.words)
        if options.what in ("status", "mend"):
            from nasclustergui.cli import gluster_rebalance  # it needs this module

            return gluster_rebalance.run(session, options)
    bricks = read_words(options.words) if options.action in ("create", "add-brick") else None
    show = _LOOKS.get(_look(options))
    read = session.gluster.pool.read if show is None else session.gluster.read  # a plan waits for brick states
    state, disks = work(Job(_("Read the cluster"), quiet=True), partial(_read, session, read, bricks is not None))
    if show is not None:
        return show(state, options)
    audience = _audience(session, state, options) if options.action in ("stop", "delete") else None
    plan = make_plan(state, session.profile.name, options, bricks, disks, audience)
    if bricks is not None:
        specs = brick_specs(bricks.bricks, state, disks)
        refuse_draining(session, [spec.node for spec in specs])
        plan = on_places(session, plan, specs, state, force=bricks.force, aside=options.set_aside)
    return carry_out_as(session, plan, options)


def carry_out_as(session: Session, plan: Plan, options: Namespace) -> Exit:
    """Show, confirm and run a plan as the options of every change say (`--dry-run`, `--yes`, `--json` …)."""
    consent = Consent(options.dry_run, options.script, options.json, options.yes, options.confirm, options.wait_lock)
    return carry_out(session.executor, plan.with_author(session.user), consent)


def _read(
    session: Session, read: Callable[[Job], GlusterState], with_disks: bool, job: Job
) -> tuple[GlusterState, tuple[Disk, ...]]:
    """The pool, and the nodes' disks where bricks are to be placed."""
    session.nodes.connect_all()
    state = read(job)
    return state, session.disks(job) if with_disks else ()


def _audience(session: Session, state: GlusterState, options: Namespace) -> Audience:
    """Who uses the volume that is to go away."""
    volume = volume_named(state, options.name)
    return work(Job(_("Read the clients"), quiet=True), partial(read_audience, session.gluster.pool, volume))


def rebalance_words(words: Sequence[str]) -> tuple[str, str]:
    """(volume, one of REBALANCE), in gluster's order or the other one. Raises InvalidInput."""
    first, second = words
    if second in REBALANCE:
        return first, second
    if first in REBALANCE:
        return second, first
    raise InvalidInput(_("Say what to do: start, status, stop or mend."), hint="gluster volume rebalance NAME start")


def make_plan(
    state: GlusterState,
    cluster: str,
    options: Namespace,
    words: BrickWords | None,
    disks: tuple[Disk, ...],
    audience: Audience | None = None,
) -> Plan:
    """The plan for the options. Raises InvalidInput for what gluster would refuse or misunderstand."""
    if options.action == "create":
        assert words is not None
        return plans.plan_create_volume(_spec(options, words, state, disks), state, cluster)
    volume = volume_named(state, options.name)
    match options.action:
        case "add-brick":
            assert words is not None
            _check_same_kind(volume, words)
            specs = brick_specs(words.bricks, state, disks)
            if words.replica and (wanted := _more_copies(volume, words)) is not None:
                return plan_raise_copies(volume, wanted, specs, state, cluster, force=words.force)
            return plans.plan_add_brick(volume, specs, state, cluster, rebalance=options.rebalance, force=words.force)
        case "start":
            return plans.plan_start(volume, state, cluster, force=bool(options.force))
        case "stop":
            return plans.plan_stop(volume, state, cluster, audience)
        case "delete":
            return plans.plan_delete(volume, state, cluster, audience)
        case "heal":
            return plans.plan_heal(volume, state, cluster, full=bool(options.full))
    if options.what == "stop":
        return plans.plan_rebalance_stop(volume, state, cluster)
    return plans.plan_rebalance(volume, state, cluster, fix_layout=options.fix_layout)


def volume_named(state: GlusterState, name: str) -> Volume:
    """The volume, or InvalidInput that names those there are."""
    volume = state.volume(name)
    if volume is None:
        names = ", ".join(v.name for v in state.volumes)
        shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in name)
        raise InvalidInput(
            _("There is no volume “{name}”.").format(name=shown),
            field="name",
            hint=_("There are: {names}.").format(names=names) if names else _("The pool has no volumes."),
        )
    return volume


def _spec(options: Namespace, words: BrickWords, state: GlusterState, disks: tuple[Disk, ...]) -> VolumeSpec:
    kind, set_size = VolumeType.DISTRIBUTE, 1
    if words.disperse:
        kind, set_size = VolumeType.DISPERSE, words.disperse
    elif words.replica:
        kind, set_size = VolumeType.REPLICATE, words.replica
        if words.arbiter:
            kind, set_size = VolumeType.ARBITER, _with_arbiter(words)
    return VolumeSpec(
        options.name,
        kind,
        brick_specs(words.bricks, state, disks),
        set_size,
        redundancy=(words.redundancy or usual_redundancy(set_size)) if words.disperse else 0,
        force=words.force,
        start=not options.no_start,
    )


def _with_arbiter(words: BrickWords) -> int:
    """Bricks per set. Gluster takes "replica 2 arbiter 1" and "replica 3 arbiter 1" alike: two copies, one arbiter."""
    if words.arbiter != 1 or words.replica not in (2, 3):
        raise InvalidInput(_("An arbiter volume is replica 3 arbiter 1: two copies and an arbiter."), field="type")
    return 3


def usual_redundancy(disperse: int) -> int:
    """What gluster takes by itself: the largest redundancy that leaves a power of two of data bricks, at least 1."""
    fitting = [r for r in range(1, (disperse + 1) // 2) if (disperse - r) & (disperse - r - 1) == 0]
    return max(fitting, default=1)


def brick_specs(bricks: Sequence[str], state: GlusterState, disks: Sequence[Disk]) -> tuple[BrickSpec, ...]:
    """The bricks with what is known about their nodes and file systems."""
    return tuple(_brick_spec(brick, state, disks) for brick in bricks)


def _brick_spec(brick: str, state: GlusterState, disks: Sequence[Disk]) -> BrickSpec:
    host, _separator, rest = brick.partition(":/")
    path = f"/{rest}"
    node = next((peer.node for peer in state.peers if host in peer.hostnames), "")
    there = {disk.mount: disk for disk in disks if disk.node == node and disk.mount}
    disk = there.get(mount_of(path, list(there)) or "")
    if disk is None:
        return BrickSpec(host, path, node)
    return BrickSpec(host, path, node, disk.rack, disk.mount, disk.size, disk.free)


def _check_same_kind(volume: Volume, words: BrickWords) -> None:
    if words.disperse:
        raise InvalidInput(
            _("This adds whole sets of bricks; the number of parts stays as it is."),
            field="type",
            hint=_("Leave out disperse, and name whole sets of {n}.").format(n=volume.set_size),
        )


def _more_copies(volume: Volume, words: BrickWords) -> Raised | None:
    """What every set is to be, None where the words only repeat what it is."""
    wanted = Raised(_with_arbiter(words), 1) if words.arbiter else Raised(words.replica)
    same = wanted.replica == volume.replica and wanted.arbiter in (0, volume.arbiter)
    return None if same else wanted


def _look(options: Namespace) -> str:
    """The name of what only looks, "" for a change."""
    return options.action if options.action in _LOOKS else ""


def _list(state: GlusterState, options: Namespace) -> Exit:
    if options.json:
        say_json([volume_data(volume) for volume in state.volumes])
        return Exit.OK
    columns = (_("Volume"), _("Type"), _("State"), _("Bricks online"), _("To heal"), _("Size"), _("Free"))
    show_table([columns, *(volume_row(volume) for volume in state.volumes)])
    return Exit.OK


def _info(state: GlusterState, options: Namespace) -> Exit:
    volume = volume_named(state, options.name)
    if options.json:
        say_json(volume_data(volume) | {"options": dict(volume.options)})
        return Exit.OK
    _list(GlusterState(volumes=(volume,)), options)
    for number, group in enumerate(volume.sets, 1):
        say(_("Set {number}").format(number=number))
        for brick in group:
            online = {True: _("online"), False: _("down"), None: _("not known")}[brick.online]
            say(f"  {brick.name}  {online}  " + _("to heal: {n}").format(n=count(brick.heal_pending)))
    return Exit.OK


def task_data(task: Task) -> dict[str, Any]:
    """A rebalance or a removal for JSON."""
    return {
        "kind": task.kind.value,
        "state": task.state.value,
        "id": task.id,
        "nodes": [
            {
                "node": node.node,
                "state": node.state.value,
                "files": node.files,
                "bytes": node.bytes,
                "lookups": node.lookups,
                "failures": node.failures,
                "skipped": node.skipped,
                "seconds": node.seconds,
            }
            for node in task.nodes
        ],
    }


_LOOKS: dict[str, Callable[[GlusterState, Namespace], Exit]] = {
    "list": _list,
    "info": _info,
}
