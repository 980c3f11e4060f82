"""Run the embedded AWS as a process: `python -m tests.aws`."""

from __future__ import annotations

import argparse
import json
import signal
import threading
from pathlib import Path

from tests.aws.embedded import EmbeddedAws


def main() -> None:
    """Print one JSON line when ready, answer until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="python -m tests.aws", description=__doc__)
    parser.add_argument("--state", type=Path, help="JSON file; default: tests/aws/seed.py")
    parser.add_argument("--port", type=int, default=0, help="default: any free port")
    parser.add_argument("--proxy", action="store_true", help="answer for AWS's host names too")
    parser.add_argument("--folder", type=Path, help="where the proxy's CA is kept")
    parser.add_argument("--clock-file", type=Path, help="file with seconds to add to the clock")
    arguments = parser.parse_args()
    ended = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: ended.set())
    aws = EmbeddedAws(
        arguments.state,
        port=arguments.port,
        folder=arguments.folder,
        clock_file=arguments.clock_file,
    )
    with aws:
        ready = {
            "url": aws.url,
            "proxy_url": aws.proxy_url if arguments.proxy else "",
            "ca_bundle": aws.ca_bundle if arguments.proxy else "",
        }
        print(json.dumps(ready), flush=True)
        while not ended.wait(1):  # a plain wait() doesn't see signals on Windows
            pass


main()
