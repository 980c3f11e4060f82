"""A watch over sessions: when it prompts and notifies, and how often."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from awscli_mfa_plugin.errors import (
    BusyError,
    CancelledError,
    CannotAskError,
    ConfigurationError,
    MfaError,
    PermissionDeniedError,
    TokenProcessError,
    UnparsableFileError,
    UnreachableError,
)
from awscli_mfa_plugin.session.records import Session
from awscli_mfa_plugin.session.sections import session_options
from awscli_mfa_plugin.session.sessions import EXPIRED, EXPIRING
from awscli_mfa_plugin.text import PLAIN, Style
from awscli_mfa_plugin.watch.steps import WatchState
from awscli_mfa_plugin.watch.watch import Watch, WatchRequest, watched_sessions
from tests.fakes import (
    LONG_LIVED,
    NOW,
    SERIAL,
    FakeFiles,
    Fakes,
    FakeTerminal,
    FakeTokenProcess,
    session_section,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from awscli_mfa_plugin.session.ports import Ports
    from awscli_mfa_plugin.session.records import Profile
    from awscli_mfa_plugin.watch.steps import Notice

MARKED = {"mfa_source_profile": "default", "mfa_serial": SERIAL, "region": "eu-west-1"}
HOURS_12, HOUR = 43_200, 3_600
BY_PROCESS = {**MARKED, "mfa_process": "get-code"}
DISMISSED = CancelledError("Dismissed.")


class FakeStates(dict[str, WatchState]):
    """Keeps the state for the duration of the test."""

    def load(self, profile: str) -> WatchState | None:
        """Return the state."""
        return self.get(profile)

    def save(self, profile: str, state: WatchState) -> None:
        """Keep it."""
        self[profile] = state


@dataclass
class FakeNotifier:
    """Keeps the notices; ``failure`` says why none can be shown."""

    failure: str = ""
    notices: list[Notice] = field(default_factory=list)

    def __call__(self, notice: Notice) -> str:
        """Keep a notice, unless none can be shown."""
        if not self.failure:
            self.notices.append(notice)
        return self.failure

    @property
    def stages(self) -> list[str]:
        """The stages of the notifications."""
        return [notice.stage for notice in self.notices]


@dataclass
class Scene:
    """Fakes with a watch on them."""

    fakes: Fakes
    request: WatchRequest = field(default_factory=WatchRequest)
    style: Style = PLAIN
    states: FakeStates = field(default_factory=FakeStates)
    notifier: FakeNotifier = field(default_factory=FakeNotifier)

    def __post_init__(self) -> None:
        """Start the watch."""
        self.made = 0
        self.watch = self.new_watch()

    def new_watch(self) -> Watch:
        """Return a watch of another process, with the saved state."""
        return Watch(self.request, self.ports, self.states, self.notifier, self.style)

    def ports(self) -> Ports:
        """Return the fakes' ports, and count that."""
        self.made += 1
        return self.fakes.ports()

    def look_at(self, seconds: float) -> datetime | None:
        """Move the clock to so many seconds after the start, and run a check."""
        self.fakes.clock.time = NOW + timedelta(seconds=seconds)
        return self.watch.inspect()

    def run_until(self, seconds: float) -> None:
        """Run a check whenever the watch wants to, until so many seconds after the start."""
        for _ in range(1000):
            until = self.watch.inspect()
            if until is None or until > NOW + timedelta(seconds=seconds):
                self.fakes.clock.time = NOW + timedelta(seconds=seconds)
                return
            assert until >= self.fakes.clock.now()
            self.fakes.clock.time = until
        raise AssertionError("it looks without end")

    @property
    def questions(self) -> int:
        """The number of prompts."""
        return len(self.fakes.terminal.questions)

    @property
    def said(self) -> str:
        """What was logged."""
        return "\n".join(self.fakes.notes)


def scene(
    *answers: str | BaseException,
    nobody: str = "",
    config: dict[str, str] | None = None,
    lifetime: int = HOURS_12,
    request: WatchRequest | None = None,
    process: Sequence[str | BaseException] = (),
) -> Scene:
    """Return a scene with the managed profile mfa, whose session starts now."""
    files = FakeFiles(
        {"mfa": config or MARKED}, {"default": LONG_LIVED, "mfa": session_section(lifetime)}
    )
    fakes = Fakes(
        files=files,
        terminal=FakeTerminal(*answers, nobody=nobody),
        token_process=FakeTokenProcess(*process),
    )
    return Scene(fakes, request or WatchRequest())


