"""The credential provider: what botocore gets, when, and how a command reports errors."""

from __future__ import annotations

import os
import signal
import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import awscli
import pytest
from botocore.credentials import Credentials, DeferredRefreshableCredentials

from awscli_mfa_plugin.aws.roles import metadata
from awscli_mfa_plugin.errors import CancelledError, ConfigurationError
from awscli_mfa_plugin.host.provider import (
    MfaSessionError,
    ReportingCommand,
    SessionProvider,
    command_failure,
)
from awscli_mfa_plugin.session import METHOD
from awscli_mfa_plugin.session.credentials import Renewal
from awscli_mfa_plugin.session.records import Session
from tests.fakes import FakeClock

if TYPE_CHECKING:
    from collections.abc import Callable

assert awscli  # before botocore

# botocore's credentials use the machine's clock.
CLOCK = FakeClock()
LATER = FakeClock().time.replace(year=2099)
SESSION = Session("ASIA1", "secret-1", "token-1", LATER, LATER - timedelta(hours=12))
OVER = Session("ASIA0", "secret-0", "token-0", CLOCK.time - timedelta(seconds=1))


def provider(
    stored: Session | None,
    renewed: Session | Exception | None = None,
    *,
    asks: bool = True,
    is_eager: bool = True,
) -> tuple[SessionProvider, list[str]]:
    """Return a provider of a profile, and the list of the reasons of its renewals."""
    reasons: list[str] = []

    def renew(why: str) -> Session | None:
        reasons.append(why)
        if isinstance(renewed, Exception):
            raise renewed
        return renewed

    renewal = Renewal("mfa", lambda: stored, renew, CLOCK)
    return SessionProvider(renewal, asks=asks, is_eager=is_eager), reasons


def keys(credentials: Any) -> tuple[str, str, str]:
    """Return the three keys of botocore's credentials."""
    frozen = credentials.get_frozen_credentials()
    return frozen.access_key, frozen.secret_key, frozen.token


def test_a_valid_session_is_provided() -> None:
    """Nothing is renewed, and botocore knows by whom and until when."""
    made, reasons = provider(SESSION)
    credentials = made.load()
    assert keys(credentials) == ("ASIA1", "secret-1", "token-1")
    assert (credentials.method, credentials._expiry_time) == (METHOD, LATER)
    assert made.session is SESSION
    assert reasons == []


@pytest.mark.parametrize("stored", [None, OVER])
def test_a_session_is_renewed_while_the_command_is_prepared(stored: Session | None) -> None:
    """So the prompt comes before any pager."""
    made, reasons = provider(stored, SESSION)
    credentials = made.load()
    assert len(reasons) == 1
    assert keys(credentials) == ("ASIA1", "secret-1", "token-1")
    assert len(reasons) == 1


def test_a_provider_that_isnt_eager_waits_until_keys_are_needed() -> None:
    """A role in the CLI's cache needs no session."""
    made, reasons = provider(None, SESSION, is_eager=False)
    credentials = made.load()
    assert isinstance(credentials, DeferredRefreshableCredentials)
    assert (credentials.method, reasons) == (METHOD, [])
    assert keys(credentials) == ("ASIA1", "secret-1", "token-1")
    assert len(reasons) == 1


def test_nothing_is_provided_where_the_long_lived_keys_are_needed() -> None:
    """GetSessionToken takes no session."""
    made, reasons = provider(SESSION)
    made.steps_aside = True
    assert made.load() is None
    assert reasons == []


@pytest.mark.parametrize("session", [SESSION, OVER])
def test_keys_that_are_only_shown_may_have_expired(session: Session) -> None:
    """``aws configure list`` doesn't prompt."""
    made, reasons = provider(session, SESSION)
    made.shows = True
    credentials = made.load()
    assert isinstance(credentials, Credentials)
    shown = (session.access_key_id, session.secret_access_key, session.session_token)
    assert keys(credentials) == shown
    assert (credentials.method, reasons) == (METHOD, [])


