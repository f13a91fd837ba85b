"""Words of `gluster volume get|set|reset|options`: options of volumes and, with "all" as the name, of the pool."""

from __future__ import annotations

from nasclustergui.cli.gluster_features.words import Words
from nasclustergui.core.i18n import _


def add(words: Words) -> None:
    """Add them."""
    get = words.volume("get", _("what options are in force; “all” is the pool"), "options_run:get", change=False)
    get.add_argument("option", nargs="?", default="all", metavar="OPTION|all")
    listing = words.volume(
        "options", _("the catalogue of options with gluster's help"), "options_run:listing", change=False
    )
    listing.add_argument("--search", metavar="TEXT", default="", help=_("in names, values and help"))
    listing.add_argument("--changed", action="store_true", help=_("only what somebody set"))
    set_ = words.volume("set", _("set options, or those of a group"), "options_run:set_options")
    set_.add_argument("words", nargs="+", metavar="WORD", help=_("OPTION VALUE … or: group NAME (virt, small-files …)"))
    reset = words.volume("reset", _("options back to their defaults"), "options_run:reset")
    reset.add_argument("words", nargs="*", metavar="OPTION", help=_("without one or with “all”: what was set by hand"))
