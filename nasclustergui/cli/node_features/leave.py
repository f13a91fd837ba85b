"""`node drain`, `node undrain`, `node remove`: a node takes nothing new any more, and leaves."""

from __future__ import annotations

from nasclustergui.cli.words import Words
from nasclustergui.core.i18n import _


def add(words: Words) -> None:
    """The words for leaving."""
    drain = words.word("drain", _("place nothing new on a node, noted in etcd"), "leave_run:drain", change=True)
    drain.add_argument("name", metavar="NAME")
    drain.add_argument("--reason", metavar="TEXT", default="", help=_("why, for the others"))
    undrain = words.word("undrain", _("let a node take new things again"), "leave_run:undrain", change=True)
    undrain.add_argument("name", metavar="NAME")
    remove = words.word(
        "remove",
        _("take a node out of the cluster: bricks, etcd, pool, keys, profile"),
        "leave_run:remove",
        change=True,
    )
    remove.add_argument("name", metavar="NAME")
    remove.add_argument(
        "--to",
        metavar="NODE:/PATH",
        action="append",
        default=[],
        help=_("where a brick goes, once for each brick, in their order; without it a place is chosen"),
    )
