"""What the scripts do: the producer, the consumers, and alerts on their way to people.

It imports the core, `cli` and `rabbitmq`.
"""
