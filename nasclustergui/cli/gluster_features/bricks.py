"""`gluster volume remove-brick NAME [replica N] [NODE:/PATH …] [start|status|stop|commit|force]`."""

from __future__ import annotations

from nasclustergui.cli.gluster_features.words import Words
from nasclustergui.core.i18n import _


def add(words: Words) -> None:
    """The words; answered by `bricks_run`."""
    parser = words.volume(
        "remove-brick",
        _("make a volume smaller: move the files away, then take the bricks out"),
        "bricks_run:remove",
    )
    parser.add_argument(
        "words",
        nargs="*",
        metavar="WORD",
        help="[replica N] NODE:/PATH … [start|status|stop|commit|force]",
    )
    parser.add_argument("--guided", action="store_true", help=_("all of it in one go; the same as no last word"))
    parser.add_argument(
        "--retry", action="store_true", help=_("stop a removal that left files behind and start it anew")
    )
    parser.add_argument(
        "--lose-only-copy", action="store_true", help=_("with replica: also take out the only good copy of something")
    )
