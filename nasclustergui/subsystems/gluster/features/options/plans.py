"""Plans that change options: a step each, every one with its way back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from nasclustergui.core.command import Command
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.plan import Meaning, Plan, Risk, Step
from nasclustergui.subsystems.gluster.features.options.commands import volume_reset, volume_set
from nasclustergui.subsystems.gluster.features.options.dangers import Change, dangers
from nasclustergui.subsystems.gluster.features.options.model import (
    GIVEN,
    MAX_OP_VERSION,
    NEVER_RESET,
    OP_VERSION,
    OWN_COMMANDS,
    POOL,
    Option,
    Options,
)
from nasclustergui.subsystems.gluster.features.options.shapes import doubt, shape_of
from nasclustergui.subsystems.gluster.model import GlusterState, Volume
from nasclustergui.subsystems.gluster.plans.steps import ACCEPTED, DRIVER, chosen_node, lane

Wanted = Mapping[str, str | None]  # option → new value, None for its default

LONGEST = 4000  # bytes of name and value: 4,080 worked, 4,500 killed glusterd on every node
SECONDS = 1.5  # that a step takes, about
TOLD = 8  # names in a sentence


def plan_options(
    volume: Volume | None, wanted: Wanted, options: Options, state: GlusterState, cluster: str, title: str = ""
) -> Plan:
    """Set or reset options of a volume, or of the pool (`volume` None). Every value as it should be is left out.

    Raises InvalidInput for what would damage the pool, for what has a command of its own, and where nothing is left.
    """
    scope = volume.name if volume is not None else POOL
    given = _given(volume, options)
    todo = {name: value for name, value in wanted.items() if given.get(name) != value}
    for name, value in todo.items():
        _refuse(name, value)
    if not todo:
        raise InvalidInput(_("All these options are as they should be."), hint=_("There is nothing to change."))
    node = chosen_node(state)
    after = _after(volume, todo)
    changes = [_change(name, value, volume, options, state, after) for name, value in todo.items()]
    steps = tuple(
        _step(scope, volume, node, todo[change.name], given.get(change.name), change, options.get(change.name))
        for change in changes
    )
    return Plan(
        title=title or _title(scope, todo),
        cluster=cluster,
        steps=steps,
        meaning=tuple(_meaning(changes, todo, options)),
        undo=_("Each option goes back to what it was: to its old value, or to its default where none was set."),
        confirm=volume.name if volume is not None else "",
        lane=lane(scope),
        seconds=SECONDS * len(steps),
        cancel_effect=_("Options that were changed already go back to what they were."),
        icon="sliders-horizontal",
        rollback=True,
    )


def plan_reset_all(volume: Volume, options: Options, state: GlusterState, cluster: str) -> Plan:
    """Reset every option that a person set. `volume reset NAME` would also drop what gluster gave the volume."""
    mine = resettable(volume)
    if not mine:
        raise InvalidInput(
            _("No option of {volume} was set by anybody.").format(volume=volume.name),
            hint=_("What is listed as set was given by gluster, or belongs to quotas and other functions."),
        )
    title = _("Reset all options of {volume}").format(volume=volume.name)
    wanted: dict[str, str | None] = dict.fromkeys(mine)
    return plan_options(volume, wanted, options, state, cluster, title)


def resettable(volume: Volume) -> tuple[str, ...]:
    """The set options that resetting all takes back."""
    return tuple(name for name, value in volume.options.items() if not stays(name, value))


def stays(name: str, value: str) -> str:
    """Why resetting all leaves this option, one sentence; "" if it doesn't."""
    if value in GIVEN.get(name, ()):
        return _("Gluster gave it to the volume when it was created.")
    if name in OWN_COMMANDS or name.startswith(("features.quota", "changelog.")):
        return _("It belongs to a function that is switched by a command of its own.")
    if name in NEVER_RESET:
        return _("Gluster does not reset it.")
    if name.startswith("user."):
        return _("Gluster cannot reset it alone, only with all options at once (gluster volume reset NAME).")
    return _("It belongs to the whole pool.") if name == "cluster.server-quorum-ratio" else ""


