"""RabbitMQ: the messages, one connection, staying connected, and reading the history again.

It imports the core, and from `cli` whether a stop was requested.
"""
