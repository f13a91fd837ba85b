"""Commands that talk to the cluster: `status` and `gluster volume …`.

They are used in loops and over slow lines, so the order counts: connect first, load the rest meanwhile.
"""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from nasclustergui.cli.exit_codes import Exit
from nasclustergui.cli.passwords import GivenPassword, first_line
from nasclustergui.cli.terminal import ask_secret
from nasclustergui.cli.working import work
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.profile import Profile
from nasclustergui.remote import inventory
from nasclustergui.remote.secrets import SecretStore, StoredCredentials
from nasclustergui.remote.ssh_nodes import SshNodes

if TYPE_CHECKING:
    from nasclustergui.cluster.session import Session

# Seconds. While one thread loads modules, the others' SSH handshakes get their turn ten times sooner than by default.
SWITCH_INTERVAL = 0.0005


def chosen_file(name: str) -> Path:
    """The file of the profile that --cluster names; without it the only one there is. Raises InvalidInput."""
    if name:
        return inventory.find(name)
    stored = inventory.listing()
    if len(stored) == 1:
        return stored[0].path
    names = ", ".join(s.profile.name for s in stored if s.profile)
    raise InvalidInput(
        _("Which cluster?"),
        field="cluster",
        hint=_("Add --cluster with a name ({names}) or a profile's file.").format(names=names)
        if names
        else _("Add --cluster with a profile's file."),
    )


def as_other(profile: Profile, credentials: StoredCredentials, options: Namespace) -> tuple[Profile, StoredCredentials]:
    """With --as: all of etcd is asked as that user. Raises InvalidInput for a password file that can't be read."""
    user, file = getattr(options, "as_user", ""), getattr(options, "as_password_file", "")
    if not user:
        if file:
            raise InvalidInput(_("--as-password-file goes with --as USER."), field="as-password-file")
        return profile, credentials
    if file:
        credentials = GivenPassword(user, first_line(file), credentials)
    return replace(profile, etcd=replace(profile.etcd, user=user)), credentials


@contextmanager
def opened(options: Namespace) -> Iterator[Session]:
    """A session with the chosen cluster, already connecting; closed at the end whatever happens."""
    file = chosen_file(options.cluster)
    profile = inventory.load(file)
    credentials = StoredCredentials(SecretStore(), ask_secret)
    profile, credentials = as_other(profile, credentials, options)
    nodes = SshNodes(profile, credentials)
    try:
        sys.setswitchinterval(SWITCH_INTERVAL)
        for module in ("lean_paramiko", "ssh_connect"):  # first, or they would share the time with all the others
            import_module(f"nasclustergui.remote.{module}")
        nodes.connect_all()
        from nasclustergui.cluster.session import Session

        session = Session(profile, credentials, nodes=nodes)
        session.file = file
    except BaseException:
        nodes.close()
        raise
    try:
        yield session
    finally:
        session.close()


def status(options: Namespace) -> Exit:
    """`status`: one reading of everything."""
    with opened(options) as session:
        from nasclustergui.cli.status import show_status

        state = work(Job("status", quiet=True), session.read_all)
        return show_status(state, as_json=options.json)


def subject(options: Namespace) -> int:
    """`etcd …`, `node …`: whatever the subject's module does; its status, or that of a command that it ran."""
    with opened(options) as session:
        module, _colon, function = options.handler.partition(":")
        found = import_module(f"nasclustergui.cli.{module}")
        return int(getattr(found, function)(session, options))


def gluster(options: Namespace) -> Exit:
    """`gluster …`: looks at the pool, or plans a change and carries it out."""
    with opened(options) as session:
        handler = getattr(options, "handler", "")
        if handler:
            module, _colon, function = handler.partition(":")
            found = import_module(f"nasclustergui.cli.gluster_features.{module}")
            return Exit(getattr(found, function)(session, options))
        from nasclustergui.cli import gluster as volumes

        return volumes.run(session, options)
