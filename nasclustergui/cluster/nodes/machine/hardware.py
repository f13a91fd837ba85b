"""The tab "Hardware": what the firmware says, processor, memory, temperatures."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from nasclustergui.cluster.nodes.machine.facts import Fact, FactCard
from nasclustergui.cluster.nodes.machine.words import kind_text
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.units import DASH, NB, count, decimal, size
from nasclustergui.subsystems.nodes.features.machine.model import Hardware, Reading, Sensor
from nasclustergui.ui.parts import row

HOT = 5.0  # °C below what the chip calls critical


class HardwareView(QWidget):
    """Three cards."""

    def __init__(self) -> None:
        super().__init__()
        self.machine = FactCard(_("Machine"))
        self.processor = FactCard(_("Processor and memory"))
        self.heat = FactCard(_("Temperatures"))
        self.setLayout(row((self.machine, 1), (self.processor, 1), (self.heat, 1), gap=12))

    def show_reading(self, reading: Reading | None, stale: bool) -> None:
        """Show it, or dashes."""
        hardware = reading.facts.hardware if reading is not None and reading.facts is not None else Hardware()
        self.machine.show_facts(machine_facts(hardware), stale)
        self.processor.show_facts(processor_facts(hardware), stale)
        self.heat.show_facts(heat_facts(hardware), stale)


def machine_facts(hardware: Hardware) -> list[Fact]:
    """What it is."""
    bios = " · ".join(part for part in (hardware.bios, hardware.bios_date) if part)
    return [
        Fact(_("Kind"), kind_text(hardware)),
        Fact(_("Maker"), hardware.vendor),
        Fact(_("Model"), hardware.product),
        Fact(_("Serial number"), hardware.serial),
        Fact(_("Board"), hardware.board),
        Fact(_("Firmware"), bios),
    ]


def processor_facts(hardware: Hardware) -> list[Fact]:
    """CPU and memory; memory errors that could not be corrected are the worst thing here."""
    corrected, uncorrected = hardware.ecc_corrected, hardware.ecc_uncorrected
    ecc, state = _("No counters: without ECC, or its driver is not loaded"), ""
    if corrected is not None and uncorrected is not None:
        ecc = _("{corrected} corrected, {uncorrected} not corrected").format(
            corrected=count(corrected), uncorrected=count(uncorrected)
        )
        state = "critical" if uncorrected else "warn" if corrected else ""
    return [
        Fact(_("Processor"), hardware.cpu),
        Fact(_("Sockets"), _number(hardware.sockets)),
        Fact(_("Cores"), _cores(hardware)),
        Fact(_("Memory"), size(hardware.memory)),
        Fact(_("Swap"), _("None") if hardware.swap == 0 else size(hardware.swap)),
        Fact(_("Memory errors"), ecc if hardware.cpu else DASH, state),
    ]


def _number(n: int | None) -> str:
    return DASH if n is None else count(n)


def _cores(hardware: Hardware) -> str:
    if hardware.cores is None or hardware.threads is None:
        return _number(hardware.cores or hardware.threads)
    text = ngettext("{cores}, {n} thread", "{cores}, {n} threads", hardware.threads)
    return text.format(cores=count(hardware.cores), n=count(hardware.threads))


def heat_facts(hardware: Hardware) -> list[Fact]:
    """The hottest first."""
    sensors = sorted(hardware.sensors, key=lambda sensor: -sensor.celsius)
    if not sensors:
        return [Fact(_("Sensors"), _("None to read") if hardware.cpu else DASH)]
    return [_sensor(sensor) for sensor in sensors[:24]]


def _sensor(sensor: Sensor) -> Fact:
    text = decimal(sensor.celsius, 0) + NB + "°C"
    hot = sensor.critical is not None and sensor.celsius >= sensor.critical - HOT
    if sensor.critical is not None:
        text = _("{now} of at most {limit}").format(now=text, limit=decimal(sensor.critical, 0) + NB + "°C")
    return Fact(" ".join(part for part in (sensor.chip, sensor.label) if part), text, "critical" if hot else "")
