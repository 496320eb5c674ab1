"""What all tests can ask for; the exercises can as well."""

from fixtures import (  # noqa: F401
    broker,
    program,
    push_service,
    pytest_configure,
    rabbitmq,
    stranger,
    url,
)


def pytest_collection_modifyitems(items):
    """The longest tests come first and the quick ones of the core last, so that no worker ends long
    after the others."""
    items.sort(key=lambda item: ("core" in item.path.parts, item.path.stem != "test_exercises"))
