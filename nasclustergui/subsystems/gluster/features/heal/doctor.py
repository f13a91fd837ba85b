"""The heal doctor: why a volume's backlog does not get smaller, worst cause first. Pure."""

from __future__ import annotations

import time
from collections.abc import Mapping

from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.units import about, count, duration
from nasclustergui.subsystems.gluster.features.heal import brick_rules, daemon_rules
from nasclustergui.subsystems.gluster.features.heal.findings import Case, Cause, Finding, Offer, Rule, absent_peers
from nasclustergui.subsystems.gluster.features.heal.history import VolumeHistory
from nasclustergui.subsystems.gluster.features.heal.model import EntryList, EntryState, Probe, crawl_every, heals
from nasclustergui.subsystems.gluster.model import GlusterState, Volume, VolumeStatus

STILL = 20.0  # seconds without any change for the better before a heal that could go on counts as standing still
GROWTH_OVER = 30.0  # seconds over which a backlog that grows is looked at
GROWTH_FROM = 10  # entries

CAUSES: tuple[Rule, ...] = (
    brick_rules.no_quorum,
    brick_rules.directory_missing,
    brick_rules.disk_full,
    brick_rules.disk_error,
    daemon_rules.glusterd_hangs,
    brick_rules.peer_away,
    brick_rules.brick_down,
    daemon_rules.daemon_off,
    daemon_rules.daemon_down,
    daemon_rules.daemon_halted,
    daemon_rules.no_network,
)


def diagnose(
    volume: Volume,
    state: GlusterState,
    history: VolumeHistory,
    options: Mapping[str, str] | None = None,
    *,
    probe: Probe | None = None,
    earlier: Probe | None = None,
    entries: EntryList | None = None,
    now: float | None = None,
) -> tuple[Finding, ...]:
    """What keeps the volume from being healed, worst first; one finding that all is well, or that it heals, if nothing.

    `options`: those in force, by default those that somebody set. `probe`: what the nodes say, `earlier`: what they
    said some seconds before. `entries`: the list of what waits, if it was read. `now`: Unix time. What nobody looked
    at is not guessed.
    """
    at = time.time() if now is None else now
    in_force = volume.options if options is None else options
    case = Case(volume, state, history, in_force, at, probe, entries, earlier, absent_peers(state))
    if not heals(volume):
        return (_nothing_to_heal(volume),)
    if volume.status is not VolumeStatus.STARTED:
        return (_not_started(volume),)
    found = [finding for rule in CAUSES if (finding := rule(case)) is not None]
    stuck = _split_brain(case)
    if stuck is not None:
        found.append(stuck)
    if not found or not _explains(found):
        found.append(_course(case))
    return tuple(sorted(found, key=lambda finding: -finding.severity))


def converging(findings: tuple[Finding, ...]) -> bool | None:
    """True if the backlog gets smaller or is empty, False if something keeps it, None if that is not known."""
    if any(finding.cause is Cause.UNREAD for finding in findings):
        return None
    return all(finding.cause in (Cause.HEALING, Cause.WELL) for finding in findings)


def _explains(found: list[Finding]) -> bool:
    """What is known says enough; a daemon that is missing on one node does not say how the others get on."""
    return any(finding.cause is not Cause.DAEMON_DOWN for finding in found)


def _nothing_to_heal(volume: Volume) -> Finding:
    return Finding(
        Cause.WELL,
        Severity.INFO,
        _("There is nothing to heal in {volume}").format(volume=volume.name),
        _("A distributed volume keeps every file once: what a lost brick held is gone with it."),
    )


def _not_started(volume: Volume) -> Finding:
    return Finding(
        Cause.NOT_STARTED,
        Severity.INFO,
        _("Volume {volume} is not started").format(volume=volume.name),
        _("Nothing heals while it is stopped. What waits is kept in its bricks' lists."),
    )


def _split_brain(case: Case) -> Finding | None:
    groups = [max((brick.split_brain or 0 for brick in group), default=0) for group in case.volume.sets]
    split = sum(groups)
    if case.entries is not None and case.pending:
        split = max(split, sum(entry.state is EntryState.SPLIT_BRAIN for entry in case.entries.entries))
    if not split or not case.pending:
        return None
    rest = max(0, case.pending - split)
    title = ngettext("{n} entry is in split-brain", "{n} entries are in split-brain", split).format(n=count(split))
    text = _("The copies differ and gluster cannot tell which is right: clients get errors until one is chosen.")
    text += " " + (
        _("Nothing else is left to heal.")
        if not rest
        else ngettext("{n} other entry waits.", "{n} other entries wait.", rest).format(n=count(rest))
    )
    return Finding(
        Cause.SPLIT_BRAIN,
        Severity.CRITICAL,
        title,
        text,
        (_("Compare the copies and choose one for each file. Nothing heals it by itself."),),
        Offer.SPLIT_BRAIN,
    )


