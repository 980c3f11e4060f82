"""The session of a profile, kept alive while another command runs."""

from __future__ import annotations

from datetime import timedelta

import pytest

from awscli_mfa_plugin.errors import (
    AnswerLostError,
    BusyError,
    CancelledError,
    CannotAskError,
    ConfigurationError,
    MfaError,
    UnreachableError,
    WrongCodeError,
)
from awscli_mfa_plugin.session.records import Session
from awscli_mfa_plugin.session.renewal import Renewal
from tests.fakes import NOW, FakeClock, next_of

DUE_AT = 43_200 - 900 + 1
OVER_AT = 43_200


def session(number: int, at: float = 0, lifetime: int = 43_200) -> Session:
    """Return a session that is made ``at`` seconds after the start."""
    issued = NOW + timedelta(seconds=at)
    end = issued + timedelta(seconds=lifetime)
    return Session(f"ASIA{number}", f"secret-{number}", f"token-{number}", end, issued)


class Scene:
    """A renewal whose session is in ``there``, and renewed as ``answers`` has it."""

    def __init__(
        self, there: Session | None, *answers: Session | MfaError | None, profile: str = "work"
    ) -> None:
        """Set the scene at the start of time."""
        self.there = there
        self.answers = list(answers)
        self.clock = FakeClock()
        self.reads = 0
        self.reasons: list[str] = []
        self.renewal = Renewal(profile, self.stored, self.renew, self.clock)

    def stored(self) -> Session | None:
        """Return what is stored now."""
        self.reads += 1
        return self.there

    def renew(self, why: str) -> Session | None:
        """Give the next scripted answer, which is then stored too."""
        self.reasons.append(why)
        assert self.answers, "nothing more may be asked"
        renewed: Session | None = next_of(self.answers)
        self.there = renewed or self.there
        return renewed

    def at(self, seconds: float) -> Session:
        """Return the session handed out so many seconds after the start."""
        self.clock.time = NOW + timedelta(seconds=seconds)
        return self.renewal.session()


def test_a_session_is_handed_out_while_it_lives() -> None:
    """It is read once, and nothing is asked until it is due."""
    scene = Scene(session(1))
    assert [scene.at(seconds) for seconds in (0, 3600, DUE_AT - 1)] == [session(1)] * 3
    assert (scene.reads, scene.reasons) == (1, [])


def test_it_is_read_only_when_it_is_wanted() -> None:
    """A command that never signs anything costs nothing."""
    scene = Scene(session(1), session(2))
    assert (scene.reads, scene.reasons) == (0, [])


WHYS: dict[str, tuple[Session | None, float, str]] = {
    "there is none": (None, 0, "Profile work needs a session."),
    "it is due": (session(1), DUE_AT, "The session of profile work is due: 14 min left."),
    "its last second": (session(1), OVER_AT - 1, "The session of profile work is due: 1 s left."),
    "it is over": (session(1), OVER_AT, "The session of profile work is over."),
    "it is over for long": (session(1), 10**6, "The session of profile work is over."),
    "a short one is due": (
        session(1, lifetime=900),
        676,
        "The session of profile work is due: 3 min 44 s left.",
    ),
}


@pytest.mark.parametrize(("there", "when", "why"), WHYS.values(), ids=WHYS.keys())
def test_a_due_session_is_renewed_and_the_question_says_why(
    there: Session | None, when: float, why: str
) -> None:
    """Once: the new one then serves."""
    new = session(2, when)
    scene = Scene(there, new)
    assert [scene.at(when), scene.at(when + 60)] == [new, new]
    assert scene.reasons == [why]


def test_every_session_of_a_long_command_is_renewed_in_its_turn() -> None:
    """One question each."""
    first, second, third = session(1), session(2, DUE_AT), session(3, 2 * DUE_AT)
    scene = Scene(first, second, third)
    times = (0, DUE_AT, DUE_AT + 1, 2 * DUE_AT, 2 * DUE_AT + 1)
    assert [scene.at(when) for when in times] == [first, second, second, third, third]
    assert len(scene.reasons) == 2


