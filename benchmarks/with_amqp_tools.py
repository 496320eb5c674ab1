"""What comes nearest in C: the command line tools of librabbitmq (`apt install amqp-tools`).

`amqp-publish` sends the same readings as persistent lines to one queue, and the broker confirms
none of them. `amqp-consume` starts a `cat` for each reading, and acknowledges it when that ends.
"""

import subprocess
import sys

from .job import EXCHANGE, PREFETCH, QUEUES, URL, batches, rows_of, say

SERVER = f"--url={URL.rstrip('/')}"


def producer(path: str):
    lines = b"".join(sent.body + b"\n" for batch in batches(rows_of(path)) for sent in batch)
    say("The cook is plain.")
    command = ["amqp-publish", SERVER, "-e", EXCHANGE, "-r", QUEUES[0], "--persistent", "-l"]
    subprocess.run(command, input=lines, check=True)
    say("The cook is over.")


def consumer(readings: str):
    say("Waiting for readings.")
    command = ["amqp-consume", SERVER, "-q", QUEUES[0], "-c", readings, "-p", str(PREFETCH), "cat"]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    say("The cook has ended.")


if __name__ == "__main__":
    globals()[sys.argv[1]](sys.argv[2])
