"""`etcd members`, `etcd member …`, `etcd defrag` and the like: etcd itself."""

from __future__ import annotations

import argparse

from nasclustergui.cli.words import Words
from nasclustergui.core.i18n import _

KEEP = 1000  # revisions of history


def add(words: Words) -> None:
    """The words for etcd's members and databases."""
    words.word("members", _("each member, and how many may be lost"), "members_run:members")
    group = {"group_text": _("add, remove, promote a member")}
    new = words.under("member", "add", _("announce a member"), "members_run:member_add", change=True, **group)
    new.add_argument("name", metavar="NAME")
    new.add_argument("url", metavar="PEER-URL", help=_("where the other members reach it"))
    new.add_argument("--voter", action="store_true", help=_("with a vote at once, instead of as a learner"))
    for name, text in (("remove", _("take a member out for good")), ("promote", _("give a learner its vote"))):
        _member(words.under("member", name, text, f"members_run:member_{name}", change=True))
    _member(words.word("move-leader", _("let another member lead"), "members_run:move_leader", change=True))
    _keep(words.word("compact", _("forget the history of the keys"), "members_run:compact", change=True))
    defrag = words.word("defrag", _("defragment members one by one"), "members_run:defrag", change=True)
    defrag.add_argument("member", metavar="MEMBER", nargs="*", help=_("those that gain something, if none is named"))
    _alarms(words)
    _snapshot(words)
    _rescue(words)


def _member(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("member", metavar="MEMBER", help=_("node, name or number"))


def _keep(parser: argparse.ArgumentParser, default: int = KEEP) -> None:
    parser.add_argument("--keep", type=int, default=default, metavar="N", help=_("changes that stay readable"))


def _alarms(words: Words) -> None:
    words.under("alarm", "list", _("alarms of all members"), "members_run:alarm_list", group_text=_("etcd's alarms"))
    words.under("alarm", "disarm", _("take the alarm for want of space back"), "members_run:alarm_disarm", change=True)


def _snapshot(words: Words) -> None:
    text, group = _("save etcd's database to a new file here"), _("copies of etcd's database")
    save = words.under("snapshot", "save", text, "members_run:snapshot_save", change=True, group_text=group)
    save.add_argument("file", metavar="FILE")
    save.add_argument("--member", metavar="MEMBER", default="", help=_("which one to ask"))


def _rescue(words: Words) -> None:
    text, group = _("make room in a full database"), _("guided ways out of trouble")
    _keep(words.under("rescue", "nospace", text, "members_run:rescue_nospace", change=True, group_text=group), 0)
    lost = words.under("rescue", "member", _("refill a lost member"), "members_run:rescue_member", change=True)
    _member(lost)
    text = _("the majority is gone for good: begin anew from one survivor")
    _member(words.under("rescue", "majority", text, "members_run:rescue_majority", change=True))
