"""What the window loads before it shows a cluster: not the libraries of the network, which come in threads."""

from __future__ import annotations

import subprocess
import sys

LATER = ("asyncio", "cryptography", "etcd3", "grpc", "invoke", "paramiko", "pyte", "yaml")


def test_the_window_opens_without_the_libraries_of_the_network() -> None:
    program = f"import sys, nasclustergui.window.desk; print([m for m in {LATER!r} if m in sys.modules])"
    done = subprocess.run((sys.executable, "-P", "-c", program), capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