# What a watch does.


def test_an_expiring_session_is_asked_for_and_renewed() -> None:
    """It prompts when the window begins; the next check depends on the new session."""
    watched = scene("123456")
    until = watched.look_at(0)
    assert until == NOW + timedelta(seconds=HOURS_12 - 899)
    again = watched.look_at(HOURS_12 - 899)
    assert again == NOW + timedelta(seconds=2 * (HOURS_12 - 899))
    assert watched.questions == 1
    assert watched.fakes.terminal.shown == ["The MFA session of profile mfa expires in 14 min.\n"]
    assert watched.notifier.notices == []
    watched.look_at(HOURS_12)
    assert watched.fakes.notes == ["mfa: renewed, valid until tomorrow 08:45."]


def test_each_renewal_has_new_ports() -> None:
    """Keys may have changed since the last one; without a renewal none are created."""
    watched = scene("123456")
    made = watched.made
    watched.look_at(0)
    assert watched.made == made
    watched.look_at(HOURS_12 - 800)
    assert watched.made == made + 1


def test_a_closed_question_is_notified_when_expiring_and_when_expired() -> None:
    """One prompt, one notification while it is valid, one after it expired, then nothing."""
    watched = scene(DISMISSED)
    watched.run_until(2 * HOURS_12)
    assert watched.questions == 1
    assert watched.notifier.stages == [EXPIRING, EXPIRED]
    expiring, expired = watched.notifier.notices
    assert expiring.title == "AWS session mfa expires soon"
    assert expiring.text == ("It expires in 14 min (21:00). Renew it: aws mfa login --profile mfa")
    assert expired.text == "It expired at 21:00. Renew it: aws mfa login --profile mfa"
    assert "mfa: the question was closed." in watched.said


def test_the_next_process_notifies_nothing_twice() -> None:
    """``--once`` every few minutes reads what the last one did."""
    watched = scene(DISMISSED)
    for seconds in range(HOURS_12 - 900, HOURS_12 + 900, 60):
        watched.watch = watched.new_watch()
        watched.look_at(seconds)
    assert watched.questions == 1
    assert watched.notifier.stages == [EXPIRING, EXPIRED]


def test_without_a_prompt_it_notifies() -> None:
    """No desktop and no terminal, but a program that notifies."""
    watched = scene(nobody="there is no terminal to ask on")
    watched.run_until(2 * HOURS_12)
    assert watched.questions == 0
    assert watched.notifier.stages == [EXPIRING, EXPIRED]


def test_a_user_who_comes_back_is_prompted_after_it_expired() -> None:
    """Nobody was at the desktop when it was expiring, so the prompt comes later."""
    watched = scene("123456", nobody="there is no desktop")
    watched.look_at(HOURS_12 - 800)
    watched.fakes.terminal.nobody = ""
    watched.look_at(HOURS_12)
    assert watched.questions == 1
    assert watched.notifier.stages == [EXPIRING]
    assert watched.fakes.terminal.shown == [
        "The MFA session of profile mfa expired at 21:00.\n",
    ]


def test_a_failed_notification_is_tried_again_and_logged_once() -> None:
    """Neither a question nor a notification is possible until a desktop appears."""
    watched = scene(nobody="there is no desktop")
    watched.notifier.failure = "there is no notify-send"
    watched.run_until(HOURS_12 - 300)
    assert watched.said.count("nobody could be notified: there is no notify-send") == 1
    watched.notifier.failure = ""
    watched.run_until(HOURS_12 - 1)
    assert watched.notifier.stages == [EXPIRING]


def test_an_unanswered_question_is_notified_with_the_reason() -> None:
    """The question counts, and isn't repeated."""
    watched = scene(CannotAskError("Nobody answered within 120 s."))
    watched.run_until(2 * HOURS_12)
    assert watched.questions == 1
    assert watched.notifier.stages == [EXPIRING, EXPIRED]
    assert "Renewal failed: Nobody answered within 120 s." in watched.notifier.notices[0].text


