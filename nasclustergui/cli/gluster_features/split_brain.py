"""`gluster volume split-brain NAME list|show|resolve`: entries whose copies blame each other."""

from __future__ import annotations

from nasclustergui.cli.gluster_features.words import Words
from nasclustergui.core.i18n import _


def add(words: Words) -> None:
    """The words after `gluster volume split-brain`."""
    parser = words.volume("split-brain", _("files whose copies differ, and which copy wins"), "split_brain_run:run")
    parser.add_argument("what", choices=["list", "show", "resolve"])
    parser.add_argument("paths", nargs="*", metavar="PATH", help=_("inside the volume (/dir/file), or gfid:…"))
    parser.add_argument("--all", action="store_true", help=_("resolve all that this policy can resolve"))
    parser.add_argument("--policy", choices=["bigger-file", "latest-mtime", "source-brick"])
    parser.add_argument("--brick", default="", metavar="NODE:/PATH", help=_("the copy that wins, for source-brick"))
    parser.add_argument("--no-keep", action="store_true", help=_("don't keep the losing copies on their nodes"))
    parser.add_argument("--checksums", action="store_true", help=_("with show: read the files and compare them"))
