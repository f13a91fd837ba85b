"""Bit rot of one volume: the scrubbers of its nodes, what they found, and its guided heal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QWidget

from nasclustergui.core.errors import NasError
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Plan
from nasclustergui.core.units import clock
from nasclustergui.subsystems.gluster.dialogs.bitrot_settings import (
    BitrotSettingsDialog,
    frequency_words,
    throttle_words,
)
from nasclustergui.subsystems.gluster.features import Pool
from nasclustergui.subsystems.gluster.features.bitrot import plans
from nasclustergui.subsystems.gluster.features.bitrot.copies import read_copies, why_not_healed, words
from nasclustergui.subsystems.gluster.features.bitrot.heal import plan_heal_corrupted
from nasclustergui.subsystems.gluster.features.bitrot.model import USUAL_SIGNING, Corrupted, FileCopy, Scrub
from nasclustergui.subsystems.gluster.features.bitrot.read import enabled, read_scrub
from nasclustergui.subsystems.gluster.model import Volume, VolumeStatus
from nasclustergui.subsystems.gluster.page.bitrot_rows import bitrot_rows, bitrot_tree, scrub_said
from nasclustergui.subsystems.gluster.page.desk import SELDOM_MS, Desk
from nasclustergui.subsystems.gluster.page.section import Section, View
from nasclustergui.subsystems.gluster.page.subject_card import Offer, SubjectCard
from nasclustergui.subsystems.gluster.page.words import Said
from nasclustergui.ui import theme
from nasclustergui.ui.errors import present
from nasclustergui.ui.parts import Badge, ElidedLabel, FlowButtons, Row, Stack, box, button, col, row

Copies = Mapping[str, Sequence[FileCopy]]


class BitrotSection(Section):
    """Off: what it is and a button. On: the table, and a card of the chosen file with all its copies."""

    filter_hint = _("Filter nodes and files")

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.scrub: Scrub | None = None
        self.copies: dict[str, Sequence[FileCopy]] = {}
        self.dialog: BitrotSettingsDialog | None = None
        self._failed: dict[str, str] = {}
        self._asking: set[str] = set()
        self._lost = False
        self.tree = bitrot_tree()
        self._make_buttons()
        self._badge = Badge("ok", "")
        self._facts = ElidedLabel("", "caption", "text3")
        heal = Offer("heal", _("Heal this file…"), "heart-pulse", "danger-quiet")
        self.card = SubjectCard((Offer("look", _("Look at the copies again"), "refresh-cw", "quiet"), heal))
        again = button("", "quiet", "refresh-cw", small=True, tip=_("Read now"), on_click=self.read)
        head = row(self._badge, (self._facts, 1), again, self.buttons, gap=8, margins=(12, 8, 12, 6))
        card = row((self.card, 1), margins=(12, 8, 12, 4))
        self.place = Stack(box(col(head, (self.tree, 1), card, gap=0)), _("Asking the scrubbers…"))
        self.setLayout(col(self.place, gap=0))
        self.place.retry.connect(self.read)
        self.tree.row_changed.connect(lambda _key: self._show_card())
        self.tree.set_menu(self._menu)
        self.card.asked.connect(self.act)
        self._poller = desk.poller(self, self._work, SELDOM_MS, "bitrot")
        if self._poller is not None:
            self._poller.state.connect(self._on_scrub)
            self._poller.lost.connect(self._on_lost)
        desk.changed.connect(self._on_changed)
        self.setFocusProxy(self.tree)

    def _make_buttons(self) -> None:
        def make(what: str, text: str, icon: str, kind: str = "normal"):  # type: ignore[no-untyped-def]  # a Button
            return button(text, kind, icon, small=True, on_click=lambda: self.act(what))

        self.enable_button = make("enable", _("Enable…"), "shield-check")
        self.acts = {
            "ondemand": make("ondemand", _("Scrub now…"), "scan-search"),
            "pause": make("pause", _("Pause…"), "pause"),
            "resume": make("resume", _("Resume…"), "play"),
            "settings": make("settings", _("Settings…"), "sliders-horizontal"),
            "disable": make("disable", _("Disable…"), "shield-x", "caution"),
            "heal-all": make("heal-all", _("Heal all…"), "heart-pulse", "danger-quiet"),
        }
        self.buttons = FlowButtons(list(self.acts.values()))

    # ---- what the page calls

    def set_view(self, view: View) -> None:
        """A newer reading; whether detection is on stands in it."""
        before = self._volume()
        super().set_view(view)
        now = self._volume()
        if before is None or now is None or enabled(before) != enabled(now):
            self.read()
        self._show()

    def set_filter(self, text: str) -> None:
        """By any text of a row."""
        self.tree.set_filter(text)

    def enter(self) -> None:
        """Read; not again by itself, since the status holds the volume's lock: another client's command would fail."""
        if self._poller is not None:
            self._poller.start()

    def leave(self) -> None:
        """Poll no more."""
        if self._poller is not None:
            self._poller.stop()

    def read(self) -> None:
        """Read now, if somebody looks."""
        if self._poller is not None:
            self._poller.poke()

    def _on_changed(self) -> None:
        self.copies.clear()
        self._failed.clear()
        self.read()

    # ---- reading

    def _volume(self) -> Volume | None:
        return self.view.volume if self.view is not None else None

    def _work(self, pool: Pool, job: Job) -> Scrub | None:
        volume = self._volume()
        if volume is None or volume.status is not VolumeStatus.STARTED:
            return None
        known = {one.key: one.path for one in self.scrub.corrupted if one.path} if self.scrub is not None else {}
        return read_scrub(pool, volume, job, known)

    def _on_scrub(self, scrub: object) -> None:
        assert scrub is None or isinstance(scrub, Scrub)
        self.scrub, self._lost = scrub, False
        self._show()

    def _on_lost(self, error: NasError) -> None:
        self._lost = True
        self.place.show_failed(error, self._poller.fresh_at if self._poller is not None else None)
        self._show_rows()

    def _look(self, one: Corrupted) -> None:
        """Read all copies of a file, on their nodes: that may take as long as the file is large."""
        volume, what = self._volume(), one.key
        if volume is None or what in self._asking:
            return
        self._asking.add(what)
        self._failed.pop(what, None)

        def done(copies: Sequence[FileCopy]) -> None:
            self._asking.discard(what)
            self.copies[what] = copies
            self._show_card()

        def failed(error: NasError) -> None:
            self._asking.discard(what)
            self._failed[what] = str(error)
            self._show_card()

        self.desk.read(self, lambda pool, job: read_copies(pool, volume, one.brick, one.gfid, job), done, failed)
        self._show_card()

    # ---- showing

    def _show(self) -> None:
        volume = self._volume()
        if volume is None or self._lost:
            return
        why = self.view.unreadable if self.view is not None else ""
        if not enabled(volume):
            text = _(
                "Off. A disk that returns other bytes than were written is not noticed. When it is on, every file is "
                "signed, and a scrubber compares files and signatures from time to time."
            )
            self.place.show_empty("shield-check", _("Bit rot detection"), text, [self.enable_button])
            stopped = "" if volume.status is VolumeStatus.STARTED else _("The volume is stopped.")
            self.enable_button.set_enabled(not (why or stopped), why or stopped)
            return
        if volume.status is not VolumeStatus.STARTED:
            text = _("It is on, but the scrubbers run only while the volume does.")
            self.place.show_empty("shield-check", _("The volume is stopped"), text, [self.enable_button])
            self.enable_button.set_enabled(False, _("It is on."))
        elif self.scrub is None:
            self.place.show_loading()
        else:
            self.place.show_content()
            self._show_rows()

    def _show_rows(self) -> None:
        scrub = self.scrub
        if scrub is None:
            return
        self.tree.update_rows(bitrot_rows(scrub, self._lost))
        said = scrub_said(scrub)
        self._badge.set_state(said.state, said.word, said.state not in ("ok", "stopped"))
        read_at = self._poller.fresh_at if self._poller is not None else None
        read = _("read {time}, not again by itself").format(time=clock(read_at))
        self._facts.set_text(" · ".join((read, *self._fact_words(scrub))))
        why = _("The scrubbers cannot be asked now.") if self._lost else ""
        why = why or (self.view.unreadable if self.view is not None else "")
        running = _("It is scrubbing.") if scrub.running else ""
        self.acts["ondemand"].set_enabled(not (why or running), why or running)
        for what in ("pause", "resume", "settings", "disable", "heal-all"):
            self.acts[what].set_enabled(not why, why)
        self.buttons.set_present(self.acts["pause"], not scrub.paused)
        self.buttons.set_present(self.acts["resume"], scrub.paused)
        self.buttons.set_present(self.acts["heal-all"], len(scrub.corrupted) > 1)
        if self.tree.rows.shown_count() and not self.tree.current_key():
            first = next((one for one in scrub.corrupted), None)
            self.tree.select_key(f"f/{first.gfid}/{first.brick}" if first else f"n/{scrub.nodes[0].node}")
        self._show_card()

    def _fact_words(self, scrub: Scrub) -> list[str]:
        often = frequency_words().get(scrub.frequency, scrub.frequency)
        hard = throttle_words().get(scrub.throttle, scrub.throttle).partition(":")[0]
        facts = [_("Scrubs {often}").format(often=often.lower()), _("load: {hard}").format(hard=hard.lower())]
        facts.append(_("files are signed {n} s after a write").format(n=self._present()["signing-time"]))
        if scrub.running:
            facts.append(_("a run is under way"))
        return facts

    def _show_card(self) -> None:
        chosen = self.tree.current_row()
        one = chosen.data if chosen is not None else None
        volume = self._volume()
        if not isinstance(one, Corrupted) or volume is None:
            self.card.hide()
            return
        what = one.key
        copies = self.copies.get(what)
        if copies is None and what not in self._asking and what not in self._failed:
            self._look(one)
            return
        if copies is None:
            text = self._failed.get(what) or _("Its copies are being read and compared with their signatures…")
            offers = {"look": "", "heal": _("The copies are not known yet.")}
        else:
            text = "\n".join(f"{copy.brick}: {words(copy)}{_detail(copy)}" for copy in copies)
            why = why_not_healed(volume, one.brick, copies)
            offers = {"look": "", "heal": why}
            text += f"\n{why}" if why else ""
        facts = _("on {brick}, gfid {gfid}").format(brick=one.brick, gfid=one.gfid)
        self.card.show_subject(one.shown, Said("critical", _("Corrupted")), facts, text, offers)

    # ---- acting

    def act(self, what: str) -> None:
        """ "enable", "disable", "ondemand", "pause", "resume", "settings", "look", "heal", "heal-all"."""
        volume = self._volume()
        if volume is None or self.view is None:
            return
        chosen = self.tree.current_row()
        one = chosen.data if chosen is not None else None
        try:
            if what == "settings":
                self._settings(volume)
            elif what == "look" and isinstance(one, Corrupted):
                self.copies.pop(one.key, None)
                self._look(one)
            elif what == "heal" and isinstance(one, Corrupted):
                self._heal(volume, [one], self.copies)
            elif what == "heal-all" and self.scrub is not None:
                self._heal_all(volume, self.scrub.corrupted)
            else:
                self.plan_proposed.emit(self._plan(what, volume))
        except NasError as error:
            present(self.window(), error)

    def _plan(self, what: str, volume: Volume) -> Plan:
        assert self.view is not None
        state, cluster = self.view.state, self.desk.cluster
        if what == "enable":
            return plans.plan_enable(volume, state, cluster)
        if what == "disable":
            return plans.plan_disable(volume, state, cluster)
        return plans.plan_scrub(volume, what, state, cluster)

    def _heal(self, volume: Volume, found: Sequence[Corrupted], copies: Copies) -> None:
        assert self.view is not None
        self.plan_proposed.emit(plan_heal_corrupted(volume, found, copies, self.view.state, self.desk.cluster))

    def _heal_all(self, volume: Volume, found: Sequence[Corrupted]) -> None:
        """Look at all copies first."""

        def work(pool: Pool, job: Job) -> Copies:
            return {one.key: read_copies(pool, volume, one.brick, one.gfid, job) for one in found}

        def done(copies: Copies) -> None:
            self.copies.update(copies)
            try:
                self._heal(volume, found, copies)
            except NasError as error:
                present(self.window(), error)

        self.notice.emit("busy", _("All copies are being read and compared with their signatures."))
        self.desk.read(self, work, done, lambda error: present(self.window(), error))

    def _settings(self, volume: Volume) -> None:
        present_values = self._present()

        def plan(wanted: dict[str, str]) -> Plan:
            assert self.view is not None
            now = self.view.volume or volume
            return plans.plan_settings(now, wanted, present_values, self.view.state, self.desk.cluster)

        if self.dialog is not None:
            self.dialog.deleteLater()
        self.dialog = BitrotSettingsDialog(volume.name, present_values, plan, self.desk.profile, self.window())
        self.dialog.plan_ready.connect(self.plan_proposed)
        self.dialog.refused.connect(lambda error: present(self.window(), error))
        self.dialog.open()

    def _present(self) -> dict[str, str]:
        volume, scrub = self._volume(), self.scrub
        options = volume.options if volume is not None else {}
        found = {"signing-time": options.get("features.expiry-time", str(USUAL_SIGNING))}
        if scrub is not None:
            found |= {"scrub-frequency": scrub.frequency, "scrub-throttle": scrub.throttle}
        return found

    def _menu(self, entry: Row) -> QMenu | None:
        menu = QMenu(self.tree)
        if isinstance(entry.data, Corrupted):
            for one in self.card.offered():
                item = menu.addAction(theme.icon(one.icon_name), one.text(), one.click)
                item.setEnabled(one.isEnabled())
                item.setToolTip(one.toolTip())
            menu.addSeparator()
        copy = self.tree.copy_text
        menu.addAction(theme.icon("copy"), _("Copy row"), lambda: QGuiApplication.clipboard().setText(copy()))
        return menu


def _detail(copy: FileCopy) -> str:
    """The beginning of its checksum, enough to see which copies are the same."""
    if copy.why:
        return f" ({copy.why})"
    return f" · SHA-256 {copy.checksum[:12]}…" if copy.checksum else ""
