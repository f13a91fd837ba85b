"""Pasted lists of hosts, and what a half-typed profile still misses."""

import pytest

from nasclustergui.core.profile import NodeProfile, Profile
from nasclustergui.window.profile_form_hosts import parse_hosts
from nasclustergui.window.profile_form_words import Missing, problems


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nas-1\nnas-2.example.org\n", [("nas-1", "nas-1"), ("nas-2", "nas-2.example.org")]),
        ("10.0.0.1, 10.0.0.2;10.0.0.3", [("node1", "10.0.0.1"), ("node2", "10.0.0.2"), ("node3", "10.0.0.3")]),
        ("# cluster\n10.0.0.1\tnas-1 nas-1.example.org # rack a\n", [("nas-1", "10.0.0.1")]),
        ("10.0.0.1   nas-1.example.org nas-1\n", [("nas-1", "10.0.0.1")]),
        ("nas-1 10.0.0.1\nnas-2 fd00::2\n", [("nas-1", "10.0.0.1"), ("nas-2", "fd00::2")]),
        ("fd00::1", [("node1", "fd00::1")]),
        ("nas.a.org nas.b.org", [("nas", "nas.a.org"), ("node1", "nas.b.org")]),
        ("\n  \n", []),
    ],
)
def test_lists_as_people_have_them(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(node.name, node.host) for node in parse_hosts(text)] == expected


def test_logins_keep_user_and_port() -> None:
    first, second = parse_hosts("root@10.0.0.1:2222 ssh://admin@[fd00::1]:22/")
    assert first == NodeProfile("node1", "10.0.0.1", "root", 2222)
    assert second == NodeProfile("node2", "fd00::1", "admin", 22)


def test_rows_of_a_spreadsheet_and_their_head() -> None:
    text = "Name\tAddress\tUser\tPort\tRack\tRole\tJump\nnas-1\t10.0.0.1\troot\t22\tA\tManager\tgate\nnas-2\t10.0.0.2\n"
    assert parse_hosts(text) == (
        NodeProfile("nas-1", "10.0.0.1", "root", 22, "A", "manager", "gate"),
        NodeProfile("nas-2", "10.0.0.2"),
    )


def test_names_that_are_taken_are_not_given_again() -> None:
    assert [node.name for node in parse_hosts("10.0.0.9", taken=["node1", "node2"])] == ["node3"]


def test_what_is_empty_is_missing_and_not_wrong() -> None:
    empty = problems(Profile("", ()))
    assert [str(problem) for problem in empty] == ["Give the cluster a name.", "Add at least one node."]
    half = problems(Profile("x", (NodeProfile("a", ""), NodeProfile("", "10.0.0.2"), NodeProfile("", "", "root"))))
    assert [str(problem) for problem in half if isinstance(problem, Missing)] == [
        "Node a has no address.",
        "The node at 10.0.0.2 has no name.",
        "Node 3 of the list has no name.",
        "Node 3 of the list has no address.",
    ]


def test_a_name_that_another_cluster_has() -> None:
    profile = Profile("Fra", (NodeProfile("a", "10.0.0.1"),))
    assert [str(problem) for problem in problems(profile, ["fra"])] == ["There is a cluster “Fra” already."]
    assert problems(profile, ["other"]) == ()
