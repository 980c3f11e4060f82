"""``aws mfa console`` and cached roles without a CLI, in the real CLIs."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.hosts.cache import OLDEST_TOO
from tests.hosts.sessions import log_in
from tests.hosts.test_renewal import settle_managed
from tests.hosts.test_server import ROLES

if TYPE_CHECKING:
    from pathlib import Path

    from tests.aws import EmbeddedAws
    from tests.hosts.home import Home


@pytest.mark.parametrize("host", OLDEST_TOO, indirect=True)
def test_the_url_of_the_console(home: Home, aws: EmbeddedAws) -> None:
    """It has a token for the role, and goes to the page of the service."""
    settle_managed(home, aws, ROLES)
    log_in(home, aws)
    result = home.run("mfa", "console", "--profile", "reader", "--service", "s3", "--print")
    assert result.returncode == 0, result.output
    query = parse_qs(urlsplit(result.stdout.strip()).query)
    assert query["Destination"] == ["https://console.aws.amazon.com/s3/home?region=eu-west-1"]
    assert query["SigninToken"][0] in aws.state.signin_tokens
    assert aws.calls[-1].user == "reader"


@pytest.mark.parametrize("host", OLDEST_TOO, indirect=True)
def test_a_role_that_the_cli_has_cached_needs_no_cli(
    home: Home, aws: EmbeddedAws, console_script: Path
) -> None:
    """The script finds what each CLI's own command has left."""
    settle_managed(home, aws, ROLES)
    log_in(home, aws)
    used = home.run("sts", "get-caller-identity", "--profile", "reader")
    assert used.returncode == 0, used.output
    key = aws.calls[-1].access_key_id
    done = subprocess.run(
        [str(console_script), "credential-process", "--profile", "reader"],
        env=home.environment({"PATH": "/nowhere"}),
        capture_output=True,
        check=True,
        text=True,
    )
    assert json.loads(done.stdout)["AccessKeyId"] == key
