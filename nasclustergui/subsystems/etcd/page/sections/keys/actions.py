"""The place for more actions on a key or on all keys below a prefix: one line here, and the menus have it.

An action is offered in the menu of the row, in "More" of the panel beside the tree, and by nothing else. Chosen it
becomes the section's `command` "ACTION_ID:KEY" (as action ids of the window: "config.changes:/cluster/config/smb/…",
which opens the section "changes" and calls its `select` with the key), or, where the action has `open`, a call of
that function: it makes and opens a dialog. Keys are text as `printable` writes them, prefixes end in "/".

    KeyAction("config.changes", "history", _("History…"), for_keys=True)
    KeyAction("keys.export", "download", _("Export…"), for_prefixes=True, open=open_export)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nasclustergui.core.i18n import _
from nasclustergui.subsystems.etcd.page.section import Section

Open = Callable[[Section, bytes], object]
"""Opens a dialog about the key (or prefix). The section gives `desk`, `window()` and the signals of a section."""

WhyNot = Callable[[bytes], str]
"""Why the action makes no sense for that key or prefix, a sentence for the tool tip; "" if it does."""


@dataclass(frozen=True)
class KeyAction:
    """One entry of the menus.

    Attributes:
        id: the command without its subject; unique.
        icon: Lucide name. title: as it stands in the menu, with "…" where something opens.
        for_keys, for_prefixes: on which rows it is offered.
        why_not: disabled with a reason. open: what to call instead of emitting a command.
        danger: stands last, in red.
    """

    id: str
    icon: str
    title: str
    for_keys: bool = False
    for_prefixes: bool = False
    why_not: WhyNot = lambda _path: ""
    open: Open | None = None
    danger: bool = False


def key_actions() -> tuple[KeyAction, ...]:
    """All of them in their order, titled in the active language."""
    return (
        KeyAction("config.changes:history", "history", _("History…"), for_keys=True),
        KeyAction("config.changes:watch", "eye", _("Watch changes"), for_keys=True, for_prefixes=True),
        KeyAction("config.changes:compare", "git-compare", _("Compare revisions…"), for_prefixes=True),
        KeyAction("config.changes:export", "download", _("Export…"), for_prefixes=True),
        KeyAction("config.changes:import", "upload", _("Import…"), for_prefixes=True),
        KeyAction("config.changes:delete", "trash-2", _("Delete all below…"), for_prefixes=True, danger=True),
    )


def offered(prefix: bool) -> tuple[KeyAction, ...]:
    """Those for a prefix or for a key."""
    return tuple(action for action in key_actions() if (action.for_prefixes if prefix else action.for_keys))
