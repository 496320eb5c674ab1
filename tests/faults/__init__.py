"""The fault harness: the real scripts, a real RabbitMQ, a real mail server, and all that goes
wrong between them.

    python -m tests.faults --rounds 5
"""

import sys
from pathlib import Path

# Under pytest the folder of the tests is on the path already; with -m it is not.
if str(Path(__file__).parent.parent) not in sys.path:
    sys.path.insert(0, str(Path(__file__).parent.parent))
