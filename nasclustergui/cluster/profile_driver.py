"""Runs the steps of plans that change the cluster's profile on this workstation: `nasclustergui profile …`."""

from __future__ import annotations

from collections.abc import Callable

from nasclustergui.core.command import Command, Result
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Step
from nasclustergui.core.profile import Profile
from nasclustergui.core.profile_changes import with_endpoint, with_role, without_endpoint, without_node

Change = Callable[[Profile], Profile]


class ProfileDriver:
    """See `remote.driver.Driver`."""

    asks_from_here = True

    def __init__(self, change: Callable[[Change], None]) -> None:
        """`change` applies a change to the profile in use and to its file; it may raise InvalidInput."""
        self._change = change

    def check(self, step: Step, job: Job) -> None:
        """Nothing to check: each change says what is to be, not what was."""

    def run(self, node: str, command: Command, job: Job) -> Result:
        """Do what the words say."""
        self._change(change_of(command.argv[2:]))
        return Result(0, "")

    def follow(self, step: Step, job: Job) -> None:
        """Done at once."""


def change_of(words: tuple[str, ...]) -> Change:
    """What the words after `nasclustergui profile` do. Raises InvalidInput."""
    match words:
        case ("endpoint", "add", url):
            return lambda profile: with_endpoint(profile, url)
        case ("endpoint", "remove", url):
            return lambda profile: without_endpoint(profile, url)
        case ("role", node, role):
            return lambda profile: with_role(profile, node, role)
        case ("node", "remove", node):
            return lambda profile: without_node(profile, node)
    raise InvalidInput(_("Nobody here can run “{command}”.").format(command=" ".join(words)))
