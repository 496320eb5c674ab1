"""The job in aio-pika.

Tuned by its documentation: 500 rows are published at once and their confirms gathered. The
consumer iterates over the queue, so that readings stay in order while an alert is awaited, with a
prefetch of 1,000 and `ack(multiple=True)`; alerts go by a channel of their own with confirms.
"""

import asyncio
import sys

from aio_pika import DeliveryMode, Message, connect

from .job import ACKNOWLEDGE, ALERTS, EXCHANGE, PREFETCH, QUEUES, URL, Drop, batches, rows_of, say


async def producer(path: str):
    rows = rows_of(path)
    say("The cook is plain.")
    connection = await connect(URL)
    channel = await connection.channel(publisher_confirms=True)
    exchange = await channel.get_exchange(EXCHANGE, ensure=False)
    for batch in batches(rows):
        await asyncio.gather(*(exchange.publish(message(s), s.queue) for s in batch))
    say("The cook is over.")


def message(sending) -> Message:
    return Message(sending.body, delivery_mode=DeliveryMode.PERSISTENT, **sending.properties)


async def consumer(readings: str):
    count, drop = int(readings), Drop()
    connection = await connect(URL)
    confirmed = await connection.channel(publisher_confirms=True)
    exchange = await confirmed.get_exchange(EXCHANGE, ensure=False)
    channel = await connection.channel(publisher_confirms=False)
    await channel.set_qos(PREFETCH)
    queue = await channel.get_queue(QUEUES[0], ensure=False)
    say("Waiting for readings.")
    async with queue.iterator() as arriving:
        async for reading in arriving:
            if alert := drop.judge(reading.body):
                sent = Message(alert, delivery_mode=DeliveryMode.PERSISTENT, type="alert")
                await exchange.publish(sent, ALERTS)
            if reading.delivery_tag % ACKNOWLEDGE == 0 or reading.delivery_tag == count:
                await reading.ack(multiple=True)
            if reading.delivery_tag == count:
                say("The cook has ended.")


if __name__ == "__main__":
    asyncio.run(globals()[sys.argv[1]](sys.argv[2]))
