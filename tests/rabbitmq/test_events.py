"""Events: each message says one thing, whoever reads it, and rubbish says nothing."""

from dataclasses import replace

import pytest
from scripts import ALERT

from smart_smoker.core.answers import Answer
from smart_smoker.core.errors import UnreadableMessage
from smart_smoker.core.probes import FOOD_A, SMOKER
from smart_smoker.core.readings import numbered
from smart_smoker.rabbitmq import events
from smart_smoker.rabbitmq.events import parse
from smart_smoker.rabbitmq.messages import (
    Arrival,
    Message,
    Outcome,
    alert_message,
    answer_message,
    delivery_message,
    limits_message,
    reading_message,
    rejected_message,
    remark_message,
)

READING = numbered(FOOD_A, "brisket", 7, "05/22/21 12:20:15", 84.2, last=True)
ANSWER = Answer("an answer", minutes=60)
LID = replace(ALERT, id="brisket/01-smoker/17/lid", state="lid")


def arrived(message: Message, **changes) -> Arrival:
    arrival = Arrival(
        message.queue, 1, message.body, message.id, message.type, message.headers, message.sent
    )
    return arrival._replace(**changes)


@pytest.mark.parametrize(
    ("message", "event"),
    [
        (reading_message(READING), READING),
        (alert_message(ALERT), ALERT),
        (alert_message(LID), LID),
        (answer_message(SMOKER, "brisket", ANSWER), events.Answered("brisket", SMOKER, ANSWER)),
        (
            remark_message("brisket", "wrapped", "7"),
            events.Remark("brisket", "7", "wrapped", names=False),
        ),
        (
            remark_message("brisket", "Sunday", "8", names=True),
            events.Remark("brisket", "8", "Sunday", names=True),
        ),
        (
            limits_message(SMOKER, "brisket", {"low": 205}),
            events.Limits("brisket", SMOKER, {"low": 205.0}),
        ),
        (
            delivery_message(ALERT, "email", Outcome.FAILED, "down"),
            events.Delivery("brisket", ALERT.id, "email", Outcome.FAILED, "down"),
        ),
    ],
    ids=lambda it: it.type if isinstance(it, Message) else "",
)
def test_what_a_message_was_made_of_comes_out_of_it(message, event):
    assert parse(arrived(message)) == event


@pytest.mark.parametrize(
    "arrival",
    [
        arrived(reading_message(READING), queue="answer.02-food-A"),
        arrived(answer_message(SMOKER, "brisket", ANSWER), queue=SMOKER.queue),
        arrived(answer_message(SMOKER, "brisket", ANSWER), headers={}),
        arrived(alert_message(ALERT), queue="05-history", type="note"),
        arrived(alert_message(LID), type="alert"),
        arrived(alert_message(LID), queue="04-alerts"),
        arrived(remark_message("brisket", "", "7")),
        arrived(remark_message("brisket", "wrapped", "")),
        arrived(limits_message(SMOKER, "brisket", {"low": 205}), body=b'{"low": 1e6}'),
        arrived(limits_message(SMOKER, "brisket", {"low": 205}), body=b"{}" + b" " * 1000),
        arrived(limits_message(SMOKER, "brisket", {"low": 205}), headers={"cook": "brisket"}),
        arrived(delivery_message(ALERT, "email", Outcome.FAILED), headers={}),
        arrived(rejected_message("04-alerts", b"rubbish", "no alert")),
        arrived(Message("05-history", b"", "marker")),
    ],
    ids=lambda arrival: f"{arrival.type} in {arrival.queue}",
)
def test_what_is_not_where_it_belongs_or_lacks_something_says_nothing(arrival):
    with pytest.raises(UnreadableMessage):
        parse(arrival)
