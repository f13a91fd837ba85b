"""`gluster peer …`: who is in the pool and how each sees the others; adding, removing, naming, mending."""

from __future__ import annotations

from nasclustergui.cli.gluster_features.words import Words
from nasclustergui.core.i18n import _


def add(words: Words) -> None:
    """The words of `gluster peer`."""
    words.kind("peer", "status", _("all peers, each asked itself"), "peer_run:status", change=False)
    words.kind("peer", "doctor", _("why a peer is rejected"), "peer_run:doctor", change=False)
    probe = words.kind(
        "peer", "probe", _("add a host to the pool, or teach the pool a name of a peer"), "peer_run:probe"
    )
    probe.add_argument("host", metavar="HOST")
    detach = words.kind("peer", "detach", _("remove a peer that has no bricks"), "peer_run:detach")
    detach.add_argument("host", metavar="HOST")
    detach.add_argument("force", nargs="?", choices=["force"], help=_("for a peer that is gone for good"))
    mend = words.kind("peer", "mend", _("give a rejected peer the configuration of the majority"), "peer_run:mend")
    mend.add_argument("host", metavar="NODE")
