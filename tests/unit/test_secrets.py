"""Secrets: in the keyring or in memory, asked for once, forgotten when wrong; settings that survive damage."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasclustergui.core.command import Secret
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.questions import Answer, Question, QuestionKind
from nasclustergui.core.settings import THEMES, Settings, settings_from
from nasclustergui.remote.secrets import SERVICE, SecretStore, StoredCredentials, secret_key, system_keyring
from nasclustergui.remote.settings_store import load_settings, save_settings


@dataclass
class FakeKeyring:
    """A keyring in memory; `broken` makes it raise as D-Bus backends do."""

    stored: dict[tuple[str, str], str] = field(default_factory=dict)
    broken: Exception | None = None
    asked: int = 0

    def _use(self) -> None:
        self.asked += 1
        if self.broken:
            raise self.broken

    def get_password(self, service: str, username: str) -> str | None:
        self._use()
        return self.stored.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._use()
        self.stored[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._use()
        del self.stored[service, username]


@pytest.fixture
def keyring() -> FakeKeyring:
    return FakeKeyring()


@pytest.fixture
def store(keyring: FakeKeyring) -> SecretStore:
    return SecretStore(lambda: keyring)


def revealed(secret: Secret | None) -> str | None:
    return secret.reveal() if secret is not None else None


def test_a_secret_is_kept_for_the_session_or_for_good(store: SecretStore, keyring: FakeKeyring) -> None:
    assert store.get("ssh:a@b") is None
    assert store.put("ssh:a@b", Secret("one"), remember=False)
    assert keyring.stored == {}
    assert store.put("sudo:a@b", Secret("two"), remember=True)
    assert keyring.stored == {(SERVICE, "sudo:a@b"): "two"}
    assert (revealed(store.get("ssh:a@b")), revealed(store.get("sudo:a@b"))) == ("one", "two")
    later = SecretStore(lambda: keyring)
    assert (later.get("ssh:a@b"), revealed(later.get("sudo:a@b"))) == (None, "two")
    assert store.problem == ""
    assert "two" not in repr(store.get("sudo:a@b"))


def test_the_keyring_is_asked_once_for_what_it_knows(store: SecretStore, keyring: FakeKeyring) -> None:
    keyring.stored[SERVICE, "key:/k"] = "pass"
    assert [revealed(store.get("key:/k")) for _time in range(3)] == ["pass"] * 3
    assert keyring.asked == 1


def test_a_wrong_secret_is_forgotten_everywhere(store: SecretStore, keyring: FakeKeyring) -> None:
    store.put("ssh:a@b", Secret("wrong"), remember=True)
    store.forget("ssh:a@b")
    store.forget("ssh:never@stored")
    assert keyring.stored == {}
    assert store.get("ssh:a@b") is None


def test_without_a_keyring_memory_has_to_do() -> None:
    store = SecretStore(lambda: None)
    assert not store.put("ssh:a@b", Secret("one"), remember=True)
    assert revealed(store.get("ssh:a@b")) == "one"
    assert "no keyring" in store.problem
    store.forget("ssh:a@b")
    assert store.get("ssh:a@b") is None


def test_a_keyring_that_fails_is_left_alone(store: SecretStore, keyring: FakeKeyring) -> None:
    keyring.broken = RuntimeError("The collection is locked")
    assert store.get("ssh:a@b") is None
    assert "The collection is locked" in store.problem
    assert not store.put("ssh:a@b", Secret("one"), remember=True)
    assert revealed(store.get("ssh:a@b")) == "one"
    store.forget("ssh:a@b")
    assert keyring.asked == 1


def test_a_keyring_that_cannot_be_loaded_is_explained() -> None:
    def fail() -> Any:
        raise ImportError("no dbus")

    assert "no dbus" in SecretStore(fail).problem


@pytest.mark.parametrize(
    ("module", "name", "usable"),
    [
        ("keyring.backends.SecretService", "Keyring", True),
        ("keyring.backends.fail", "Keyring", False),
        ("keyring.backends.null", "Keyring", False),
        ("keyrings.alt.file", "PlaintextKeyring", False),
    ],
)
def test_plain_text_keyrings_are_never_used(
    monkeypatch: pytest.MonkeyPatch, module: str, name: str, usable: bool
) -> None:
    backend = type(name, (), {"__module__": module})()
    for found in (backend, type("ChainerBackend", (), {"backends": [backend]})()):
        fake = ModuleType("keyring")
        fake.get_keyring = lambda found=found: found  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "keyring", fake)
        assert system_keyring() is (backend if usable else None)


@dataclass
class Person:
    """Answers with what is in `answers`, one after the other."""

    answers: list[Answer | None]
    heard: list[Question] = field(default_factory=list)

    def __call__(self, question: Question) -> Answer | None:
        self.heard.append(question)
        return self.answers.pop(0)


def test_a_person_is_asked_once(store: SecretStore, keyring: FakeKeyring) -> None:
    person = Person([Answer(Secret("pw"), remember=True)])
    credentials = StoredCredentials(store, person)
    assert [revealed(credentials.password("admin", "node1")) for _time in range(2)] == ["pw", "pw"]
    (question,) = person.heard
    assert (question.text, question.subject) == ("Password of admin on node1", "admin@node1")
    assert (question.again, question.can_remember) == (False, True)
    assert keyring.stored == {(SERVICE, "ssh:admin@node1"): "pw"}


def test_after_a_wrong_answer_the_question_says_so(store: SecretStore, keyring: FakeKeyring) -> None:
    person = Person([Answer(Secret("bad"), remember=True), Answer(Secret("good"))])
    credentials = StoredCredentials(store, person)
    credentials.sudo_password("admin", "node1")
    credentials.wrong("sudo_password", "admin", "node1")
    assert keyring.stored == {}
    assert revealed(credentials.sudo_password("admin", "node1")) == "good"
    assert [question.again for question in person.heard] == [False, True]


def test_each_kind_has_its_own_name_in_the_keyring(store: SecretStore) -> None:
    for kind, who in (
        (QuestionKind.PASSPHRASE, ("/home/a/.ssh/id",)),
        (QuestionKind.PASSWORD, ("a", "h")),
        (QuestionKind.SUDO_PASSWORD, ("a", "h")),
        (QuestionKind.ETCD_PASSWORD, ("root", "lab")),
    ):
        store.put(secret_key(kind, *who), Secret(kind), remember=False)
    credentials = StoredCredentials(store)
    assert revealed(credentials.passphrase("/home/a/.ssh/id")) == "passphrase"
    assert revealed(credentials.password("a", "h")) == "password"
    assert revealed(credentials.sudo_password("a", "h")) == "sudo_password"
    assert revealed(credentials.etcd_password("root", "lab")) == "etcd_password"


def test_nobody_to_ask_and_no_answer(store: SecretStore) -> None:
    assert StoredCredentials(store).password("a", "b") is None
    assert StoredCredentials(store).answer("a", "b", "Code:") is None
    person = Person([None, None])
    assert StoredCredentials(store, person).password("a", "b") is None
    assert StoredCredentials(store, person).answer("a", "b", "Code:") is None


def test_one_time_codes_are_never_stored(store: SecretStore, keyring: FakeKeyring) -> None:
    person = Person([Answer(Secret("123"), remember=True), Answer(Secret("456"), remember=True)])
    credentials = StoredCredentials(store, person)
    assert [revealed(credentials.answer("a", "h", "Code:\x1b[2J")) for _time in range(2)] == ["123", "456"]
    assert keyring.stored == {}
    assert person.heard[0].text == "h asks a: Code:[2J"


def test_settings_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "new" / "settings.toml"
    assert load_settings(path) == (Settings(), None)
    chosen = Settings("dark", 120, "de", True, 10, '/x/"y".toml', "AbC=", "")
    save_settings(chosen, path)
    assert load_settings(path) == (chosen, None)
    save_settings(Settings(), path)
    assert path.read_text().strip() == ""


def test_damaged_settings_do_not_keep_it_from_starting(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_bytes(b"\xff")
    settings, problem = load_settings(path)
    assert settings == Settings()
    assert "not a UTF-8" in str(problem)
    path.write_text('theme = "pink"\ntext_scale = 9000\npoll_seconds = true\nunknown = 1\nlanguage = "de"')
    assert load_settings(path) == (Settings(text_scale=150, language="de"), None)


def test_settings_that_cannot_be_written_are_explained(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidInput, match="cannot be written"):
        save_settings(Settings(theme="dark"), tmp_path / "file" / "settings.toml")


@given(
    st.dictionaries(
        st.sampled_from(["theme", "text_scale", "language", "poll_seconds", "geometry", "x"]),
        st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.integers()),
    )
)
def test_any_settings_become_usable_ones(data: dict[str, Any]) -> None:
    settings = settings_from(data)
    assert settings.theme in THEMES
    assert 90 <= settings.text_scale <= 150
    assert 1 <= settings.poll_seconds <= 300
