"""Answers `gluster volume quorum`."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from nasclustergui.cli.exit_codes import Exit
from nasclustergui.cli.gluster import carry_out_as, volume_named
from nasclustergui.cli.gluster_features.quorum import METAVAR
from nasclustergui.cli.status import show_table
from nasclustergui.cli.terminal import say, say_json
from nasclustergui.cli.working import work
from nasclustergui.cluster.session import Session
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Plan
from nasclustergui.subsystems.gluster.features.quorum.outlook import Outlook, effective_type, outlook, rule
from nasclustergui.subsystems.gluster.features.quorum.plans import plan_client_quorum, plan_ratio, plan_server_quorum
from nasclustergui.subsystems.gluster.features.quorum.words import (
    loss_title,
    reach_text,
    reach_word,
    server_spare,
    server_text,
    server_word,
    set_count,
    set_word,
)
from nasclustergui.subsystems.gluster.model import GlusterState, Volume, VolumeType


def quorum(session: Session, options: Namespace) -> Exit:
    """Show the rules, or change one."""

    def look(job: Job) -> GlusterState:
        session.nodes.connect_all()
        return session.gluster.pool.read(job)

    state = work(Job(_("Read the cluster"), quiet=True), look)
    volume = volume_named(state, options.name)
    if options.words:
        return carry_out_as(session, _plan(options.words, volume, state, session.profile.name), options)
    found = outlook(volume, state)
    if options.json:
        say_json(_data(volume, found))
    else:
        _show(volume, found)
    return Exit.OK


def _plan(words: list[str], volume: Volume, state: GlusterState, cluster: str) -> Plan:
    match words:
        case [("auto" | "none" | "default") as kind]:
            return plan_client_quorum(volume, kind, 0, state, cluster)
        case ["fixed", n] if n.isdigit():
            return plan_client_quorum(volume, "fixed", int(n), state, cluster)
        case ["server", ("on" | "off") as switch]:
            return plan_server_quorum(volume, switch == "on", state, cluster)
        case ["ratio", ratio]:
            return plan_ratio("" if ratio == "default" else ratio, state, cluster)
    raise InvalidInput(
        _("“{words}” is no rule of quorum.").format(words=" ".join(words)),
        field="words",
        hint=_("Write one of: {forms}.").format(forms=METAVAR.replace("|", " | ")),
    )


def _show(volume: Volume, found: Outlook) -> None:
    for one in found.sets:
        say(_("Set {n}: {word}. {count}.").format(n=one.number, word=set_word(one), count=set_count(one)))
        say("  " + rule(volume, one.bricks))
    server = found.server
    say(
        _("Server quorum: {word}. {text} {spare}").format(
            word=server_word(server), text=server_text(server), spare=server_spare(server)
        )
    )
    rows: list[tuple[str, ...]] = [(_("Loss"), _("Clients"), _("What it means"))]
    rows += [(loss_title(loss), reach_word(loss.result), reach_text(loss.result)) for loss in found.losses]
    show_table(rows)


def _data(volume: Volume, found: Outlook) -> dict[str, Any]:
    replicated = volume.type in (VolumeType.REPLICATE, VolumeType.ARBITER)
    return {
        "volume": volume.name,
        "client_quorum": effective_type(volume) if replicated else None,
        "server_quorum": {
            "enforced": found.server.enforced,
            "peers": found.server.peers,
            "connected": found.server.connected,
            "needed": found.server.needed,
        },
        "now": found.now.reach.value,
        "sets": [
            {
                "number": one.number,
                "bricks": [brick.name for brick in one.bricks],
                "up": one.up,
                "not_known": one.unsure,
                "needed": one.needed,
                "needed_with_first": one.needed_with_first,
                "access": one.access.name.lower(),
                "access_to_unhealed": one.unhealed.name.lower(),
                "heal_pending": one.pending,
            }
            for one in found.sets
        ],
        "losses": [
            {
                "what": loss.what,
                "brick_of": loss.brick_of or None,
                "gone_already": loss.gone,
                "reach": loss.result.reach.value,
                "lost_share": loss.result.lost_share,
                "server_quorum_lost": loss.result.server_quorum_lost,
                "unhealed_lost": loss.result.unhealed_lost,
            }
            for loss in found.losses
        ],
    }
