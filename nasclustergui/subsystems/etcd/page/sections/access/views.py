"""The three tables of the section."""

from __future__ import annotations

from nasclustergui.core.i18n import _
from nasclustergui.ui.parts import Tree, state_width


def user_tree() -> Tree:
    """Users."""
    columns = [(_("User"), 260), (_("Roles"), 260), (_("May"), -1)]
    return Tree(columns, flat=True, name=_("Users of etcd"), severity_first=False)


def role_tree() -> Tree:
    """Roles with their permissions."""
    columns = [(_("Role"), -1), (_("May"), 260), (_("Users"), 320)]
    return Tree(columns, name=_("Roles of etcd"), severity_first=False)


def certificate_tree() -> Tree:
    """Endpoints and the profile's files."""
    columns = [
        (_("Where"), 280),
        (_("State"), state_width((_("Not encrypted"), _("Expires soon"), _("Not readable")))),
        (_("Certificate of"), 160),
        (_("Made for"), 220),
        (_("Days left"), 88),
        (_("Client certificate"), 132),
        (_("What it means"), -1),
    ]
    return Tree(columns, right=(4,), flat=True, drop={3: 1100, 2: 900}, name=_("Certificates of etcd"))
