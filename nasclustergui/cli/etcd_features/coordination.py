"""`etcd lease`, `lock`, `elect`, `observe`, `services`, `heartbeats`: how programs on several machines agree."""

from __future__ import annotations

import argparse

from nasclustergui.cli.words import Words
from nasclustergui.core.i18n import _


def add(words: Words) -> None:
    """Their words."""
    _leases(words)
    _holding(words)
    locks = words.word("locks", _("locks and elections, who has them, who waits"), "coordination_run:locks")
    locks.add_argument("name", nargs="?", metavar="NAME", default="")
    unlock = words.word("unlock", _("take a lock away from its owner"), "coordination_run:unlock", change=True)
    unlock.add_argument("name", metavar="NAME")
    observe = words.word("observe", _("who leads, and every change of it"), "coordination_hold:observe")
    observe.add_argument("name", metavar="NAME")
    observe.add_argument("--once", action="store_true", help=_("only who leads now"))
    words.word("services", _("the services that are registered"), "coordination_run:services")
    beats = words.word("heartbeats", _("when each node was heard of last"), "coordination_run:heartbeats")
    beats.add_argument("--watch", metavar="SECONDS", type=float, default=0.0, help=_("look so long before telling"))


def _leases(words: Words) -> None:
    text = _("keys that end by themselves")
    words.under("lease", "list", _("all leases with their keys"), "coordination_run:leases", group_text=text)
    grant = words.under("lease", "grant", _("a new lease"), "coordination_run:grant", change=True)
    grant.add_argument("ttl", metavar="SECONDS", type=int)
    revoke = words.under(
        "lease", "revoke", _("end a lease and delete its keys"), "coordination_run:revoke", change=True
    )
    revoke.add_argument("lease", metavar="ID")
    keep = words.under("lease", "keep", _("renew a lease until Ctrl-C"), "coordination_hold:keep")
    keep.add_argument("lease", metavar="ID")


def _holding(words: Words) -> None:
    lock = words.word("lock", _("take a lock, until Ctrl-C or the command's end"), "coordination_hold:lock")
    lock.add_argument("name", metavar="NAME")
    lock.add_argument("--ttl", metavar="SECONDS", type=int, default=60, help=_("how long it outlives this program"))
    _command(lock)
    elect = words.word("elect", _("lead, until Ctrl-C or the command's end"), "coordination_hold:elect")
    elect.add_argument("name", metavar="NAME")
    elect.add_argument("value", metavar="VALUE")
    _command(elect)


def _command(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dry-run", action="store_true", help=_("only show what would run"))
    parser.add_argument("argv", nargs="*", metavar="-- COMMAND", help=_("what runs here meanwhile"))
