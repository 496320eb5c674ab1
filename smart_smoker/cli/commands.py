"""Commands that people are told to type, in the form of the machine that they sit at."""

import re
import sys


def typed(text: str, system: str = sys.platform) -> str:
    """A text whose commands are those of Linux, with those of Windows where it runs there."""
    if system != "win32":
        return text
    text = re.sub(r"\bpython3(?= )", "py", text)
    text = re.sub(r"\.venv/bin/(\w)", r".venv\\Scripts\\\1", text)
    return re.sub(r"\bcp(?= )", "copy", text)
