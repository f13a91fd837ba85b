"""Plans that switch bit rot detection and its scrubber. Pure."""

from __future__ import annotations

from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _
from nasclustergui.core.plan import Meaning, Plan, Risk, Step
from nasclustergui.subsystems.gluster.features.bitrot import commands
from nasclustergui.subsystems.gluster.features.bitrot.model import FREQUENCIES, THROTTLES, USUAL_SIGNING
from nasclustergui.subsystems.gluster.features.bitrot.read import enabled
from nasclustergui.subsystems.gluster.model import GlusterState, Volume, VolumeStatus
from nasclustergui.subsystems.gluster.plans.steps import DRIVER, chosen_node, lane

SHORTEST_SIGNING, LONGEST_SIGNING = 1, 86_400


def plan_enable(volume: Volume, state: GlusterState, cluster: str) -> Plan:
    """Files are signed from now on, and compared with their signatures."""
    if enabled(volume):
        raise InvalidInput(_("Bit rot detection of {volume} is on already.").format(volume=volume.name))
    _check_started(volume)
    step = _step(volume, state, _("Enable bit rot detection of {volume}"), ("enable",), "bitrot_off", undo=("disable",))
    meaning = (
        Meaning(
            Severity.INFO,
            _("Every file is read once and signed, later again and again by the scrubber"),
            _("Two further daemons run on each node. The bricks are busier; “lazy” keeps that low."),
        ),
        Meaning(
            Severity.INFO,
            _("What is corrupted already is signed as it is"),
            _("Only what changes by itself after its signature is found."),
        ),
    )
    return _plan(volume, cluster, step, meaning, _("Disable it again."), "shield-check")


def plan_disable(volume: Volume, state: GlusterState, cluster: str) -> Plan:
    """No signatures, no scrubber."""
    check_on(volume)
    step = _step(
        volume,
        state,
        _("Disable bit rot detection of {volume}"),
        ("disable",),
        "bitrot_on",
        Risk.CAUTION,
        undo=("enable",),
    )
    meaning = (
        Meaning(
            Severity.WARN,
            _("Corrupted files are no longer found, and those found already are no longer listed"),
            _("Clients may read a copy that was marked as corrupted."),
        ),
    )
    return _plan(volume, cluster, step, meaning, _("Enable it again: all files are then signed anew."), "shield-x")


def plan_scrub(volume: Volume, action: str, state: GlusterState, cluster: str) -> Plan:
    """`action`: "ondemand", "pause", "resume"."""
    check_on(volume)
    titles = {
        "ondemand": _("Scrub {volume} now"),
        "pause": _("Pause the scrubber of {volume}"),
        "resume": _("Resume the scrubber of {volume}"),
    }
    if action not in titles:
        raise InvalidInput(_("The scrubber cannot do “{action}”.").format(action=action), field="action")
    back = {"pause": ("scrub", "resume"), "resume": ("scrub", "pause")}.get(action)
    check = "bitrot_on bitrot_scrubbers_run" if action == "ondemand" else "bitrot_on"
    step = _step(volume, state, titles[action], ("scrub", action), check, undo=back)
    meanings = {
        "ondemand": Meaning(
            Severity.BUSY,
            _("All signed files are read and compared with their signatures"),
            _("Files that are open, or were written a short time ago, are not signed yet and are skipped."),
        ),
        "pause": Meaning(Severity.WARN, _("Corrupted files are not found until it is resumed")),
        "resume": Meaning(Severity.OK, _("It goes on by its schedule")),
    }
    undo = _("Pause it.") if action != "pause" else _("Resume it.")
    return _plan(volume, cluster, step, (meanings[action],), undo, "scan-search")


def plan_settings(
    volume: Volume, wanted: dict[str, str], present: dict[str, str], state: GlusterState, cluster: str
) -> Plan:
    """`wanted` and `present`: "scrub-frequency", "scrub-throttle", "signing-time" → value; only changes are sent."""
    check_on(volume)
    _check_settings(wanted)
    steps = tuple(
        _step(
            volume,
            state,
            _("Set {option} of {volume} to {value}").replace("{option}", option).replace("{value}", value),
            (option, value),
            "bitrot_on",
            undo=(option, present[option]) if option in present else None,
        )
        for option, value in wanted.items()
        if value != present.get(option)
    )
    if not steps:
        raise InvalidInput(_("Nothing would change."))
    meaning = [Meaning(Severity.OK, _("No file is touched"))]
    if int(wanted.get("signing-time", USUAL_SIGNING)) < USUAL_SIGNING:
        text = _("A file that is written now and then is read and signed again after each pause.")
        meaning.insert(0, Meaning(Severity.INFO, _("Files are signed sooner after a write, and more often"), text))
    title = _("Bit rot settings of {volume}").format(volume=volume.name)
    return Plan(
        title=title,
        cluster=cluster,
        steps=steps,
        meaning=tuple(meaning),
        undo=_("Set the old values again."),
        confirm=volume.name,
        lane=lane(volume.name),
        seconds=1.0 * len(steps),
        cancel_effect=_("Values that were set stay."),
        icon="sliders-horizontal",
    )


def _check_settings(wanted: dict[str, str]) -> None:
    known = {"scrub-frequency": FREQUENCIES, "scrub-throttle": THROTTLES}
    for option, value in wanted.items():
        if option == "signing-time":
            if not value.isdigit() or not SHORTEST_SIGNING <= int(value) <= LONGEST_SIGNING:
                raise InvalidInput(
                    _("The time until a file is signed is {low} to {high} seconds.").format(
                        low=SHORTEST_SIGNING, high=LONGEST_SIGNING
                    ),
                    field=option,
                )
        elif option not in known:
            raise InvalidInput(_("There is no bit rot setting “{name}”.").format(name=option), field=option)
        elif value not in known[option]:
            raise InvalidInput(
                _("“{value}” is no {option}.").format(value=value, option=option),
                field=option,
                hint=", ".join(known[option]),
            )


def check_on(volume: Volume) -> None:
    """Raise InvalidInput where detection is off."""
    if not enabled(volume):
        raise InvalidInput(
            _("Bit rot detection of {volume} is off.").format(volume=volume.name), hint=_("Enable it first.")
        )
    _check_started(volume)


def _check_started(volume: Volume) -> None:
    if volume.status is not VolumeStatus.STARTED:
        raise InvalidInput(_("Volume {volume} is not started.").format(volume=volume.name), hint=_("Start it first."))


def _step(
    volume: Volume,
    state: GlusterState,
    title: str,
    words: tuple[str, ...],
    check: str,
    risk: Risk = Risk.SAFE,
    undo: tuple[str, ...] | None = None,
) -> Step:
    return Step(
        title=title.format(volume=volume.name),
        node=chosen_node(state),
        command=commands.change(volume.name, *words),
        driver=DRIVER,
        risk=risk,
        undo_text=_("Can be undone") if undo else _("Nothing to undo"),
        undo=commands.change(volume.name, *undo) if undo else None,
        check=f"volume_started same_volume {check}",
        args={"volume": volume.name, "id": volume.uuid},
    )


def _plan(volume: Volume, cluster: str, step: Step, meaning: tuple[Meaning, ...], undo: str, icon: str) -> Plan:
    return Plan(
        title=step.title,
        cluster=cluster,
        steps=(step,),
        meaning=meaning,
        undo=undo,
        confirm=volume.name,
        lane=lane(volume.name),
        seconds=2.0,
        cancel_effect=_("Gluster finishes what was begun."),
        icon=icon,
    )
