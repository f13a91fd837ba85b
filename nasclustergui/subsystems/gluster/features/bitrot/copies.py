"""All copies of a file, each looked at on its own node: what it contains, what was signed, what it is worth."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from nasclustergui.core.command import Command, Result
from nasclustergui.core.errors import NasError, UnexpectedOutput
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.subsystems.gluster.features.bitrot.model import FileCopy, Worth
from nasclustergui.subsystems.gluster.features.pool import Pool
from nasclustergui.subsystems.gluster.model import Brick, Volume, VolumeType
from nasclustergui.subsystems.gluster.parallel import gather

READ_SECONDS = 1800.0  # the whole file is read

# One line: missing | marked|plain SIZE SHA256 SIGNATURE (hex of the attribute, "-" for none)
SCRIPT = """brick=$1 gfid=$2
[ -d "$brick/.glusterfs" ] || { echo "there is no brick at $brick" >&2; exit 2; }
rest=${gfid#??}
file=$brick/.glusterfs/${gfid%"$rest"}/${rest%"${rest#??}"}/$gfid
[ -f "$file" ] || { echo missing; exit 0; }
mark=plain
getfattr -n trusted.bit-rot.bad-file "$file" >/dev/null 2>&1 && mark=marked
signature=$(getfattr --absolute-names -e hex -n trusted.bit-rot.signature "$file" 2>/dev/null | sed -n 's/^.*=0x//p')
size=$(stat -c %s "$file") || exit 3
sum=$(sha256sum < "$file") || exit 4
echo "$mark $size ${sum%% *} ${signature:--}" """


def look(path: str, gfid: str) -> Command:
    """The copy below this brick, asked on its node. Read by `parse_copy`."""
    return Command(("sh", "-c", SCRIPT, "sh", path, gfid), timeout=READ_SECONDS)


def parse_copy(brick: str, result: Result) -> FileCopy:
    """Raises UnexpectedOutput where the answer is not whole."""
    words = result.stdout.split()
    if result.status == 0 and words == ["missing"]:
        return FileCopy(brick, Worth.MISSING)
    if result.status or len(words) != 4 or words[0] not in ("marked", "plain") or not words[1].isdigit():
        raise UnexpectedOutput(
            _("{brick}: the copy cannot be read").format(brick=brick), details=result.stdout + result.stderr
        )
    mark, size, checksum, signature = words
    signed = signed_checksum(signature)
    worth = Worth.UNSIGNED
    if mark == "marked" or (signed and signed != checksum):
        worth = Worth.CORRUPT
    elif signed:
        worth = Worth.PROVEN
    return FileCopy(brick, worth, int(size), checksum, signed, mark == "marked")


def signed_checksum(signature: str) -> str:
    """The SHA-256 in `trusted.bit-rot.signature`: a byte for its kind, eight for the version, then the sum (10.3)."""
    return signature[18:] if len(signature) == 2 * (1 + 8 + 32) and signature.startswith("01") else ""


def set_of(volume: Volume, brick: str) -> tuple[Brick, ...]:
    """The set that the brick belongs to, empty if it is none of the volume's."""
    return next((group for group in volume.sets if any(b.name == brick for b in group)), ())


def read_copies(pool: Pool, volume: Volume, brick: str, gfid: str, job: Job) -> tuple[FileCopy, ...]:
    """The file on every brick of the set, in its order; arbiters hold no content and are left out. All at once."""
    group = [b for b in set_of(volume, brick) if not b.arbiter]
    answers = gather({b.name: partial(_of_brick, pool, b, gfid, job) for b in group})
    return tuple(
        FileCopy(name, Worth.UNKNOWN, why=str(answer)) if isinstance(answer, NasError) else answer
        for name, answer in answers.items()
    )


def _of_brick(pool: Pool, brick: Brick, gfid: str, job: Job) -> FileCopy:
    if not brick.node:
        return FileCopy(brick.name, Worth.UNKNOWN, why=_("its node is not in the profile"))
    return parse_copy(brick.name, pool.on_node(brick.node, look(brick.path, gfid), job))


def why_not_healed(volume: Volume, brick: str, copies: Sequence[FileCopy]) -> str:
    """Why the copy on this brick must not be removed, one sentence; "" if the others can heal it."""
    mine = next((copy for copy in copies if copy.brick == brick), None)
    others = [copy for copy in copies if copy.brick != brick]
    if mine is None or mine.worth is not Worth.CORRUPT:
        return _("The copy on {brick} is not marked as corrupted.").format(brick=brick)
    if volume.type is VolumeType.DISTRIBUTE or not others:
        return _("It is the only copy: the volume keeps no second one. Restore the file from a backup.")
    unknown = [copy.brick for copy in others if copy.worth is Worth.UNKNOWN]
    if unknown:
        return _("Copies cannot be looked at: {bricks}.").format(bricks=", ".join(unknown))
    if volume.disperse:
        return _why_not_dispersed(volume, others)
    bad = [copy.brick for copy in others if copy.worth is Worth.CORRUPT]
    there = [copy for copy in others if copy.worth in (Worth.PROVEN, Worth.UNSIGNED)]
    if not there:
        return _("No other copy is good: {bricks}.").format(bricks=", ".join(bad) or _("none is there"))
    if len({copy.checksum for copy in there}) > 1:
        listed = "; ".join(f"{copy.brick}: {words(copy)}" for copy in there)
        return _("The other copies differ from each other, gluster could heal from the wrong one ({copies}).").format(
            copies=listed
        )
    if not _proven(mine, there):
        return _("Nothing proves the other copy: it was never signed, and no second one agrees with it.")
    return ""


def _proven(mine: FileCopy, there: Sequence[FileCopy]) -> bool:
    """Signed content, content as it was signed on the corrupted brick, or two that agree."""
    return any(copy.worth is Worth.PROVEN or (mine.signed and copy.checksum == mine.signed) for copy in there) or (
        len(there) > 1
    )


def _why_not_dispersed(volume: Volume, others: Sequence[FileCopy]) -> str:
    needed = volume.disperse - volume.redundancy
    good = sum(copy.worth is Worth.PROVEN for copy in others)
    if good >= needed:
        return ""
    text = _("Only {good} other parts of the file are proven good, {needed} are needed to rebuild this one.")
    return text.format(good=good, needed=needed)


def words(copy: FileCopy) -> str:
    """What a copy is worth, a few words."""
    return {
        Worth.PROVEN: _("good, as it was signed"),
        Worth.UNSIGNED: _("not signed"),
        Worth.CORRUPT: _("corrupted"),
        Worth.MISSING: _("not there"),
        Worth.UNKNOWN: _("not known"),
    }[copy.worth]