def test_renewed_elsewhere_is_silent() -> None:
    """Another process made a session: one line in the log, nothing else."""
    watched = scene()
    watched.look_at(0)
    new = session_section(HOURS_12, now=NOW + timedelta(hours=11))
    watched.fakes.files.credentials["mfa"] = new
    until = watched.look_at(HOURS_12 - 800)
    assert until == NOW + timedelta(hours=23, seconds=-899)
    assert watched.questions == 0
    assert watched.notifier.notices == []
    assert watched.said == "mfa: has a new session, valid until tomorrow 08:00."


def test_renewed_elsewhere_while_it_waits_for_the_turn_is_silent() -> None:
    """The other process prompted first."""
    watched = scene(request=WatchRequest(before=HOUR))
    new = session_section(HOURS_12, now=NOW + timedelta(hours=11))

    def renew(name: str) -> None:
        if name.startswith("session"):
            watched.fakes.files.credentials["mfa"] = new

    watched.fakes.locks.meanwhile = renew
    watched.look_at(HOURS_12 - 3000)
    assert watched.questions == 0
    assert watched.notifier.notices == []
    assert "mfa: renewed elsewhere, valid until tomorrow 08:00." in watched.said


def test_while_another_process_asks_it_notifies() -> None:
    """A question is open elsewhere, but the session still expires."""
    watched = scene()
    watched.fakes.locks.busy = {"session": "process 42"}
    watched.look_at(HOURS_12 - 800)
    assert watched.notifier.stages == [EXPIRING]


def test_ctrl_c_at_the_question_ends_the_watch() -> None:
    """It cancels the whole command."""
    watched = scene(CancelledError("Cancelled.", by_interrupt=True))
    with pytest.raises(CancelledError):
        watched.look_at(HOURS_12 - 800)


def test_before_renews_earlier() -> None:
    """An hour early, before the usual window begins."""
    watched = scene("123456", request=WatchRequest(("mfa",), HOUR))
    watched.watch.check_profiles()
    assert watched.look_at(0) == NOW + timedelta(seconds=HOURS_12 - HOUR + 1)
    watched.look_at(HOURS_12 - HOUR + 1)
    assert watched.questions == 1
    assert len(watched.fakes.sts.calls) == 1


def test_only_mfa_profiles_can_be_watched() -> None:
    """Others have nothing to renew."""
    watched = scene(request=WatchRequest(("mfa", "default")))
    with pytest.raises(ConfigurationError, match="default isn't an MFA profile"):
        watched.watch.check_profiles()


def test_a_profile_without_a_session_is_ignored() -> None:
    """It was logged out."""
    watched = scene()
    del watched.fakes.files.credentials["mfa"]
    assert watched.look_at(0) is None
    assert watched.questions == 0


def test_a_session_that_expired_long_ago_is_ignored() -> None:
    """It expired more than a week ago."""
    watched = scene()
    assert watched.look_at(8 * 86_400) is None
    assert watched.questions == 0
    assert watched.notifier.notices == []


# With mfa_process.


def test_a_command_that_fetches_codes_renews_silently() -> None:
    """No question, no notification."""
    watched = scene(config=BY_PROCESS, process=("123456",))
    watched.look_at(HOURS_12 - 800)
    assert watched.questions == 0
    assert watched.notifier.notices == []
    assert watched.fakes.token_process.commands == ["get-code"]
    assert "renewed" in watched.said


def test_the_command_may_be_the_source_profiles() -> None:
    """It is inherited, as in a login."""
    watched = scene(process=("123456",))
    watched.fakes.files.config["default"] = {"mfa_process": "of-the-source"}
    watched.look_at(HOURS_12 - 800)
    assert watched.fakes.token_process.commands == ["of-the-source"]


def test_keys_in_the_environment_have_no_profile_to_inherit_from() -> None:
    """``mfa_session = on`` with keys in the environment: there is a prompt."""
    own = {"mfa_session": "on", "mfa_serial": SERIAL, "region": "eu-west-1"}
    watched = scene("123456", config=own)
    watched.fakes.environment.update(
        {"AWS_ACCESS_KEY_ID": "AKIAENV", "AWS_SECRET_ACCESS_KEY": "secret-env"}
    )
    watched.look_at(HOURS_12 - 800)
    assert watched.questions == 1


