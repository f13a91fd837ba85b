"""What a new member must be told so that it finds the others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from nasclustergui.core.errors import PlanOutdated
from nasclustergui.core.i18n import _
from nasclustergui.remote.etcd_types import MemberInfo
from nasclustergui.subsystems.etcd.model import Member


def initial_cluster(members: Iterable[Member | MemberInfo], name: str, peer_urls: Sequence[str]) -> str:
    """ETCD_INITIAL_CLUSTER of the member to be added: all that are there, and itself.

    A member with several peer URLs stands there once for each. Raises PlanOutdated while another member was added but
    never started: it has no name, and etcd refuses to start with a list that lacks one.
    """
    parts: list[str] = []
    for member in members:
        if set(member.peer_urls) & set(peer_urls):
            continue
        if not member.name:
            raise PlanOutdated(
                _("A member at {url} was added but never started.").format(url=", ".join(member.peer_urls)),
                hint=_("Start it or remove it first: one member is added at a time."),
            )
        parts += [f"{member.name}={url}" for url in member.peer_urls]
    return ",".join([*parts, *(f"{name}={url}" for url in peer_urls)])
