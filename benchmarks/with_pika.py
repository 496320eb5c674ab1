"""pika: the plainest scripts that keep the guarantees, and bare ones that do nothing at all.

The plain ones are those of a tutorial: a confirm for each message, one reading at a time and an
acknowledgement for each. The bare ones are the ceiling: a transaction for 500 rows of bodies
without properties, and a consumer that only acknowledges, every hundredth of 1,000 sent ahead.
"""

import sys

import pika

from .job import ACKNOWLEDGE, ALERTS, EXCHANGE, PREFETCH, QUEUES, URL, Drop, batches, rows_of, say

PERSISTENT = 2


def plain_producer(path: str):
    rows = rows_of(path)
    say("The cook is plain.")
    channel = open_channel()
    channel.confirm_delivery()
    for batch in batches(rows):
        for queue, body, properties in batch:
            basic = pika.BasicProperties(delivery_mode=PERSISTENT, **properties)
            channel.basic_publish(EXCHANGE, queue, body, basic)
    say("The cook is over.")


def plain_consumer(readings: str):
    drop, alerts = Drop(), open_channel()
    alerts.confirm_delivery()

    def judge(channel, method, properties, body):
        if alert := drop.judge(body):
            basic = pika.BasicProperties(delivery_mode=PERSISTENT, type="alert")
            alerts.basic_publish(EXCHANGE, ALERTS, alert, basic)
        channel.basic_ack(method.delivery_tag)
        if method.delivery_tag == int(readings):
            say("The cook has ended.")

    channel = open_channel()
    say("Waiting for readings.")
    channel.basic_qos(prefetch_count=1)
    channel.basic_consume(QUEUES[0], judge)
    channel.start_consuming()


def bare_producer(path: str):
    rows = rows_of(path)
    say("The cook is plain.")
    channel = open_channel()
    channel.tx_select()
    properties = pika.BasicProperties(delivery_mode=PERSISTENT)
    for batch in batches(rows):
        for queue, body, _ in batch:
            channel.basic_publish(EXCHANGE, queue, body, properties)
        channel.tx_commit()
    say("The cook is over.")


def bare_consumer(readings: str):
    count = int(readings)

    def acknowledge(channel, method, properties, body):
        if method.delivery_tag % ACKNOWLEDGE == 0 or method.delivery_tag == count:
            channel.basic_ack(method.delivery_tag, multiple=True)
            if method.delivery_tag == count:
                say("The cook has ended.")

    channel = open_channel()
    say("Waiting for readings.")
    channel.basic_qos(prefetch_count=PREFETCH)
    channel.basic_consume(QUEUES[0], acknowledge)
    channel.start_consuming()


def open_channel():
    return pika.BlockingConnection(pika.URLParameters(URL)).channel()


if __name__ == "__main__":
    globals()[sys.argv[1]](sys.argv[2])
