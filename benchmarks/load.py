"""A cook at which nothing happens, at so many readings a second: `python -m benchmarks.load 3000`.

They are persistent and not confirmed, so that this costs the machine as little as it can.
"""

import sys
import time

import pika

from .job import EXCHANGE, QUEUES, URL, say

BEAT = 0.01  # seconds


def main(rate: int):
    connection = pika.BlockingConnection(pika.URLParameters(URL))
    channel, began, sent = connection.channel(), time.monotonic(), 0
    say("On.")
    while True:
        for seq in range(sent + 1, int((time.monotonic() - began) * rate) + 1):
            properties = pika.BasicProperties(
                delivery_mode=2, type="reading", headers={"cook": "load", "seq": seq}
            )
            channel.basic_publish(EXCHANGE, QUEUES[0], b"09/06/25 11:00:05, 225.0", properties)
            sent = seq
        connection.process_data_events(BEAT)


if __name__ == "__main__":
    main(int(sys.argv[1]))
