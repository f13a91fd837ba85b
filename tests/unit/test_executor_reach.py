"""Over real SSH code: a command that never left is "not run", not "unknown"."""

from __future__ import annotations

import socket

import pytest

from nasclustergui.core.command import Command
from nasclustergui.core.errors import NodeError
from nasclustergui.core.profile import NodeProfile, Profile, SshDefaults
from nasclustergui.remote.ssh_nodes import SshNodes


def test_an_error_before_the_command_left_says_so() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # bound but not listening: connections are refused
        port = closed.getsockname()[1]
        nodes = SshNodes(Profile("x", (NodeProfile("node1", "127.0.0.1", port=port),), ssh=SshDefaults(config="")))
        try:
            with pytest.raises(NodeError) as error:
                nodes["node1"].run(Command(("true",)))
        finally:
            nodes.close()
    assert not error.value.sent


def test_a_silent_host_is_not_asked_either() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # accepts, and never says a word
        port = silent.getsockname()[1]
        nodes = SshNodes(Profile("x", (NodeProfile("node1", "127.0.0.1", port=port),), ssh=SshDefaults(config="")))
        try:
            with pytest.raises(NodeError) as error:
                nodes["node1"].run(Command(("true",), timeout=0.2))
        finally:
            nodes.close()
    assert not error.value.sent
