"""How long pytest takes to collect the official tests on both APIs, and with how much memory.

Run it alone: ``python benchmarks/collecting.py``. It needs the tests that ``mongotape corpus fetch`` brings.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time

from mongotape import corpus

RUNS = 3
LIMIT = 5.0  # seconds


def collect(folder: str) -> tuple[float, str]:
    """Seconds from the start of a fresh process to its end, and pytest's last line."""
    alone = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # what other plugins cost is theirs
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-pmongotape.pytest_plugin"]
    command += [
        "-pno:cacheprovider",
        "--noconftest",
        "-c",
        "/dev/null",
        f"--rootdir={folder}",
        f"--tape-specs={folder}",
        "--tape-api=both",
        folder,
    ]
    began = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=alone)
    return time.perf_counter() - began, done.stdout.strip().splitlines()[-1]


def main() -> int:
    """Print the best of some runs."""
    folder = str(corpus.fetch())
    runs = [collect(folder) for _ in range(RUNS)]
    seconds, said = min(runs)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = (used.ru_utime + used.ru_stime) / RUNS
    megabytes = used.ru_maxrss / 1024
    print(
        f"{said}; {seconds:.2f} s in all (limit {LIMIT:g} s), {processor:.2f} s of the processor, at most {megabytes:.0f} MB"
    )
    return int(seconds > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
