#!/bin/sh
# A board for the kitchen: a line for each alert. It needs curl and jq.
set -eu
host=${RABBITMQ_URL##*/}
host=${host:-%2F}
name=kitchen-board

ask() {
    path=$1
    shift
    curl --silent --show-error --fail --header 'Content-Type: application/json' \
        "$RABBITMQ_API/$path" "$@"
}

# A queue of its own, which is forgotten when nobody has asked for a minute.
ask "queues/$host/$name" --request PUT --data '{"arguments": {"x-expires": 60000}}'
ask "bindings/$host/e/smart-smoker/q/$name" --data '{"routing_key": "04-alerts"}' >&2

while true; do
    ask "queues/$host/$name/get" \
        --data '{"count": 100, "ackmode": "ack_requeue_false", "encoding": "auto"}'
    echo # jq reads line by line
    sleep 0.5
done | jq --null-input --raw-output --unbuffered '
    foreach (
        inputs[] | select(.properties.type? == "alert") | .payload | fromjson?
        | select(.state != "ring" and .state != "second")
    ) as $alert (
        {};
        {told: (.told + {($alert.id): true}), again: .told[$alert.id]};
        select(.again | not) | "\($alert.cook): \($alert.subject)"
    )'