def test_a_failing_command_is_notified_and_tried_again_after_expiry() -> None:
    """Once each: it may cost a touch of a key each time."""
    failure = TokenProcessError("The command failed.")
    watched = scene(config=BY_PROCESS, process=(failure, failure))
    watched.run_until(2 * HOURS_12)
    assert len(watched.fakes.token_process.commands) == 2
    assert watched.notifier.stages == [EXPIRING, EXPIRED]
    assert "Renewal failed: The command failed." in watched.notifier.notices[0].text


def test_a_short_network_failure_is_not_notified() -> None:
    """The second try works."""
    watched = scene(config=BY_PROCESS, process=("123456", "234567"))
    watched.fakes.sts.answers = [UnreachableError("AWS can't be reached.")]
    watched.run_until(HOURS_12)
    assert watched.notifier.notices == []
    assert len(watched.fakes.sts.calls) == 2


def test_a_long_network_failure_is_notified_and_tried_on() -> None:
    """After the third try and when the session has expired; the log has it once each."""
    codes = tuple(f"{number:06}" for number in range(1, 400))
    watched = scene(config=BY_PROCESS, process=codes)
    watched.fakes.sts.answers = [UnreachableError("AWS can't be reached.")] * 300
    watched.run_until(HOURS_12 + HOUR)
    assert watched.notifier.stages == [EXPIRING, EXPIRED]
    assert watched.said.count("not renewed: AWS can't be reached.") == 2
    tries = len(watched.fakes.sts.calls)
    assert tries >= 10
    watched.fakes.sts.answers = []
    watched.run_until(HOURS_12 + HOUR + 301)
    assert len(watched.fakes.sts.calls) == tries + 1
    assert watched.notifier.stages == [EXPIRING, EXPIRED]


def test_a_network_failure_is_notified_at_the_fourth_try() -> None:
    """Seven minutes into the window; at once if the session has expired."""
    watched = scene(config=BY_PROCESS, process=[f"{number:06}" for number in range(9)])
    watched.fakes.sts.answers = [UnreachableError("AWS can't be reached.")] * 9
    watched.fakes.clock.advance(HOURS_12 - 899)
    watched.run_until(HOURS_12 - 899 + 7 * 60 - 1)
    assert watched.notifier.stages == []
    watched.look_at(HOURS_12 - 899 + 7 * 60)
    assert watched.notifier.stages == [EXPIRING]
    late = scene(config=BY_PROCESS, process=["123456"])
    late.fakes.sts.answers = [UnreachableError("AWS can't be reached.")]
    late.look_at(HOURS_12 + 60)
    assert late.notifier.stages == [EXPIRED]


def test_a_failed_command_is_not_run_again_for_a_notification() -> None:
    """Only the notification is tried again."""
    watched = scene(config=BY_PROCESS, process=[TokenProcessError("The command failed.")])
    watched.notifier.failure = "there is no notify-send"
    watched.fakes.clock.advance(HOURS_12 - 899)
    watched.run_until(HOURS_12 - 300)
    assert len(watched.fakes.token_process.commands) == 1
    watched.notifier.failure = ""
    watched.run_until(HOURS_12 - 1)
    assert watched.notifier.stages == [EXPIRING]


def test_a_renewal_that_fails_while_the_session_expires_is_tried_again() -> None:
    """The session expired while the command ran, which is a new stage."""
    watched = scene(config=BY_PROCESS, process=[TokenProcessError("It hung."), "123456"])
    run = watched.fakes.token_process

    def slow(command: str) -> str:
        watched.fakes.clock.advance(60)
        return run(command)

    watched.fakes.token_process = slow  # type: ignore[assignment]
    until = watched.look_at(HOURS_12 - 30)
    assert until == watched.fakes.clock.now()
    watched.watch.inspect()
    assert "mfa: renewed, valid until " in watched.said


