"""Commands that talk to the cluster: `status` and `gluster volume …`."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager

from nasclustergui.cli.exit_codes import Exit
from nasclustergui.cli.status import show_status
from nasclustergui.cli.terminal import ask_secret
from nasclustergui.cli.working import work
from nasclustergui.cluster.session import Session
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.profile import Profile
from nasclustergui.remote import inventory
from nasclustergui.remote.secrets import SecretStore, StoredCredentials


def chosen_profile(name: str) -> Profile:
    """The profile that --cluster names; without it the only one there is. Raises InvalidInput."""
    if name:
        return inventory.load(inventory.find(name))
    stored = inventory.listing()
    if len(stored) == 1:
        return inventory.load(stored[0].path)
    names = ", ".join(s.profile.name for s in stored if s.profile)
    raise InvalidInput(
        _("Which cluster?"),
        field="cluster",
        hint=_("Add --cluster with a name ({names}) or a profile's file.").format(names=names)
        if names
        else _("Add --cluster with a profile's file."),
    )


@contextmanager
def opened(options: Namespace) -> Iterator[Session]:
    """A session with the chosen cluster, closed at the end whatever happens."""
    session = Session(chosen_profile(options.cluster), StoredCredentials(SecretStore(), ask_secret))
    try:
        yield session
    finally:
        session.close()


def status(options: Namespace) -> Exit:
    """`status`: one reading of everything."""
    with opened(options) as session:
        state = work(Job("status", quiet=True), session.read_all)
        return show_status(state, as_json=options.json)


def gluster(options: Namespace) -> Exit:
    """`gluster volume …`: looks at volumes, or plans a change and carries it out."""
    from nasclustergui.cli import gluster as volumes

    with opened(options) as session:
        return volumes.run(session, options)
