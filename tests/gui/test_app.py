"""The program itself, as a process: it starts without a cluster, says so, and ends."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def start(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "nasclustergui", *words],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", **environment},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_first_start_welcomes(output: Path, theme: str) -> None:
    shot = output / f"welcome-{theme}.png"
    shot.unlink(missing_ok=True)
    done = start("--smoke", "--shot", str(shot), "--theme", theme)
    assert done.returncode == 0, done.stderr
    assert shot.stat().st_size > 10_000
    assert "Traceback" not in done.stderr


def test_an_unreachable_cluster_is_shown_and_the_smoke_run_says_no(tmp_path: Path) -> None:
    profile = tmp_path / "gone.toml"
    profile.write_text(
        'name = "gone"\n[ssh]\nuser = "root"\nconfig = ""\n[[nodes]]\nname = "n1"\nhost = "127.0.0.1"\nport = 1\n'
    )
    done = start("--cluster", str(profile), "--smoke", NAS_SMOKE_SECONDS="3")
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
