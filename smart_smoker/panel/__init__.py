"""The page for browsers: what the history tells, and how it is shown.

It reads and never writes. It imports the core, `script` and `wire`, and nobody imports it.
"""