def test_a_network_failure_after_a_question_is_notified() -> None:
    """The user entered a code and must know; there is no second prompt."""
    watched = scene("123456")
    watched.fakes.sts.answers = [UnreachableError("AWS can't be reached.")]
    watched.run_until(2 * HOURS_12)
    assert watched.questions == 1
    assert watched.notifier.stages == [EXPIRING, EXPIRED]


@pytest.mark.parametrize(
    "error", [PermissionDeniedError("A policy denies it."), BusyError("Busy.")]
)
def test_a_failure_before_the_question_leaves_it_for_later(error: MfaError) -> None:
    """There was no prompt yet, so it comes when the session has expired."""
    config = {key: value for key, value in MARKED.items() if key != "mfa_serial"}
    watched = scene("123456", config=config)
    watched.fakes.iam.answers = [error]
    watched.look_at(HOURS_12 - 800)
    assert watched.notifier.stages == [EXPIRING]
    watched.fakes.iam.answers = []
    watched.fakes.files.config["mfa"] |= {"mfa_serial": SERIAL}
    watched.look_at(HOURS_12)
    assert watched.questions == 1


@pytest.mark.parametrize("process", [(), ("123456", "234567", "345678")])
def test_a_new_session_that_has_expired_ends_the_questions(
    process: tuple[str, ...],
) -> None:
    """A clock is off, and asking again wouldn't help."""
    watched = scene("123456", config=BY_PROCESS if process else MARKED, process=process)
    watched.fakes.sts.answers = [1]
    watched.fakes.clock.time = NOW + timedelta(seconds=HOURS_12 - 800)
    session = watched.fakes.sts.get_session_token

    def slow(*arguments: str) -> Session:
        made = session(*arguments)  # type: ignore[arg-type]
        watched.fakes.clock.advance(5)
        return made

    watched.fakes.sts.get_session_token = slow  # type: ignore[assignment,method-assign]
    watched.run_until(2 * HOURS_12)
    assert len(watched.fakes.sts.calls) == 1
    assert watched.notifier.stages == [EXPIRED]


# The files under it.


class BreakableFiles(FakeFiles):
    """Files that can't be read while ``broken`` says why."""

    broken = ""

    def profile(self, name: str) -> Profile:
        """Return a profile, or raise."""
        if self.broken:
            raise UnparsableFileError("the file", 3, self.broken)
        return super().profile(name)


def test_an_unreadable_file_is_logged_once_until_it_is_fixed() -> None:
    """It waits for the file, and asks at the right time."""
    watched = scene("123456")
    files = BreakableFiles(watched.fakes.files.config, watched.fakes.files.credentials)
    watched.fakes.files = files
    watched.watch = watched.new_watch()
    files.broken = "is wrong"
    for seconds in (0, 60, 120):
        assert watched.look_at(seconds) == NOW + timedelta(seconds=seconds + 60)
    assert files.writes == []
    files.broken = ""
    watched.look_at(180)
    watched.look_at(HOURS_12 - 800)
    assert watched.fakes.notes[:2] == [
        "The AWS CLI can't read the file: line 3 is wrong.",
        "The files are readable again.",
    ]
    assert watched.questions == 1
    files.broken = "is wrong"
    watched.look_at(HOURS_12 - 700)
    assert watched.fakes.notes[-1] == "The AWS CLI can't read the file: line 3 is wrong."


# A day.


