"""What a crash of the broker costs, predicted and seen."""

from pathlib import Path

import tomli
from scripts import Program, cook_csv, history

from smart_smoker.core.alert import Alert
from smart_smoker.lab.private_broker import PrivateBroker
from smart_smoker.rabbitmq.connection import Broker

PREDICTION = Path(__file__).with_name("prediction.toml")


def test_the_prediction_comes_true(request, tmp_path):
    assert PREDICTION.exists(), f"write {PREDICTION.name} first"
    predicted = tomli.loads(PREDICTION.read_text(encoding="utf-8"))
    request.getfixturevalue("rabbitmq")
    seen = {}
    with PrivateBroker(tmp_path / "broker") as node, Program(tmp_path / "p", node.url) as program:
        consumer = program.start("consumer_smoker.py")
        consumer.said("Waiting for readings")
        smoker = [225] * 9 + [200] + [225] * 19 + [200] + [225] * 10
        csv = program.write("cook.csv", cook_csv(smoker, [None] * 40, [None] * 40))
        producer = program.start("smoker_producer.py", csv, "--interval", 0.1, "--no-admin")
        consumer.said("Smoker 225.0 °F", times=20)
        node.kill()
        consumer.said("is lost")
        seen["consumer_ended"] = consumer.has_ended
        producer.said("is lost")
        node.start()
        seen["producer_exit_code"] = producer.ended()[0]
        consumer.said("has ended after 40 readings")
        readings = {event.id for event in history(node.url) if event.type == "reading"}
        seen["readings_in_history"] = len(readings)
        with Broker(node.url, "exercise", only_looks=True) as broker:
            waiting = [Alert.parse(arrival.body) for arrival in broker.get_all("04-alerts")]
        seen["alerts_waiting"] = sum(alert.kind == "drop" for alert in waiting)
    assert predicted == seen
