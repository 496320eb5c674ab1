"""The core: what a reading is, and when readings are worth an alert.

Nothing here opens, connects, sleeps or asks the time. It imports nothing of ours.
"""
