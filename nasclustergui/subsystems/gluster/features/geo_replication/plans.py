"""Plans that make, start, stop, pause, resume, set and delete geo-replication sessions. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _
from nasclustergui.core.plan import Meaning, Plan, Risk, Step
from nasclustergui.subsystems.gluster.features.geo_replication import commands
from nasclustergui.subsystems.gluster.features.geo_replication.model import Ready, Session, Target
from nasclustergui.subsystems.gluster.model import GlusterState, Volume, VolumeStatus
from nasclustergui.subsystems.gluster.plans.steps import ACCEPTED, DRIVER, chosen_node, lane

OPTION = re.compile(r"[a-z][a-z0-9_-]*")


def plan_create(
    volume: Volume,
    target: Target,
    ready: Sequence[Ready],
    sessions: Sequence[Session],
    state: GlusterState,
    cluster: str,
    start: bool = True,
) -> Plan:
    """Make keys, make the session and hand the keys to the secondary, choose how to copy, start it."""
    target.check()
    _check_started(volume)
    if any(session.target == target for session in sessions):
        raise InvalidInput(
            _("{volume} is copied to {target} already.").format(volume=volume.name, target=target), field="host"
        )
    node = _node_with_login(ready, target)
    steps = [
        Step(
            title=_("Make the keys of all nodes"),
            node=node,
            command=commands.gsec_create(),
            driver=DRIVER,
            undo_text=_("Nothing to undo"),
            check="volume_started same_volume",
            args={"volume": volume.name, "id": volume.uuid},
        ),
        _step(
            volume,
            target,
            node,
            _("Create the session and hand the keys to {target}"),
            ("create", "push-pem"),
            "volume_started same_volume georep_absent",
            undo=("delete",),
        ),
    ]
    without = [one.node for one in ready if not one.rsync]
    if without:
        title = _("Copy with tar over SSH")
        steps.append(_step(volume, target, node, title, ("config", "sync-method", "tarssh"), "georep_exists"))
    if start:
        title = _("Start copying {volume} to {target}")
        steps.append(
            _step(volume, target, node, title, ("start",), "georep_exists", undo=("stop",), follow="georep_started")
        )
    return Plan(
        title=_("Geo-replication of {volume} to {target}").format(volume=volume.name, target=target),
        cluster=cluster,
        steps=tuple(steps),
        meaning=_create_meaning(volume, target, node, without),
        undo=_("Stop and delete the session. What was copied stays in the secondary volume."),
        confirm=volume.name,
        lane=lane(volume.name, "geo-replication"),
        seconds=45.0,
        cancel_effect=_("The session is stopped and deleted again."),
        icon="send",
        rollback=True,
    )


def _node_with_login(ready: Sequence[Ready], target: Target) -> str:
    able = [one for one in ready if one.login and one.gsyncd]
    if able:
        return able[0].node
    if ready and not any(one.gsyncd for one in ready):
        raise InvalidInput(
            _("Geo-replication is not installed on {nodes}.").format(nodes=", ".join(one.node for one in ready)),
            hint=_("Install the package glusterfs-geo-replication (on Debian it is part of glusterfs-server)."),
        )
    said = next((one.why for one in ready if one.why), "")
    raise InvalidInput(
        _("No node can log in as {user} at {host} without a password.").format(user=target.user, host=target.host),
        field="host",
        hint=_("On one node: ssh-copy-id {user}@{host}. {said}")
        .format(user=target.user, host=target.host, said=said)
        .strip(),
    )


def _create_meaning(volume: Volume, target: Target, node: str, without: Sequence[str]) -> tuple[Meaning, ...]:
    said = [
        Meaning(
            Severity.WARN,
            _("Files in {target} that are not in {volume} may be overwritten or deleted").format(
                target=target, volume=volume.name
            ),
            _("Deletes are copied too. Gluster refuses a secondary volume that is not empty or too small."),
        ),
        Meaning(
            Severity.INFO,
            _("{node} hands the keys of all nodes to {host}").format(node=node, host=target.host),
            _("They are added to the authorized keys of {user} on every node of that pool.").format(user=target.user),
        ),
        Meaning(
            Severity.INFO,
            _("Changes are recorded on the bricks and copied within seconds to minutes"),
            _("It is no snapshot: mistakes are copied as quickly as everything else."),
        ),
    ]
    if without:
        text = _("Slower for large files that change a little: they are copied as a whole.")
        title = _("rsync is missing on {nodes}: tar over SSH is used").format(nodes=", ".join(without))
        said.insert(1, Meaning(Severity.WARN, title, text))
    return tuple(said)


def plan_start(session: Session, state: GlusterState, cluster: str, force: bool = False) -> Plan:
    """Start it; with `force` also what is missing of a started one."""
    if session.started and not force:
        raise InvalidInput(_("It runs already."))
    words = ("start", "force") if force else ("start",)
    return _single(
        session,
        state,
        cluster,
        _("Start copying {volume} to {target}"),
        words,
        (
            Meaning(Severity.OK, _("What changed meanwhile is copied first")),
            Meaning(Severity.INFO, _("Files that are deleted in the volume are deleted in the secondary")),
        ),
        _("Stop it again."),
        undo=("stop",),
        follow="georep_started",
        icon="play",
    )


def plan_stop(session: Session, state: GlusterState, cluster: str, force: bool = False) -> Plan:
    """Stop it; with `force` also where a node does not answer."""
    if not session.started and not force:
        raise InvalidInput(_("It does not run."))
    words = ("stop", "force") if force else ("stop",)
    meaning = (
        Meaning(Severity.WARN, _("The secondary volume falls behind until it is started again")),
        Meaning(Severity.OK, _("Changes go on being recorded, nothing is lost")),
    )
    return _single(
        session,
        state,
        cluster,
        _("Stop copying {volume} to {target}"),
        words,
        meaning,
        _("Start it again."),
        risk=Risk.CAUTION,
        undo=("start",),
        follow="georep_stopped",
        icon="circle-stop",
    )


def plan_pause(session: Session, state: GlusterState, cluster: str) -> Plan:
    """Pause it. Gluster calls the pause of a stopped session a success, so that is refused here."""
    if session.paused or not session.started:
        raise InvalidInput(_("It is paused already.") if session.paused else _("It does not run."))
    meaning = (Meaning(Severity.WARN, _("The secondary volume falls behind until it is resumed")),)
    return _single(
        session,
        state,
        cluster,
        _("Pause copying {volume} to {target}"),
        ("pause",),
        meaning,
        _("Resume it."),
        risk=Risk.CAUTION,
        undo=("resume",),
        follow="georep_paused",
        icon="pause",
    )


def plan_resume(session: Session, state: GlusterState, cluster: str) -> Plan:
    """Go on after a pause."""
    if not session.paused:
        raise InvalidInput(_("It is not paused."))
    meaning = (Meaning(Severity.OK, _("What changed meanwhile is copied first")),)
    return _single(
        session,
        state,
        cluster,
        _("Resume copying {volume} to {target}"),
        ("resume",),
        meaning,
        _("Pause it again."),
        undo=("pause",),
        follow="georep_started",
        icon="play",
    )


def plan_config(session: Session, option: str, value: str, present: str, state: GlusterState, cluster: str) -> Plan:
    """Change one setting; `present` is its value now, "" if none."""
    if not OPTION.fullmatch(option):
        raise InvalidInput(_("“{name}” is no setting.").format(name=option), field="option")
    if not value or value == present:
        raise InvalidInput(_("Say another value."), field="value")
    meaning = (
        Meaning(
            Severity.INFO,
            _("{option} becomes {value}").format(option=option, value=value),
            _("Workers restart with it: copying stands still for some seconds."),
        ),
    )
    return _single(
        session,
        state,
        cluster,
        _("Set {option} of {volume} to {target}").replace("{option}", option),
        ("config", option, value),
        meaning,
        _("Set {value} again.").format(value=present) if present else _("Its old value was not set."),
        undo=("config", option, present) if present else None,
        icon="sliders-horizontal",
    )


def plan_delete(session: Session, state: GlusterState, cluster: str, reset_sync_time: bool = False) -> Plan:
    """Delete the session; it is stopped before where it runs."""
    node = chosen_node(state)
    volume = _volume(session, state)
    steps = []
    if session.started:
        title = _("Stop copying {volume} to {target}")
        stop = _step(volume, session.target, node, title, ("stop",), "georep_exists", undo=("start",))
        steps.append(stop)
    words = ("delete", "reset-sync-time") if reset_sync_time else ("delete",)
    title = _("Delete the session of {volume} with {target}")
    steps.append(_step(volume, session.target, node, title, words, "georep_exists", risk=Risk.DESTRUCTIVE))
    again = (
        _("A new session to the same volume copies everything anew.")
        if reset_sync_time
        else _("A new session to the same volume goes on from the last synced time.")
    )
    return Plan(
        title=_("Delete geo-replication of {volume} to {target}").format(volume=volume.name, target=session.target),
        cluster=cluster,
        steps=tuple(steps),
        meaning=(
            Meaning(Severity.CRITICAL, _("The secondary volume gets no further changes")),
            Meaning(Severity.INFO, _("The session's settings are gone"), again),
            Meaning(Severity.OK, _("The files in both volumes stay")),
        ),
        undo=_("Create the session again."),
        confirm=volume.name,
        lane=lane(volume.name, "geo-replication"),
        seconds=8.0,
        cancel_effect=_("Before the last step the session is only stopped; it is started again."),
        icon="trash-2",
        rollback=True,
    )


def _volume(session: Session, state: GlusterState) -> Volume:
    volume = state.volume(session.volume)
    if volume is None:
        raise InvalidInput(_("There is no volume {volume} any more.").format(volume=session.volume))
    return volume


def _check_started(volume: Volume) -> None:
    if volume.status is not VolumeStatus.STARTED:
        raise InvalidInput(_("Volume {volume} is not started.").format(volume=volume.name), hint=_("Start it first."))


def _step(
    volume: Volume,
    target: Target,
    node: str,
    title: str,
    words: tuple[str, ...],
    check: str,
    *,
    risk: Risk = Risk.SAFE,
    undo: tuple[str, ...] | None = None,
    follow: str = "",
) -> Step:
    return Step(
        title=title.format(volume=volume.name, target=target),
        node=node,
        command=commands.change(volume.name, target, *words),
        driver=DRIVER,
        risk=risk,
        undo_text=_("Can be undone") if undo else _("No undo") if risk is Risk.DESTRUCTIVE else _("Nothing to undo"),
        undo=commands.change(volume.name, target, *undo) if undo else None,
        check=check,
        follow=follow,
        args={"volume": volume.name, "id": volume.uuid, "target": f"{target.user}@{target.host}::{target.volume}"},
        expect=ACCEPTED,
    )


def _single(
    session: Session,
    state: GlusterState,
    cluster: str,
    title: str,
    words: tuple[str, ...],
    meaning: tuple[Meaning, ...],
    undo_text: str,
    *,
    risk: Risk = Risk.SAFE,
    undo: tuple[str, ...] | None = None,
    follow: str = "",
    icon: str = "send",
) -> Plan:
    volume = _volume(session, state)
    node = chosen_node(state)
    step = _step(volume, session.target, node, title, words, "georep_exists", risk=risk, undo=undo, follow=follow)
    return Plan(
        title=step.title,
        cluster=cluster,
        steps=(step,),
        meaning=meaning,
        undo=undo_text,
        confirm=volume.name,
        lane=lane(volume.name, "geo-replication"),
        seconds=5.0,
        cancel_effect=_("It is taken back."),
        icon=icon,
    )
