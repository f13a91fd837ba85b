"""The doctor's rules about self-heal daemons and glusterd (pure)."""

from __future__ import annotations

from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.units import clock
from nasclustergui.subsystems.gluster.features.heal.findings import Case, Cause, Finding, Offer, place
from nasclustergui.subsystems.gluster.features.heal.model import OFF, daemon_option


def glusterd_hangs(case: Case) -> Finding | None:
    """A node that all of gluster waits for: healing goes on, but nothing can be started or read."""
    if not case.state.waits_for:
        return None
    nodes = ", ".join(case.state.waits_for)
    since = clock(case.state.status_at) if case.state.status_at else ""
    known = _("Brick states are from {time}.").format(time=since) if since else _("Brick states were never read.")
    return Finding(
        Cause.GLUSTERD_HANGS,
        Severity.WARN,
        _("GlusterFS waits for {nodes}").format(nodes=nodes),
        _("Healing goes on between the other bricks, but it cannot be started or watched until then.") + " " + known,
        tuple(hint for hint in (case.state.status_hint,) if hint),
    )


def daemon_off(case: Case) -> Finding | None:
    """The option that switches it off."""
    option = daemon_option(case.volume)
    if case.options.get(option, "on").casefold() not in OFF:
        return None
    waits = bool(case.pending)
    return Finding(
        Cause.DAEMON_OFF,
        Severity.WARN,
        _("The self-heal daemon is switched off for {volume}").format(volume=case.volume.name),
        _("Nothing heals by itself.") if waits else _("What will differ after a failure would not heal by itself."),
        (_("Switch it on again ({option}).").format(option=option),),
        Offer.ENABLE,
    )


def daemon_down(case: Case) -> Finding | None:
    """Nodes with bricks of the volume where it doesn't run."""
    if daemon_off(case) is not None:
        return None
    down = _nodes_without(case)
    if not down:
        return None
    running = [place(b) for b in case.volume.bricks if case.volume.shd_online.get(place(b)) and place(b) not in down]
    if running:
        text = _("The daemons of other nodes heal what their own bricks list; the rest waits.")
    else:
        text = _("Nothing heals by itself.")
    title = ngettext(
        "The self-heal daemon does not run on {nodes}",
        "The self-heal daemon does not run on {n} nodes: {nodes}",
        len(down),
    )
    return Finding(
        Cause.DAEMON_DOWN,
        Severity.WARN,
        title.format(nodes=", ".join(down), n=len(down)),
        text,
        (
            _("Start what is missing of the volume: bricks and daemons that run go on."),
            _("If it ends again, its log says why: /var/log/glusterfs/glustershd.log."),
        ),
        Offer.START_BRICKS,
    )


def _nodes_without(case: Case) -> list[str]:
    """By the pool's word, which the node's own, newer, may contradict; or by the node's own, said twice."""
    nodes = dict.fromkeys(place(brick) for brick in case.volume.bricks if not case.away(brick))
    return [n for n in nodes if _gone(case, n) or _said_down(case, n)]


def _gone(case: Case, node: str) -> bool:
    return case.node(node).daemon is False and case.before(node).daemon is False


def _said_down(case: Case, node: str) -> bool:
    return case.volume.shd_online.get(node) is False and case.node(node).daemon is not True


def daemon_halted(case: Case) -> Finding | None:
    """Processes that exist and do nothing: they keep the locks of what they were healing."""
    halted = [n for n, facts in (case.probe.nodes if case.probe else {}).items() if facts.stopped]
    if not halted:
        return None
    return Finding(
        Cause.DAEMON_HALTED,
        Severity.WARN,
        _("The self-heal daemon on {nodes} is halted").format(nodes=", ".join(halted)),
        _("Its process exists but does nothing (a stop signal, a debugger); what it was healing stays locked."),
        (_("Let it go on (kill -CONT), or end it (kill -9) and start what is missing of the volume."),),
    )


def no_network(case: Case) -> Finding | None:
    """Daemons that twice had no connection to a brick that runs: a firewall, a wrong name."""
    for node, facts in (case.probe.nodes if case.probe else {}).items():
        twice = facts.missed & case.before(node).missed
        missed = [brick for brick in case.volume.bricks if brick.online and brick.name in twice]
        if missed and facts.daemon and not facts.stopped:
            first = missed[0]
            return Finding(
                Cause.NO_NETWORK,
                Severity.WARN,
                _("The self-heal daemon on {node} has no connection to brick {brick}").format(
                    node=node, brick=first.name
                ),
                _(
                    "The brick runs, but its port {port} is not reached from there: the two do not heal each other."
                ).format(port=first.port),
                (
                    _("Check firewall and network between {node} and {other}, port {port}.").format(
                        node=node, other=place(first), port=first.port
                    ),
                    _("Check that {node} resolves {host} to the right address.").format(node=node, host=first.host),
                ),
            )
    return None
