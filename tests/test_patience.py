"""The tests themselves: a property holds whatever the speed of the machine."""

from pathlib import Path

from hypothesis import HealthCheck, settings

EXERCISES = Path(__file__).parent.parent / "docs" / "exercises"


def test_no_property_fails_because_a_machine_is_slow():
    assert settings().deadline is None
    assert HealthCheck.too_slow in settings().suppress_health_check


def test_the_exercises_are_as_patient():
    assert "pytest_configure" in (EXERCISES / "conftest.py").read_text(encoding="utf-8")
