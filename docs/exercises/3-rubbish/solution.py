"""Puts rubbish into a queue and finds it again."""

import os

import pika

connection = pika.BlockingConnection(pika.URLParameters(os.environ["RABBITMQ_URL"]))
channel = connection.channel()
channel.basic_publish("", "01-smoker", "hot!")

method = None
while method is None:
    method, properties, body = channel.basic_get("06-rejected")
    connection.sleep(0.05)
print(body.decode(), "was rejected:", properties.headers["reason"])
channel.basic_nack(method.delivery_tag, requeue=True)
connection.close()
