"""Prints the deques that a consumer has left, and leaves them where they are."""

import json
import os

import pika

connection = pika.BlockingConnection(pika.URLParameters(os.environ["RABBITMQ_URL"]))
channel = connection.channel()
newest = None
while (got := channel.basic_get("01-smoker.state"))[0]:
    newest = got
for cook, known in json.loads(newest[2])["cooks"].items():
    temperatures = (str(temperature) for _, temperature in known["deque"])
    print(f"{cook} {known['number']}:", *temperatures)
# What we have got and not acknowledged returns to the queue.
connection.close()
