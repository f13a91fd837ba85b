"""Words of `etcd watch|history|restore|compare|export|import|del-prefix`."""

from __future__ import annotations

from nasclustergui.cli.words import Words
from nasclustergui.core.i18n import _


def add(words: Words) -> None:
    """Add them."""
    watch = words.word("watch", _("show changes below a prefix as they happen"), "changes_run:watch")
    watch.add_argument("prefix", nargs="?", default="/cluster/", metavar="PREFIX")
    watch.add_argument("--count", type=int, default=0, metavar="N", help=_("end after so many changes"))
    watch.add_argument("--seconds", type=float, default=0.0, metavar="N", help=_("end after so many seconds"))
    watch.add_argument("--heartbeats", action="store_true", help=_("also the nodes' heartbeats"))
    watch.add_argument("--from-revision", type=int, default=0, metavar="N", help=_("also what came since"))
    history = words.word("history", _("the versions of a key, deletions included"), "changes_run:history")
    history.add_argument("key", metavar="KEY")
    history.add_argument("-n", "--number", type=int, default=50, metavar="N", help=_("so many, the newest"))
    compare = words.word("compare", _("what differs below a prefix between two revisions"), "changes_run:compare")
    compare.add_argument("prefix", metavar="PREFIX")
    compare.add_argument("--from-revision", type=int, required=True, metavar="N")
    compare.add_argument("--to-revision", type=int, default=0, metavar="N", help=_("without it: now"))
    restore = words.word("restore", _("give a key an old value again"), "changes_run:restore", change=True)
    restore.add_argument("key", metavar="KEY")
    restore.add_argument("--revision", type=int, required=True, metavar="N", help=_("as it was at that revision"))
    export = words.word("export", _("write all keys below a prefix to a file"), "ranges_run:export")
    export.add_argument("prefix", metavar="PREFIX")
    export.add_argument("file", metavar="FILE", help=_(".json, or .yaml for text"))
    export.add_argument("--revision", type=int, default=0, metavar="N", help=_("as it was at that revision"))
    import_ = words.word("import", _("write the keys of a file"), "ranges_run:import_file", change=True)
    import_.add_argument("file", metavar="FILE")
    import_.add_argument("--equal", action="store_true", help=_("delete what is not in the file"))
    delete = words.word(
        "del-prefix", _("delete all keys below a prefix, after a backup"), "ranges_run:delete", change=True
    )
    delete.add_argument("prefix", metavar="PREFIX")
    for parser in (import_, delete):
        parser.add_argument("--backup", default="", metavar="FILE", help=_("where the backup goes"))
    delete.add_argument("--backed-up", default="", metavar="FILE", help=_("delete what this backup holds, make none"))
