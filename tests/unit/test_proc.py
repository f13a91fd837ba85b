"""What a node's kernel says, and what it means."""

from __future__ import annotations

import math
import shutil
import subprocess
import sys
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasclustergui.core.errors import UnexpectedOutput
from nasclustergui.remote.proc import parse_df, parse_facts, parse_reading, to_sample
from nasclustergui.remote.sampling_loop import COMMAND, END

NET = """Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop
    lo: 9999999   11 0 0 0 0 0 0  9999999   11 0 0 0 0 0 0
  eth0: {rx} 10 0 0 0 0 0 0 {tx} 20 0 0 0 0 0 0
wlan0:500 1 0 0 0 0 0 0 700 1 0 0 0 0 0 0
"""
DISK = """   7       0 loop0 100 0 5000 0 100 0 5000 0 0 0 0
   8       0 sda 100 0 {read} 0 100 0 {written} 0 0 0 0 0 0 0 0 0 0
   8       1 sda1 100 0 {read} 0 100 0 {written} 0 0 0 0
 259       0 nvme0n1 1 0 8 0 1 0 16 0 0 0 0
 259       1 nvme0n1p1 1 0 8 0 1 0 16 0 0 0 0
 253       0 dm-0 100 0 {read} 0 100 0 {written} 0 0 0 0
"""
MEMORY = """MemTotal:       16000 kB
MemFree:         1000 kB
MemAvailable:    4000 kB
Buffers:          100 kB
Cached:          2000 kB
SwapCached:        50 kB
SwapTotal:       8000 kB
SwapFree:        6000 kB
"""
DF = """Filesystem     Type      1-blocks       Used  Available Capacity Mounted on
/dev/sda1      ext4    1000000     600000     300000      67% /
/dev/sdb1      xfs    42000000    2000000   40000000       5% /bricks/d 1
tank/data      zfs     5000000          0    5000000       0% /tank
tmpfs          tmpfs    100000          0     100000       0% /run
node1:/data    fuse.glusterfs 1 1 1 100% /mnt/data
//nas/share    cifs         10         10          0     100% /mnt/win
/dev/zero      ext4          0          0          0        - /empty
garbage
"""


def reply(uptime: float = 1000.0, cpu: str = "cpu  100 0 50 800 50 0 0 0 0", *, df: str = "", **numbers: int) -> bytes:
    values = {"rx": 1000, "tx": 2000, "read": 80, "written": 160, **numbers}
    text = f"{uptime:.2f} 5000.00\n0.42 0.30 0.20 1/100 4242\n{cpu}\n" + NET.format(**values) + DISK.format(**values)
    return (text + MEMORY + (f"@df\n{df}" if df else "")).rstrip("\n").encode()


def test_reading() -> None:
    reading = parse_reading(reply(df=DF))
    assert (reading.uptime, reading.load) == (1000.0, 0.42)
    assert (reading.cpu_total, reading.cpu_idle) == (1000, 850)
    assert (reading.memory_total, reading.memory_available) == (16000 * 1024, 4000 * 1024)
    assert (reading.swap_total, reading.swap_free) == (8000 * 1024, 6000 * 1024)
    assert reading.disks == {b"sda": (80 * 512, 160 * 512), b"nvme0n1": (8 * 512, 16 * 512)}
    assert reading.interfaces == {b"eth0": (1000, 2000), b"wlan0": (500, 700)}
    assert reading.filesystems is not None
    assert [(f.mount, f.size, f.free) for f in reading.filesystems] == [
        ("/", 1_000_000, 300_000),
        ("/bricks/d 1", 42_000_000, 40_000_000),
        ("/tank", 5_000_000, 5_000_000),
    ]


def test_sample_of_two_readings() -> None:
    before = parse_reading(reply())
    now = parse_reading(
        reply(1002.0, "cpu  200 0 100 840 60 0 0 0 99 0", rx=3000, tx=6000, read=80 + 4000, written=160 + 8000)
    )
    sample = to_sample(now, before, 1.5)
    assert sample.cpu_percent == pytest.approx(75.0)
    assert (sample.receive_rate, sample.send_rate) == (1000.0, 2000.0)
    assert (sample.read_rate, sample.write_rate) == (4000 * 512 / 2, 8000 * 512 / 2)
    assert sample.memory_percent == pytest.approx(75.0)
    assert sample.at == 1.5


