"""Plans for the upkeep of etcd's databases: compact, defragment, disarm, snapshot. Pure."""

from __future__ import annotations

from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.plan import Meaning, Plan, Risk, Step
from nasclustergui.core.units import count, percent, size
from nasclustergui.subsystems.etcd.commands import upkeep as commands
from nasclustergui.subsystems.etcd.features.members.arithmetic import arithmetic
from nasclustergui.subsystems.etcd.features.members.plans import DRIVER, LANE
from nasclustergui.subsystems.etcd.model import EtcdState, Member

KEEP = 1000  # revisions of history that a compaction keeps unless told otherwise
GAIN_BYTES, GAIN_SHARE = 1 << 20, 0.1  # less isn't worth blocking a member


def revision_of(state: EtcdState) -> int | None:
    """The newest revision that a member tells; None if none does."""
    return max((m.revision for m in state.members if m.revision is not None), default=None)


def gain(member: Member) -> int | None:
    """Bytes that a defragmentation would give back; None while nobody knows."""
    if member.db_size is None or member.db_in_use is None:
        return None
    return max(0, member.db_size - member.db_in_use)


def worth_it(member: Member) -> bool:
    """Enough would be gained to block the member for it."""
    free = gain(member)
    return free is not None and free >= max(GAIN_BYTES, GAIN_SHARE * (member.db_size or 0))


def plan_compact(state: EtcdState, cluster: str, keep: int = KEEP) -> Plan:
    """Forget all history but the last `keep` revisions."""
    steps = (compact_step(state, keep),)
    kept = ngettext("The last {n} change stays readable", "The last {n} changes stay readable", keep)
    return Plan(
        title=_("Compact etcd's history"),
        cluster=cluster,
        steps=steps,
        meaning=(
            Meaning(
                Severity.INFO,
                kept.format(n=count(keep)),
                _("What keys held before that cannot be read or restored any more. No key is lost."),
            ),
            Meaning(
                Severity.OK,
                _("The database's file keeps its size"),
                _("The room is used again by etcd. Defragment to give it back to the file system."),
            ),
        ),
        undo=_("There is no way back to history that was compacted; a snapshot taken before has it."),
        lane=LANE,
        seconds=10.0,
        cancel_effect=_("etcd goes on with it."),
        icon="combine",
    )


def compact_step(state: EtcdState, keep: int) -> Step:
    """The step. Raises InvalidInput where there is nothing to forget."""
    newest = revision_of(state)
    if state.leader is None or newest is None:
        raise InvalidInput(_("etcd has no leader now: nothing can be compacted."))
    if keep < 0:
        raise InvalidInput(_("A number below 0 makes no sense here."), field="keep")
    if keep >= newest:
        raise InvalidInput(
            _("There are only {n} revisions.").format(n=count(newest)), field="keep", hint=_("Keep fewer.")
        )
    revision = newest - keep
    return Step(
        title=_("Forget the history before revision {revision}").format(revision=count(revision)),
        node="",
        command=commands.compact(revision),
        driver=DRIVER,
        risk=Risk.CAUTION,
        undo_text=_("No undo"),
        check="members.quorate",
    )


def plan_defragment(state: EtcdState, cluster: str, chosen: tuple[Member, ...] = ()) -> Plan:
    """Defragment members one by one, the leader last; () are all that gain something."""
    members = chosen or tuple(m for m in state.members if worth_it(m))
    if not members:
        raise InvalidInput(
            _("No member would gain anything worth it."),
            hint=_("Compact the history first: that makes the gaps that are then closed."),
        )
    steps = defragment_steps(state, members)
    known = [gain(m) for m in members]
    freed = sum(n for n in known if n is not None)
    skipped = [m.label for m in state.members if m not in members]
    blocked = ngettext(
        "{n} member is blocked while its file is rewritten",
        "{n} members are blocked while their files are rewritten, one after the other",
        len(members),
    ).format(n=len(members))
    said = [
        Meaning(Severity.WARN, blocked, _blocked(state)),
        Meaning(Severity.OK, _("About {size} are given back to the file systems").format(size=size(freed))),
    ]
    if skipped:
        said.append(Meaning(Severity.INFO, _("Left out: {members}").format(members=", ".join(skipped)), _no_gain()))
    return Plan(
        title=_("Defragment {members}").format(members=", ".join(step.args["label"] for step in steps)),
        cluster=cluster,
        steps=steps,
        meaning=tuple(said),
        undo=_("Nothing to undo: no key changes."),
        lane=LANE,
        seconds=5.0 * len(members),
        cancel_effect=_("The member at work finishes by itself, the others are left as they are."),
        icon="combine",
    )