def _course(case: Case) -> Finding:
    """Nothing is broken as far as is known: how does the backlog go?"""
    if case.pending is None or case.state.status_error:
        return _unread(case)
    if not case.pending:
        return _well(case)
    if any(brick.online is not True for brick in case.volume.bricks):
        return _unread(case)
    return _locked(case) or _grows(case) or _stands_still(case) or _healing(case)


def _unread(case: Case) -> Finding:
    why = case.state.heal_errors.get(case.volume.name, "") or case.state.status_error
    return Finding(
        Cause.UNREAD,
        Severity.UNKNOWN,
        _("How the heal gets on is not known"),
        why or _("Not every brick told what waits on it."),
        tuple(hint for hint in (case.state.status_hint,) if hint),
    )


def _well(case: Case) -> Finding:
    unknown = [brick.name for brick in case.volume.bricks if brick.heal_pending is None]
    if unknown:
        return Finding(
            Cause.UNREAD,
            Severity.UNKNOWN,
            _("Nothing waits for a heal, as far as could be read"),
            _("Nothing is known of {bricks}.").format(bricks=", ".join(unknown)),
        )
    return Finding(
        Cause.WELL,
        Severity.OK,
        _("Nothing waits for a heal"),
        _("All copies are equal, as far as gluster knows. A full heal would also compare what nobody knows to differ."),
    )


def _locked(case: Case) -> Finding | None:
    """Everything in the list is under somebody's lock, and nothing was healed for a while."""
    if case.entries is None or not case.entries.entries or case.history.still_for(case.now) < STILL:
        return None
    held = [entry for entry in case.entries.entries if entry.state is EntryState.HEALING]
    if len(held) < len(case.entries.entries):
        return None
    title = ngettext("{n} entry is locked", "{n} entries are locked", len(held)).format(n=count(len(held)))
    return Finding(
        Cause.LOCKED,
        Severity.WARN,
        title,
        _("Somebody holds their locks, so no daemon heals them: a hanging client or daemon, or a very large file."),
        (
            _("Look for clients that hang and end them; their locks go with them."),
            _("For a very large file (an image of a machine) just wait: it is healed in one go."),
        ),
    )


def _grows(case: Case) -> Finding | None:
    grown = case.history.growth(GROWTH_OVER)
    if grown < GROWTH_FROM or case.history.still_for(case.now) < STILL:
        return None
    return Finding(
        Cause.GROWS,
        Severity.WARN,
        _("The backlog grows faster than it heals"),
        _("{n} entries came in {time} although all bricks run: clients write what does not reach every copy.").format(
            n=count(grown), time=duration(round(GROWTH_OVER))
        ),
        (
            _("Look whether every client reaches every brick: one that does not (firewall, name) leaves work behind."),
            _("Let heavy writers pause, or allow more at once (cluster.shd-max-threads)."),
        ),
    )


def _stands_still(case: Case) -> Finding | None:
    still = case.history.still_for(case.now)
    if still < STILL:
        return None
    every = crawl_every(case.volume)
    if still < every:
        return Finding(
            Cause.WAITS,
            Severity.INFO,
            _("It waits for the daemons' next look"),
            _("Nothing was healed for {still}. The self-heal daemons look by themselves every {every}.").format(
                still=duration(round(still)), every=duration(round(every))
            ),
            (_("Heal now instead of waiting."),),
            Offer.HEAL,
        )
    return Finding(
        Cause.SLOW,
        Severity.WARN,
        _("The heal does not get on"),
        _("Nothing was healed for {still}, and no cause is known: bricks, daemons and connections look well.").format(
            still=duration(round(still))
        ),
        (
            _("List the files that wait: split-brains and locked entries are marked."),
            _("Look at /var/log/glusterfs/glustershd.log on the nodes that list them."),
        ),
        Offer.LIST,
    )


def _healing(case: Case) -> Finding:
    estimate, pending = case.history.estimate, case.pending or 0
    title = ngettext("{n} entry waits for a heal", "{n} entries wait for a heal", pending).format(n=count(pending))
    if estimate.seconds_left is None or not estimate.rate:
        return Finding(Cause.HEALING, Severity.BUSY, title, _("No estimate yet. Clients go on meanwhile."))
    text = _("{rate} entries per minute, {time} left. Clients go on meanwhile.").format(
        rate=count(estimate.rate * 60), time=about(*estimate.seconds_left)
    )
    return Finding(Cause.HEALING, Severity.BUSY, title, text, (_("Do not restart other nodes before it is done."),))
