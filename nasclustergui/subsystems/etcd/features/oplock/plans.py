"""Breaking the operation lock of somebody else."""

from __future__ import annotations

from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _
from nasclustergui.core.oplock import Holder
from nasclustergui.core.plan import Meaning, Plan, Risk, Step
from nasclustergui.remote.etcd_types import Compare, Delete, Target
from nasclustergui.subsystems.etcd.commands.txn import txn
from nasclustergui.subsystems.etcd.features.oplock.model import KEY, TTL


def plan_break(holder: Holder, cluster: str) -> Plan:
    """Take the lock away from whoever has it now; another one that took it meanwhile keeps it."""
    same = Compare(KEY, Target.CREATE_REVISION, "=", holder.create_revision)
    step = Step(
        _("Delete the lock"),
        "",
        txn([same], [Delete(KEY)]),
        "etcd",
        Risk.DESTRUCTIVE,
        _("No undo"),
    )
    return Plan(
        _("Break the lock of {who}").format(who=holder.who),
        cluster,
        (step,),
        meaning=_meaning(holder),
        undo=_("There is no undo: the other program takes the lock again only with its next change."),
        confirm=holder.who,
        seconds=1,
        icon="lock",
        guarded=False,
    )


def _meaning(holder: Holder) -> tuple[Meaning, ...]:
    return (
        Meaning(
            Severity.CRITICAL,
            _("Two changes may then run at the same time"),
            _("{sentence} Its running step goes on; it stops before its next one.").format(sentence=holder.sentence),
        ),
        Meaning(
            Severity.WARN,
            _("The other program is alive"),
            _(
                "The lock of a program that was killed, or whose computer is off, frees itself within {n} seconds."
            ).format(n=TTL),
        ),
        Meaning(Severity.INFO, _("Ask {who} first").format(who=holder.who)),
    )
