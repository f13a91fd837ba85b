"""The plan that resolves split-brains: keep what loses, let one copy win, entry by entry, then compare."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence

from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.plan import Meaning, Plan, Risk, Step
from nasclustergui.core.units import count, size
from nasclustergui.subsystems.gluster.commands import volume_heal
from nasclustergui.subsystems.gluster.features.split_brain import commands, save
from nasclustergui.subsystems.gluster.features.split_brain.model import Copy, Entry, FileType, Kind
from nasclustergui.subsystems.gluster.features.split_brain.policy import Decision
from nasclustergui.subsystems.gluster.model import GlusterState, Volume, VolumeStatus
from nasclustergui.subsystems.gluster.plans.steps import DRIVER, chosen_node, lane

AT_ONCE = 500  # entries of one plan
SAVED_AT_ONCE = 100  # copies that one step keeps
OFF = frozenset({"off", "no", "false", "disable", "0"})
CHECK = "split_brain_unchanged"


def plan_resolve(
    volume: Volume, decisions: Sequence[Decision], state: GlusterState, cluster: str, *, keep: bool = True
) -> Plan:
    """Let the winners win. Decisions without a winner are left out. With `keep`, losing content is copied first.

    Raises InvalidInput when nothing is left to resolve, or too much for one plan.
    """
    won = tuple(d for d in decisions if d.winner is not None)
    _refuse(volume, decisions, won)
    node = chosen_node(state)
    lost = tuple((d, copy) for d in won if d.loses_content for copy in d.losers if not copy.arbiter)
    folder = f"{save.FOLDER}/{volume.name}/{time.strftime('%Y-%m-%d_%H-%M-%S')}" if keep else ""
    saves = tuple(_save_steps(volume, lost, folder)) if keep else ()
    heals = daemon_on(volume)
    # with the self-heal daemon on, directories merge by themselves once their names agree
    by_command = [d for d in won if not (d.merges and heals)]
    resolves = tuple(_resolve_step(volume, d, node, follow=not heals) for d in by_command)
    title = ngettext("Resolve {n} split-brain of {volume}", "Resolve {n} split-brains of {volume}", len(won))
    return Plan(
        title=title.format(n=count(len(won)), volume=volume.name),
        cluster=cluster,
        steps=(*saves, *resolves, *((_heal_step(volume, won, node),) if heals else ())),
        meaning=tuple(_meaning(won, decisions, lost, folder, heals)),
        undo=_undo(lost, folder),
        confirm=volume.name,
        lane=lane(volume.name, "heal"),
        seconds=2.0 + 0.5 * len(by_command),
        cancel_effect=_("Entries that were resolved stay so; the others stay in split-brain."),
        icon="git-compare",
    )


def daemon_on(volume: Volume) -> bool:
    """True unless somebody switched the volume's self-heal daemon off."""
    return volume.options.get("cluster.self-heal-daemon", "on") not in OFF


def fingerprint(copy: Copy) -> str:
    """What must still be so when the plan runs. A directory's size and times change whenever a name in it does."""
    metadata = f"{copy.gfid} {copy.mode:o} {copy.uid}:{copy.gid}"
    if copy.type is FileType.DIRECTORY or not copy.there:
        return metadata
    return f"{metadata} {copy.size} {copy.mtime}"


def _refuse(volume: Volume, decisions: Sequence[Decision], won: Sequence[Decision]) -> None:
    if volume.status is not VolumeStatus.STARTED:
        raise InvalidInput(_("Volume {volume} is not started.").format(volume=volume.name), hint=_("Start it first."))
    if not won:
        reasons = dict.fromkeys(f"{d.entry.shown}: {d.why_not}" for d in decisions)
        raise InvalidInput(
            _("None of the chosen entries can be resolved this way.") if decisions else _("No entry was chosen."),
            hint=" ".join(list(reasons)[:3]),
            details="\n".join(reasons),
        )
    if len(won) > AT_ONCE:
        text = _("{n} entries are too many for one plan.").format(n=count(len(won)))
        raise InvalidInput(text, hint=_("Choose at most {n} at once.").format(n=count(AT_ONCE)))


def _save_steps(volume: Volume, lost: Sequence[tuple[Decision, Copy]], folder: str) -> Iterator[Step]:
    by_brick: dict[str, list[tuple[Entry, Copy]]] = {}
    for decision, copy in lost:
        by_brick.setdefault(copy.brick, []).append((decision.entry, copy))
    paths = {brick.name: brick.path for brick in volume.bricks}
    for brick, pairs in by_brick.items():
        for start in range(0, len(pairs), SAVED_AT_ONCE):
            part = pairs[start : start + SAVED_AT_ONCE]
            into = f"{folder}/{paths[brick].strip('/').replace('/', '-')}"
            title = ngettext("Keep {n} losing copy of {node}", "Keep {n} losing copies of {node}", len(part))
            yield Step(
                title=title.format(n=count(len(part)), node=part[0][1].node),
                node=part[0][1].node,
                command=save.save_command(paths[brick], into, [copy for _entry, copy in part]),
                driver=DRIVER,
                undo_text=_("Can be deleted"),
                check=CHECK,
                args=_args(volume) | {"entries": _entries([entry for entry, _copy in part])},
                expect="kept in",
            )


