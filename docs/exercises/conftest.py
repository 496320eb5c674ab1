"""The exercises are tested on a real RabbitMQ, as the program is."""

from fixtures import broker, program, pytest_configure, rabbitmq, stranger, url  # noqa: F401
