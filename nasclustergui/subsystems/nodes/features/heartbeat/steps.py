"""The steps that put the service on a node and take it away. Pure.

Starting and stopping are steps of etcd: whether the node is registered then, only etcd knows.
"""

from __future__ import annotations

from nasclustergui.core.command import Command
from nasclustergui.core.i18n import _
from nasclustergui.core.plan import Risk, Step
from nasclustergui.subsystems.nodes.features.heartbeat import commands
from nasclustergui.subsystems.nodes.features.heartbeat.files import CA_PATH, SCRIPT_PATH, SETTINGS_PATH, UNIT_PATH
from nasclustergui.subsystems.nodes.features.heartbeat.model import Heartbeat, Settings


def install(node: str, settings: Settings, found: Heartbeat, ca: str = "") -> tuple[Step, ...]:
    """Write what differs and start it. `ca`: PEM text of etcd's authority where the node has none."""
    steps = []
    if not found.current and not found.newer:
        steps += [
            _write(node, _("Install the heartbeat's script"), commands.write_script(), SCRIPT_PATH),
            _write(node, _("Install its systemd unit"), commands.write_unit(), UNIT_PATH),
        ]
    if ca:
        steps.append(_write(node, _("Install the certificate of etcd's authority"), commands.write_ca(ca), CA_PATH))
    steps.append(_write(node, _("Write its settings, for root only"), commands.write_settings(settings), SETTINGS_PATH))
    return (*steps, start(node, found.running))


def start(node: str, runs: bool = False) -> Step:
    """Start it; ends when etcd has the node's keys."""
    return Step(
        title=_("Start the heartbeat and wait until {node} is registered").format(node=node),
        node=node,
        command=commands.start(),
        driver="etcd",
        risk=Risk.SAFE,
        undo_text=_("It goes on") if runs else _("Undo: stop it"),
        undo=None if runs else commands.stop(),
        follow="node_registered",
        args={"name": node},
    )


def remove(node: str) -> tuple[Step, ...]:
    """Stop it, wait until its keys are gone, delete its files."""
    return (
        Step(
            title=_("Stop the heartbeat of {node}").format(node=node),
            node=node,
            command=commands.stop(),
            driver="etcd",
            risk=Risk.CAUTION,
            undo_text=_("Undo: start it"),
            undo=commands.restart_as_before(),
            follow="node_unregistered",
            args={"name": node},
        ),
        Step(
            title=_("Delete its script, unit and settings"),
            node=node,
            command=commands.remove(),
            driver="nodes",
            risk=Risk.CAUTION,
            undo_text=_("Undo: install it again"),
        ),
    )


def _write(node: str, title: str, command: Command, path: str) -> Step:
    return Step(
        title=title,
        node=node,
        command=command,
        driver="nodes",
        undo_text=_("Undo: what was there before"),
        undo=commands.unwrite(path),
        args={"input": "shown"},
    )
