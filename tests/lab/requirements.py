"""Whether the lab can run here, and if not, why; for tests that then skip."""

import functools
import os
import sys

import pytest

from tests.lab import services
from tests.lab.paths import LabError
from tests.lab.shell import run
from tests.lab.spec import Spec


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
