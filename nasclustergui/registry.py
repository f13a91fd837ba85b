"""The pages of the window in the order of the sidebar: the one list of them. Nothing heavy is imported here."""

from __future__ import annotations

from typing import NamedTuple

from nasclustergui.core.i18n import _


class PageSpec(NamedTuple):
    """A page: its id, its Lucide icon and its title; an empty id is a dividing line."""

    id: str
    icon: str = ""
    title: str = ""


def pages() -> tuple[PageSpec, ...]:
    """All pages, titled in the active language. A new page is one line here and one in `window/workspace.py`."""
    return (
        PageSpec("overview", "layout-dashboard", _("Overview")),
        PageSpec("nodes", "server", _("Nodes")),
        PageSpec("gluster", "database", _("Distributed Storage")),
        PageSpec("config", "sliders-horizontal", _("Configuration")),
        PageSpec("logs", "scroll-text", _("Logs")),
        PageSpec(""),
        PageSpec("alerts", "bell", _("Alerts")),
        PageSpec("timeline", "history", _("Timeline")),
    )
