"""Plans that change the rules of quorum, with what they change for every single loss. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from nasclustergui.core.command import Command
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _
from nasclustergui.core.plan import Meaning, Plan, Risk, Step
from nasclustergui.subsystems.gluster.commands import CHANGE_TIMEOUT, gluster
from nasclustergui.subsystems.gluster.features.quorum.outlook import (
    COUNT,
    RATIO,
    SERVER,
    TYPE,
    Outlook,
    outlook,
    server,
    splits,
)
from nasclustergui.subsystems.gluster.features.quorum.words import reach_severity, reach_text, reach_word
from nasclustergui.subsystems.gluster.model import GlusterState, Volume, VolumeStatus, VolumeType
from nasclustergui.subsystems.gluster.plans.steps import ACCEPTED, DRIVER, chosen_node, lane
from nasclustergui.subsystems.gluster.quorum import peers_needed, server_quorum

KINDS = ("auto", "fixed", "none", "default")
DEFAULT_RATIO = "51"


def plan_client_quorum(volume: Volume, kind: str, count: int, state: GlusterState, cluster: str) -> Plan:
    """Set the rule of the sets: "auto", "fixed" (with `count`), "none" or "default" (whatever gluster takes)."""
    _check_replicated(volume)
    if kind not in KINDS:
        raise InvalidInput(_("Quorum is auto, fixed, none or default."), field="type")
    if kind == "fixed" and not 1 <= count <= volume.replica:
        raise InvalidInput(
            _("A set of {volume} has {n} bricks: the number must be 1 to {n}.").format(
                volume=volume.name, n=volume.replica
            ),
            field="count",
        )
    values: dict[str, str | None] = {TYPE: None if kind == "default" else kind, COUNT: None}
    if kind == "fixed":  # the number first: one brick is enough where there is none
        values = {COUNT: str(count), TYPE: kind}
    after = _changed(volume, values)
    if _same(volume, after):
        raise InvalidInput(_("Volume {volume} has this rule already.").format(volume=volume.name), field="type")
    weak = splits(after) and not splits(volume)
    words = {
        "auto": _("Quorum of {volume}: automatic"),
        "fixed": _("Quorum of {volume}: {n} bricks"),
        "none": _("No quorum for {volume}"),
        "default": _("Quorum of {volume}: gluster's default"),
    }
    title = words[kind].format(volume=volume.name, n=count)
    steps = _steps(title, volume, values, state, Risk.DESTRUCTIVE if weak else Risk.CAUTION)
    meaning = [*_splits_meaning(volume, after), *_compare(volume, after, state)]
    return _plan(title, volume, steps, meaning, cluster)


def plan_server_quorum(volume: Volume, on: bool, state: GlusterState, cluster: str) -> Plan:
    """Make glusterd stop the bricks of the volume on nodes that see too few peers, or no longer."""
    if on == server_quorum(volume):
        text = _("Server quorum is enforced for {volume} already.") if on else _("{volume} has no server quorum.")
        raise InvalidInput(text.format(volume=volume.name), field="type")
    found = server(volume, state)
    if on and found.spare < 0:
        text = _(
            "Only {up} of {n} peers are connected and {need} are needed: all bricks of {volume} would stop at once."
        )
        raise InvalidInput(
            text.format(up=found.connected, n=found.peers, need=found.needed, volume=volume.name),
            field="type",
            hint=_("Bring the missing nodes back first."),
        )
    values: dict[str, str | None] = {SERVER: "server" if on else None}
    title = (_("Enforce server quorum for {volume}") if on else _("No server quorum for {volume}")).format(
        volume=volume.name
    )
    after = _changed(volume, values)
    steps = _steps(title, volume, values, state, Risk.CAUTION)
    return _plan(title, volume, steps, [*_compare(volume, after, state)], cluster)


def plan_ratio(percent: str, state: GlusterState, cluster: str) -> Plan:
    """Set the share of peers that server quorum asks for, for the whole pool; "" takes gluster's default."""
    text = percent.rstrip("% ")
    if text and not (text.isdigit() and 1 <= int(text) <= 100):
        raise InvalidInput(_("The share of peers is 1 to 100 percent."), field="ratio")
    before = next((v.options.get(RATIO) for v in state.volumes if RATIO in v.options), None)
    value = f"{text}%" if text else None
    if value == before or (before is None and text == DEFAULT_RATIO):
        raise InvalidInput(_("That is the share already."), field="ratio")
    need = peers_needed(len(state.peers), {RATIO: value or ""})
    up = sum(peer.connected for peer in state.peers)
    hit = [volume for volume in state.volumes if server_quorum(volume)]
    if hit and up < need:
        raise InvalidInput(
            _("Only {up} peers are connected and {need} would be needed: the bricks of {volumes} would stop.").format(
                up=up, need=need, volumes=", ".join(volume.name for volume in hit)
            ),
            field="ratio",
        )
    title = _("Server quorum: {need} of {n} peers").format(need=need, n=len(state.peers))
    step = Step(
        title=title,
        node=chosen_node(state),
        command=_set("all", RATIO, value),
        driver=DRIVER,
        risk=Risk.CAUTION,
        undo_text=_("Undo: the share before"),
        undo=_set("all", RATIO, before),
        expect=ACCEPTED,
    )
    meaning = [m for v in hit for m in _compare(v, _changed(v, {RATIO: value}), state)] or [
        Meaning(Severity.INFO, _("No volume enforces server quorum: nothing changes for now"))
    ]
    return Plan(
        title=title,
        cluster=cluster,
        steps=(step,),
        meaning=tuple(meaning),
        undo=_("Set the share back."),
        lane=f"{DRIVER}/pool",
        seconds=2.0,
        cancel_effect=_("The share is set back."),
        icon="scale",
    )


