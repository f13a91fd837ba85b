"""The plan that removes corrupted copies and lets gluster rebuild them from good ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nasclustergui.core.command import Command
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.plan import Meaning, Plan, Risk, Step
from nasclustergui.subsystems.gluster import commands
from nasclustergui.subsystems.gluster.features.bitrot.copies import set_of, why_not_healed, words
from nasclustergui.subsystems.gluster.features.bitrot.model import Corrupted, FileCopy, Worth
from nasclustergui.subsystems.gluster.model import Brick, GlusterState, Volume, VolumeStatus
from nasclustergui.subsystems.gluster.plans.steps import DRIVER, chosen_node, lane

# The copy is removed with all its names, so that the heal makes it anew; only while it is marked as corrupted.
REMOVE = r"""set -e
brick=$1 gfid=$2 path=$3
rest=${gfid#??}
handle=$brick/.glusterfs/${gfid%"$rest"}/${rest%"${rest#??}"}/$gfid
getfattr -n trusted.bit-rot.bad-file "$handle" >/dev/null
[ "$(stat -c %d:%i "$handle")" = "$(stat -c %d:%i "$brick$path")" ]
rm -- "$brick$path"
if [ "$(stat -c %h "$handle")" -gt 1 ]; then
    find "$brick" -xdev -path "$brick/.glusterfs" -prune -o -samefile "$handle" -exec rm -- {} +
fi
rm -- "$handle" """

# Looked up through the volume, the missing copy is noticed, and the file leaves the list of the scrubber. All names of
# it, as a good brick has them: only names that were looked up come back.
LOOK_UP = r"""set -e
volume=$1 brick=$2 gfid=$3 path=$4
rest=${gfid#??}
handle=$brick/.glusterfs/${gfid%"$rest"}/${rest%"${rest#??}"}/$gfid
point=$(mktemp -d)
mount -t glusterfs "localhost:/$volume" "$point"
status=0
if [ "$(stat -c %h "$handle")" -gt 2 ]; then
    find "$brick" -xdev -path "$brick/.glusterfs" -prune -o -samefile "$handle" -printf './%P\0' |
        (cd "$point" && xargs -0 stat -- >/dev/null) || status=1
else
    stat -- "$point$path" >/dev/null || status=1
fi
umount "$point" || umount -l "$point"
rmdir "$point"
exit $status"""


def plan_heal_corrupted(
    volume: Volume,
    found: Sequence[Corrupted],
    copies: Mapping[str, Sequence[FileCopy]],
    state: GlusterState,
    cluster: str,
) -> Plan:
    """Heal corrupted files of one volume. `copies`: gfid and brick ("gfid@brick") → what `read_copies` gave.

    Raises InvalidInput for a file of which no good copy is proven, or whose path is not known.
    """
    if not found:
        raise InvalidInput(_("No file is marked as corrupted."))
    if volume.status is not VolumeStatus.STARTED:
        raise InvalidInput(_("Volume {volume} is not started.").format(volume=volume.name))
    _check_bricks(volume, found)
    for one in found:
        _check_one(volume, one, copies.get(one.key, ()))
    rebuilt = tuple(
        step for one in found for step in (_remove_step(volume, one), _look_step(volume, one, copies[one.key]))
    )
    n = len(found)
    title = ngettext("Heal {n} corrupted file of {volume}", "Heal {n} corrupted files of {volume}", n)
    return Plan(
        title=title.format(n=n, volume=volume.name),
        cluster=cluster,
        steps=(*rebuilt, _heal_step(volume, found, state)),
        meaning=_meaning(found, copies),
        undo=_("The removed copies cannot be brought back; they were corrupted."),
        confirm=volume.name,
        lane=lane(volume.name, "heal"),
        seconds=10.0 + 2.0 * n,
        cancel_effect=_("Copies that were removed are rebuilt by the next heal."),
        icon="heart-pulse",
    )


def brick_of(volume: Volume, one: Corrupted) -> Brick:
    """The brick it lies on. Raises InvalidInput where it is none of the volume's, or its node is not known."""
    brick = next((b for b in volume.bricks if b.name == one.brick), None)
    if brick is None or not brick.node:
        raise InvalidInput(
            _("{brick} is not on a node of this profile.").format(brick=one.brick),
            hint=_("Add its node to the profile."),
        )
    return brick


def _check_bricks(volume: Volume, found: Sequence[Corrupted]) -> None:
    names = {b.name for one in found for b in set_of(volume, one.brick)}
    down = [b.name for b in volume.bricks if b.name in names and b.online is False]
    if down:
        raise InvalidInput(
            _("Bricks of the set are down: {bricks}.").format(bricks=", ".join(down)),
            hint=_("Nothing is removed while a copy is missing. Bring them back first."),
        )


def _check_one(volume: Volume, one: Corrupted, copies: Sequence[FileCopy]) -> None:
    brick_of(volume, one)
    if not one.path:
        raise InvalidInput(
            _("The path of {file} on {brick} is not known.").format(file=one.shown, brick=one.brick),
            hint=_("Without it the heal could not be checked."),
        )
    if why := why_not_healed(volume, one.brick, copies):
        raise InvalidInput(
            _("{file} on {brick} is not removed. {why}").format(file=one.shown, brick=one.brick, why=why),
            hint=_("Nothing was changed."),
        )


def _remove_step(volume: Volume, one: Corrupted) -> Step:
    brick = brick_of(volume, one)
    return Step(
        title=_("Remove the corrupted copy of {file} from {brick}").format(file=one.shown, brick=one.brick),
        node=brick.node,
        command=Command(("sh", "-c", REMOVE, "sh", brick.path, one.gfid, one.path)),
        driver=DRIVER,
        risk=Risk.DESTRUCTIVE,
        undo_text=_("No undo"),
        check="volume_started same_volume bitrot_good_copies",
        args={"volume": volume.name, "id": volume.uuid, "brick": one.brick, "gfid": one.gfid, "path": one.path},
    )


def _look_step(volume: Volume, one: Corrupted, copies: Sequence[FileCopy]) -> Step:
    good = {copy.brick for copy in copies if copy.worth in (Worth.PROVEN, Worth.UNSIGNED)}
    brick = next(b for b in volume.bricks if b.name in good and b.node)
    words = (volume.name, brick.path, one.gfid, one.path)
    return Step(
        title=_("Look {file} up through volume {volume}").format(file=one.shown, volume=volume.name),
        node=brick.node,
        command=Command(("sh", "-c", LOOK_UP, "sh", *words), timeout=600.0),
        driver=DRIVER,
        undo_text=_("Nothing to undo"),
        check="volume_started",
        args={"volume": volume.name},
    )


def _heal_step(volume: Volume, found: Sequence[Corrupted], state: GlusterState) -> Step:
    listed = "\n".join(one.key for one in found)
    return Step(
        title=_("Heal {volume}").format(volume=volume.name),
        node=chosen_node(state),
        command=commands.volume_heal(volume.name),
        driver=DRIVER,
        undo_text=_("Nothing to undo"),
        check="volume_started",
        follow="bitrot_healed",
        args={"volume": volume.name, "files": listed},
    )


def _meaning(found: Sequence[Corrupted], copies: Mapping[str, Sequence[FileCopy]]) -> tuple[Meaning, ...]:
    said = [
        Meaning(
            Severity.WARN,
            _("The corrupted copies are deleted on their bricks, with all their names"),
            _("They are looked at once more right before: only copies that are still marked, with a proven good one."),
        )
    ]
    for one in found[:6]:
        others = [copy for copy in copies.get(one.key, ()) if copy.brick != one.brick]
        text = "; ".join(f"{copy.brick}: {words(copy)}" for copy in others)
        said.append(
            Meaning(Severity.INFO, _("{file}: corrupted on {brick}").format(file=one.path, brick=one.brick), text)
        )
    if len(found) > 6:
        said.append(Meaning(Severity.INFO, _("and {n} more files").format(n=len(found) - 6)))
    said.append(Meaning(Severity.OK, _("Clients read and write the files meanwhile, from the good copies")))
    return tuple(said)
