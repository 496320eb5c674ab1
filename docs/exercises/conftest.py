"""The exercises are tested on a real RabbitMQ, as the program is."""

from fixtures import broker, program, rabbitmq, stranger, url  # noqa: F401
