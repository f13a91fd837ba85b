"""Plans for whole ranges: import a file, delete all below a prefix; what would be lost is exported first. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nasclustergui.core.command import Command
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.plan import Meaning, Plan, Risk, Step
from nasclustergui.core.units import count, size
from nasclustergui.remote.etcd_types import printable
from nasclustergui.subsystems.etcd.features.changes.archive import YAML_ENDINGS
from nasclustergui.subsystems.etcd.features.changes.importing import Preview
from nasclustergui.subsystems.etcd.features.changes.model import Turn
from nasclustergui.subsystems.etcd.features.changes.restore import DRIVER, LANE, edit_steps

PROGRAM = "nasclustergui"
WHOLE = (b"", b"/", b"/cluster", b"/cluster/")
EXAMPLES = 5


@dataclass(frozen=True)
class Counted:
    """What lies below a prefix.

    Attributes:
        revision: of the store; backup and deletion go by it. keys: all, leased included. bytes: of keys and values.
        nodes: names of the registered nodes among them.
        beside: a key that the prefix takes though it lies beside the folder of that name ("…/smbd" for "…/smb").
    """

    prefix: bytes
    revision: int
    keys: int
    leased: int = 0
    bytes: int = 0
    examples: tuple[str, ...] = ()
    nodes: tuple[str, ...] = ()
    beside: str = ""

    @property
    def name(self) -> str:
        """The prefix for people."""
        return printable(self.prefix)


def backup_step(prefix: bytes, revision: int, keys: int, file: Path, cluster: str) -> Step:
    """Export the range, as of that revision, to a file of this workstation."""
    title = ngettext("Back up {n} key", "Back up {n} keys", keys)
    words = (
        PROGRAM,
        "etcd",
        "export",
        "--cluster",
        cluster,
        "--revision",
        str(revision),
        "--",
        _word(prefix),
        str(file),
    )
    return Step(
        title.format(n=count(keys)),
        "",
        Command(words, timeout=None, root=False),
        DRIVER,
        undo_text=_("The file stays"),
    )


def _word(prefix: bytes) -> str:
    """The prefix as a word of a command line."""
    return prefix.decode("utf-8", "surrogateescape")


def plan_delete(found: Counted, file: Path, cluster: str) -> Plan:
    """Delete all keys below a prefix, those that were counted, after they were backed up to `file`."""
    if not found.keys:
        raise InvalidInput(_("There is no key below {prefix}.").format(prefix=found.name or "“”"), field="prefix")
    if file.name.lower().endswith(YAML_ENDINGS):
        hint = _("Only JSON holds all that the deletion compares with.")
        raise InvalidInput(_("A backup's name must not end in .yaml."), field="backup", hint=hint)
    n, where = found.keys, found.name or _("the whole store")
    title = ngettext("Delete {n} key below {prefix}", "Delete {n} keys below {prefix}", n)
    title = title.format(n=count(n), prefix=where)
    words = (PROGRAM, "etcd", "del-prefix", "--cluster", cluster, "--backed-up", str(file), "--yes")
    confirm = ("--confirm", found.name or cluster)
    step = Step(
        title,
        "",
        Command((*words, *confirm, "--", _word(found.prefix)), timeout=None, root=False),
        DRIVER,
        Risk.DESTRUCTIVE,
        undo_text=_("Undo: import the backup"),
    )
    return Plan(
        title=title,
        cluster=cluster,
        steps=(backup_step(found.prefix, found.revision, n, file, cluster), step),
        meaning=tuple(_delete_meaning(found)),
        undo=_("Import {file}: it writes back all keys that hung on no lease.").format(file=file),
        confirm=found.name,
        lane=LANE,
        seconds=2.0 + n / 1500,
        cancel_effect=_("What is deleted by then stays deleted, the rest stays; the job says how many are gone."),
        icon="trash-2",
    )


def _delete_meaning(found: Counted) -> list[Meaning]:
    said: list[Meaning] = []
    if found.prefix in WHOLE:
        text = _("Configuration, registered nodes and services: the cluster's machines find nothing of it any more.")
        said.append(Meaning(Severity.CRITICAL, _("This is everything the cluster keeps in etcd"), text))
    title = ngettext("{n} key is deleted, {size}", "{n} keys are deleted, {size}", found.keys)
    text = _("Among them {keys}.").format(keys=", ".join(found.examples))
    said.append(Meaning(Severity.CRITICAL, title.format(n=count(found.keys), size=size(found.bytes)), text))
    if found.beside:
        text = _("{key} begins with it too. End the prefix with “/” to take only what lies below.")
        said.append(Meaning(Severity.CRITICAL, _("The prefix ends within a name"), text.format(key=found.beside)))
    if found.nodes:
        text = _("{nodes}: they count as gone until they register again.").format(nodes=", ".join(found.nodes))
        said.append(Meaning(Severity.CRITICAL, _("Registered nodes are among them"), text))
    if found.leased:
        title = ngettext("{n} of them hangs on a lease", "{n} of them hang on leases", found.leased)
        text = _("The backup notes them, but an import leaves them out: their process must write them again.")
        said.append(Meaning(Severity.WARN, title.format(n=count(found.leased)), text))
    text = _(
        "In transactions of at most 128 keys, each only as it is in the backup: what others change meanwhile stays."
    )
    said.append(Meaning(Severity.INFO, _("Deleted step by step, after the backup was read back from the disk"), text))
    text = _("etcdctl del --prefix {prefix} would do it at once, without backup and checks.")
    said.append(Meaning(Severity.INFO, _("Not the same as etcdctl"), text.format(prefix=found.name or '""')))
    return said


def plan_import(preview: Preview, name: str, cluster: str, *, equal: bool, backup: Path) -> Plan:
    """Write what the file `name` has and the store has not; `equal`: delete what only the store has.

    Where something is overwritten or deleted, the prefix is backed up first.
    """
    if preview.wrong:
        key, why = preview.wrong[0]
        n = len(preview.wrong)
        text = ngettext("{n} value of the file breaks the rules.", "{n} values of the file break the rules.", n)
        hint = _("{key}: {why} Correct the file.").format(key=printable(key), why=why)
        raise InvalidInput(text.format(n=count(n)), field="file", hint=hint)
    edits = tuple(preview.edits(equal))
    if not edits:
        raise InvalidInput(_("The store holds all of the file already."), field="file", hint=_("Nothing to do."))
    added, changed, extra = (len(preview.of(turn)) for turn in (Turn.ADDED, Turn.CHANGED, Turn.REMOVED))
    removed = extra if equal else 0
    risk = Risk.DESTRUCTIVE if removed else Risk.CAUTION if changed else Risk.SAFE
    steps: Sequence[Step] = edit_steps(edits, risk)
    prefix = preview.archive.prefix
    if changed or removed:
        steps = (backup_step(prefix, preview.revision, preview.total, backup, cluster), *steps)
    undo = _("Import {file} and choose “make it equal”.").format(file=backup)
    only_new = _("Nothing is overwritten. Delete the new keys again, or restore the revision before.")
    return Plan(
        title=_("Import {file}").format(file=name),
        cluster=cluster,
        steps=tuple(steps),
        meaning=tuple(_import_meaning(preview, added, changed, removed, extra)),
        undo=undo if changed or removed else only_new,
        confirm=printable(prefix),
        lane=LANE,
        seconds=1.0 + len(edits) / 1500,
        cancel_effect=_("What is written by then stays. Import the file again: it shows what is left."),
        icon="upload",
    )


def _import_meaning(preview: Preview, added: int, changed: int, removed: int, extra: int) -> list[Meaning]:
    said: list[Meaning] = []
    if removed:
        title = ngettext(
            "{n} key that is not in the file is deleted", "{n} keys that are not in the file are deleted", removed
        )
        said.append(Meaning(Severity.CRITICAL, title.format(n=count(removed)), _examples(preview, Turn.REMOVED)))
    if changed:
        title = ngettext("{n} value is overwritten", "{n} values are overwritten", changed)
        said.append(Meaning(Severity.WARN, title.format(n=count(changed)), _examples(preview, Turn.CHANGED)))
    if held := len(preview.held):
        title = ngettext("{n} key is left alone", "{n} keys are left alone", held)
        text = _("In the store they hang on leases: the processes that renew these would lose them.")
        said.append(Meaning(Severity.WARN, title.format(n=count(held)), text))
    if leased := len(preview.archive.leased):
        title = ngettext("{n} key of the file is left out", "{n} keys of the file are left out", leased)
        text = _("They hung on leases when they were exported; without one they would never go away.")
        said.append(Meaning(Severity.INFO, title.format(n=count(leased)), text))
    if added:
        title = ngettext("{n} key is new", "{n} keys are new", added)
        said.append(Meaning(Severity.OK, title.format(n=count(added)), _examples(preview, Turn.ADDED)))
    if extra and not removed:
        title = ngettext("{n} key that is not in the file stays", "{n} keys that are not in the file stay", extra)
        said.append(Meaning(Severity.OK, title.format(n=count(extra)), ""))
    text = _("Each transaction only runs if its keys are still as the preview saw them.")
    return [*said, Meaning(Severity.OK, _("Nothing that others change is overwritten"), text)]


def _examples(preview: Preview, turn: Turn) -> str:
    found = preview.of(turn)
    names = ", ".join(entry.name for entry in found[:EXAMPLES])
    return f"{names} …" if len(found) > EXAMPLES else names
