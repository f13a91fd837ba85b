"""The steps that begin and end a drain, and that take all keys of a node away. Pure."""

from __future__ import annotations

from nasclustergui.core.i18n import _
from nasclustergui.core.plan import Risk, Step
from nasclustergui.remote.etcd_types import Delete, Put
from nasclustergui.subsystems.etcd.commands.keys import change, remove, save
from nasclustergui.subsystems.etcd.features.drain.read import NODES, DrainKey, drain_key, drain_text
from nasclustergui.subsystems.etcd.model import Drain


def begin(drain: Drain) -> Step:
    """Write the key, if nobody else did meanwhile."""
    key = drain_key(drain.node)
    title = _("Note in etcd that {node} is being drained").format(node=drain.node)
    undo = change([Delete(key)])
    return Step(title, "", save(key, drain_text(drain), 0), "etcd", Risk.SAFE, _("Undo: end the drain"), undo)


def end(node: str, found: DrainKey) -> Step:
    """Delete the key, if it is still the one that was seen."""
    key = drain_key(node)
    title = _("Note in etcd that {node} takes new things again").format(node=node)
    undo = change([Put(key, found.text)])
    return Step(title, "", remove(key, found.revision), "etcd", Risk.SAFE, _("Undo: drain it again"), undo)


def forget(node: str) -> Step:
    """Delete whatever etcd still has of the node."""
    title = _("Delete the keys of {node} in etcd").format(node=node)
    command = change([Delete(f"{NODES}{node}/", prefix=True)])
    return Step(title, "", command, "etcd", Risk.CAUTION, _("Joining it again writes new ones"))
