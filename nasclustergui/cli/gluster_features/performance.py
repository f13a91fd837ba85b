"""`gluster volume profile|top NAME …`: what the bricks do, and the busiest files."""

from __future__ import annotations

from nasclustergui.cli.gluster_features.words import Words
from nasclustergui.core.i18n import _

METRICS = ("open", "read", "write", "opendir", "readdir", "read-perf", "write-perf")


def add(words: Words) -> None:
    """The words `profile` and `top`."""
    profile = words.volume("profile", _("time the operations of a volume's bricks"), "performance_run:profile")
    profile.add_argument("what", choices=["start", "stop", "info"])
    profile.add_argument("--brick", default="", metavar="NODE:/PATH", help=_("only this brick"))
    top = words.volume("top", _("the files that are used most"), "performance_run:top")
    top.add_argument("what", choices=[*METRICS, "clear"])
    top.add_argument("--list", type=int, default=10, metavar="N", help=_("files per brick"))
    text = _("with read-perf and write-perf: measure the bricks with so many bytes per block")
    top.add_argument("--bs", type=int, default=0, metavar="BYTES", help=text)
    top.add_argument("--count", type=int, default=0, metavar="N", help=_("… and so many blocks"))
