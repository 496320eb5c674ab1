"""To try it all on one machine: a RabbitMQ of one's own, the demo, an inbox, a simulated cook.

It may import every other room, and no other room imports it.
"""