def test_no_session_to_show_is_none() -> None:
    """The CLI continues with its other providers."""
    made, reasons = provider(None, SESSION)
    made.shows = True
    assert (made.load(), reasons) == (None, [])


def test_a_provider_that_may_not_prompt_renews_nothing() -> None:
    """Without a session it provides nothing; an expired one is an error."""
    made, reasons = provider(None, SESSION, asks=False)
    assert made.load() is None
    assert keys(provider(SESSION, asks=False)[0].load())[0] == "ASIA1"
    expired, more = provider(OVER, SESSION, asks=False)
    with pytest.raises(MfaSessionError):
        expired.load()
    assert reasons + more == []


def test_errors_are_raised_as_the_clis_own() -> None:
    """With our text; on v1 with our own class."""
    made, _ = provider(None, ConfigurationError("No device.", "Register one."))
    with pytest.raises(MfaSessionError, match="No device"):
        made.load()


def test_ctrl_c_at_the_question_ends_the_command() -> None:
    """In the main thread as the CLI knows it."""
    made, _ = provider(None, CancelledError("Cancelled."))
    with pytest.raises(KeyboardInterrupt):
        made.load()


def test_ctrl_c_in_another_thread_reaches_the_main_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception alone would leave the command waiting for its threads."""
    sent: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "kill", lambda process, number: sent.append((process, number)))
    made, _ = provider(None, CancelledError("Cancelled."))
    raised: list[BaseException] = []

    def load() -> None:
        try:
            made.load()
        except BaseException as error:  # noqa: BLE001 - whatever it is
            raised.append(error)

    thread = threading.Thread(target=load)
    thread.start()
    thread.join()
    assert sent == [(os.getpid(), signal.SIGINT)]
    assert [(type(error), str(error)) for error in raised] == [(MfaSessionError, "Cancelled.")]


def test_the_metadata_of_a_session() -> None:
    """As botocore's refreshable credentials want it."""
    assert metadata(SESSION) == {
        "access_key": "ASIA1",
        "secret_key": "secret-1",
        "token": "token-1",
        "expiry_time": "2099-11-24T09:00:00+00:00",
    }


def test_the_failure_of_a_command_has_the_text_of_the_error() -> None:
    """Both lines of it."""
    failure = command_failure(ConfigurationError("What.", "Remedy."))
    assert (type(failure), str(failure)) == (MfaSessionError, "What.\nRemedy.")


def test_the_failure_on_v2_is_the_clis_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its class for a wrong configuration, which ends with 253."""
    import sys
    from types import ModuleType

    module = ModuleType("awscli.customizations.exceptions")
    module.ConfigurationError = type("ConfigurationError", (Exception,), {})  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "awscli.customizations.exceptions", module)
    failure = command_failure(ConfigurationError("What."))
    assert (type(failure).__name__, str(failure)) == ("ConfigurationError", "What.")
    assert isinstance(failure, module.ConfigurationError)


class FakeCommand:
    """A command of v1's table."""

    name = "s3"

    def __init__(self, run: Callable[[], int]) -> None:
        """Keep what it does."""
        self._run = run
        self.given: list[Any] = []

    def __call__(self, args: Any, parsed_globals: Any) -> int:
        """Run it."""
        self.given.append((args, parsed_globals))
        return self._run()


def test_a_command_of_v1_keeps_its_exit_code_and_its_attributes() -> None:
    """It gets its own arguments."""
    inner = FakeCommand(lambda: 3)
    command = ReportingCommand(inner)
    assert (command(["ls"], "globals"), inner.given) == (3, [(["ls"], "globals")])
    assert command.name == "s3"


def test_our_error_ends_a_command_of_v1_with_253(capsys: pytest.CaptureFixture[str]) -> None:
    """With its text on stderr, as the CLI puts it; every other error passes."""

    def fail() -> int:
        raise MfaSessionError("What.\nRemedy.")

    assert ReportingCommand(FakeCommand(fail))([], None) == 253
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", "\nWhat.\nRemedy.\n")

    def other() -> int:
        raise ValueError("x")

    with pytest.raises(ValueError, match="x"):
        ReportingCommand(FakeCommand(other))([], None)