def _resolve_step(volume: Volume, decision: Decision, node: str, *, follow: bool) -> Step:
    """`follow`: no comparison comes at the end of the plan, so each step looks itself whether the copies agree."""
    entry, winner = decision.entry, decision.winner
    assert winner is not None
    title = _("Merge the names of {path}") if decision.merges else _("{path}: the copy on {node} wins")
    undo = _("Nothing is lost") if decision.merges else _("Set it again by hand")
    return Step(
        title=title.format(path=entry.shown, node=winner.node or winner.brick),
        node=node,
        command=commands.resolve(volume.name, winner.brick, entry.item),
        driver=DRIVER,
        risk=Risk.DESTRUCTIVE if decision.loses_content else Risk.CAUTION,
        undo_text=_("No undo") if decision.loses_content else undo,
        check=CHECK,
        follow="split_brain_resolved" if follow else "",
        args=_args(volume) | {"entries": _entries([entry]), "winner": winner.brick},
    )


def _heal_step(volume: Volume, won: Sequence[Decision], node: str) -> Step:
    return Step(
        title=_("Heal {volume} and compare the copies").format(volume=volume.name),
        node=node,
        command=volume_heal(volume.name),
        driver=DRIVER,
        undo_text=_("Nothing to undo"),
        check="same_volume volume_started",
        follow="split_brain_equal",
        args=_args(volume) | {"entries": _entries([d.entry for d in won])},
        expect="successful",
    )


def _args(volume: Volume) -> dict[str, str]:
    return {"volume": volume.name, "id": volume.uuid}


def _entries(entries: Sequence[Entry]) -> str:
    """For `driver`: what was shown, as JSON (which keeps names that aren't UTF-8)."""
    return json.dumps(
        [
            {"item": e.item, "shown": e.shown, "kind": e.kind, "copies": {c.brick: fingerprint(c) for c in e.copies}}
            for e in entries
        ]
    )


def read_entries(args: Mapping[str, str]) -> list[dict[str, object]]:
    """What `_entries` wrote."""
    found: list[dict[str, object]] = json.loads(args["entries"])
    return found


def _meaning(
    won: Sequence[Decision],
    decisions: Sequence[Decision],
    lost: Sequence[tuple[Decision, Copy]],
    folder: str,
    heals: bool,
) -> Iterator[Meaning]:
    if lost:
        yield _losses(lost, folder)
    metadata = [d for d in won if d.entry.kind in (Kind.METADATA, Kind.NAMES_METADATA, Kind.BOTH)]
    if metadata:
        title = ngettext(
            "{n} entry gets the winner's owner and permissions",
            "{n} entries get the winners' owner and permissions",
            len(metadata),
        )
        yield Meaning(Severity.WARN, title.format(n=count(len(metadata))), _differences(metadata))
    if any(d.merges for d in won):
        text = _("A name that one copy lacks appears in all: a file that was deleted there comes back.")
        yield Meaning(Severity.WARN, _("Directories keep the names of all copies"), text)
    left = [d for d in decisions if d.winner is None]
    if left:
        title = ngettext("{n} chosen entry stays in split-brain", "{n} chosen entries stay in split-brain", len(left))
        reasons = "\n".join(f"{d.entry.shown}: {d.why_not}" for d in left[:5]) + ("\n…" if len(left) > 5 else "")
        yield Meaning(Severity.WARN, title.format(n=count(len(left))), reasons)
    if not heals and any(d.entry.kind is Kind.GFID for d in won):
        text = _("Where a name stood for different files, the losing copies stay empty until a heal fills them.")
        yield Meaning(Severity.WARN, _("The self-heal daemon of the volume is off"), text)
    text = _("Right before each step the copies are compared with what is shown now; if one differs, it stops there.")
    yield Meaning(Severity.INFO, _("Clients can read and write these entries again afterwards"), text)


def _losses(lost: Sequence[tuple[Decision, Copy]], folder: str) -> Meaning:
    copies = [copy for _decision, copy in lost]
    title = ngettext("{n} losing copy is overwritten, {size}", "{n} losing copies are overwritten, {size}", len(copies))
    shown = title.format(n=count(len(copies)), size=size(save.need(copies)))
    trees = sum(copy.type is FileType.DIRECTORY for copy in copies)
    parts = []
    if trees:
        text = ngettext("{n} of them is a directory with all that is in it.", "{n} of them are directories with all that is in them.", trees)  # fmt: skip # noqa: E501
        parts.append(text.format(n=count(trees)))
    if not folder:
        parts.append(_("They are gone for good: nothing keeps them."))
        return Meaning(Severity.CRITICAL, shown, " ".join(parts))
    parts.append(_("They are kept in {folder} on their nodes first.").format(folder=folder))
    return Meaning(Severity.CRITICAL, shown, " ".join(parts))


def _differences(decisions: Sequence[Decision]) -> str:
    """The owner and permissions that are lost, so that they can be set again."""
    lines = [
        _("{path}: {lost} on {node} becomes {won}").format(
            path=d.entry.shown, node=copy.node or copy.brick, lost=rights(copy), won=rights(d.winner)
        )
        for d in decisions
        for copy in d.losers
        if d.winner and rights(copy) != rights(d.winner)
    ]
    return "\n".join(lines[:8]) + ("\n…" if len(lines) > 8 else "")


def rights(copy: Copy) -> str:
    """ "0644 root:www-data"."""
    return f"{copy.mode:04o} {copy.owner}:{copy.group}"


def _undo(lost: Sequence[tuple[Decision, Copy]], folder: str) -> str:
    if not lost:
        return _("Set owner and permissions again as they are told above.")
    if not folder:
        return _("There is none: the losing copies are overwritten.")
    return _("Copy a kept file from {folder} back through a mounted client; the file LIST there names the paths.").format(folder=folder)  # fmt: skip # noqa: E501
