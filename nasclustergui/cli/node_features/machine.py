"""`node show`, `node versions`, `node clock`: machines looked at closely. Nothing is changed."""

from __future__ import annotations

from nasclustergui.cli.words import Words
from nasclustergui.core.i18n import _


def add(words: Words) -> None:
    """The words."""
    show = words.word("show", _("hardware, disks with SMART, network, software, clock of a node"), "machine_run:show")
    show.add_argument("name", metavar="NAME")
    words.word("versions", _("versions of all nodes, those that differ first"), "machine_run:versions")
    words.word("clock", _("clocks of all nodes against this machine's and each other"), "machine_run:clocks")