def _plan(title: str, volume: Volume, steps: tuple[Step, ...], meaning: list[Meaning], cluster: str) -> Plan:
    return Plan(
        title=title,
        cluster=cluster,
        steps=steps,
        meaning=tuple(sorted(meaning, key=lambda m: -m.severity)),
        undo=_("Set the rule back as it was."),
        confirm=volume.name,
        lane=lane(volume.name),
        seconds=2.0,
        cancel_effect=_("The rule is set back as it was."),
        icon="scale",
        rollback=True,
    )


def _steps(
    title: str, volume: Volume, values: Mapping[str, str | None], state: GlusterState, risk: Risk
) -> tuple[Step, ...]:
    """A step per option that changes, in this order; the first one checks that nobody changed them meanwhile."""
    node, steps = chosen_node(state), list[Step]()
    for option, value in values.items():
        before = volume.options.get(option)
        if value == before:
            continue
        known = {} if steps else {f"before {name}": volume.options.get(name, "") for name in values}
        steps.append(
            Step(
                title=title if not steps else _("{option} of {volume}").format(option=option, volume=volume.name),
                node=node,
                command=_set(volume.name, option, value),
                driver=DRIVER,
                risk=risk,
                undo_text=_("Undo: as it was"),
                undo=_set(volume.name, option, before),
                check="volume_exists same_volume" + (" quorum_unchanged" if known else ""),
                args={"volume": volume.name, "id": volume.uuid} | known,
                expect=ACCEPTED,
            )
        )
    return tuple(steps)


def _set(volume: str, option: str, value: str | None) -> Command:
    """`volume set V …`, or `volume reset V …` for None. "all" is the whole pool."""
    words = ("set", volume, option, value) if value is not None else ("reset", volume, option)
    return gluster("volume", *words, timeout=CHANGE_TIMEOUT, lock=True)


def _changed(volume: Volume, values: Mapping[str, str | None]) -> Volume:
    options = {n: v for n, v in (dict(volume.options) | dict(values)).items() if v is not None}
    return replace(volume, options=options)


def _check_replicated(volume: Volume) -> None:
    if volume.type in (VolumeType.REPLICATE, VolumeType.ARBITER):
        return
    why = (
        _("In a dispersed volume the number of data bricks decides; that cannot be changed.")
        if volume.type is VolumeType.DISPERSE
        else _("A distributed volume keeps every file once: there is no quorum among copies.")
    )
    raise InvalidInput(why, field="type")


def _same(before: Volume, after: Volume) -> bool:
    return dict(before.options) == dict(after.options)


def _splits_meaning(before: Volume, after: Volume) -> Iterator[Meaning]:
    if not splits(after):
        if splits(before):
            text = _("Sides that lost sight of each other cannot both be written any more.")
            yield Meaning(Severity.OK, _("Losses in turns no longer lead to split-brain"), text)
        return
    text = _("If nodes are lost in turns, both sides change the same files and gluster cannot say which is right.")
    if after.arbiter:
        text += " " + _("The arbiter cannot prevent it any more.")
    yield Meaning(Severity.CRITICAL, _("Split-brain becomes possible"), text)


def _compare(before: Volume, after: Volume, state: GlusterState) -> Iterator[Meaning]:
    """What changes now and for every loss, worst first; one line where nothing does."""
    if before.status is not VolumeStatus.STARTED:
        yield Meaning(Severity.INFO, _("It counts once {volume} is started").format(volume=before.name))
    old, new = outlook(before, state), outlook(after, state)
    said = [*_now(old, new), *_single_losses(old, new)]
    if not said:
        said = [Meaning(Severity.INFO, _("Nothing changes for the loss of any one node"))]
    yield from said


def _now(old: Outlook, new: Outlook) -> Iterator[Meaning]:
    if old.now.reach is not new.now.reach:
        title = _("At once: {volume} {word}").format(volume=new.volume, word=reach_word(new.now).lower())
        yield Meaning(reach_severity(new.now), title, reach_text(new.now))


def _single_losses(old: Outlook, new: Outlook) -> Iterator[Meaning]:
    before = {loss.what: loss for loss in old.losses}
    for loss in new.losses:
        was = before.get(loss.what)
        if loss.brick_of or loss.gone or (was is not None and was.result.reach is loss.result.reach):
            continue
        if was is None and loss.result.reach is new.now.reach:
            continue
        title = _("If {node} goes: {word} (so far: {before})").format(
            node=loss.what,
            word=reach_word(loss.result).lower(),
            before=reach_word(was.result if was is not None else old.now).lower(),
        )
        yield Meaning(reach_severity(loss.result), title, reach_text(loss.result))
