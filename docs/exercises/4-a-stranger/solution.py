"""A stranger's producer."""

import os

import pika

connection = pika.BlockingConnection(pika.URLParameters(os.environ["RABBITMQ_URL"]))
channel = connection.channel()
persistent = pika.BasicProperties(delivery_mode=2)
for second, temperature in enumerate([225.0] * 5 + [200.0]):
    body = f"05/22/21 12:20:{10 + second}, {temperature}"
    channel.basic_publish("smart-smoker", "01-smoker", body, persistent)
connection.close()
