"""Count the way from no MFA device to the first call with a session.

``python -m tests.bench.first_device [HOST]`` enrolls a device in a real terminal, logs in, and
lists the buckets, with codes entered as soon as the device shows them: commands, what a person
enters, and seconds, most of which are the wait for the next code. AWS's own way is counted in
docs/how-to/first-device.md.
"""

from __future__ import annotations

import argparse
import sys
import time
from typing import TYPE_CHECKING

from tests.bench.wired import wired_hosts
from tests.hosts.home import Home
from tests.hosts.users import settle

if TYPE_CHECKING:
    from tests.aws import EmbeddedAws
    from tests.hosts.terminal import Terminal

SERIAL = "arn:aws:iam::123456789012:mfa/nodevice"


def main() -> int:
    """Go the way once on a host; print what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("host", nargs="?", default="v2")
    for wired in wired_hosts([parser.parse_args().host]):
        network = {"HTTPS_PROXY": wired.aws.proxy_url, "AWS_CA_BUNDLE": str(wired.aws.ca_bundle)}
        home = Home(wired.host, wired.folder, wired.plugin, network)
        settle(home, wired.aws, "nodevice")
        begin = time.monotonic()
        waited = enroll_and_log_in(home, wired.aws)
        listed = home.run("s3", "ls", "--profile", "mfa")
        seconds = time.monotonic() - begin
        if listed.returncode:
            raise RuntimeError(listed.output)
        print(
            f"{wired.host.name}: 2 commands, 3 codes, 1 answer, {seconds:.0f} s, "
            f"of which {waited:.0f} s were for the next codes"
        )
    return 0


def enroll_and_log_in(home: Home, aws: EmbeddedAws) -> float:
    """Run ``aws mfa devices add`` as a person does; return the seconds waited for codes."""
    terminal = home.spawn("mfa", "devices", "add", timeout=120)
    terminal.expect("First code:")
    terminal.send_line(aws.token_code(SERIAL))
    waited = until(terminal, "Next code:  ")
    second = aws.token_code(SERIAL)
    terminal.send_line(second)
    terminal.expect("Log in now")
    terminal.send_line("")
    terminal.expect("MFA code for nodevice")
    begin = time.monotonic()
    while (third := aws.token_code(SERIAL)) == second:
        time.sleep(0.1)
    terminal.send_line(third)
    waited += time.monotonic() - begin
    if terminal.wait():
        raise RuntimeError(terminal.text)
    return waited


def until(terminal: Terminal, text: str) -> float:
    """Wait for a text; return for how many seconds."""
    begin = time.monotonic()
    terminal.expect(text)
    return time.monotonic() - begin


if __name__ == "__main__":
    sys.exit(main())
