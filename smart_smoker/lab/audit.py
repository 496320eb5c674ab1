"""Asks whether what is locked has known holes: `python -m smart_smoker.lab.audit`, for CI.

pip-audit says "no known vulnerabilities" of libraries that nobody could be asked about, too.
"""

import json
import subprocess
import sys

from .environment import DEVELOPMENT, HERE

COMMAND = [
    *(sys.executable, "-m", "pip_audit", "--requirement", str(HERE / f"{DEVELOPMENT}.lock")),
    *("--require-hashes", "--disable-pip", "--progress-spinner", "off", "--format", "json"),
]


def verdict(report: str, complaint: str) -> tuple[list[str], int]:
    """The lines to print for what pip-audit has printed, and the exit code: 1 for a known hole."""
    try:
        libraries = json.loads(report)["dependencies"]
    except (ValueError, KeyError, TypeError):
        reason = complaint.strip().rpartition("\n")[2] or "it says nothing"
        return [f"pip-audit: NO ANSWER for any library: {reason}"], 0
    holes = [
        f"pip-audit: {library['name']} {library['version']} has {hole['id']}"
        for library in libraries
        for hole in library.get("vulns", [])
    ]
    unknown = sum("vulns" not in library for library in libraries)
    known = len(libraries) - unknown
    lines = holes or [f"pip-audit: no known hole in {known} libraries."] * bool(known)
    if unknown:
        lines.append(f"pip-audit: NO ANSWER for {unknown} of {len(libraries)} libraries.")
    return lines, int(bool(holes))


if __name__ == "__main__":
    done = subprocess.run(COMMAND, capture_output=True, text=True)
    lines, code = verdict(done.stdout, done.stderr)
    print("\n".join(lines))
    sys.exit(code)
