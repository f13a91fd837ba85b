"""`gluster volume geo-replication NAME [SECONDARY] …`: the words, in gluster's own order."""

from __future__ import annotations

from nasclustergui.cli.gluster_features.words import Words
from nasclustergui.core.i18n import _


def add(words: Words) -> None:
    """The words after `gluster volume geo-replication`."""
    parser = words.volume("geo-replication", _("copy a volume to another pool"), "geo_replication_run:run")
    text = "status | create | start | stop | pause | resume | delete [reset-sync-time] | config [OPTION [VALUE]]"
    parser.add_argument("words", nargs="+", metavar="[USER@]HOST::VOLUME ACTION", help=text)
    parser.add_argument("--no-start", action="store_true", help=_("with create: do not start it"))