REFUSALS = [
    CannotAskError("Nobody can be asked."),
    WrongCodeError("AWS didn't take the code."),
    UnreachableError("No network."),
    AnswerLostError("The answer got lost."),
    BusyError("Process 7 is logging in."),
    CancelledError("Cancelled."),
]


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda error: type(error).__name__)
def test_a_refusal_lets_the_living_session_serve_on_and_is_remembered(refusal: MfaError) -> None:
    """Ctrl-D is one: the question isn't repeated for every request."""
    scene = Scene(session(1), refusal)
    times = (DUE_AT, DUE_AT + 1, OVER_AT - 1)
    assert [scene.at(when) for when in times] == [session(1)] * 3
    assert len(scene.reasons) == 1


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda error: type(error).__name__)
def test_a_refused_session_that_is_over_is_an_error_with_the_command_to_run(
    refusal: MfaError,
) -> None:
    """At its end, and not asked once more; the error says why there is no new one."""
    scene = Scene(session(1), refusal)
    scene.at(DUE_AT)
    for _ in range(2):
        with pytest.raises(ConfigurationError) as caught:
            scene.at(OVER_AT)
        assert caught.value.what == f"The session of profile work is over: {refusal.what}"
        assert caught.value.remedy == "Log in: aws mfa login --profile work"
    assert len(scene.reasons) == 1


OVER: dict[str, tuple[Session | None, str]] = {
    "none yet": (None, "The session of profile work isn't there yet: Nobody can be asked."),
    "over": (session(1), "The session of profile work is over: Nobody can be asked."),
}


@pytest.mark.parametrize(("there", "what"), OVER.values(), ids=OVER.keys())
def test_without_a_session_a_refusal_is_that_error_at_once(
    there: Session | None, what: str
) -> None:
    """In place of AWS's ExpiredToken."""
    scene = Scene(there, CannotAskError("Nobody can be asked."))
    for _ in range(2):
        with pytest.raises(ConfigurationError) as caught:
            scene.at(OVER_AT)
        assert caught.value.what == what
        assert caught.value.remedy == "Log in: aws mfa login --profile work"
    assert len(scene.reasons) == 1


def test_a_renewal_that_brings_nothing_is_that_error_without_a_reason() -> None:
    """If somebody logged out in the same moment."""
    scene = Scene(None, None)
    with pytest.raises(ConfigurationError) as caught:
        scene.at(0)
    assert caught.value.what == "The session of profile work isn't there yet."


def test_a_renewal_that_brings_nothing_leaves_the_living_session() -> None:
    """It serves on."""
    assert Scene(session(1), None).at(DUE_AT) == session(1)


def test_what_a_renewal_brings_serves_though_it_is_due() -> None:
    """Another process is at it, and the session that is there lives."""
    scene = Scene(None, session(1))
    assert scene.at(DUE_AT) == session(1)


@pytest.mark.parametrize("when", [DUE_AT, OVER_AT])
def test_ctrl_c_ends_the_command_though_the_session_may_live(when: int) -> None:
    """It means the whole command, and Ctrl-D the question alone."""
    interrupt = CancelledError("Cancelled.", by_interrupt=True)
    scene = Scene(session(1), interrupt)
    with pytest.raises(CancelledError) as caught:
        scene.at(when)
    assert caught.value is interrupt


def test_other_threads_arent_asked_after_ctrl_c() -> None:
    """What they get is the living session, while the command ends."""
    scene = Scene(session(1), CancelledError("Cancelled.", by_interrupt=True))
    with pytest.raises(CancelledError):
        scene.at(DUE_AT)
    assert scene.at(DUE_AT) == session(1)
    assert len(scene.reasons) == 1


