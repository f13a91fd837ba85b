"""`etcdctl member …` and `etcdctl move-leader`: who belongs to etcd and who leads it."""

from __future__ import annotations

from collections.abc import Sequence

from nasclustergui.core.command import DEFAULT_TIMEOUT, Command
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.i18n import _

# The number of a member that is yet to be added is not known when a plan is made, but its peer URL is: no two members
# share one. The URL arrives as $0.
_FOUND = '"$(etcdctl member list | grep -F ", $0, " | cut -d, -f1)"'
PROMOTE_AT = f"etcdctl member promote {_FOUND}"
REMOVE_AT = f"etcdctl member remove {_FOUND}"


def etcdctl(*words: str, timeout: float | None = DEFAULT_TIMEOUT) -> Command:
    """An `etcdctl` command line of this workstation."""
    return Command(("etcdctl", *words), timeout=timeout, root=False)


def number(member_id: int) -> str:
    """A member's number as etcdctl writes it."""
    return f"{member_id:x}"


def parse_number(text: str) -> int:
    """The number of "8e9e05c52164694d". Raises InvalidInput."""
    try:
        found = int(text, 16)
    except ValueError as error:
        raise InvalidInput(_("“{text}” is not the number of an etcd member.").format(text=text)) from error
    if not 0 < found < 1 << 64:
        raise InvalidInput(_("“{text}” is not the number of an etcd member.").format(text=text))
    return found


def member_add(name: str, peer_urls: Sequence[str], *, learner: bool) -> Command:
    """Announce a member before it is started. etcd itself keeps no name for it: it tells its own when it starts."""
    flags = ("--learner",) if learner else ()
    return etcdctl("member", "add", name, f"--peer-urls={','.join(peer_urls)}", *flags)


def member_remove(member_id: int) -> Command:
    """Take a member out."""
    return etcdctl("member", "remove", number(member_id))


def member_promote(member_id: int) -> Command:
    """Give a learner a vote."""
    return etcdctl("member", "promote", number(member_id))


def member_update(member_id: int, peer_urls: Sequence[str]) -> Command:
    """Tell the others where a member listens for them from now on."""
    return etcdctl("member", "update", number(member_id), f"--peer-urls={','.join(peer_urls)}")


def move_leader(member_id: int) -> Command:
    """Let that member lead; etcdctl finds the leader among its endpoints."""
    return etcdctl("move-leader", number(member_id))


def member_promote_at(peer_url: str) -> Command:
    """Give the learner with that peer URL a vote, for plans that add it first."""
    return Command(("sh", "-c", PROMOTE_AT, peer_url), timeout=DEFAULT_TIMEOUT, root=False)


def member_remove_at(peer_url: str) -> Command:
    """Take out the member with that peer URL, for undoing an addition."""
    return Command(("sh", "-c", REMOVE_AT, peer_url), timeout=DEFAULT_TIMEOUT, root=False)
