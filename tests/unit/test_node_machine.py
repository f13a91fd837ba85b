"""A machine looked at closely: parsers over real answers of the lab, published ones of smartctl; comparing; alerts."""

from dataclasses import replace
from pathlib import Path

import pytest

from nasclustergui.cluster.nodes.machine import words
from nasclustergui.cluster.nodes.machine.alerts import machine_problems
from nasclustergui.cluster.state import ClusterState
from nasclustergui.core.command import Result
from nasclustergui.core.errors import UnexpectedOutput
from nasclustergui.core.events import Severity
from nasclustergui.core.units import NB
from nasclustergui.subsystems.nodes.features.joining.model import Clock
from nasclustergui.subsystems.nodes.features.machine import network, parse, storage
from nasclustergui.subsystems.nodes.features.machine.compare import HERE, newer_kernel, skews, spread, versions
from nasclustergui.subsystems.nodes.features.machine.model import (
    Array,
    Device,
    Facts,
    Interface,
    Mounted,
    Reading,
    Software,
    Updates,
)
from nasclustergui.subsystems.nodes.features.machine.smart import Health, Silence, Smart, parse_smart
from tests.gui import cluster_scenes

RECORDED = Path(__file__).parents[1] / "recorded" / "machine"


def recorded(name: str) -> str:
    return (RECORDED / name).read_text()


def smart(name: str, device: str = "/dev/sda") -> Smart:
    return parse_smart(device, recorded(f"smart/{name}.json"))


# ---- what the lab's node really printed


def test_facts_as_a_node_of_the_lab_told_them() -> None:
    facts = parse.parse_facts("node1", Result(0, recorded("facts-lab-node1.txt")))
    assert facts.missing == ()
    assert (facts.hardware.cpu, facts.hardware.cores, facts.hardware.virtual) == ("AMD EPYC", 2, "container-other")
    assert facts.hardware.ecc_corrected is None
    assert [device.path for device in facts.devices or ()] == ["/dev/vda"]  # loop devices are no disks
    bricks = {each.mount: each for each in facts.mounted or ()}["/bricks/d1"]
    assert (bricks.type, bricks.read_only, bricks.inodes) == ("xfs", False, 153600)
    assert bricks.size == 247463936
    (interface,) = facts.interfaces or ()
    assert (interface.name, interface.mtu, interface.addresses) == ("eth0", 1500, ("10.77.0.11/24",))
    assert facts.gateways == ()  # "unreachable default" is no way out
    assert facts.software.packages["glusterfs-server"] == "10.3-5"
    assert facts.software.failed_units == ()
    assert facts.time.synchronised is False


