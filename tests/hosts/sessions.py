"""Sessions of the embedded AWS's users, of any age, without a login by the plugin."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tests.aws.state import Caller, Session
from tests.hosts.users import REGION, serial_of, settle
from tests.in_process.aws import Aws

if TYPE_CHECKING:
    from tests.aws import EmbeddedAws
    from tests.hosts.home import Home

KEY = "ASIAIOSFODNN7EXAMPLE"
HOURS_12 = timedelta(hours=12)


def session_section(aws: EmbeddedAws, section: str, seconds: float, *, ours: bool = True) -> str:
    """Return a credentials section with a session of ada's that ends so many seconds from now.

    The embedded AWS knows it. With ``ours`` it is marked as the plugin's, made for twelve hours.
    """
    user, now = aws.user("ada"), aws.now().replace(microsecond=0)
    end = now + timedelta(seconds=seconds)
    caller = Caller(
        *("session", user, user.account, user.partition, KEY, user.arn, user.user_id),
        mfa=True,
        mfa_time=end - HOURS_12,
        expiration=end,
    )
    aws.state.sessions[KEY] = Session(KEY, "the session's secret", "its token", end, caller)
    mark = (
        f"expiration = {end.isoformat()}\nmanager = awscli-mfa-plugin\n"
        f"issued = {(end - HOURS_12).isoformat()}\n"
    )
    return (
        f"[{section}]\naws_access_key_id = {KEY}\naws_secret_access_key = the session's secret\n"
        f"aws_session_token = its token\n{mark if ours else ''}"
    )


def log_in(home: Home, aws: EmbeddedAws, *options: str, name: str = "ada") -> None:
    """Make a session with a user's code, for tests of what comes after a login.

    ``awscli-mfa`` does it in this process: a start of the CLI would cost half a second.
    """
    inside = Aws(home.path, aws, is_standalone=True)
    code = aws.fresh_code(serial_of(aws, name))
    result = inside.run("mfa", "login", "--token-code", code, *options)
    assert result.code == 0, result.output


def log_out(home: Home, aws: EmbeddedAws) -> None:
    """Remove the session of profile mfa, as another process would."""
    result = Aws(home.path, aws, is_standalone=True).run("mfa", "logout", "--profile", "mfa")
    assert result.code == 0, result.output


def settle_on_session(home: Home, aws: EmbeddedAws, seconds: float, config: str = "") -> None:
    """Give the home the managed profile mfa whose session ends so many seconds from now.

    ``config`` comes after the section of the profile.
    """
    managed = f"[profile mfa]\nregion = {REGION}\nmfa_source_profile = default\n"
    settle(home, aws, config=f"{managed}mfa_serial = {serial_of(aws)}\n{config}")
    keys = home.credentials.read_text()
    home.write_credentials(keys + session_section(aws, "mfa", seconds))
