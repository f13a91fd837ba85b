"""`etcdctl lease …`, `lock` and `elect`: what a program holds as long as it lives."""

from __future__ import annotations

from nasclustergui.core.command import DEFAULT_TIMEOUT, Command
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.i18n import _

LOCK_TTL = 60  # seconds, as etcdctl's own
_LONGEST = 9_000_000_000  # seconds; etcd refuses more (lease.MaxLeaseTTL)


def lease_grant(ttl: int) -> Command:
    """A new lease of `ttl` seconds."""
    return _etcdctl("lease", "grant", str(checked_ttl(ttl)))


def lease_revoke(lease: int) -> Command:
    """End it, with all keys that hang on it."""
    return _etcdctl("lease", "revoke", f"{lease:x}")


def lease_keep(lease: int) -> Command:
    """Renew it again and again, as long as the program runs."""
    return _etcdctl("lease", "keep-alive", f"{lease:x}", timeout=None)


def lock(name: str, ttl: int = LOCK_TTL) -> Command:
    """Queue for a lock and hold it as long as the program runs."""
    return _etcdctl("lock", f"--ttl={checked_ttl(ttl)}", checked_name(name), timeout=None)


def elect(name: str, value: str) -> Command:
    """Stand for election with that value, and lead as long as the program runs."""
    if not value:
        raise InvalidInput(_("A candidate needs a value: it is what the others see of the leader."), field="value")
    return _etcdctl("elect", checked_name(name), value, timeout=None)


def checked_ttl(ttl: int) -> int:
    """The seconds, if etcd takes them. Raises InvalidInput."""
    if not 0 < ttl <= _LONGEST:
        raise InvalidInput(_("A lease lives 1 to {n} seconds.").format(n=_LONGEST), field="ttl")
    return ttl


def checked_name(name: str) -> str:
    """The name of a lock or an election, as it is typed for etcdctl too. Raises InvalidInput."""
    if not name.strip() or name.endswith("/") or any(not c.isprintable() for c in name):
        raise InvalidInput(
            _("“{name}” cannot name a lock or an election.").format(name=name.encode("unicode_escape").decode()),
            field="name",
            hint=_("For instance /cluster/locks/backup: without a “/” at the end."),
        )
    if name.startswith("-"):
        raise InvalidInput(_("A name cannot begin with “-”."), field="name")
    return name


def lease_id(text: str) -> int:
    """The number of "694d8a1b2c3d4e5f". Raises InvalidInput."""
    try:
        found = int(text, 16)
    except ValueError:
        found = 0
    if not 0 < found < 1 << 63:
        raise InvalidInput(_("“{text}” is not the number of a lease.").format(text=text), field="lease")
    return found


def _etcdctl(*words: str, timeout: float | None = DEFAULT_TIMEOUT) -> Command:
    return Command(("etcdctl", *words), timeout=timeout, root=False)