def _no_gain() -> str:
    return _("They would gain less than {share} of their file, or less than {size}.").format(
        share=percent(100 * GAIN_SHARE), size=size(GAIN_BYTES)
    )


def _blocked(state: EtcdState) -> str:
    votes = arithmetic(state.members)
    if not votes.tolerance:
        return _("{tells}: etcd decides nothing meanwhile.").format(tells=votes.tells())
    return _("Followers first, the leader last; the next one begins only when all answer again.")


def defragment_steps(state: EtcdState, members: tuple[Member, ...]) -> tuple[Step, ...]:
    """A step for each, the leader last. Raises InvalidInput while a member is away."""
    away = [m.label for m in state.members if not m.healthy]
    if away:
        raise InvalidInput(
            _("{members} does not answer: no other member should be blocked now.").format(members=", ".join(away)),
            hint=_("Bring it back or remove it first."),
        )
    if state.leader is None:
        raise InvalidInput(_("etcd has no leader now."), hint=_("Bring back the majority of the members first."))
    ordered = sorted(members, key=lambda m: (m.leader, not m.learner, m.label))
    return tuple(_defragment(m) for m in ordered)


def _defragment(member: Member) -> Step:
    return Step(
        title=_("Defragment {member}").format(member=member.label),
        node="",
        command=commands.defrag(member.endpoint),
        driver=DRIVER,
        risk=Risk.CAUTION,
        undo_text=_("Nothing to undo"),
        check="members.others_healthy",
        follow="members.healthy",
        args={"endpoint": member.endpoint, "label": member.label},
    )


def plan_disarm(state: EtcdState, cluster: str) -> Plan:
    """Take alarms for want of space back."""
    kinds = {alarm.kind for alarm in state.alarms}
    if not kinds:
        raise InvalidInput(_("No alarm is raised."))
    return Plan(
        title=_("Disarm etcd's alarm"),
        cluster=cluster,
        steps=(disarm_step(state),),
        meaning=(
            Meaning(
                Severity.WARN,
                _("An alarm whose cause is still there comes back with the next write"),
                _("Compact and defragment before; the guided rescue does all of it."),
            ),
            Meaning(Severity.OK, _("Settings can be changed again")),
        ),
        undo=_("etcd raises it again by itself when its database is full."),
        lane=LANE,
        seconds=2.0,
        cancel_effect=_("The alarm may be disarmed already."),
        icon="bell",
    )


def disarm_step(state: EtcdState) -> Step:
    """The step. Raises InvalidInput for an alarm that must not be silenced."""
    if any(alarm.kind == "CORRUPT" for alarm in state.alarms):
        raise InvalidInput(
            _("etcd says that the members' data differ: this alarm must not be silenced."),
            hint=_("Remove the member with the wrong data and add it again empty."),
        )
    return Step(
        title=_("Disarm the alarm"),
        node="",
        command=commands.alarm_disarm(),
        driver=DRIVER,
        risk=Risk.CAUTION,
        undo_text=_("Comes back by itself"),
        check="members.alarms",
        args={"kind": "NOSPACE"},
    )


def plan_snapshot(state: EtcdState, cluster: str, member: Member, path: str) -> Plan:
    """Save a member's database to a new file here, and read it back."""
    if not member.healthy or not member.endpoint:
        raise InvalidInput(_("{member} does not answer.").format(member=member.label), field="member")
    if member.learner:
        raise InvalidInput(_("A learner gives no snapshot; choose a member with a vote."), field="member")
    save = Step(
        title=_("Save the database of {member}").format(member=member.label),
        node="",
        command=commands.snapshot_save(member.endpoint, path),
        driver=DRIVER,
        undo_text=_("Delete the file"),
        check="members.file_free",
        args={"path": path},
    )
    read_back = Step(_("Read it back"), "", commands.snapshot_status(path), DRIVER)
    said = [
        Meaning(
            Severity.WARN,
            _("The file holds every key, and the hashes of the passwords of etcd's users"),
            _("Keep it where only administrators get at it."),
        ),
        Meaning(
            Severity.OK,
            _("About {size} from {member}").format(size=size(member.db_size), member=member.label),
            _("etcd goes on meanwhile. The file appears only when it is whole and its checksum fits."),
        ),
    ]
    if state.leader is None:
        text = _("Changes that this member did not receive are not in it.")
        said.insert(0, Meaning(Severity.WARN, _("There is no leader: the snapshot may be old"), text))
    return Plan(
        title=_("Save a snapshot of etcd"),
        cluster=cluster,
        steps=(save, read_back),
        meaning=tuple(said),
        undo=_("Delete the file."),
        lane="etcd/snapshot",
        seconds=max(3.0, (member.db_size or 0) / 20e6),
        cancel_effect=_("No file is left behind."),
        icon="download",
    )
