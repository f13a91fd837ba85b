"""`node promote`, `node demote`: from worker to manager and back."""

from __future__ import annotations

from nasclustergui.cli.words import Words
from nasclustergui.core.i18n import _


def add(words: Words) -> None:
    """The words for roles."""
    promote = words.word("promote", _("make a worker a manager: a member of etcd"), "roles_run:promote", change=True)
    promote.add_argument("name", metavar="NAME")
    promote.add_argument("--address", default="", help=_("where its etcd is to listen, where that is not clear"))
    own = promote.add_argument_group(_("certificates; without these options those on the node are used"))
    own.add_argument("--cert", metavar="FILE", default="", help=_("upload this certificate"))
    own.add_argument("--key", metavar="FILE", default="", help=_("and its key"))
    own.add_argument("--peer-cert", metavar="FILE", default="", help=_("another one for the members among themselves"))
    own.add_argument("--peer-key", metavar="FILE", default="", help=_("and its key"))
    own.add_argument("--ca-cert", metavar="FILE", default="", help=_("issue one with this CA"))
    own.add_argument(
        "--ca-key", metavar="FILE", default="", help=_("and its key, which is used here and copied nowhere")
    )
    demote = words.word(
        "demote", _("make a manager a worker, take a promotion back, or clean up"), "roles_run:demote", change=True
    )
    demote.add_argument("name", metavar="NAME")
