"""What a removal does, in a few lines and in its order. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from nasclustergui.cluster.lifecycle.leave.model import Leaving, Targets
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.units import count


def phases(found: Leaving, chosen: Targets) -> tuple[str, ...]:
    """Only what is still to do."""
    return tuple(_phases(found, chosen))


def _phases(found: Leaving, chosen: Targets) -> Iterator[str]:
    node = found.node
    if found.leaver is not None and found.drain.drain is None:
        yield _("Drain: nothing new is placed on {node}").format(node=node)
    moving = [held for held in found.held if chosen.get(held.brick.name) is not None]
    emptied = [held for held in found.held if held.brick.name in chosen and chosen[held.brick.name] is None]
    if moving:
        text = ngettext(
            "Replace {n} brick and heal the new one",
            "Replace {n} bricks, one after the other: the next only when the one before is healed",
            len(moving),
        )
        yield text.format(n=count(len(moving)))
    if emptied:
        text = ngettext("Move the files of {n} brick away", "Move the files of {n} bricks away", len(emptied))
        yield text.format(n=count(len(emptied)))
    leaver = found.leaver
    if leaver is not None and leaver.member is not None:
        yield _("Out of etcd: {node} is a member").format(node=node)
    elif leaver is not None and leaver.leftovers:
        yield _("Clean up what is left of etcd there")
    if found.peer is not None:
        yield _("Out of the pool, by force") if found.dead else _("Out of the pool")
    yield _("Delete its keys") if found.dead else _("Remove its heartbeat, its keys, its names")
    yield _("At last, out of the profile")
