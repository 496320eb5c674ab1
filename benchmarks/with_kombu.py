"""The job in kombu, on py-amqp, its own transport.

Tuned by its documentation. The bodies go out as bytes with their content type, so that nothing is
serialized; a transaction confirms 500 rows, since `confirm_publish` waits for each message. The
consumer takes `on_message` instead of decoding callbacks, a prefetch of 1,000 and
`ack(multiple=True)`; its alerts go, confirmed, by a connection of their own, as kombu advises for
producers beside consumers.
"""

import sys

from kombu import Connection, Consumer, Exchange, Producer, Queue

from .job import ACKNOWLEDGE, ALERTS, EXCHANGE, PREFETCH, QUEUES, URL, Drop, batches, rows_of, say

TEXT = {"content_type": "text/plain", "content_encoding": "utf-8"}
JSON = {"content_type": "application/json", "content_encoding": "utf-8"}


def producer(path: str):
    rows = rows_of(path)
    say("The cook is plain.")
    channel = Connection(URL).channel()
    channel.tx_select()
    publish = Producer(channel, Exchange(EXCHANGE, "topic"), auto_declare=False).publish
    for batch in batches(rows):
        for queue, body, properties in batch:
            publish(body, routing_key=queue, delivery_mode="persistent", **TEXT, **properties)
        channel.tx_commit()
    say("The cook is over.")


def consumer(readings: str):
    count, drop = int(readings), Drop()
    confirmed = Connection(URL, transport_options={"confirm_publish": True})
    exchange = Exchange(EXCHANGE, "topic")
    publish = Producer(confirmed.channel(), exchange, auto_declare=False).publish

    def judge(message):
        if alert := drop.judge(message.body):
            publish(alert, routing_key=ALERTS, delivery_mode="persistent", type="alert", **JSON)
        if message.delivery_tag % ACKNOWLEDGE == 0 or message.delivery_tag == count:
            message.ack(multiple=True)
        if message.delivery_tag == count:
            say("The cook has ended.")

    connection = Connection(URL)
    channel = connection.channel()
    say("Waiting for readings.")
    channel.basic_qos(0, PREFETCH, False)
    queue = Queue(QUEUES[0], no_declare=True)
    with Consumer(channel, [queue], on_message=judge, auto_declare=False):
        while True:
            connection.drain_events()


if __name__ == "__main__":
    globals()[sys.argv[1]](sys.argv[2])
