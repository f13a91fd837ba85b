"""Plans for leases, locks and elections. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from nasclustergui.core.command import Command
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.plan import Meaning, Plan, Risk, Step
from nasclustergui.remote.etcd_leases import LeaseLife
from nasclustergui.remote.etcd_types import Compare, Delete, Target, printable
from nasclustergui.subsystems.etcd.commands import coordination as words
from nasclustergui.subsystems.etcd.commands.txn import txn
from nasclustergui.subsystems.etcd.features.coordination.model import NODES, Contender, Queue

_SHOWN = 8  # keys that a plan names


def keys_mark(keys: Iterable[bytes]) -> str:
    """A short text that is the same for the same keys."""
    return hashlib.sha256(b"\0".join(sorted(keys))).hexdigest()[:16]


def plan_grant(cluster: str, ttl: int) -> Plan:
    """A lease for somebody's own keys."""
    step = _step(_("Grant a lease"), words.lease_grant(ttl), _("Runs out by itself"))
    text = _("Keys that are written under it vanish with it. It can be kept alive from the list of leases.")
    meaning = Meaning(Severity.INFO, _("It ends after {n} seconds").format(n=ttl), text)
    return Plan(_("Grant a lease"), cluster, (step,), (meaning,), seconds=1, icon="hourglass", guarded=False)


def plan_keep(cluster: str, life: LeaseLife) -> Plan:
    """Renew somebody's lease from here."""
    step = _step(_("Keep the lease alive"), words.lease_keep(life.id), _("Ends with this window"))
    meaning = [Meaning(Severity.INFO, _("It lives as long as this window is open"), _keys_text(life.keys))]
    if life.keys:
        meaning.insert(
            0,
            Meaning(
                Severity.WARN,
                _("Its owner may be gone without anybody noticing"),
                _("What waits for the end of this lease goes on waiting."),
            ),
        )
    title = _("Keep lease {lease} alive").format(lease=f"{life.id:x}")
    return Plan(title, cluster, (step,), tuple(meaning), seconds=1, icon="repeat", guarded=False)


def plan_revoke(cluster: str, life: LeaseLife, *, ours: bool = False) -> Plan:
    """End a lease with its keys. `ours`: this window made it."""
    risk = Risk.DESTRUCTIVE if life.keys and not ours else Risk.SAFE if ours else Risk.CAUTION
    number = f"{life.id:x}"
    args = {"lease": number, "keys": keys_mark(life.keys)}
    step = Step(
        _("Revoke the lease"),
        "",
        words.lease_revoke(life.id),
        "etcd",
        risk,
        _("No undo"),
        check="lease-keys",
        args=args,
    )
    return Plan(
        _("Revoke lease {lease}").format(lease=number),
        cluster,
        (step,),
        _revoke_meaning(life, ours),
        undo=_("There is no undo: the keys' values are gone. History keeps them until it is compacted."),
        confirm=number if risk is Risk.DESTRUCTIVE else "",
        seconds=1,
        icon="trash-2",
        guarded=not ours,
    )


def _revoke_meaning(life: LeaseLife, ours: bool) -> tuple[Meaning, ...]:
    if not life.keys:
        return (Meaning(Severity.INFO, _("No key hangs on it")),)
    n = len(life.keys)
    title = ngettext("{n} key vanishes at once", "{n} keys vanish at once", n).format(n=n)
    lines = [Meaning(Severity.INFO if ours else Severity.CRITICAL, title, _keys_text(life.keys))]
    nodes = sorted({printable(k.removeprefix(NODES)).partition("/")[0] for k in life.keys if k.startswith(NODES)})
    if nodes:
        gone = ngettext("{nodes} counts as gone", "{nodes} count as gone", len(nodes)).format(nodes=", ".join(nodes))
        lines.append(Meaning(Severity.WARN, gone, _("Until it registers itself again, usually within seconds.")))
    return tuple(lines)


