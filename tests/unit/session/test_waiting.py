"""A session whose file can't be written isn't lost: it waits in the cache."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from awscli_mfa_plugin.errors import BusyError, ConfigurationError, MfaError, UnwritableFileError
from awscli_mfa_plugin.session.login import login
from awscli_mfa_plugin.session.plan import LoginRequest
from tests.fakes import LONG_LIVED, SERIAL, FakeFiles, Fakes, FakeTerminal

if TYPE_CHECKING:
    from awscli_mfa_plugin.session.records import Session

HELD = UnwritableFileError("credentials", "can't be replaced: another program has it open", "")


class HeldFiles(FakeFiles):
    """Files of which the credentials file can't be written while ``problem`` is set."""

    problem: MfaError | None = HELD
    cache_problem: MfaError | None = None

    def write_session(self, name: str, session: Session) -> None:
        """Refuse."""
        if self.problem:
            raise self.problem
        super().write_session(name, session)

    def keep_waiting(self, name: str, session: Session) -> None:
        """Refuse if the cache can't be written either."""
        if self.cache_problem:
            raise self.cache_problem
        super().keep_waiting(name, session)


def fakes_of(*codes: str) -> tuple[HeldFiles, Fakes]:
    """Return files that are held, and somebody who types codes."""
    files = HeldFiles({}, {"default": LONG_LIVED})
    return files, Fakes(files=files, terminal=FakeTerminal(*codes))


@pytest.mark.parametrize("problem", [HELD, BusyError("Another program keeps writing it.", "")])
def test_a_session_that_cant_be_written_is_kept_and_the_error_says_so(problem: MfaError) -> None:
    """The code is used up, so the session must not be lost with it."""
    files, fakes = fakes_of("123456")
    files.problem = problem
    with pytest.raises(ConfigurationError) as caught:
        login(LoginRequest("mfa"), fakes.ports())
    assert caught.value.what == problem.what
    assert "No new code is needed" in caught.value.remedy
    waiting = files.waiting_session("mfa")
    assert waiting is not None
    assert waiting.access_key_id == "ASIA1"
    assert files.config["mfa"] == {"mfa_source_profile": "default", "mfa_serial": SERIAL}


@pytest.mark.parametrize("force", [False, True])
def test_the_next_login_writes_it_without_a_code(*, force: bool) -> None:
    """Nobody is asked, and AWS isn't called."""
    files, fakes = fakes_of("123456")
    with pytest.raises(ConfigurationError):
        login(LoginRequest("mfa"), fakes.ports())
    files.problem = None
    result = login(LoginRequest("mfa", force=force), fakes.ports())
    assert result.outcome == "kept"
    assert files.credentials["mfa"]["aws_access_key_id"] == "ASIA1"
    assert files.waiting_session("mfa") is None
    assert len(fakes.sts.calls) == 1


def test_a_file_that_is_still_held_costs_no_second_code() -> None:
    """The next try says the same and keeps the session."""
    files, fakes = fakes_of("123456")
    for _ in range(2):
        with pytest.raises(ConfigurationError, match="another program has it open"):
            login(LoginRequest("mfa"), fakes.ports())
    assert len(fakes.sts.calls) == 1
    assert files.waiting_session("mfa") is not None


def test_a_session_that_expired_while_waiting_is_not_written() -> None:
    """Then a code is needed after all."""
    files, fakes = fakes_of("123456", "654321")
    with pytest.raises(ConfigurationError):
        login(LoginRequest("mfa"), fakes.ports())
    files.problem = None
    fakes.clock.time += timedelta(hours=13)
    assert login(LoginRequest("mfa"), fakes.ports()).outcome == "renewed"
    assert len(fakes.sts.calls) == 2


def test_a_newer_session_is_never_replaced_by_one_that_waited() -> None:
    """Another version of the plugin may have logged in, or the cache couldn't be written."""
    files, fakes = fakes_of("123456", "654321")
    with pytest.raises(ConfigurationError):
        login(LoginRequest("mfa"), fakes.ports())
    old = files.waiting_session("mfa")
    assert old
    assert old.issued
    files.problem = None
    newer = replace(old, access_key_id="ASIA9", issued=old.issued + timedelta(hours=1))
    files.write_session("mfa", newer)
    files.keep_waiting("mfa", old)
    assert login(LoginRequest("mfa"), fakes.ports()).outcome == "kept"
    assert login(LoginRequest("mfa", force=True), fakes.ports()).outcome == "renewed"


def test_where_the_cache_cant_be_written_either_the_first_cause_is_told() -> None:
    """Then the session is lost, and the error doesn't promise anything."""
    files, fakes = fakes_of("123456")
    files.cache_problem = UnwritableFileError("cache", "is full", "")
    with pytest.raises(UnwritableFileError, match="another program has it open") as caught:
        login(LoginRequest("mfa"), fakes.ports())
    assert "No new code" not in str(caught.value)


def test_a_logout_removes_a_session_that_waits() -> None:
    """It would come back with the next login."""
    files, fakes = fakes_of("123456")
    with pytest.raises(ConfigurationError):
        login(LoginRequest("mfa"), fakes.ports())
    files.remove_session("mfa")
    assert files.waiting_session("mfa") is None
