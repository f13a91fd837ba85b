"""Words of the section about healing: roles, daemons, entries, and names that a screen can show."""

from __future__ import annotations

from nasclustergui.core.i18n import _
from nasclustergui.subsystems.gluster.features.heal.model import EntryKind, EntryState, NodeFacts, daemon_off
from nasclustergui.subsystems.gluster.features.heal.roles import BrickRole, Role
from nasclustergui.subsystems.gluster.model import Brick, Volume, VolumeStatus
from nasclustergui.subsystems.gluster.page.words import Said


def printable(text: str) -> str:
    """Bytes that aren't UTF-8, line breaks and other invisible characters as escapes."""
    shown = text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in shown)


def role_said(role: BrickRole) -> Said:
    """What a brick is to the heal of its set."""
    match role.role:
        case Role.IN_STEP:
            return Said("ok", _("In step"))
        case Role.SOURCE:
            return Said("ok", _("Source"))
        case Role.BEHIND:
            return Said("warn", _("Behind"))
        case Role.BOTH:
            return Said("warn", _("Partly behind"))
    return Said("unknown", _("Unknown"))


def role_tip(role: BrickRole) -> str:
    """What the role means, a sentence."""
    match role.role:
        case Role.IN_STEP:
            return _("Nothing waits in its set.")
        case Role.SOURCE:
            return _("It keeps the newer copies and lists what other bricks lack.")
        case Role.BEHIND:
            return _("Other bricks of its set list what it lacks.")
        case Role.BOTH:
            return _("It keeps some newer copies and lacks others: bricks were down in turns.")
    return _("No brick of its set told what waits.")


def daemon_said(volume: Volume, brick: Brick, facts: NodeFacts | None) -> Said:
    """The self-heal daemon of the brick's node."""
    if volume.status is not VolumeStatus.STARTED:
        return Said("stopped", _("Stopped"))
    if daemon_off(volume):
        return Said("stopped", _("Switched off"))
    if facts is not None and facts.stopped:
        return Said("warn", _("Halted"))
    known = facts.daemon if facts is not None else None
    runs = volume.shd_online.get(brick.node or brick.host) if known is None else known
    if runs is None:
        return Said("unknown", _("Unknown"))
    return Said("ok", _("Runs")) if runs else Said("warn", _("Does not run"))


def state_said(state: EntryState) -> Said:
    """How an entry is."""
    return {
        EntryState.WAITS: Said("wait", _("Waits")),
        EntryState.HEALING: Said("busy", _("Healing")),
        EntryState.SPLIT_BRAIN: Said("critical", _("Split-brain")),
        EntryState.UNKNOWN: Said("unknown", _("Unknown")),
    }[state]


def state_tip(state: EntryState) -> str:
    """What that means, a sentence."""
    return {
        EntryState.WAITS: _("A daemon heals it when it comes to it."),
        EntryState.HEALING: _("Possibly undergoing heal: somebody holds its lock for a heal."),
        EntryState.SPLIT_BRAIN: _("Its copies differ and gluster cannot tell which is right."),
        EntryState.UNKNOWN: _("The list could only be read in a form without marks."),
    }[state]


def kind_words(kind: EntryKind) -> str:
    """What an entry is."""
    return {
        EntryKind.FILE: _("File"),
        EntryKind.DIRECTORY: _("Directory"),
        EntryKind.LINK: _("Link"),
        EntryKind.OTHER: _("Special file"),
        EntryKind.UNKNOWN: "—",
    }[kind]


def kind_icon(kind: EntryKind) -> str:
    """Its icon."""
    icons = {EntryKind.DIRECTORY: "folder", EntryKind.LINK: "link", EntryKind.UNKNOWN: "circle-question-mark"}
    return icons.get(kind, "file-text")
