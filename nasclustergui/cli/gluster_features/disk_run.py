"""Answers the words of `cli.gluster_features.disk`: looks at a volume's disks, or carries out the wizard's plans."""

from __future__ import annotations

from argparse import Namespace
from functools import partial
from typing import Any

from nasclustergui.cli.drains import refuse_draining
from nasclustergui.cli.exit_codes import Exit
from nasclustergui.cli.gluster import carry_out_as
from nasclustergui.cli.status import show_table
from nasclustergui.cli.terminal import say, say_json
from nasclustergui.cli.working import work
from nasclustergui.cluster.session import Session
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.units import DASH, count
from nasclustergui.subsystems.gluster.features.disk.advise import Way, advised, make_plan, words
from nasclustergui.subsystems.gluster.features.disk.model import Diagnosis, Ground, Trouble
from nasclustergui.subsystems.gluster.features.disk.plans import plan_reset
from nasclustergui.subsystems.gluster.features.disk.read import Findings, find, look_at_place
from nasclustergui.subsystems.gluster.features.disk.rules import Accepted
from nasclustergui.subsystems.gluster.layout import BrickSpec

Place = tuple[BrickSpec, Ground]


def failed_disk(session: Session, options: Namespace) -> Exit:
    """Without --brick it only looks; with it the advised plan, with --to a disk elsewhere."""
    found, place = _read(session, options.name, options.brick, options.to)
    if not options.brick:
        if options.to:
            raise InvalidInput(_("Say which brick goes there."), field="brick", hint="--brick NODE:/PATH")
        return _show(found, options)
    one = _named(found, options.brick)
    way = Way.ELSEWHERE if place else advised(found, one)
    if way is Way.ELSEWHERE and place is None:
        raise InvalidInput(one.sentence, hint=_("{advice} For a disk elsewhere add --to.").format(advice=one.advice))
    plan = make_plan(found, one, way, session.profile.name, place=place, accepted=_accepted(options))
    return carry_out_as(session, plan, options)


def replace_brick(session: Session, options: Namespace) -> Exit:
    """`replace-brick NAME OLD NEW [commit force]`."""
    if options.rest not in ([], ["commit", "force"]):
        raise InvalidInput(
            _("“{words}” is not understood here.").format(words=" ".join(options.rest)),
            hint="gluster volume replace-brick NAME OLD NEW commit force",
        )
    found, place = _read(session, options.name, options.old, options.new)
    one = _named(found, options.old)
    plan = make_plan(found, one, Way.ELSEWHERE, session.profile.name, place=place, accepted=_accepted(options))
    return carry_out_as(session, plan, options)


def reset_brick(session: Session, options: Namespace) -> Exit:
    """`reset-brick NAME BRICK start`, then `reset-brick NAME BRICK BRICK commit`."""
    part = "start" if options.rest == ["start"] else "commit" if options.rest == [options.brick, "commit"] else ""
    if not part:
        raise InvalidInput(
            _("“{words}” is not understood here.").format(words=" ".join(options.rest)),
            hint=_("reset-brick NAME BRICK start, then reset-brick NAME BRICK BRICK commit with the same brick."),
        )
    found, _place = _read(session, options.name, options.brick, "")
    one = _named(found, options.brick)
    plan = plan_reset(
        one,
        found.state,
        session.profile.name,
        only=found.only.get(one.brick),
        accepted=_accepted(options),
        part=part,
    )
    return carry_out_as(session, plan, options)


def _read(session: Session, volume: str, brick: str, to: str) -> tuple[Findings, Place | None]:
    task = partial(_ask, session, volume, brick, to)
    found, place = work(Job(_("Look at the disks"), quiet=True), task)
    if place is not None:
        refuse_draining(session, [place[0].node])
    return found, place


def _ask(session: Session, volume: str, brick: str, to: str, job: Job) -> tuple[Findings, Place | None]:
    session.nodes.connect_all()
    pool = session.gluster.pool
    found = find(pool, volume, job, about=brick)
    return found, look_at_place(pool, found.state, to, job) if to else None


def _named(found: Findings, brick: str) -> Diagnosis:
    one = found.of(brick)
    if one is None:
        raise InvalidInput(
            _("{brick} is no brick of volume {volume}.").format(brick=brick, volume=found.volume.name),
            field="brick",
            hint=_("There are: {names}.").format(names=", ".join(b.name for b in found.volume.bricks)),
        )
    return one


def _accepted(options: Namespace) -> Accepted:
    return Accepted(aside=options.set_aside, unwise=options.accept_unwise, lose=options.lose_only_copy)


def _show(found: Findings, options: Namespace) -> Exit:
    if options.json:
        say_json([_data(found, one) for one in found.bricks])
        return Exit.OK
    online = {True: _("online"), False: _("down"), None: _("not known")}
    head = (_("Brick"), _("Process"), _("Its disk"), _("To heal"))
    well = (Trouble.NONE, Trouble.PROCESS)  # of the disk: the process has a column of its own
    rows = (
        (one.brick, online[one.online], _("well") if one.trouble in well else one.trouble.value, count(one.behind))
        for one in found.bricks
    )
    show_table([head, *rows])
    for one in found.failed:
        say(f"{one.brick}: {one.sentence}")
        for line in one.ground.kernel:
            say(f"  | {line}")
        if (only := found.only.get(one.brick)) is not None:
            say(f"  {only.why}")
        if one.advice:
            say(f"  {one.advice}")
        say("  " + _("Advised: {way} (--brick {brick})").format(way=words(advised(found, one)), brick=one.brick))
    if not found.failed:
        say(_("No brick of {volume} has failed.").format(volume=found.volume.name))
    return Exit.OK


def _data(found: Findings, one: Diagnosis) -> dict[str, Any]:
    ground, only = one.ground, found.only.get(one.brick)
    return {
        "brick": one.brick,
        "set": one.set_number,
        "online": one.online,
        "trouble": one.trouble.value,
        "sentence": one.sentence,
        "advice": one.advice,
        "advised": advised(found, one).value,
        "only_copy": only.why if only else "",
        "to_heal": one.behind,
        "mount": ground.mount.point if ground.mount else DASH,
        "device": ground.mount.device if ground.mount else DASH,
        "directory": ground.directory.value,
        "volume_id": ground.volume_id,
        "size": ground.size,
        "free": ground.free,
    }