@pytest.mark.parametrize("there", [None, session(1)], ids=["none yet", "over"])
def test_ctrl_d_without_a_living_session_cancels_the_command(there: Session | None) -> None:
    """There is nothing to go on with; whoever asks then gets the command to run."""
    scene = Scene(there, CancelledError("Cancelled."))
    with pytest.raises(CancelledError):
        scene.at(OVER_AT)
    with pytest.raises(ConfigurationError, match="aws mfa login --profile work"):
        scene.at(OVER_AT)


def test_what_another_process_renewed_is_picked_up() -> None:
    """Before anything is asked."""
    scene = Scene(session(1))
    assert scene.at(0) == session(1)
    scene.there = session(2, DUE_AT - 60)
    assert scene.at(DUE_AT) == session(2, DUE_AT - 60)
    assert scene.reasons == []


@pytest.mark.parametrize("when", [DUE_AT + 60, OVER_AT + 60])
def test_what_another_process_renewed_after_a_refusal_is_picked_up(when: int) -> None:
    """Also when the old one was over by then."""
    scene = Scene(session(1), CancelledError("Cancelled."))
    scene.at(DUE_AT)
    scene.there = session(2, when - 1)
    assert scene.at(when) == session(2, when - 1)
    assert len(scene.reasons) == 1


def test_a_session_that_is_removed_elsewhere_serves_this_command_on() -> None:
    """AWS honours it to its end."""
    scene = Scene(session(1), CannotAskError("Nobody can be asked."))
    scene.at(0)
    scene.there = None
    assert scene.at(DUE_AT) == session(1)


@pytest.mark.parametrize("there", [None, session(1)], ids=["none", "one"])
@pytest.mark.parametrize("when", [0, DUE_AT, OVER_AT])
def test_what_is_stored_is_told_without_a_renewal(there: Session | None, when: int) -> None:
    """Also when it is due or over: this is for where nothing may be asked."""
    scene = Scene(there)
    scene.clock.time = NOW + timedelta(seconds=when)
    assert scene.renewal.stored() == there
    assert scene.reasons == []


def test_what_was_renewed_is_what_is_stored() -> None:
    """It needn't be read again."""
    scene = Scene(None, session(1))
    scene.at(0)
    reads = scene.reads
    assert scene.renewal.stored() == session(1)
    assert scene.reads == reads


def test_a_hostile_name_is_shown_escaped_and_quoted() -> None:
    """In the reason and in both lines of the error."""
    scene = Scene(None, CannotAskError("No."), profile="a b\x1b[2J;$(x)")
    with pytest.raises(ConfigurationError) as caught:
        scene.at(0)
    assert scene.reasons == ["Profile a b\\x1b[2J;$(x) needs a session."]
    assert caught.value.remedy == "Log in: aws mfa login --profile 'a b\\x1b[2J;$(x)'"
    assert "\x1b" not in str(caught.value)


def test_a_living_session_is_told_where_nothing_is_asked() -> None:
    """It is handed out as it is, though it is due."""
    scene = Scene(session(1))
    scene.clock.advance(DUE_AT)
    assert scene.renewal.living() == session(1)


@pytest.mark.parametrize(("there", "words"), [(session(1), "is over"), (None, "isn't there yet")])
def test_without_a_living_session_nothing_is_asked(there: Session | None, words: str) -> None:
    """The error names the login."""
    scene = Scene(there)
    scene.clock.advance(OVER_AT)
    with pytest.raises(ConfigurationError, match=words) as over:
        scene.renewal.living()
    assert over.value.remedy == "Log in: aws mfa login --profile work"


def test_the_remedy_is_that_of_the_cause() -> None:
    """Where a login would end in the same way, it isn't what to do."""
    busy = BusyError("process 7 holds what is needed here.", "Answer its question, or end it.")
    scene = Scene(None, busy)
    with pytest.raises(ConfigurationError) as refused:
        scene.renewal.session()
    assert refused.value.remedy == "Answer its question, or end it."
