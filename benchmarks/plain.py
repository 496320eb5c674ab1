"""The plainest scripts for the same messages, in pika alone; nothing helps when all goes wrong.

The producer publishes what ours does but for the mark on a probe's last reading, persistent, and
confirmed by a transaction for as many rows together. The consumer takes one reading at a time,
acknowledges each, and has our rule and window. It prints an episode's alert, where ours publishes
it, confirmed; it shows no readings, and neither writes a log.
"""

import csv
import os
import sys
import time
from collections import deque

import pika

QUEUES = ("01-smoker", "02-food-A", "03-food-B")
TOGETHER = 500  # rows, as in smart_smoker/producer.py
DEGREES, WINDOW = 15, 5


def producer():
    with open(sys.argv[2]) as file:
        rows = list(csv.reader(file))[1:]
    print("The cook is plain.", flush=True)
    channel = connect()
    channel.tx_select()
    seqs = dict.fromkeys(QUEUES, 0)
    for number, (timestamp, *cells) in enumerate(rows, 1):
        for queue, cell in zip(QUEUES, cells, strict=True):
            if cell:
                seqs[queue] += 1
                properties = pika.BasicProperties(
                    app_id="plain",
                    content_type="text/plain",
                    delivery_mode=2,
                    headers={"cook": "plain", "seq": seqs[queue]},
                    message_id=f"plain/{queue}/{seqs[queue]}",
                    timestamp=int(time.time()),
                    type="reading",
                )
                channel.basic_publish("smart-smoker", queue, f"{timestamp}, {cell}", properties)
        if number % TOGETHER == 0:
            channel.tx_commit()
    channel.tx_commit()
    print("The cook is over.", flush=True)


def consumer():
    window, dropped = deque(maxlen=WINDOW), False

    def judge(channel, method, properties, body):
        nonlocal dropped
        timestamp, temperature = body.decode().split(", ")
        window.append(float(temperature))
        before, dropped = dropped, max(window) - window[-1] >= DEGREES
        if dropped and not before:
            print(f"Smoker Alert! {temperature} F at {timestamp}", flush=True)
        channel.basic_ack(method.delivery_tag)
        if properties.headers.get("last"):
            print("The cook has ended.", flush=True)

    channel = connect()
    channel.basic_qos(prefetch_count=1)
    channel.basic_consume(QUEUES[0], judge)
    print("Waiting for readings.", flush=True)
    channel.start_consuming()


def connect():
    return pika.BlockingConnection(pika.URLParameters(os.environ["RABBITMQ_URL"])).channel()


if __name__ == "__main__":
    {"producer": producer, "consumer": consumer}[sys.argv[1]]()