def profiles(*durations: int) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield managed profiles, each with sessions of so many seconds."""
    for duration in durations:
        settings = {**MARKED, "mfa_serial": f"GAHT{duration:08}"}
        yield f"for-{duration}", {**settings, "duration_seconds": str(duration)}


def test_a_day_in_a_minute() -> None:
    """Three profiles over 24 hours: exactly one prompt for each session."""
    durations = (HOUR, 4 * HOUR, HOURS_12)
    sections = {f"for-{seconds}": session_section(seconds) for seconds in durations}
    files = FakeFiles(dict(profiles(*durations)), {"default": LONG_LIVED, **sections})
    codes = [f"{number:06}" for number in range(1, 100)]
    watched = Scene(Fakes(files=files, terminal=FakeTerminal(*codes)))
    watched.run_until(24 * HOUR)
    prompted = [question.split("(profile ")[1] for question in watched.fakes.terminal.questions]
    # Each session is used until its window begins, and a second is lost each time.
    expected = {f"for-{seconds}): ": int(24 * HOUR / (seconds - 899)) for seconds in durations}
    assert {name: prompted.count(name) for name in expected} == expected
    assert sum(expected.values()) == len(prompted) == len(watched.fakes.sts.calls) == 39
    assert watched.notifier.notices == []


def test_a_day_of_refusals_prompts_once_for_each_session() -> None:
    """Nobody answers all day: three prompts, and two notifications per session."""
    durations = (HOUR, 4 * HOUR, HOURS_12)
    sections = {f"for-{seconds}": session_section(seconds) for seconds in durations}
    files = FakeFiles(dict(profiles(*durations)), {"default": LONG_LIVED, **sections})
    watched = Scene(Fakes(files=files, terminal=FakeTerminal(*[DISMISSED] * 3)))
    watched.run_until(24 * HOUR)
    assert watched.questions == 3
    assert sorted(watched.notifier.stages) == [EXPIRED] * 3 + [EXPIRING] * 3


def test_a_suspend_past_the_expiration_prompts_once() -> None:
    """The machine slept from before the window until long after the session expired."""
    watched = scene(DISMISSED)
    watched.look_at(0)
    watched.look_at(3 * HOURS_12)
    watched.run_until(4 * HOURS_12)
    assert watched.questions == 1
    assert watched.notifier.stages == [EXPIRED]


def test_a_hostile_name_stays_text_in_a_notice() -> None:
    """One line, quoted in the command; programs get the raw value."""
    name = "-x $(touch ran) <b>'\u202e"
    watched = scene(DISMISSED)
    files = watched.fakes.files
    del files.config["mfa"], files.credentials["mfa"]
    files.config[name], files.credentials[name] = MARKED, session_section()
    watched.look_at(HOURS_12 - 800)
    (notice,) = watched.notifier.notices
    assert notice.profile == name
    assert notice.title == "AWS session -x $(touch ran) <b>'\\u202e expires soon"
    assert "--profile '-x $(touch ran) <b>'\"'\"'\\u202e'" in notice.text


def test_watched_sessions() -> None:
    """Of all MFA profiles that have a session, or of the named one."""
    watched = scene()
    watched.fakes.files.config["other"] = MARKED
    row = ("mfa", SESSION_OF_MFA, NOW + timedelta(seconds=HOURS_12 - 900))
    assert watched_sessions(WatchRequest(), watched.ports()) == (row,)
    assert watched_sessions(WatchRequest(("mfa",)), watched.ports()) == (row,)
    assert watched_sessions(WatchRequest(("other",)), watched.ports()) == ()


SESSION_OF_MFA = Session("ASIAOLD", "secret-old", "token-old", NOW + timedelta(hours=12), NOW)


def test_no_secret_is_logged_or_notified() -> None:
    """Neither in the log nor in a notification."""
    watched = scene("123456")
    watched.fakes.sts.answers = [UnreachableError("AWS can't be reached.")]
    watched.run_until(2 * HOURS_12)
    shown = watched.said + repr(watched.notifier.notices) + repr(watched.states)
    options = session_options(SESSION_OF_MFA)
    for name in ("aws_access_key_id", "aws_secret_access_key", "aws_session_token"):
        assert options[name] not in shown
    assert "123456" not in shown


def test_the_log_has_colors() -> None:
    """Green for a new session, yellow and red for one that ends, red for what failed."""
    watched = scene(config=BY_PROCESS, process=("123456", "234567", "345678"))
    watched.watch = replace(watched, style=Style(is_on=True)).watch
    watched.fakes.sts.answers = [PermissionDeniedError("Denied.")] * 2
    watched.look_at(HOURS_12 - 800)
    watched.look_at(HOURS_12)
    watched.states.clear()
    watched.look_at(HOURS_12 + 60)
    assert "\x1b[31mnot renewed\x1b[0m: Denied." in watched.said
    assert "notified: \x1b[33mAWS session mfa expires soon\x1b[0m." in watched.said
    assert "notified: \x1b[31mAWS session mfa has expired\x1b[0m." in watched.said
    assert "mfa: \x1b[32mrenewed\x1b[0m, valid until" in watched.said