def test_first_sample_and_a_restart_have_no_rates() -> None:
    reading = parse_reading(reply())
    restarted = parse_reading(reply(3.0))
    for sample in (to_sample(reading, None, 0.0), to_sample(restarted, reading, 0.0)):
        rates = (sample.cpu_percent, sample.read_rate, sample.write_rate, sample.receive_rate, sample.send_rate)
        assert all(math.isnan(rate) for rate in rates)


def test_devices_that_come_go_or_start_anew_make_no_spikes() -> None:
    before = parse_reading(reply(rx=5000))
    now = parse_reading(reply(1001.0, rx=100).replace(b"wlan0", b"wlan1").replace(b"nvme0n1", b"nvme9n1"))
    sample = to_sample(now, before, 0.0)
    assert (sample.receive_rate, sample.send_rate, sample.read_rate) == (0.0, 0.0, 0.0)


def test_filesystems_are_kept_between_two_df() -> None:
    old = parse_df(DF)
    assert to_sample(parse_reading(reply()), None, 0.0, old).filesystems == old
    assert to_sample(parse_reading(reply(df="Filesystem 1-blocks Used\n")), None, 0.0, old).filesystems == ()


def test_a_kernel_without_memavailable_disks_and_swap() -> None:
    lean = reply().replace(b"MemAvailable:    4000 kB\n", b"").replace(b"SwapTotal:       8000 kB\n", b"")
    start = lean.index(b"   7       0 loop0")
    reading = parse_reading(lean[:start] + lean[lean.index(b"MemTotal:") :])
    assert reading.memory_available == (1000 + 100 + 2000) * 1024
    assert reading.swap_total == 0
    assert reading.disks == {}


def test_df_of_busybox() -> None:
    text = """Filesystem           Type       1024-blocks    Used Available Capacity Mounted on
/dev/vda1            ext4            1000    400       500  44% /
overlay              overlay         1000    400       500  44% /var/lib
"""
    assert [(f.type, f.size, f.free) for f in parse_df(text)] == [("ext4", 1_024_000, 512_000)]
    text = """Filesystem           1024-blocks    Used Available Capacity Mounted on
/dev/vda1                 1000    400       500  44% /
tmpfs                     1000    400       500  44% /run
"""
    assert [(f.type, f.mount) for f in parse_df(text)] == [("", "/")]


def test_facts() -> None:
    facts = parse_facts(b'NAME="x"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n\n@kernel\n6.1.0-18\n@cores\n8')
    assert (facts.system, facts.kernel, facts.cores) == ("Debian GNU/Linux 12 (bookworm)", "6.1.0-18", 8)
    assert parse_facts(b"@kernel\n@cores\n").cores == 0


@given(st.binary())
def test_garbage_is_an_error_of_ours(data: bytes) -> None:
    with pytest.raises(UnexpectedOutput):
        parse_reading(data)
    parse_facts(data)


@given(st.data())
def test_damaged_replies_never_crash(data: st.DataObject) -> None:
    whole = reply(df=DF)
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, len(whole)))
    with suppress(UnexpectedOutput):
        to_sample(parse_reading(whole[:start] + data.draw(st.binary(max_size=8)) + whole[end:]), None, 0.0)


@given(st.text())
def test_any_df_is_survived(text: str) -> None:
    assert isinstance(parse_df("Filesystem Type 1-blocks\n" + text), tuple)
    assert isinstance(parse_df(text), tuple)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("shell", [["dash"], ["bash", "--posix"], ["busybox", "sh"]])
def test_the_loop_in_real_shells(shell: list[str]) -> None:
    if shutil.which(shell[0]) is None:
        pytest.skip(f"no {shell[0]} here")
    script = COMMAND.replace("exec sh ", f"exec {' '.join(shell)} ", 1)
    run = subprocess.run(["sh", "-c", script], input=b"f\nr\nd\n", capture_output=True, timeout=30, check=True)
    facts, reading, with_df, rest = run.stdout.split(END)
    assert rest == b""
    assert run.stderr == b""
    assert parse_facts(facts).cores > 0
    assert parse_reading(reading).filesystems is None
    assert parse_reading(with_df).memory_total > 0
    assert parse_reading(with_df).filesystems is not None
