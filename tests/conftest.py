"""What all tests can ask for; the exercises can as well."""

from fixtures import (  # noqa: F401
    broker,
    offline,
    program,
    push_service,
    pytest_configure,
    rabbitmq,
    stranger,
    url,
)
from xdist.scheduler import LoadScopeScheduling

ONE_BROWSER = "tests/panel/test_panel.py"


class Scheduling(LoadScopeScheduling):
    """Any worker takes any test, but all tests of the browser go to one worker, and go first.

    By the file, as the marks of xdist say nothing from pytest 9.2 on.
    """

    def _split_scope(self, nodeid: str) -> str:
        return ONE_BROWSER if nodeid.startswith(ONE_BROWSER) else nodeid


def pytest_xdist_make_scheduler(config, log):
    return Scheduling(config, log)


def pytest_collection_modifyitems(items):
    """The longest tests come first and the quick ones of the core last, so that no worker ends long
    after the others."""
    items.sort(key=lambda item: ("core" in item.path.parts, item.path.stem != "test_exercises"))
