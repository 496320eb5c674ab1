"""Counts the alerts in the history."""

import os

import pika

connection = pika.BlockingConnection(pika.URLParameters(os.environ["RABBITMQ_URL"]))
channel = connection.channel()
channel.basic_qos(prefetch_count=100)
alerts = 0
reading = channel.consume(
    "05-history", arguments={"x-stream-offset": "first"}, inactivity_timeout=3
)
for method, properties, _ in reading:
    if method is None:
        break
    alerts += properties.type == "alert"
    channel.basic_ack(method.delivery_tag)
print(alerts)
connection.close()
