"""`gluster volume clients NAME`: who is connected to a volume."""

from __future__ import annotations

from nasclustergui.cli.gluster_features.words import Words
from nasclustergui.core.i18n import _


def add(words: Words) -> None:
    """The word `clients`."""
    parser = words.volume("clients", _("who is connected to a volume"), "clients_run:clients", change=False)
    parser.add_argument("--daemons", action="store_true", help=_("also the pool's own daemons"))
