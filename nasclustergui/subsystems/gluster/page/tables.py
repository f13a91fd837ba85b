"""The page's tables, still empty, and the line of facts above them."""

from __future__ import annotations

from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.units import size_parts
from nasclustergui.subsystems.gluster.model import GlusterState, VolumeStatus
from nasclustergui.ui.tree import Tree


def volume_tree() -> Tree:
    """Volumes, sets and bricks."""
    return Tree(
        [
            (_("Volume"), -1),
            (_("Type"), 198),
            (_("State"), 182),
            (_("Work in progress"), 240),
            (_("Bricks"), 84),
            (_("Used"), 112),
            (_("Size"), 84),
        ],
        right=(6,),
        drop={1: 1120, 3: 900, 4: 760},
        name=_("Volumes, their sets and bricks"),
    )


def peer_tree() -> Tree:
    """Peers of the pool."""
    return Tree(
        [
            (_("Node"), 220),
            (_("Known to gluster as"), 220),
            (_("Version"), 84),
            (_("Bricks"), 72),
            (_("State"), 160),
            (_("What it means"), -1),
        ],
        right=(3,),
        flat=True,
        drop={2: 1080, 1: 900},
        name=_("Peers of the trusted pool"),
    )


def facts(state: GlusterState) -> str:
    """ "5 volumes · 61.4 of 96.0 TiB used · GlusterFS 10.3"."""
    n = len(state.volumes)
    parts = [ngettext("{n} volume", "{n} volumes", n).format(n=n)]
    known = [(v.usable, v.available) for v in state.volumes if v.usable is not None and v.available is not None]
    if known:
        total = sum(usable for usable, _free in known)
        used, of = size_parts(total - sum(free for _usable, free in known), total)
        parts.append(_("{used} of {total} used").format(used=used, total=of))
    missing = sum(1 for v in state.volumes if v.status is VolumeStatus.STARTED and v.usable is None)
    if missing:
        parts.append(ngettext("{n} volume not measured", "{n} volumes not measured", missing).format(n=missing))
    if state.version:
        parts.append(_("GlusterFS {version}").format(version=state.version))
    return " · ".join(parts)
