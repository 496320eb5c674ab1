"""The page for browsers: what the history tells, and how it is shown.

It reads and never writes. It imports the core, `cli` and `rabbitmq`, and nobody imports it.
"""
