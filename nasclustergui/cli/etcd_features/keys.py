"""`etcd get|list|put|del|find`: the keys that all nodes share."""

from __future__ import annotations

from nasclustergui.cli.words import Words
from nasclustergui.core.i18n import _


def add(words: Words) -> None:
    """The words for single keys."""
    get = words.word("get", _("the value of a key, byte for byte"), "keys_run:get")
    get.add_argument("key", metavar="KEY")
    listing = words.word("list", _("all keys that begin with a prefix"), "keys_run:listing")
    listing.add_argument("prefix", metavar="PREFIX", nargs="?", default="", help=_("all that may be read without one"))
    listing.add_argument("--values", action="store_true", help=_("with their values"))
    listing.add_argument("--limit", type=int, default=0, metavar="N", help=_("no more than so many"))
    put = words.word("put", _("write a key, if nobody else changes it meanwhile"), "keys_run:put", change=True)
    put.add_argument("key", metavar="KEY")
    put.add_argument("value", metavar="VALUE", nargs="?", help=_("“-” reads it from the input"))
    put.add_argument("--file", metavar="FILE", default="", help=_("take the file's content instead"))
    remove = words.word("del", _("delete a key, if nobody else changes it meanwhile"), "keys_run:delete", change=True)
    remove.add_argument("key", metavar="KEY")
    find = words.word("find", _("look through the whole store for a text"), "keys_run:find")
    find.add_argument("text", metavar="TEXT")
    find.add_argument("--values", action="store_true", help=_("in values too"))