def plan_lock(cluster: str, name: str, ttl: int) -> Plan:
    """Take a lock, or wait for it, and hold it as long as this program runs."""
    step = _step(_("Acquire the lock"), words.lock(name, ttl), _("Released with this window"))
    held = _("It is held until you release it or close this window; {n} seconds longer if this program is killed.")
    meaning = (
        Meaning(Severity.INFO, _("Whoever asks for {name} waits").format(name=name), held.format(n=ttl)),
        Meaning(Severity.INFO, _("If somebody has it, the job waits"), _("Cancel leaves the queue.")),
    )
    return Plan(
        _("Acquire lock {name}").format(name=name),
        cluster,
        (step,),
        meaning,
        lane=f"lock {name}",
        cancel_effect=_("The queue is left; nothing is held."),
        icon="lock",
        guarded=False,
    )


def plan_elect(cluster: str, name: str, value: str) -> Plan:
    """Stand for election and lead as long as this program runs."""
    step = _step(_("Stand for election"), words.elect(name, value), _("Resigned with this window"))
    leads = _("Until you resign or close this window; {n} seconds longer if this program is killed.")
    meaning = (
        Meaning(
            Severity.WARN,
            _("Programs that follow {name} will see “{value}”").format(name=name, value=value),
            leads.format(n=words.LOCK_TTL),
        ),
        Meaning(Severity.INFO, _("If somebody leads, the job waits"), _("Cancel withdraws the candidate.")),
    )
    return Plan(
        _("Stand for election in {name}").format(name=name),
        cluster,
        (step,),
        meaning,
        lane=f"elect {name}",
        cancel_effect=_("The candidate is withdrawn."),
        icon="crown",
        guarded=False,
    )


def plan_release(cluster: str, queue: Queue, contender: Contender, *, ours: bool) -> Plan:
    """Give back a place in a queue: our own, or by force somebody else's."""
    what = _("Resign from {name}") if queue.election else _("Release lock {name}")
    forced = _("Depose the leader of {name}") if queue.election else _("Take lock {name} away")
    title = (what if ours else forced).format(name=queue.name)
    step = Step(
        _("Delete its place"),
        "",
        _release_command(contender, ours),
        "etcd",
        Risk.SAFE if ours else Risk.DESTRUCTIVE,
        _("Can be acquired again") if ours else _("No undo"),
    )
    return Plan(
        title,
        cluster,
        (step,),
        _release_meaning(queue, contender, ours),
        undo="" if ours else _("There is no undo: its owner has to ask for it again."),
        confirm="" if ours else queue.name,
        seconds=1,
        icon="lock-open",
        guarded=not ours,
    )


def _release_command(contender: Contender, ours: bool) -> Command:
    """Our lease has nothing but this key; on a foreign one may hang what is none of our business."""
    if ours:
        return words.lease_revoke(contender.lease)
    same = Compare(contender.key, Target.CREATE_REVISION, "=", contender.create_revision)
    return txn([same], [Delete(contender.key)])


def _release_meaning(queue: Queue, contender: Contender, ours: bool) -> tuple[Meaning, ...]:
    order = [each.key for each in queue.contenders]
    following = len(order) - order.index(contender.key) - 1 if contender.key in order else 0
    first = contender == queue.owner
    lines = []
    if not ours and first:
        lines.append(
            Meaning(
                Severity.CRITICAL,
                _("Its owner goes on as if it still had it"),
                _("Two programs may then do what only one should. Make sure that the owner is gone."),
            )
        )
    if first and following:
        text = ngettext("{n} that waits gets it next", "The next of {n} that wait gets it", following)
        lines.append(Meaning(Severity.INFO, text.format(n=following)))
    elif first:
        lines.append(Meaning(Severity.INFO, _("Nobody waits for it")))
    return tuple(lines)


def owned(queue: Queue) -> Contender:
    """Who has it. Raises InvalidInput if nobody has."""
    if queue.owner is None:
        raise InvalidInput(
            _("Nobody holds {name}.").format(name=queue.name), field="name", hint=queue.error or _("Check the name.")
        )
    return queue.owner


def _keys_text(keys: tuple[bytes, ...]) -> str:
    shown = ", ".join(printable(key) for key in keys[:_SHOWN])
    more = len(keys) - _SHOWN
    return _("{keys} and {n} more").format(keys=shown, n=more) if more > 0 else shown


def _step(title: str, command: Command, undo_text: str) -> Step:
    return Step(title, "", command, "etcd", Risk.SAFE, undo_text)
