"""What the configuration page says while etcd cannot be read, and words that are too long for a plan's card."""

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nasclustergui.core.errors import StoreError
from nasclustergui.remote.etcd_types import WatchKind
from nasclustergui.subsystems.etcd.features.changes.feed import Standing
from nasclustergui.subsystems.etcd.model import EtcdState, Member
from nasclustergui.subsystems.etcd.page.sections.changes.words import standing_words
from nasclustergui.subsystems.etcd.page.sections.members.card import MemberCard
from nasclustergui.ui import theme
from nasclustergui.ui.plan_dialog import _breakable


def test_the_card_of_a_member_does_not_look_fresh_while_etcd_cannot_be_read(qapp: QApplication, qtbot: QtBot) -> None:
    theme.setup(qapp)
    card = MemberCard()
    qtbot.addWidget(card)
    member = Member(1, "node1", "node1", healthy=True, version="3.4.23", revision=9)
    card.show_member(member, EtcdState((member,)), "")
    assert card._badge._state != "stale"
    card.show_member(member, EtcdState((member,)), str(StoreError("No etcd endpoint can be reached.")))
    assert card._badge._state == "stale"


def test_a_watch_that_etcd_refuses_says_so_in_one_sentence() -> None:
    standing = Standing(kind=WatchKind.LOST, error="etcd does not accept user a with this password.")
    assert "password. It is tried" in standing_words(standing)[2]


def test_long_words_may_be_broken_and_names_of_keys_stay_as_they_are() -> None:
    assert _breakable("/cluster/config/smb/netbios_name") == "/cluster/config/smb/netbios_name"
    assert _breakable("z" * 40).count("\u200b") == 39