def plan_op_version(wanted: str, options: Options, state: GlusterState, cluster: str) -> Plan:
    """Raise the version of GlusterFS whose functions the pool uses: there is no way back."""
    now, most = (_number(options, name) for name in (OP_VERSION, MAX_OP_VERSION))
    if not wanted.isdigit():
        raise InvalidInput(_("An op-version is a number such as {n}.").format(n=most or 100000), field="value")
    if now is not None and int(wanted) <= now:
        text = _("The pool works with op-version {now} already; it cannot go down or stay.").format(now=now)
        raise InvalidInput(text, field="value")
    if most is not None and int(wanted) > most:
        text = _("The oldest GlusterFS of the pool reaches op-version {most} only.").format(most=most)
        raise InvalidInput(text, field="value", hint=_("Upgrade the packages on all nodes first."))
    title = _("Raise the pool to op-version {version}").format(version=wanted)
    step = Step(
        title=title,
        node=chosen_node(state),
        command=volume_set(POOL, OP_VERSION, wanted),
        driver=DRIVER,
        risk=Risk.DESTRUCTIVE,
        undo_text=_("No undo"),
        check="peers_connected option_unchanged",
        args={"volume": POOL, "option": OP_VERSION, "was_set": "yes", "old": str(now or "")},
        expect=ACCEPTED,
    )
    return Plan(
        title=title,
        cluster=cluster,
        steps=(step,),
        meaning=(
            Meaning(
                Severity.CRITICAL,
                _("Nodes and clients with an older GlusterFS cannot take part any more"),
                _("Check every client first: older ones fail to mount, and no package can be downgraded."),
            ),
            Meaning(Severity.INFO, _("Data and running clients of the right version are not touched")),
        ),
        undo=_("There is no way back to a lower op-version."),
        lane=lane(POOL),
        seconds=SECONDS,
        cancel_effect=_("The op-version may have been raised already."),
        icon="sliders-horizontal",
    )


def _number(options: Options, name: str) -> int | None:
    found = options.get(name)
    return int(found.value) if found is not None and found.value.isdigit() else None


def _given(volume: Volume | None, options: Options) -> Mapping[str, str | None]:
    """What is set now: for a volume as the newest state has it."""
    if volume is not None:
        return dict(volume.options)
    return {option.name: option.value for option in options if option.is_set}


def _refuse(name: str, value: str | None) -> None:
    """Raise InvalidInput for what gluster refuses for certain, misreads, or would be damaged by."""
    if name in OWN_COMMANDS:
        text = _("{option} is not set as an option.").format(option=name)
        raise InvalidInput(text, field="value", hint=f"gluster {OWN_COMMANDS[name]}")
    if name in (OP_VERSION, MAX_OP_VERSION):
        raise InvalidInput(_("The op-version of the pool has a plan of its own."), field="value")
    if (
        not name
        or name in ("help", "help-xml", "group", POOL)
        or not name.isascii()
        or not name.isprintable()
        or " " in name
    ):
        raise InvalidInput(_("“{option}” cannot be the name of an option.").format(option=name), field="option")
    if value is None:
        _refuse_reset(name)
    elif not value.strip():
        hint = _("Reset the option to get its default.")
        raise InvalidInput(_("{option} needs a value.").format(option=name), field="value", hint=hint)
    elif any(not c.isprintable() for c in value) or _bytes(name, value) > LONGEST:
        text = _("This value of {option} would damage gluster's own files.").format(option=name)
        hint = _("A line break keeps glusterd from starting again, a value beyond 4,000 bytes ends it at once.")
        raise InvalidInput(text, field="value", hint=hint)


def _refuse_reset(name: str) -> None:
    if name in NEVER_RESET:
        text = _("Gluster keeps {option}, though it calls a reset successful.").format(option=name)
        raise InvalidInput(text, field="value", hint=_("Set the value that you want instead."))
    if name.startswith("user."):
        text = _("Gluster cannot reset {option} alone.").format(option=name)
        raise InvalidInput(
            text, field="value", hint=_("Only “gluster volume reset NAME” takes it away, with all others.")
        )


def _bytes(name: str, value: str) -> int:
    return len(name) + len(value.encode("utf-8", "surrogateescape"))


