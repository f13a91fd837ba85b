"""Names and descriptions of snapshots: what gluster takes, and what it takes but shouldn't."""

from __future__ import annotations

import re

from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.i18n import _
from nasclustergui.subsystems.gluster.features.snapshots.schedule import PREFIX

LONGEST = 128  # gluster allows 254, but the name becomes part of paths
LONGEST_DESCRIPTION = 1000  # bytes; from 1,025 on gluster cuts it and can hardly delete the snapshot any more
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*")
_RESERVED = frozenset({"all", "volume"})


def check_name(name: str) -> None:
    """Raise InvalidInput for what gluster refuses, and for "" and a leading hyphen, which it takes."""
    if not name:
        raise InvalidInput(_("The snapshot needs a name."), field="snapshot")
    if not _NAME.fullmatch(name) or name in _RESERVED:
        raise InvalidInput(
            _("“{name}” cannot be the name of a snapshot.").format(name=name),
            field="snapshot",
            hint=_("Use letters, digits, - and _, not - at the beginning; “all” and “volume” are words of gluster."),
        )
    if len(name) > LONGEST:
        raise InvalidInput(
            _("The name of the snapshot is longer than {n} characters.").format(n=LONGEST), field="snapshot"
        )
    if name.startswith(PREFIX):
        raise InvalidInput(
            _("Names that begin with “{prefix}” belong to schedules, which delete their oldest snapshots.").format(
                prefix=PREFIX
            ),
            field="snapshot",
        )


def check_description(description: str) -> None:
    """Raise InvalidInput where it is too long or has line breaks."""
    if len(description.encode()) > LONGEST_DESCRIPTION:
        raise InvalidInput(
            _("The description is longer than {n} bytes.").format(n=LONGEST_DESCRIPTION), field="description"
        )
    if any(ord(c) < 32 or ord(c) == 127 for c in description):
        raise InvalidInput(_("The description must be one line."), field="description")
