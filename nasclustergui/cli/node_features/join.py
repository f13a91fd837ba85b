"""`node preflight`, `node add`, `node join`, `node leave`, `node heartbeat …`: machines that become nodes."""

from __future__ import annotations

import argparse

from nasclustergui.cli.words import Words
from nasclustergui.core.i18n import _
from nasclustergui.core.profile_check import ROLES


def add(words: Words) -> None:
    """The words."""
    preflight = words.word("preflight", _("look at a machine before it joins; changes nothing"), _run("preflight"))
    preflight.add_argument("host", metavar="HOST", help=_("its address, or a node of the profile"))
    preflight.add_argument("--name", default="", help=_("what it shall be called; without it as it calls itself"))
    _login(preflight)
    more = words.word("add", _("put a machine into the profile, after it was looked at"), _run("add"))
    more.add_argument("name", metavar="NAME")
    more.add_argument("host", metavar="HOST")
    more.add_argument("--dry-run", action="store_true", help=_("only look and tell"))
    more.add_argument("--unchecked", action="store_true", help=_("also if it cannot be looked at"))
    _login(more)
    join = words.word("join", _("give a node of the profile what it lacks of the cluster"), _run("join"), change=True)
    join.add_argument("name", metavar="NAME")
    _etcd(join)
    leave = words.word("take-out", _("take a join back: no bricks, no etcd member"), _run("take_out"), change=True)
    leave.add_argument("name", metavar="NAME")
    about = _("the service that registers a node in etcd")
    status = words.under("heartbeat", "status", _("how it is on each node"), _run("status"), group_text=about)
    status.add_argument("name", metavar="NAME", nargs="?", default="")
    install = words.under("heartbeat", "install", _("install or update it"), _run("install"), change=True)
    install.add_argument("name", metavar="NAME")
    _etcd(install)
    remove = words.under("heartbeat", "remove", _("stop it and delete its files"), _run("remove"), change=True)
    remove.add_argument("name", metavar="NAME")


def _run(function: str) -> str:
    return f"join_run:{function}"


def _login(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--user", default="", help=_("who logs in; without it as the profile says"))
    parser.add_argument("--port", type=int, default=0, metavar="N")
    parser.add_argument("--jump", default="", metavar="USER@HOST:PORT", help=_("through this host"))
    parser.add_argument("--rack", default="")
    parser.add_argument("--role", choices=[role for role in ROLES if role], default="worker")


def _etcd(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group(_("how its heartbeat logs in to etcd; without these as found on the node"))
    group.add_argument("--etcd-user", default=None, metavar="USER", help=_("its password is asked for"))
    group.add_argument("--own-user", action="store_true", help=_("make an etcd user for it; needs etcd's role root"))
    group.add_argument("--password-file", default="", metavar="FILE", help=_("the password's first line, for scripts"))
    group.add_argument("--ca", default=None, metavar="PATH", help=_("a file on the node"))
    group.add_argument("--cert", default=None, metavar="PATH")
    group.add_argument("--key", default=None, metavar="PATH")
