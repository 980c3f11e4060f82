"""The embedded AWS's users in a throw-away home: their keys and codes."""

from __future__ import annotations

from configparser import RawConfigParser
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.aws import EmbeddedAws
    from tests.hosts.home import Home

REGION = "eu-west-1"


def keys_of(aws: EmbeddedAws, name: str, section: str = "default") -> str:
    """Return a credentials section with a user's long-lived keys."""
    user = aws.user(name)
    return (
        f"[{section}]\naws_access_key_id = {user.access_key_id}\n"
        f"aws_secret_access_key = {user.secret_access_key}\n"
    )


def settle(home: Home, aws: EmbeddedAws, name: str = "ada", config: str = "") -> None:
    """Give the home a user's keys as profile default, and a region."""
    home.write_config(f"[default]\nregion = {REGION}\n{config}")
    home.write_credentials(f"# my keys\n{keys_of(aws, name)}")


def serial_of(aws: EmbeddedAws, name: str = "ada") -> str:
    """Return the serial of a user's first device."""
    return aws.user(name).devices[0].serial


def session_in(home: Home, profile: str = "mfa") -> dict[str, str]:
    """Return the options of a profile in the credentials file."""
    parser = RawConfigParser(default_section="")
    parser.read(home.credentials, encoding="utf-8")
    return dict(parser[profile]) if parser.has_section(profile) else {}


def codes_used(aws: EmbeddedAws) -> int:
    """Return how many MFA codes the embedded AWS accepted."""
    return sum(1 for call in aws.calls if call.token_code and call.outcome == "ok")
