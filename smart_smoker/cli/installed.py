"""Says in one line what is missing when a script is started without its libraries.

The scripts import this first: without it, a forgotten virtual environment is a traceback.
"""

import sys

# Ctrl+C while a script still imports its modules needs no traceback: this comes first.
sys.excepthook = lambda kind, error, trace: (
    None if kind is KeyboardInterrupt else sys.__excepthook__(kind, error, trace)
)

LIBRARIES = ("pika", "tomli", "dotenv", "rich")

if sys.version_info < (3, 10):
    sys.exit("Smart Smoker needs Python 3.10 or newer; this is " + sys.version.split()[0])


def missing(*libraries: str) -> list[str]:
    """Those of the libraries that are not installed for this Python."""
    from importlib.util import find_spec

    return [library for library in libraries if find_spec(library) is None]


_missing = missing(*LIBRARIES)
if _missing:
    print(
        "The libraries " + ", ".join(_missing) + " are not installed for this Python. Run"
        " `python3 run.py setup` once and start scripts with .venv/bin/python (on Windows"
        " .venv\\Scripts\\python).",
        file=sys.stderr,
    )
    sys.exit(2)
