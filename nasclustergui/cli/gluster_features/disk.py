"""`gluster volume failed-disk`, `replace-brick` and `reset-brick`."""

from __future__ import annotations

from nasclustergui.cli.gluster_features.words import Words
from nasclustergui.core.i18n import _

RUN = "disk_run"


def add(words: Words) -> None:
    """The words of this subject."""
    look = words.volume("failed-disk", _("find a failed disk, replace it, heal and verify"), f"{RUN}:failed_disk")
    look.add_argument("--brick", metavar="NODE:/PATH", default="", help=_("make the plan for this brick"))
    look.add_argument("--to", metavar="NODE:/PATH", default="", help=_("put the brick on another disk"))
    _accepts(look)
    replace = words.volume("replace-brick", _("put a brick on another disk"), f"{RUN}:replace_brick")
    replace.add_argument("old", metavar="OLD")
    replace.add_argument("new", metavar="NEW")
    replace.add_argument("rest", nargs="*", metavar="commit force", help=_("gluster's own last words, not needed"))
    _accepts(replace)
    reset = words.volume("reset-brick", _("empty a brick and have it healed"), f"{RUN}:reset_brick")
    reset.add_argument("brick", metavar="BRICK")
    reset.add_argument("rest", nargs="+", metavar="start | BRICK commit")
    _accepts(reset)


def _accepts(parser) -> None:  # type: ignore[no-untyped-def]  # argparse is not loaded here
    aside = _("rename what lies in the directory instead of refusing it")
    unwise = _("accept a second brick of a set on one node, or a disk that may be too small")
    lose = _("accept that the only good copy of something is lost")
    parser.add_argument("--set-aside", action="store_true", help=aside)
    parser.add_argument("--accept-unwise", action="store_true", help=unwise)
    parser.add_argument("--lose-only-copy", action="store_true", help=lose)
