"""What all tests can ask for; the exercises can as well."""

from fixtures import broker, program, push_service, rabbitmq, stranger, url  # noqa: F401
