"""What every script shares: settings, options, signals and exit codes, and the screen.

It imports the core. What a script does lives in `app`.
"""