def _after(volume: Volume | None, todo: Wanted) -> Volume | None:
    """The volume once all of it is done."""
    if volume is None:
        return None
    kept = {name: value for name, value in volume.options.items() if name not in todo}
    return replace(volume, options=kept | {name: value for name, value in todo.items() if value is not None})


def _change(
    name: str,
    value: str | None,
    volume: Volume | None,
    options: Options,
    state: GlusterState,
    after: Volume | None,
) -> Change:
    option = options.get(name)
    old = option.value if option is not None else ""
    if volume is not None and name in volume.options:
        old = volume.options[name]
    new = value if value is not None else ((option.default or "") if option is not None else "")
    return Change(name, old, new, volume, state, after)


def _step(
    scope: str,
    volume: Volume | None,
    node: str,
    value: str | None,
    was: str | None,
    change: Change,
    option: Option | None,
) -> Step:
    found = dangers(change)
    undo, undo_text = _undo(scope, change.name, was)
    args = {"volume": scope, "option": change.name, "was_set": "" if was is None else "yes", "old": was or ""}
    args |= {"new": value or "", "id": volume.uuid if volume is not None else ""}
    return Step(
        title=step_title(change.name, was, value, option),
        node=node,
        command=volume_reset(scope, change.name) if value is None else volume_set(scope, change.name, value),
        driver=DRIVER,
        risk=Risk.worst(*(danger.risk for danger in found)),
        undo_text=undo_text,
        undo=undo,
        check="same_volume option_unchanged" if volume is not None else "option_unchanged",
        follow="option_applied",
        prompts=tuple(danger.prompt for danger in found if danger.prompt),
        args=args,
        expect=ACCEPTED,
    )


def step_title(name: str, was: str | None, value: str | None, option: Option | None) -> str:
    """ "performance.cache-size: 32MB (default) → 64MB"."""
    usual = option.default if option is not None and option.default else None
    before = was if was is not None else _with_default(option.value if option is not None else usual)
    after = value if value is not None else _with_default(usual)
    return _("{option}: {before} → {after}").format(option=name, before=before, after=after)


def _with_default(value: str | None) -> str:
    return _("{value} (default)").format(value=value) if value else _("default")


def _undo(scope: str, name: str, was: str | None) -> tuple[Command | None, str]:
    if was is not None:
        return volume_set(scope, name, was), _("Undo: {value}").format(value=was)
    if name.startswith("user.") or name in NEVER_RESET:
        return None, _("No undo alone")
    return volume_reset(scope, name), _("Undo: default")


def _title(scope: str, todo: Wanted) -> str:
    names = list(todo)
    if len(names) == 1:
        one = _("Reset {option} of {scope}") if todo[names[0]] is None else _("Set {option} of {scope}")
        return one.format(option=names[0], scope=_scope(scope))
    text = ngettext("Change {n} option of {scope}", "Change {n} options of {scope}", len(names))
    return text.format(n=len(names), scope=_scope(scope))


def _scope(scope: str) -> str:
    return _("the pool") if scope == POOL else scope


def _meaning(changes: list[Change], todo: Wanted, options: Options) -> Iterator[Meaning]:
    """Worst first; last what all of them have in common."""
    found = [danger for change in changes for danger in dangers(change)]
    yield from (danger.meaning for danger in sorted(found, key=lambda d: -d.meaning.severity))
    for change in changes:
        value = todo[change.name]
        why = doubt(shape_of(options.by_name.get(change.name, Option(change.name))), value) if value else ""
        if why:
            title = _("Gluster may refuse {option} = {value}").format(option=change.name, value=value)
            yield Meaning(Severity.WARN, title, why)
    unknown = [change.name for change in changes if not _is_listed(change.name, options)]
    if unknown:
        title = _("Not in gluster's list of options: {names}").format(names=", ".join(unknown[:TOLD]))
        yield Meaning(Severity.WARN, title, _("Gluster says itself whether it knows them."))
    if not any(danger.meaning.severity > Severity.INFO for danger in found):
        yield Meaning(
            Severity.INFO,
            _("Clients take the new values over while they run"),
            _("A few options, such as those of encryption, count from the next start of the volume."),
        )


def _is_listed(name: str, options: Options) -> bool:
    """False if gluster's list is known and has no such option; user.* is free text."""
    return not options.by_name or name in options.by_name or name.startswith("user.")
