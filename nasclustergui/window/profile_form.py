"""A cluster's profile as a form: everything on one page, checked while it is typed."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.profile import Profile
from nasclustergui.ui.parts import Field, Panel, col, row
from nasclustergui.window.profile_form_cluster import ClusterForm
from nasclustergui.window.profile_form_etcd import EtcdForm
from nasclustergui.window.profile_form_login import LoginForm
from nasclustergui.window.profile_form_nodes import NodesForm
from nasclustergui.window.profile_form_words import Missing, problems, sentence

_CARD = (16, 14, 16, 16)


class ProfileForm(QWidget):
    """The parts of the form, together.

    Signals:
        edited: something changed; `problems` is up to date.

    Attributes:
        cluster, nodes, login, etcd: the parts.
        problems: what keeps it from being saved, in the form's order.
    """

    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.cluster, self.nodes, self.login, self.etcd = ClusterForm(), NodesForm(), LoginForm(), EtcdForm()
        self.problems: tuple[InvalidInput, ...] = ()
        self._taken: frozenset[str] = frozenset()
        self._fields: dict[str, Field] = {**self.cluster.fields, **self.login.fields, **self.etcd.fields}
        pair = row((_card(self.login), 1), (_card(self.etcd), 1), gap=12)
        self.setLayout(col(_card(self.cluster), (self.nodes, 1), pair, gap=12, margins=(24, 16, 24, 16)))
        for part in (self.cluster, self.nodes, self.login, self.etcd):
            part.edited.connect(self._check)
        self.etcd.fill_wanted.connect(lambda: self.etcd.fill(self.nodes.nodes()))
        self._check()

    def set_taken(self, names: Collection[str]) -> None:
        """Names of the other clusters."""
        self._taken = frozenset(names)
        self._check()

    def set_profile(self, profile: Profile) -> None:
        """Show a profile's values."""
        self.cluster.set_profile(profile)
        self.nodes.set_nodes(profile.nodes)
        self.login.set_defaults(profile.ssh)
        self.etcd.set_etcd(profile.etcd)

    def profile(self) -> Profile:
        """What the form says, whether it can work or not."""
        name, environment, colour, read_only, location = self.cluster.values()
        nodes, ssh, etcd = self.nodes.nodes(), self.login.defaults(), self.etcd.etcd()
        return Profile(name, nodes, environment, colour, read_only, location, ssh, etcd)

    def first_problem(self) -> str:
        """The first thing that keeps it from being saved, a sentence; "" if nothing does."""
        return sentence(self.problems[0]) if self.problems else ""

    def _check(self) -> None:
        self.problems = problems(self.profile(), self._taken)
        said: dict[str, str] = {}
        for problem in self.problems:
            if not isinstance(problem, Missing):
                said.setdefault(problem.field, sentence(problem))
        for name, field in self._fields.items():
            field.set_invalid(said.get(name, ""))
        self.nodes.show_problems(self.problems)
        self.edited.emit()


def _card(content: QWidget) -> Panel:
    return Panel(col(content, gap=0, margins=_CARD))
