"""`node logs`: what one or several nodes wrote, in one order of time."""

from __future__ import annotations

import argparse

from nasclustergui.cli.words import Words
from nasclustergui.core.i18n import _

SEVERITIES = ("debug", "info", "notice", "warning", "error", "critical")


def _entries(text: str) -> int:
    """A number of entries, as argparse wants it."""
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError(_("it cannot be less than 0"))
    return number


def add(words: Words) -> None:
    """The word."""
    logs = words.word("logs", _("what nodes wrote: journal and GlusterFS's logs, merged by time"), "logs_run:logs")
    logs.add_argument("names", nargs="+", metavar="NAME", help=_("nodes of the profile, or “all”"))
    source = _("journal, gluster, syslog, or part of a file's name (bricks/, glusterd.log); may be repeated")
    logs.add_argument("--source", action="append", default=[], metavar="S", help=source)
    logs.add_argument("--unit", default="", metavar="U", help=_("only this unit of the journal"))
    when = _("15m, 2h, 3d, today, 14:30, “2026-11-23 14:30” or seconds since 1970")
    logs.add_argument("--since", default="", metavar="T", help=when)
    logs.add_argument("--until", default="", metavar="T", help=_("likewise"))
    logs.add_argument("-n", "--number", type=_entries, default=100, metavar="N", help=_("the newest N entries (100)"))
    logs.add_argument("--severity", choices=SEVERITIES, default="debug", help=_("at least"))
    logs.add_argument("--grep", default="", metavar="RE", help=_("only entries that this regular expression finds"))
    logs.add_argument("--follow", action="store_true", help=_("go on with what is written from now on"))
    logs.add_argument("--corrected", action="store_true", help=_("order by time corrected for the nodes' clocks"))
