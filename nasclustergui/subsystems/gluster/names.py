"""Which volume names, brick paths and host names are accepted.

The CLI itself is no judge: it cuts "/bricks/d1/sp ace" at the blank and creates a volume on "/bricks/d1/sp"; it takes
quotes, backslashes, "%" and "..", whose bricks then don't start; and one path that isn't UTF-8 makes
`volume info --xml` print nothing for all volumes (all seen with 10.3, see docs/design/gluster.md).
"""

from __future__ import annotations

import re

from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.i18n import _

LONGEST_NAME = 128
LONGEST_VOLUME_FILE = 240  # "NAME.HOST.PATH-WITH-DASHES.vol" must be a file name
RESERVED = frozenset({"all", "volume", "help", "gluster_shared_storage"})
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*")
HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?|[0-9A-Fa-f]*:[0-9A-Fa-f:.]+")
PATH_SIGNS = frozenset("/-_.+=@,~")


def check_volume_name(name: str) -> None:
    """Raise InvalidInput (field "name") unless gluster can make a volume of that name."""
    if not name:
        raise InvalidInput(_("The volume needs a name."), field="name")
    if name in RESERVED:
        raise _invalid("name", _("Gluster keeps the name “{name}” for itself.").format(name=name))
    if not NAME.fullmatch(name):
        raise _invalid(
            "name",
            _("A volume cannot be called “{name}”.").format(name=_shown(name)),
            _("Use letters A to Z, digits, - and _; it must not begin with -."),
        )
    if len(name) > LONGEST_NAME:
        raise _invalid("name", _("A volume's name can have {n} characters at most.").format(n=LONGEST_NAME))


def check_brick_path(path: str) -> None:
    """Raise InvalidInput (field "path") unless a brick can lie there and its process would start."""
    shown = _shown(path)
    if not path.startswith("/"):
        raise _invalid("path", _("The brick path “{path}” must begin with /.").format(path=shown))
    if any("\udc80" <= sign <= "\udcff" for sign in path):
        raise _invalid(
            "path",
            _("The brick path “{path}” is not valid UTF-8.").format(path=shown),
            _("With such a path gluster could no longer list any volume."),
        )
    bad = next((sign for sign in path if not (sign.isalnum() or sign in PATH_SIGNS)), "")
    if bad:
        raise _invalid("path", _bad_sign(bad).format(path=shown, sign=_shown(bad)), _use_these())
    if {"", ".", ".."} & set(path[1:].rstrip("/").split("/")) or path == "/":
        raise _invalid(
            "path",
            _("The brick path “{path}” must name a directory without “.”, “..” and empty parts.").format(path=shown),
        )
    if len(path.encode()) > LONGEST_VOLUME_FILE:
        raise _invalid("path", _("The brick path “{path}” is too long.").format(path=shown))


def check_host(host: str) -> None:
    """Raise InvalidInput (field "host") unless it can be a host name or an address."""
    if not HOST.fullmatch(host):
        raise _invalid("host", _("“{host}” is no host name.").format(host=_shown(host)))


def check_length(volume: str, host: str, path: str) -> None:
    """Raise InvalidInput (field "name") if gluster couldn't write its files because the names are too long together."""
    if len(f"{volume}.{host}.{path}.vol".encode()) > LONGEST_VOLUME_FILE:
        raise _invalid(
            "name",
            _("The names of volume {volume} and its brick {path} are too long together.").format(
                volume=volume, path=_shown(path)
            ),
            _("Use a shorter volume name or brick path."),
        )


def _bad_sign(sign: str) -> str:
    if sign.isspace() or not sign.isprintable():
        return _("The brick path “{path}” holds a blank or a control character: gluster would cut it there.")
    if sign == ":":
        return _("The brick path “{path}” holds a colon, which gluster does not take.")
    return _("The brick path “{path}” holds “{sign}”, with which bricks may not start.")


def _use_these() -> str:
    return _("Use letters, digits and - _ . + = @ , ~ only.")


def _invalid(field: str, message: str, hint: str = "") -> InvalidInput:
    return InvalidInput(message, field=field, hint=hint)


def _shown(text: str) -> str:
    """The text in one line, unprintable characters as escapes."""
    shown = "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)
    return shown if len(shown) <= 120 else shown[:119] + "…"
