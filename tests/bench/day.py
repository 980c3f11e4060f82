"""Count the codes of a day: ``python -m tests.bench.day [HOST…]``.

Twelve hours, eight roles with sessions of one hour, a command on each role every ten minutes:
576 commands, with the plugin and without. The clocks of the CLI's processes and of the
embedded AWS move together; a code is counted when the embedded AWS takes it.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.aws import EmbeddedAws
from tests.aws.seed import default_state
from tests.aws.state import Role
from tests.hosts.home import Home
from tests.hosts.host import Host, all_hosts
from tests.hosts.installed import install_plugin
from tests.hosts.moved import MovedClock
from tests.hosts.users import codes_used, keys_of, serial_of

ACCOUNT = "123456789012"
HOURS, MINUTES_BETWEEN, ROLES = 12, 10, 8


def main() -> int:
    """Print a table of codes, with the plugin and without."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("hosts", nargs="*", default=["v1", "v2"])
    chosen = parser.parse_args()
    print("| host | commands | codes with the plugin | codes without |\n| - | - | - | - |")
    with tempfile.TemporaryDirectory() as folder:
        plugin = Path(folder) / "plugin"
        install_plugin(plugin, Path(folder) / "build")
        for host in all_hosts():
            if host.name in chosen.hosts:
                with_plugin = codes_of_a_day(host, plugin, Path(folder) / f"{host.name}-with")
                without = codes_of_a_day(host, None, Path(folder) / f"{host.name}-without")
                commands = HOURS * 60 // MINUTES_BETWEEN * ROLES
                print(f"| {host.name} | {commands} | {with_plugin} | {without} |", flush=True)
    return 0


def codes_of_a_day(host: Host, plugin: Path | None, folder: Path) -> int:
    """Return how many codes the embedded AWS took in the day."""
    state = default_state()
    state.roles += [_role(number) for number in range(ROLES)]
    with EmbeddedAws(state) as aws:
        network = {"HTTPS_PROXY": aws.proxy_url, "AWS_CA_BUNDLE": str(aws.ca_bundle)}
        home = Home(host, folder, plugin, network)
        serial = serial_of(aws)
        managed = "mfa_session = on\n" if plugin else ""
        roles = "".join(_section(number, serial) for number in range(ROLES))
        home.write_config(f"[default]\nregion = eu-west-1\nmfa_serial = {serial}\n{managed}{roles}")
        home.write_credentials(keys_of(aws, "ada"))
        clock, step = MovedClock(aws), MINUTES_BETWEEN * 60 // ROLES
        for number in range(HOURS * 3600 // step):
            clock.move_to(number * step)
            _call(home, aws, clock, f"role{number % ROLES}")
        return codes_used(aws)


def _call(home: Home, aws: EmbeddedAws, clock: MovedClock, profile: str) -> None:
    """Run a command on a role; whatever prompts for a code gets the current one."""
    code = aws.token_code(serial_of(aws))
    result = home.run(
        *("sts", "get-caller-identity", "--profile", profile),
        env={**clock.environment, "AWS_MFA_TOKEN_CODE": code},
        input=f"{code}\n",
    )
    if result.returncode:
        raise RuntimeError(result.output)


def _role(number: int) -> Role:
    everyone = [f"arn:aws:iam::{ACCOUNT}:root"]
    return Role(f"role{number}", ACCOUNT, trusts=everyone, require_mfa=True)


def _section(number: int, serial: str) -> str:
    return (
        f"[profile role{number}]\nrole_arn = arn:aws:iam::{ACCOUNT}:role/role{number}\n"
        f"source_profile = default\nmfa_serial = {serial}\nregion = eu-west-1\n"
    )


if __name__ == "__main__":
    sys.exit(main())
