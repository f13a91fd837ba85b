"""What a test of the lab needs first: whether a lab can run here, and a name that no other test run uses."""

import functools
import os
import sys

import pytest

from tests.lab import services
from tests.lab.paths import LabError
from tests.lab.shell import run
from tests.lab.spec import Spec


def lab_name(what: str) -> str:
    """A lab name of this test run's own."""
    return f"t{os.getpid()}-{what}"


@functools.cache
def obstacle() -> str:
    """The reason why no lab can be started on this machine, or an empty string."""
    if sys.platform != "linux":
        return "the lab needs Linux"
    if os.geteuid() != 0:
        return "the lab needs root"
    try:
        services.check_installed(Spec("probe"))
        run("unshare", "--mount", "--net", "--pid", "--uts", "--ipc", "--cgroup", "--fork", "true")
    except LabError as error:
        return f"no lab here: {error}"
    return ""


def require_lab() -> None:
    """Skip the calling test where no lab can be started; fail it instead where the environment says CI."""
    reason = obstacle()
    if reason and os.environ.get("CI"):
        pytest.fail(reason, pytrace=False)
    if reason:
        pytest.skip(reason)