@pytest.mark.parametrize("share", range(0, 100, 7))
def test_facts_cut_off_anywhere_are_refused(share: int) -> None:
    text = recorded("facts-lab-node1.txt")
    with pytest.raises(UnexpectedOutput):
        parse.parse_facts("node1", Result(0, text[: len(text) * share // 100]))


def test_sections_that_are_garbage_are_named_and_the_rest_stays() -> None:
    text = (
        recorded("facts-lab-node1.txt").replace('"blockdevices"', '"bl\x00ck').replace("@@address\n[", "@@address\n(")
    )
    facts = parse.parse_facts("node1", Result(0, text))
    assert set(facts.missing) == {"lsblk", "address"}
    assert facts.devices is None
    assert facts.interfaces is None
    assert facts.mounted
    empty = parse.parse_facts("node1", Result(0, "@@end\n"))
    assert empty.software.failed_units is None
    assert words.reboot_text(empty) == ("—", "unknown")


def test_updates_as_a_node_of_the_lab_told_them() -> None:
    updates = parse.parse_updates("node1", Result(0, recorded("updates-lab-node1.txt")))
    assert updates.updates is not None
    assert len(updates.updates) == 117
    assert updates.security == 76
    assert words.updates_text(updates) == ("117 updates, 76 of them for security", "warn")


def test_updates_are_never_none_where_nobody_can_tell() -> None:
    nothing = "0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded."

    def told(lists: str, upgrade: str = nothing) -> tuple[str, str]:
        text = f"@@lists\nnow=2000000\n{lists}\n@@upgrade\n{upgrade}\n@@end\n"
        return words.updates_text(parse.parse_updates("node1", Result(0, text)))

    assert told("at=1990000") == ("None pending", "ok")
    assert told("at=1000000")[1] == "unknown"  # lists of eleven days ago
    assert told("")[1] == "unknown"  # no lists at all
    assert told("at=1990000", "E: dpkg was interrupted, you must manually run 'dpkg --configure -a'")[0].endswith("-a'")
    assert told("at=1990000", "3 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.")[1] == "unknown"
    old = Updates((), 0, 1000000.0, 2000000.0)
    assert words.updates_text(old)[1] == "unknown"
    one = parse.parse_updates(
        "node1",
        Result(
            0,
            "@@lists\nnow=2000000\nat=1000000\n@@upgrade\n"
            "Inst linux-image-amd64 [6.1.1] (6.1.2 Debian-Security:12/stable-security [amd64]) []\n"
            "1 upgraded, 0 newly installed, 0 to remove and 2 not upgraded.\n@@end\n",
        ),
    )
    assert (one.security, one.held) == (1, 2)
    assert words.updates_text(one)[0].startswith("At least 1 update")


# ---- SMART: written after published answers of real drives, not recorded by us


@pytest.mark.parametrize(
    ("name", "health"),
    [
        ("sata-good", Health.GOOD),
        ("sata-pending", Health.WATCH),
        ("sata-failed", Health.FAILING),
        ("sata-ssd-worn", Health.WATCH),
        ("nvme-good", Health.GOOD),
        ("nvme-failing", Health.FAILING),
        ("nvme-only-hot", Health.WATCH),
        ("nvme-saturated-counter", Health.GOOD),
        ("sas-good", Health.GOOD),
        ("sas-uncorrected", Health.WATCH),
    ],
)
def test_health_after_published_smartctl_answers(name: str, health: Health) -> None:
    assert smart(name).health is health


@pytest.mark.parametrize(
    ("name", "silence"),
    [
        ("usb-bridge", Silence.USB_BRIDGE),
        ("standby", Silence.ASLEEP),
        ("no-permission", Silence.NO_PERMISSION),
        ("virtual-qemu", Silence.VIRTUAL),
        ("smart-off", Silence.OFF),
    ],
)
def test_silence_after_published_smartctl_answers(name: str, silence: Silence) -> None:
    found = smart(name)
    assert found.silence is silence
    assert found.health is Health.UNKNOWN
    assert words.silence_text(found.silence)


def test_numbers_after_published_smartctl_answers() -> None:
    pending = smart("sata-pending")
    assert (pending.reallocated, pending.pending, pending.uncorrectable, pending.hours) == (16, 24, 24, 41877)
    assert (pending.celsius, pending.logged) == (38, 12)
    assert words.signs(pending)[0] == "24 sectors cannot be read"
    assert smart("sata-ssd-worn").wear == 96
    worn = smart("nvme-failing")
    assert (worn.wear, worn.spare, worn.media_errors) == (104, 3, 318)
    sas = smart("sas-uncorrected")
    assert (sas.reallocated, sas.uncorrectable, sas.hours, sas.model) == (12, 3, 64579, "TOSHIBA AL13SXB60EN")
    assert smart("nvme-saturated-counter").media_errors is None


@pytest.mark.parametrize("name", sorted(path.stem for path in (RECORDED / "smart").glob("*.json")))
def test_truncated_smart_never_crashes_and_is_never_healthy(name: str) -> None:
    text = recorded(f"smart/{name}.json").rstrip()
    for end in range(0, len(text) - 1, 37):
        assert parse_smart("/dev/sda", text[:end]).health is Health.UNKNOWN


@pytest.mark.parametrize(
    ("text", "silence"),
    [
        ("", Silence.NO_ANSWER),
        ("smartctl 6.6\n=======> INVALID ARGUMENT TO -j: c\n", Silence.TOO_OLD),
        ("smartctl: unrecognized option '--json=c'", Silence.TOO_OLD),
        ("[]", Silence.UNREADABLE),
        ('{"smartctl": 7, "smart_status": {"passed": true}}', Silence.UNREADABLE),
        ('{"smartctl": {}, "smart_status": {"passed": "yes"}}', Silence.UNSUPPORTED),
        ('{"smartctl": {}, "smart_status": [true], "ata_smart_attributes": {"table": 5}}', Silence.UNSUPPORTED),
        ('{"smartctl": {"messages": 1}, "nvme_smart_health_information_log": []}', Silence.UNSUPPORTED),
        ("[" * 5000, Silence.UNREADABLE),
    ],
)
def test_garbage_of_smartctl_is_unknown(text: str, silence: Silence) -> None:
    found = parse_smart("/dev/sda", text)
    assert found.silence is silence
    assert found.health is Health.UNKNOWN


def test_all_disks_of_a_node_and_none_without_smartctl() -> None:
    text = f"@@smart /dev/sda\n{recorded('smart/sata-good.json')}\n@@smart /dev/sdb\n\n@@end\n"
    first, second = parse.parse_disks("node1", Result(0, text))
    assert (first.device, first.health) == ("/dev/sda", Health.GOOD)
    assert second.silence is Silence.NO_ANSWER
    (none,) = parse.parse_disks("node1", Result(0, "@@not-installed\n\n@@end\n"))
    assert none.silence is Silence.NOT_INSTALLED
    with pytest.raises(UnexpectedOutput):
        parse.parse_disks("node1", Result(0, text.replace("@@end\n", "")))


# ---- storage, network, kernels


def test_devices_with_partitions_volumes_and_both_ways_to_write_mounts() -> None:
    text = """{"blockdevices": [
      {"path": "/dev/sda", "type": "disk", "size": 4000787030016, "model": "X", "rota": true, "tran": "sata", "ro": "0",
       "mountpoint": null, "children": [{"path": "/dev/sda1", "type": "part", "mountpoint": "/boot", "children": [
         {"path": "/dev/mapper/a", "type": "lvm", "mountpoints": ["/bricks/a", null]}]}]},
      {"path": "/dev/loop3", "type": "loop", "size": "5"}, {"path": "/dev/zram0", "type": "disk"}, 7]}"""
    (disk,) = storage.parse_devices(text)
    assert (disk.mounts, disk.layers) == (("/boot", "/bricks/a"), ("part", "lvm"))
    assert (disk.rotating, disk.read_only) == (True, False)
    for garbage in ("", "null", '{"blockdevices": 5}', "[" * 5000):
        with pytest.raises(ValueError, match=r"^|null|block"):
            storage.parse_devices(garbage)


def test_a_degraded_array_after_the_kernel_s_documentation() -> None:
    text = """Personalities : [raid1] [raid6] [raid5] [raid4]
md1 : active raid5 sdb1[0] sdc1[1](F) sdd1[3]
      7813772288 blocks super 1.2 level 5, 512k chunk, algorithm 2 [3/2] [U_U]
      [=>...................]  recovery =  8.3% (324561920/3906886144) finish=312.5min speed=191018K/sec

md0 : active raid1 sda1[0] sdb2[1]
      523264 blocks super 1.2 [2/2] [UU]
md9 : inactive sdx[0](S)
unused devices: <none>
"""
    first, second, third = storage.parse_mdstat(text)
    assert (first.name, first.level, first.lacks, first.members[1]) == ("md1", "raid5", 1, "sdc1 (F)")
    assert first.progress == "recovery 8.3% 312.5min"
    assert (second.lacks, second.progress) == (0, "")
    assert (third.state, third.lacks) == ("inactive", None)
    assert storage.parse_mdstat("garbage\x00\nmd : \n") == ()


def test_a_bond_after_the_kernel_s_documentation() -> None:
    text = """@bond bond0
Ethernet Channel Bonding Driver: v6.1
Bonding Mode: fault-tolerance (active-backup)
Currently Active Slave: eno1
MII Status: up

Slave Interface: eno1
MII Status: up
Speed: 10000 Mbps

Slave Interface: eno2
MII Status: down
"""
    (bond,) = network.parse_bonds(text)
    assert (bond.active, dict(bond.slaves)) == ("eno1", {"eno1": "up", "eno2": "down"})
    assert network.parse_bonds("nonsense") == ()


def test_mtus_that_differ_in_one_network_are_pointed_out() -> None:
    def one(name: str, mtu: int, address: str) -> Interface:
        return Interface(name, "", True, True, mtu, "", (address,))

    nodes = {
        "node1": (
            one("eth0", 9000, "10.0.0.1/24"),
            one("eth1", 1500, "192.168.1.1/24"),
            one("docker0", 1400, "172.17.0.1/16"),
        ),
        "node2": (
            one("eth0", 1500, "10.0.0.2/24"),
            one("eth1", 1500, "192.168.1.2/24"),
            one("docker0", 1500, "172.17.0.1/16"),
        ),
        "node3": (replace(one("eth0", 1400, "10.0.0.3/24"), up=False), one("eth9", 1234, "nonsense")),
    }
    found = network.mtu_differences(nodes)
    assert found == {"10.0.0.0/24": {9000: ("node1 eth0",), 1500: ("node2 eth0",)}}


@pytest.mark.parametrize(
    ("running", "package", "installed", "packages", "newer"),
    [
        ("6.1.0-18-amd64", "", ("6.1.0-9-amd64", "6.1.0-18-amd64"), {}, ""),
        ("6.1.0-9-amd64", "", ("6.1.0-9-amd64", "6.1.0-18-amd64"), {}, "6.1.0-18-amd64"),
        ("6.1.0-18-amd64", "", ("6.1.0-18-amd64", "6.1.0-20-cloud-amd64"), {}, ""),
        ("6.1.0-18-amd64", "6.1.76-1", ("6.1.0-18-amd64",), {"6.1.0-18-amd64": "6.1.76-1"}, ""),
        (
            "6.1.0-18-amd64",
            "6.1.76-1",
            ("6.1.0-18-amd64",),
            {"6.1.0-18-amd64": "6.1.77-1"},
            "6.1.0-18-amd64 (6.1.77-1)",
        ),
        ("6.18.44-fc-v669", "", (), {}, ""),
    ],
)
def test_a_kernel_that_waits_for_a_restart(
    running: str, package: str, installed: tuple[str, ...], packages: dict[str, str], newer: str
) -> None:
    software = Software(kernel=running, kernel_version=package, kernels=installed, kernel_packages=packages)
    assert newer_kernel(software) == newer


def test_versions_of_all_nodes() -> None:
    def one(**packages: str) -> Facts:
        return Facts(software=Software("Debian", "", "6.1", packages=packages))

    found = {each.name: each for each in versions({"a": one(etcd="3.4"), "b": one(etcd="3.5"), "c": one()})}
    assert found["etcd"].differs
    assert found["etcd"].nodes == {"3.4": ("a",), "3.5": ("b",), "": ("c",)}
    assert not found["kernel"].differs


# ---- clocks


def test_the_clock_that_is_wrong_is_named_and_not_all_others() -> None:
    clocks = {"a": Clock(0.01, 0.02), "b": Clock(-2.1, 0.02), "c": Clock(0.0, 0.02)}
    assert [each.name for each in skews(clocks) if each.wrong] == ["b"]
    here = {name: Clock(30.0 + n / 100, 0.02) for n, name in enumerate("abc")}
    assert [each.name for each in skews(here) if each.wrong] == [HERE]
    assert spread(clocks) == (2.11, 0.04, "a", "b")
    assert spread({"a": Clock(1.0, 0.1)}) is None


def test_a_clock_is_not_accused_of_what_the_round_trip_hides() -> None:
    assert not any(each.wrong for each in skews({"a": Clock(0.9, 0.5)}))
    assert any(each.wrong for each in skews({"a": Clock(0.9, 0.1)}))


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        (2.1234, 0.02, f"+2.12{NB}s ± 0.02{NB}s"),
        (-2.1234, 0.2, f"\N{MINUS SIGN}2.1{NB}s ± 0.2{NB}s"),
        (12.4, 3.0, f"+12{NB}s ± 3.0{NB}s"),
        (0.0001, 0.02, f"0.00{NB}s ± 0.02{NB}s"),
    ],
)
def test_an_estimate_is_never_more_exact_than_its_round_trip(value: float, error: float, text: str) -> None:
    assert words.seconds_text(value, error) == text


# ---- alerts


def state(**readings: Reading) -> ClusterState:
    return replace(cluster_scenes.healthy(), machines=readings)


def disk_of(mount: str) -> Facts:
    mounted = Mounted("/dev/sda1", "xfs", mount, 100, 10, 90, None, None)
    return Facts(devices=(Device("/dev/sda", mounts=(mount,)),), mounted=(mounted,))


def test_a_failing_disk_is_an_alert_that_names_its_bricks_and_leads_to_the_wizard() -> None:
    healthy = cluster_scenes.healthy()
    node = next(node.name for node in healthy.nodes.nodes if healthy.bricks_of(node.name))
    volume, at = healthy.bricks_of(node)[0]
    brick = volume.bricks[at]
    reading = Reading(disk_of(str(Path(brick.path).parent)), 1.0, (smart("sata-failed"),), 1.0)
    (problem,) = machine_problems(state(**{node: reading}))
    assert problem.severity is Severity.CRITICAL
    assert f"sda in {node} is failing" in problem.title
    assert brick.path in problem.text
    assert "Z30YYYYY" in problem.text
    assert problem.action == f"gluster.replace-brick:{volume.name}"
    (elsewhere,) = machine_problems(state(**{node: replace(reading, facts=disk_of("/elsewhere"))}))
    assert elsewhere.action == f"nodes.disks:{node}"


def test_alerts_by_kind() -> None:
    def told(**parts: object) -> list[tuple[Severity, str]]:
        reading = replace(Reading(Facts(), 1.0), **parts)  # type: ignore[arg-type]
        return [(problem.severity, problem.key) for problem in machine_problems(state(node1=reading))]

    warn = Severity.WARN
    assert told(smart=(smart("sata-pending"),)) == [(warn, "nodes/node1/smart//dev/sda")]
    assert told(smart=(Smart("/dev/sda", Silence.NO_ANSWER),)) == [(warn, "nodes/node1/smart//dev/sda")]
    assert told(smart=(smart("sata-good"), smart("virtual-qemu"), smart("sata-ssd-worn"))) == []
    assert told(facts=Facts(arrays=(Array("md0", "raid1", "active", (), 1),))) == [(warn, "nodes/node1/array/md0")]
    assert told(facts=Facts(arrays=(Array("tank", "zfs", "DEGRADED"),))) == [(warn, "nodes/node1/array/tank")]
    assert told(facts=Facts(arrays=(Array("md0", "raid1", "active", (), 0), Array("t", "zfs", "ONLINE")))) == []
    assert told(clock=Clock(3.0, 0.1)) == [(warn, "nodes/node1/clock")]
    assert told(clock=Clock(0.1, 0.1)) == []
