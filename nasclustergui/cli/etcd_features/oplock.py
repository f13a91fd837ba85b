"""`etcd operation …`: who changes the cluster now, and ending a lock that nobody gives back."""

from __future__ import annotations

from nasclustergui.cli.words import Words
from nasclustergui.core.i18n import _


def add(words: Words) -> None:
    """The words of `etcd operation`."""
    text = _("the lock that lets one administrator at a time change the cluster")
    words.under("operation", "show", _("who holds it"), "oplock_run:show", group_text=text)
    words.under("operation", "break", _("take it away from its holder"), "oplock_run:break_lock", change=True)
