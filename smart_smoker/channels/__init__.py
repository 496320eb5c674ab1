"""The ways to reach people: what a channel is, each in a module of its own, and which are set up.

It imports the core and `cli`.
"""
