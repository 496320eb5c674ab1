"""Files as others' thermometers, controllers and apps write them, each a sample in their form."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from smart_smoker.core.rows import Wanted, read_rows

FOLDER = Path(__file__).parent / "peers"
DOCS = (Path(__file__).parents[2] / "docs" / "your-own-cook.md").read_text(encoding="utf-8")


@dataclass
class Peer:
    """Whose file it is, by its name in the documentation, and what is read of it."""

    name: str
    first: tuple
    last: tuple
    said: str = ""
    wanted: Wanted = field(default_factory=Wanted)
    rows: int = 12


PEERS = {
    "fireboard.csv": Peer(
        "FireBoard",
        ("08/14/26 17:40:00", 231, None, None),
        ("08/14/26 17:45:30", 231.7, 95.8, 78.4),
        'smoker = "Grill", food A = "Brisket", food B = "Ribs"; dates month first',
    ),
    "thermoworks-signals.csv": Peer(
        "ThermoWorks",
        ("8/14/26 17:40", 231, 88.1, 71.4),
        ("8/14/26 17:51", 231.7, 95.8, 78.4),
        'smoker = "Probe1 -°F", food A = "Probe 2 -°F", food B = "Probe 3 -°F";'
        ' not used: "Probe 4 -°F"; dates month first',
    ),
    "thermoworks-bluedot.csv": Peer(
        "BlueDOT",
        ("8/14/26 17:40", 231.08, None, None),
        ("8/14/26 17:51", 231.62, None, None),
        'smoker = "Temp -°C"; °C; dates month first',
    ),
    "thermoworks-cloud.csv": Peer(
        "`timestamp,channel,value,units`",
        ("2026-08-14T17:40:00.000Z", 231, None, None),
        ("2026-08-14T17:43:00.000Z", None, None, 90.32),
        'smoker = "Pit", food A = "Ribs", food B = "Brisket"',
    ),
    "meater-cloud.jsonl": Peer(
        "MEATER",
        ("1786729200", 231.08, 88.16, None),
        ("1786729530", 231.62, 95.72, None),
        'smoker = "data temperature ambient", food A = "data temperature internal"; not used:'
        ' "status", "statusCode", "data id", "data cook", "data cook id", "data cook name",'
        ' "data cook state", "data cook time elapsed", "data cook time remaining",'
        ' "data cook target", "data cook peak"; °C',
        Wanted(celsius=True),
    ),
    "inkbird-mqtt.jsonl": Peer(
        "Inkbird",
        ("2026-08-14T17:40:00.104729Z+0200", 231.08, 88.16, None),
        ("2026-08-14T17:45:30.256748Z+0200", 231.62, 95.72, 78.44),
        'smoker = "payload tempc", food A = "payload tempc2", food B = "payload tempc3"; not used:'
        ' "topic", "qos", "retain", "payloadlen", "payload id", "payload brand", "payload model",'
        ' "payload model_id", "payload rssi"; °C',
    ),
    "mqtt-topics.jsonl": Peer(
        "a topic for each probe",
        ("2026-08-14T17:40:00.104729Z+0200", 231, None, None),
        ("2026-08-14T17:41:30.418916Z+0200", None, None, 73.3),
        'smoker = "pit/smoker", food A = "pit/brisket", food B = "pit/ribs"',
    ),
    "heatermeter.csv": Peer(
        "HeaterMeter",
        ("1786729200", 231, 88.1, None),
        ("1786729310", 231.7, 95.8, 78.4),
        wanted=Wanted(columns=["1", "3", "4", "5"]),
    ),
    "pifire.csv": Peer(
        "PiFire",
        ("2026-08-14 17:40:00", 231, 88, 71),
        ("2026-08-14 17:40:33", 232, 96, 78),
        'smoker = "Grill Temp", food A = "Probe1 Temp", food B = "Probe2 Temp"; not used:'
        ' "Grill Set Point", "Grill Notify Target", "Probe1 Notify Target", "Probe2 Notify Target"',
    ),
    "combustion.csv": Peer(
        "Combustion",
        ("+0:00:00", 231.08, 88.16, None),
        ("+0:00:55", 231.62, 95.72, None),
        'smoker = "VirtualAmbientTemperature", food A = "VirtualCoreTemperature"; not used:'
        ' "SessionID", "SequenceNumber", "T1", "T2", "T3", "T4", "T5", "T6", "T7", "T8",'
        ' "VirtualSurfaceTemperature", "EstimatedCoreTemperature", "PredictionSetPoint",'
        ' "VirtualCoreSensor", "VirtualSurfaceSensor", "VirtualAmbientSensor", "PredictionState",'
        ' "PredictionMode", "PredictionType", "PredictionValueSeconds"; °C',
    ),
    "tempspike-xr.jsonl": Peer(
        "TempSpike",
        ("2026-08-14 17:40:00", 231.08, 88.16, None),
        ("2026-08-14 17:40:44", 231.62, 95.72, None),
        'smoker = "temperature_amb_C", food A = "temperature_int_C"; not used: "model", "id",'
        ' "color", "is_probe", "probe_batery", "mic"; °C',
    ),
    "thermopro-tp12.jsonl": Peer(
        "TP12",
        ("2026-08-14 17:40:00", 231.08, None, None),
        ("2026-08-14 17:42:12", 231.62, 95.72, None),
        'smoker = "temperature_2_C", food A = "temperature_1_C"; not used: "model", "id", "mic";'
        " °C",
        Wanted(["time", "temperature_2_C", "temperature_1_C"], absent=frozenset((320.0,))),
    ),
    "thermopro-tp12-mqtt.jsonl": Peer(
        "`rtl_433 -F mqtt`",
        ("2026-08-14T17:40:00.104729Z+0200", 231.08, None, None),
        ("2026-08-14T17:42:12.256748Z+0200", 231.62, 95.72, None),
        'smoker = "payload temperature_2_C", food A = "payload temperature_1_C"; not used:'
        ' "topic", "qos", "retain", "payloadlen", "payload time", "payload model", "payload id",'
        ' "payload mic"; °C',
        Wanted(
            ["tst", "payload temperature_2_C", "payload temperature_1_C"],
            absent=frozenset((320.0,)),
        ),
    ),
    "home-assistant.csv": Peer(
        "Home Assistant",
        ("2026-08-14T17:40:00.000Z", None, None, None),
        ("2026-08-14T17:43:02.469Z", None, 90.4, None),
        'smoker = "sensor.pit_temperature", food A = "sensor.brisket_temperature";'
        ' not used: "sensor.pit_battery"',
    ),
    "influxdb.csv": Peer(
        "InfluxDB",
        ("2026-08-14T17:40:00Z", 231, None, None),
        ("2026-08-14T17:43:00Z", None, None, 73.3),
        'smoker = "pit", food A = "brisket", food B = "ribs"',
    ),
    "grafana.csv": Peer(
        "Grafana",
        ("1786729200000", 231, 88.1, 71.4),
        ("1786729530000", 231.7, 95.8, 78.4),
        'smoker = "pit", food A = "brisket", food B = "ribs"',
    ),
}


def test_each_sample_has_its_peer():
    assert sorted(path.name for path in FOLDER.iterdir()) == sorted(PEERS)


@pytest.mark.parametrize("file", PEERS)
def test_a_peers_file_is_read_from_its_first_row_to_its_last(file):
    peer, tables = PEERS[file], []
    lines = (FOLDER / file).read_text(encoding="utf-8").splitlines()
    found = list(read_rows(lines, peer.wanted, tables.append))
    first, last = ((row.time, *row.temperatures[:3]) for row in (found[0], found[-1]))
    assert (first, last, len(found)) == (peer.first, peer.last, peer.rows)
    assert [table.said for table in tables][:1] == [peer.said]
    assert not any(row.skipped for row in found)


@pytest.mark.parametrize("file", PEERS)
def test_the_documentation_names_each_peer(file):
    assert PEERS[file].name in DOCS
