"""The catalogue of options beside the chosen one, and the changes that are collected until one plan makes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from PySide6.QtWidgets import QCheckBox, QMenu, QWidget

from nasclustergui.core.errors import NasError
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Plan
from nasclustergui.core.units import count
from nasclustergui.subsystems.gluster.features import Pool
from nasclustergui.subsystems.gluster.features.options.model import POOL, Option, Options, Profile
from nasclustergui.subsystems.gluster.features.options.plans import plan_op_version, plan_options, plan_reset_all
from nasclustergui.subsystems.gluster.features.options.read import read_options, read_profiles
from nasclustergui.subsystems.gluster.model import GlusterState, Volume
from nasclustergui.subsystems.gluster.page.desk import Desk
from nasclustergui.subsystems.gluster.page.section import Section, View
from nasclustergui.subsystems.gluster.page.sections.options.card import OptionCard
from nasclustergui.subsystems.gluster.page.sections.options.edits import Edits
from nasclustergui.subsystems.gluster.page.sections.options.rows import (
    GROUP,
    change_rows,
    change_tree,
    option_rows,
    option_tree,
)
from nasclustergui.ui.errors import present
from nasclustergui.ui.parts import ElidedLabel, Line, Panel, SearchField, Stack, box, button, col, label, row


@dataclass(frozen=True)
class Found:
    """What was read. `given`: the set options at that moment, to notice that they changed since."""

    options: Options
    profiles: tuple[Profile, ...]
    given: Mapping[str, str]


class OptionsSection(Section):
    """Options of one volume.

    Attributes:
        edits: collected changes. found: newest reading, None before the first.
    """

    of_pool = False

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.edits = Edits()
        self.found: Found | None = None
        self._custom: dict[str, Option] = {}
        self._job: Job | None = None
        self._again = False
        self._shown: object = None
        self._make_list()
        self.card = OptionCard()
        self._make_changes()
        side = col((self.card, 3), (self.changes_card, 2), gap=12)
        self.place = Stack(
            box(row((box(self._list), 3), (box(side), 2), gap=12, margins=(12, 8, 12, 4))), _("Reading options…")
        )
        self.setLayout(col(self.place, gap=0))
        self._connect()
        self.setFocusProxy(self.search)
        self._show()

    # ---- building

    def _make_list(self) -> None:
        self.search = SearchField(_("Search names and help"), 230)
        self.only_set = QCheckBox(_("Only changed"))
        self.only_set.setToolTip(_("Options that somebody or gluster itself has given a value"))
        self.profiles_button = button(_("Profiles"), icon="sliders-horizontal", small=True, menu=True)
        self._menu = QMenu(self.profiles_button)
        self._menu.setToolTipsVisible(True)
        self.profiles_button.setMenu(self._menu)
        self.reset_all = button(_("Reset all…"), "caution", "undo-2", small=True, on_click=self.propose_reset_all)
        self.profiles_button.setVisible(not self.of_pool)
        self.reset_all.setVisible(not self.of_pool)
        self.tree = option_tree()
        self._custom_button = button(_("Set it all the same"), icon="plus", on_click=self._on_custom)
        self.list_place = Stack(self.tree, "")
        tools = row(self.search, self.only_set, None, self.profiles_button, self.reset_all, gap=8)
        self._list = col(tools, (Panel(col((self.list_place, 1), margins=(1, 1, 1, 8))), 1), gap=8)

    def _make_changes(self) -> None:
        self.changes = change_tree()
        self._count = label(_("No changes noted"), "strong")
        self._note = label("", "caption", "warn", wrap=True)
        self._source = ElidedLabel("", "caption", "text3", middle=True)
        self.take_out = button(_("Take out"), "quiet", "x", small=True, on_click=self._on_take_out)
        self.discard = button(_("Discard all"), "quiet", small=True, on_click=self._on_discard)
        self.review_button = button(_("Review plan…"), "primary", "list-checks", small=True, on_click=self.review)
        foot = row(self.take_out, self.discard, None, self.review_button, gap=4, margins=(8, 6, 10, 6))
        head = col(self._count, self._source, self._note, gap=2, margins=(14, 10, 14, 6))
        self.changes_card = Panel(col(head, Line(), (self.changes, 1), Line(), foot, gap=0, margins=(1, 1, 1, 1)))

    def _connect(self) -> None:
        self.place.retry.connect(self.read)
        self.place.stop.connect(self._stop)
        self.search.textChanged.connect(lambda _text: self._show())
        self.search.leave_down.connect(self.tree.setFocus)
        self.only_set.toggled.connect(lambda _on: self._show())
        self.tree.row_changed.connect(lambda _key: self._show_card())
        self.tree.row_activated.connect(self._on_activated)
        self.tree.delete_requested.connect(self._on_delete)
        self.card.put.connect(self.put)
        self.card.raised.connect(self._raise_version)
        self.changes.row_changed.connect(lambda _key: self._show_buttons())
        self.changes.row_activated.connect(self.choose)
        self.changes.delete_requested.connect(self._drop)
        self.desk.changed.connect(self._on_changed)

    # ---- what the page calls

    def set_view(self, view: View) -> None:
        """Newer set options of a volume come with every poll; the rest is read anew where they differ."""
        super().set_view(view)
        self.edits.settle(self.given())
        if self.isVisible() and self.found is not None and not self.of_pool and self.given() != self.found.given:
            self.read()
        self._show()

    def select(self, what: str) -> None:
        """The name of an option."""
        self.choose(what)

    def enter(self) -> None:
        """Read what isn't there or is old."""
        if self.found is None or self._again or (not self.of_pool and self.given() != self.found.given):
            self.read()

    def leave(self) -> None:
        """What is being read may come."""

    # ---- reading

    @property
    def scope(self) -> str:
        """The volume's name, or POOL."""
        volume = self._volume()
        return POOL if self.of_pool else volume.name if volume is not None else ""

    def given(self) -> Mapping[str, str]:
        """What is set, as far as is known."""
        volume = self._volume()
        if self.of_pool:
            return {o.name: o.value for o in self.found.options if o.is_set} if self.found is not None else {}
        return volume.options if volume is not None else {}

    def read(self) -> None:
        """Read now; if a reading is under way, once more after it."""
        scope, given = self.scope, dict(self.given())
        if not scope:
            return
        if self._job is not None:
            self._again = True
            return
        self._again = False
        self.place.show_loading()

        def work(pool: Pool, job: Job) -> Found:
            options = read_options(pool, scope, given, job)
            return Found(options, () if self.of_pool else read_profiles(pool, job), given)

        self._job = Job("options")  # taken until an answer comes, which may be at once
        job = self.desk.read(self, work, self._on_found, self._on_failed)
        self._job = job if self._job is not None else None

    def _on_found(self, found: Found) -> None:
        self._job = None
        self.found = found
        self.place.show_content()
        self.edits.settle(self.given())
        self._fill_menu(found.profiles)
        self._show()
        if self._again:
            self.read()

    def _on_failed(self, error: NasError) -> None:
        self._job, self._again = None, True  # at the next sight
        self.place.show_failed(error, self.found.options.read_at if self.found is not None else None)

    def _stop(self) -> None:
        if self._job is not None:
            self._job.cancel()
        self._job, self._again = None, True
        self.place.show_failed(NasError(_("The options were not read.")))

    def _on_changed(self) -> None:
        self._again = True
        if self.isVisible():
            self.read()

    # ---- showing

    def options(self) -> dict[str, Option]:
        """All there are: as read, with what is set now, and those that a person named."""
        if self.found is None:
            return {}
        found = {**self.found.options.by_name, **self._custom}
        if self.of_pool:
            return found
        return {name: _now(option, self.given()) for name, option in found.items()}

    def _show(self) -> None:
        view = self.view
        key = (self.found, self.edits.version, self.search.text(), self.only_set.isChecked(), dict(self.given()), view)
        if key == self._shown or self.found is None:
            self._show_buttons()
            return
        self._shown = key
        text, only = self.search.text(), self.only_set.isChecked()
        rows = option_rows(self.options().values(), self.edits, text, only, self.of_pool)
        self.tree.update_rows(rows)
        if text.strip() or only:
            self.tree.expandAll()
        self._show_place(bool(rows))
        self.changes.update_rows(change_rows(self.edits, self.edits.overtaken(self.given())))
        self._show_card()
        self._show_buttons()

    def _show_place(self, there: bool) -> None:
        if there:
            self.list_place.show_content()
            return
        name = self._typed_name()
        text = _("Gluster's list has no such option.") if name else _("Try another word, or show all options.")
        self.list_place.show_empty("search", _("No option matches"), text, [self._custom_button])
        self._custom_button.setVisible(bool(name))
        if name:
            self._custom_button.set_text(_("Set “{name}” all the same").format(name=name))

    def _typed_name(self) -> str:
        text = self.search.text().strip()
        plain = "." in text.strip(".") and " " not in text and text.isascii() and text.isprintable()
        return text if plain else ""

    def _show_card(self) -> None:
        key = self.tree.current_key()
        option = self.options().get(key)
        state = self.view.state if self.view is not None else GlusterState()
        self.card.show_option(option, self.edits.get(key), self._volume(), state)

    def _show_buttons(self) -> None:
        n = len(self.edits)
        text = ngettext("{n} change noted", "{n} changes noted", n).format(n=count(n))
        self._count.set_text(text if n else _("No changes noted"))
        self._source.setVisible(bool(self._source.text()))
        theirs = len(self.edits.overtaken(self.given()))
        note = ngettext(
            "{n} of these options was changed by somebody else meanwhile.",
            "{n} of these options were changed by somebody else meanwhile.",
            theirs,
        ).format(n=count(theirs))
        self._note.set_text(note if theirs else "")
        self._note.setVisible(bool(theirs))
        unreadable = self.view.unreadable if self.view is not None else ""
        self.review_button.set_enabled(bool(n) and not unreadable, unreadable or _("Note a change first."))
        self.discard.set_enabled(bool(n), _("Nothing is noted."))
        self.take_out.set_enabled(bool(self.changes.current_key()) and bool(n), _("Choose a change."))
        self.reset_all.set_enabled(not unreadable and self.found is not None, unreadable)

    def _fill_menu(self, profiles: tuple[Profile, ...]) -> None:
        self._menu.clear()
        for profile in profiles:
            entry = self._menu.addAction(profile.title, partial(self.use_profile, profile))
            entry.setToolTip(_("From {source}").format(source=profile.source))

    # ---- acting

    def choose(self, name: str) -> None:
        """Show this option, whatever is filtered."""
        if not self.tree.select_key(name):
            self.search.clear()
            self.only_set.setChecked(False)
            self.tree.select_key(name)

    def put(self, name: str, wanted: str | None) -> None:
        """Note a change."""
        self.edits.put(name, wanted, self.given().get(name))
        self._show()

    def use_profile(self, profile: Profile) -> None:
        """Note what the profile changes; nothing is set before the plan is agreed to."""
        given = self.given()
        todo = {name: value for name, value in profile.values.items() if given.get(name) != value}
        for name, value in todo.items():
            self.edits.put(name, value, given.get(name))
        text = _("{profile}, from {source}") if todo else _("{profile} ({source}): all is as it should be")
        self._source.set_text(text.format(profile=profile.title, source=profile.source))
        self._show()

    def review(self) -> None:
        """The plan of all noted changes."""
        if self.view is None or self.found is None or not len(self.edits):
            return
        options = Options(self.scope, self.options(), self.found.options.read_at)
        volume = self._volume()
        wanted = self.edits.wanted()
        self._propose(lambda state: plan_options(volume, wanted, options, state, self.desk.cluster))

    def propose_reset_all(self) -> None:
        """The plan that resets all."""
        volume, found = self._volume(), self.found
        if volume is not None and found is not None:
            self._propose(lambda state: plan_reset_all(volume, found.options, state, self.desk.cluster))

    def _raise_version(self, wanted: str) -> None:
        found = self.found
        if found is not None:
            self._propose(lambda state: plan_op_version(wanted, found.options, state, self.desk.cluster))

    def _propose(self, make: Callable[[GlusterState], Plan]) -> None:
        assert self.view is not None
        try:
            plan = make(self.view.state)
        except NasError as error:
            present(self.window(), error)
        else:
            self.plan_proposed.emit(plan)

    def _on_custom(self) -> None:
        name = self._typed_name()
        if name:
            self._custom[name] = Option(name)
            self._shown = None
            self._show()
            self.choose(name)

    def _on_activated(self, key: str) -> None:
        if key.startswith(GROUP):
            index = self.tree.currentIndex().siblingAtColumn(0)
            self.tree.setExpanded(index, not self.tree.isExpanded(index))
        else:
            self.card.editor.setFocus()

    def _on_delete(self, key: str) -> None:
        """Del on an option: back to its default."""
        option = self.options().get(key)
        if option is not None and option.is_set and not option.is_user:
            self.put(key, None)

    def _drop(self, name: str) -> None:
        self.edits.drop(name)
        self._show()

    def _on_take_out(self) -> None:
        self._drop(self.changes.current_key())

    def _on_discard(self) -> None:
        self.edits.clear()
        self._source.set_text("")
        self._show()

    def _volume(self) -> Volume | None:
        return self.view.volume if self.view is not None else None


class PoolOptionsSection(OptionsSection):
    """Options of the whole pool, and its op-version."""

    of_pool = True


def _now(option: Option, given: Mapping[str, str]) -> Option:
    """The option as the newest state has it: set options come with every poll."""
    value = given.get(option.name)
    if option.is_set == (value is not None) and (value is None or value == option.value):
        return option
    shown = value if value is not None else option.default or ""
    return Option(option.name, shown, option.default, value is not None, option.description)
