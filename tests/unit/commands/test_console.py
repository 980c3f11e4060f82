"""``aws mfa console``: which URL, and what is done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from awscli_mfa_plugin.commands import console
from awscli_mfa_plugin.commands.process import GlobalOptions
from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.signin.urls import federation_form
from awscli_mfa_plugin.text import Screen, Style
from tests.fakes import LONG_LIVED, SERIAL, FakeFiles, FakeProcess, Fakes, context
from tests.unit.commands.run import SESSION, run

if TYPE_CHECKING:
    from awscli_mfa_plugin.commands.context import Context

MANAGED = {"mfa_source_profile": "default", "mfa_serial": SERIAL}
ROLE = {"role_arn": "arn:aws:iam::123456789012:role/admin", "source_profile": "mfa"}


class Machine:
    """A context in which profile admin has a role, and what it was asked for."""

    def __init__(self, profile: str = "admin", role: dict[str, str] = ROLE, **given: Any) -> None:
        """Make it; ``why`` is why no browser opens."""
        self.forms: list[tuple[str, str, Any]] = []
        self.opened: list[str] = []
        why = given.pop("why", "")
        options = GlobalOptions(region=given.pop("region", None))
        config = {"default": {}, "mfa": MANAGED, "admin": role}
        self.fakes = Fakes(files=FakeFiles(config, {"default": LONG_LIVED}))
        self.process = FakeProcess(self.fakes, profile, SESSION)

        def signin_token(profile: str, url: str, form: Any) -> str:
            self.forms.append((profile, url, form))
            return "the token"

        def open_browser(url: str) -> str:
            self.opened.append(url)
            return str(why)

        self.context: Context = context(
            self.fakes,
            options,
            self.process,
            signin_token=signin_token,
            open_browser=open_browser,
            **given,
        )


def query_of(url: str) -> tuple[str, dict[str, list[str]]]:
    """Return a URL without its query, and that."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path}", parse_qs(parts.query)


def test_the_browser_opens_the_start_page() -> None:
    """With a token for the role's session, whatever duration the role has."""
    here = Machine()
    result = run(console, here.context)
    assert (result.text, result.exact) == ("Opened the AWS console in your browser.", "")
    federation = "https://signin.aws.amazon.com/federation"
    assert here.forms == [("admin", federation, federation_form(SESSION))]
    [request] = here.process.requests
    assert (request.profile, request.default_duration) == ("admin", True)
    assert query_of(here.opened[0]) == (
        federation,
        {
            "Action": ["login"],
            "Destination": ["https://console.aws.amazon.com/console/home"],
            "SigninToken": ["the token"],
        },
    )


def test_the_page_of_a_service_in_a_region_is_printed() -> None:
    """Nothing is opened, and without a terminal nothing is said beside it."""
    here = Machine(region="eu-west-1")
    result = run(console, here.context, service="s3", print=True)
    assert result.exact.endswith("\n")
    _, query = query_of(result.exact.strip())
    assert query["Destination"] == ["https://console.aws.amazon.com/s3/home?region=eu-west-1"]
    assert (here.opened, list(here.fakes.notes)) == ([], [])


def test_on_a_terminal_a_printed_url_is_warned_of() -> None:
    """In yellow, where there are colors."""
    here = Machine(screen=Screen(is_terminal=True), note_style=Style(is_on=True))
    run(console, here.context, print=True)
    warning = "Warning: whoever has this URL can sign in for 15 minutes."
    assert list(here.fakes.notes) == [Style(is_on=True).yellow(warning)]


def test_a_browser_that_does_not_open_is_an_error() -> None:
    """With why, and the way without one."""
    here = Machine(why="there is no display")
    with pytest.raises(ConfigurationError) as caught:
        run(console, here.context)
    assert caught.value.what == "The browser didn't open: there is no display."
    assert caught.value.remedy == "Print the URL instead, with --print."


def test_only_a_role_signs_in() -> None:
    """The error says what to write, and no session is made."""
    here = Machine("mfa")
    with pytest.raises(ConfigurationError) as caught:
        run(console, here.context)
    assert caught.value.what == (
        "Profile mfa has no role, and AWS lets only roles sign in to the console, "
        "not an MFA session."
    )
    assert caught.value.remedy == (
        "Name a role profile with source_profile = mfa:  aws mfa console --profile ROLE"
    )
    assert here.process.requests == []


def test_a_partition_without_a_known_console_is_an_error() -> None:
    """The role is named, and no session is made."""
    here = Machine(role={**ROLE, "role_arn": "arn:aws-iso:iam::123456789012:role/admin"})
    with pytest.raises(ConfigurationError) as caught:
        run(console, here.context)
    assert caught.value.what == (
        "The console of arn:aws-iso:iam::123456789012:role/admin isn't known."
    )
    assert caught.value.remedy == "Check role_arn in ~/.aws/config."
    assert here.process.requests == []
