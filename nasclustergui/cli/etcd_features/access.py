"""`etcd user …`, `etcd role …`, `etcd auth …` and `etcd certs`: who may do what."""

from __future__ import annotations

import argparse

from nasclustergui.cli.words import Words
from nasclustergui.core.i18n import _


def add(words: Words) -> None:
    """The words about access."""
    _users(words)
    _roles(words)
    group = _("does etcd ask for a login")
    words.under(
        "auth", "status", _("whether it does, and as whom you come"), "access_run:auth_status", group_text=group
    )
    on = words.under("auth", "enable", _("ask for a login from now on"), "access_run:auth_enable", change=True)
    on.add_argument(
        "--root-password-file", metavar="FILE", default="", help=_("root's password becomes its first line")
    )
    _password(on, _("of the profile's user, where it is not there yet"))
    words.under("auth", "disable", _("ask nobody any more"), "access_run:auth_disable", change=True)
    words.word("certs", _("certificates of the endpoints and of the profile"), "access_run:certs")


def _users(words: Words) -> None:
    words.under("user", "list", _("users and what they may"), "access_run:user_list", group_text=_("users of etcd"))
    new = _user(words.under("user", "add", _("add a user"), "access_run:user_add", change=True))
    new.add_argument("--no-password", action="store_true", help=_("it logs in by a client certificate with its name"))
    new.add_argument("--role", action="append", default=[], metavar="ROLE", help=_("give it this role"))
    _password(new, "")
    _password(_user(words.under("user", "passwd", _("change a password"), "access_run:user_passwd", change=True)), "")
    _user(words.under("user", "delete", _("delete a user"), "access_run:user_delete", change=True))
    for name, text in (("grant-role", _("give a user a role")), ("revoke-role", _("take a role from a user"))):
        both = words.under("user", name, text, f"access_run:user_{name.replace('-', '_')}", change=True)
        _role(_user(both))


def _roles(words: Words) -> None:
    words.under("role", "list", _("roles and their keys"), "access_run:role_list", group_text=_("roles of etcd"))
    _role(words.under("role", "add", _("add a role"), "access_run:role_add", change=True))
    _role(words.under("role", "delete", _("delete a role"), "access_run:role_delete", change=True))
    text = _("let a role read or write keys")
    more = _role(words.under("role", "grant-permission", text, "access_run:role_grant", change=True))
    more.add_argument("permission", choices=("read", "write", "readwrite"), metavar="read|write|readwrite")
    _keys(more)
    text = _("take a permission back, by exactly its keys")
    _keys(_role(words.under("role", "revoke-permission", text, "access_run:role_revoke", change=True)))


def _user(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("user", metavar="USER")
    return parser


def _role(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("role", metavar="ROLE")
    return parser


def _keys(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("key", metavar="KEY")
    parser.add_argument("end", metavar="END", nargs="?", default="", help=_("all keys from KEY to before this one"))
    parser.add_argument(
        "--prefix", action="store_true", help=_("all keys that begin with KEY; all keys if it is empty")
    )


def _password(parser: argparse.ArgumentParser, more: str) -> None:
    text = more or _("its first line is the password (- for the input), instead of asking")
    parser.add_argument("--password-file", metavar="FILE", default="", help=text)
