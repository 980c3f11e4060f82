"""Which session a program gets, and when it is renewed."""

from __future__ import annotations

from dataclasses import replace
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
    UsageError,
    WrongCodeError,
)
from awscli_mfa_plugin.session.credentials import (
    CredentialsRequest,
    Renewal,
    check_min_remaining,
    check_remaining,
    check_request,
    region_for_session,
    renewed_session,
    way_to_source,
)
from awscli_mfa_plugin.session.records import Profile, Session
from tests.fakes import (
    LONG_LIVED,
    NOW,
    SERIAL,
    FakeClock,
    FakeFiles,
    Fakes,
    FakeTerminal,
    next_of,
    session_section,
)

MANAGED = {"mfa_source_profile": "default", "mfa_serial": SERIAL}
ROLE = {"role_arn": "arn:aws:iam::123456789012:role/Admin"}
SESSION = Session("ASIA1", "secret-1", "token-1", NOW + timedelta(hours=1), NOW)


def files(**config: dict[str, str]) -> FakeFiles:
    """Return files with these config sections beside a managed profile and its source."""
    return FakeFiles({"mfa": dict(MANAGED), **config}, {"default": dict(LONG_LIVED)})


WAYS: dict[str, tuple[str, dict[str, dict[str, str]], tuple[str, ...]]] = {
    "a managed profile": ("mfa", {}, ("mfa",)),
    "one with its own keys": ("default", {"default": {"mfa_session": "on"}}, ("default",)),
    "a role on one": ("admin", {"admin": {**ROLE, "source_profile": "mfa"}}, ("admin", "mfa")),
    "a role on a role": (
        "deploy",
        {
            "deploy": {**ROLE, "source_profile": "admin"},
            "admin": {**ROLE, "source_profile": "mfa"},
        },
        ("deploy", "admin", "mfa"),
    ),
}


@pytest.mark.parametrize(("name", "config", "way"), WAYS.values(), ids=WAYS.keys())
def test_the_way_to_the_source(
    name: str, config: dict[str, dict[str, str]], way: tuple[str, ...]
) -> None:
    """Roles are followed to the managed profile that they use."""
    assert way_to_source(name, {}, files(**config)) == way


def test_a_session_without_settings_is_returned() -> None:
    """This plugin wrote it, though the profile is no MFA profile any more."""
    has = FakeFiles({}, {"old": session_section()})
    assert way_to_source("old", {}, has) == ("old",)


NO_WAYS: dict[str, tuple[str, dict[str, dict[str, str]], str]] = {
    "unmanaged": ("default", {}, "has no MFA session."),
    "switched off": ("mfa", {"mfa": {**MANAGED, "mfa_session": "off"}}, "(mfa_session = off)"),
    "a role that is switched off": (
        "admin",
        {"admin": {**ROLE, "source_profile": "mfa", "mfa_session": "off"}},
        "has mfa_session = off",
    ),
    "a role on an unmanaged profile": (
        "admin",
        {"admin": {**ROLE, "source_profile": "default"}},
        "Profile default has no MFA session",
    ),
    "a role without a source": ("admin", {"admin": dict(ROLE)}, "has no source_profile"),
    "a role that leads back to": (
        "admin",
        {"admin": {**ROLE, "source_profile": "admin"}},
        "leads back to",
    ),
    "SSO": ("sso", {"sso": {"sso_session": "x"}}, "from sso_session"),
    "a process": ("p", {"p": {"credential_process": "get-keys"}}, "from credential_process"),
    "a process that leads here": (
        "tf",
        {"tf": {"credential_process": "awscli-mfa credential-process --profile tf"}},
        "credentials of tf itself",
    ),
    "one that leads here by the CLI": (
        "tf",
        {"tf": {"credential_process": "'/a b/aws' mfa credential-process"}},
        "credentials of tf itself",
    ),
    "another tool's process of that name": (
        "tf",
        {"tf": {"credential_process": "granted credential-process --profile tf"}},
        "from credential_process; it isn't an MFA profile",
    ),
    "missing": ("nobody", {}, "has no MFA session"),
}


@pytest.mark.parametrize(("name", "config", "message"), NO_WAYS.values(), ids=NO_WAYS.keys())
def test_profiles_without_a_session_are_an_error(
    name: str, config: dict[str, dict[str, str]], message: str
) -> None:
    """The error names the profile, the reason and the remedy."""
    with pytest.raises(ConfigurationError) as refused:
        way_to_source(name, {}, files(**config))
    assert message in refused.value.what
    assert refused.value.remedy


def test_switched_off_for_one_call() -> None:
    """With ``AWS_MFA_SESSION=off``, for every profile."""
    with pytest.raises(ConfigurationError, match="AWS_MFA_SESSION=off"):
        way_to_source("mfa", {"AWS_MFA_SESSION": "off"}, files())


@pytest.mark.parametrize(
    ("request_", "error"),
    [
        (CredentialsRequest("mfa", min_remaining=-1), UsageError),
        (CredentialsRequest("a]b"), ConfigurationError),
    ],
)
def test_a_wrong_request_is_refused_at_once(
    request_: CredentialsRequest, error: type[MfaError]
) -> None:
    """No file is read for it."""
    check_request(CredentialsRequest("mfa"))
    with pytest.raises(error):
        check_request(request_)


class VanishingFiles(FakeFiles):
    """Files whose session disappears after it was read once."""

    def __init__(self, files: FakeFiles) -> None:
        """Start as ``files`` are."""
        super().__init__(files.config, files.credentials)

    def session_of(self, profile: Profile) -> Session | None:
        """Return the session, and remove it."""
        session = super().session_of(profile)
        self.credentials.pop(profile.name, None)
        return session


def fakes(age: int | None = 0, *answers: str | BaseException, nobody: str = "") -> Fakes:
    """Return fakes in which ``mfa`` has a session of that age, or none."""
    has = files()
    if age is not None:
        has.credentials["mfa"] = session_section(age=age)
    return Fakes(files=has, terminal=FakeTerminal(*answers, nobody=nobody))


def test_a_valid_session_is_returned() -> None:
    """Without a prompt or a call."""
    scene = fakes(3600)
    session = renewed_session(CredentialsRequest("mfa"), "mfa", scene.ports())
    assert session.access_key_id == "ASIAOLD"
    assert scene.sts.calls == []


def test_an_expiring_session_is_renewed() -> None:
    """The prompt says why."""
    scene = fakes(43_200 - 60, "123456")
    session = renewed_session(CredentialsRequest("mfa"), "mfa", scene.ports())
    assert session.access_key_id == "ASIA1"
    assert scene.terminal.shown == ["The MFA session of profile mfa expires in 1 min.\n"]


def test_an_expiring_session_is_returned_if_nobody_can_be_prompted() -> None:
    """As long as it is valid."""
    scene = fakes(43_200 - 60, nobody="there is no terminal")
    assert (
        renewed_session(CredentialsRequest("mfa"), "mfa", scene.ports()).access_key_id == "ASIAOLD"
    )


def test_an_expired_session_is_an_error() -> None:
    """If nobody can be prompted, the error names the login command."""
    scene = fakes(43_200, nobody="there is no terminal")
    with pytest.raises(ConfigurationError) as over:
        renewed_session(CredentialsRequest("mfa"), "mfa", scene.ports())
    assert over.value.remedy == "Log in:  aws mfa login --profile mfa"


def test_a_dismissed_prompt_without_a_session_cancels() -> None:
    """The exit code is then 130."""
    scene = fakes(None, CancelledError("Cancelled."))
    with pytest.raises(CancelledError):
        renewed_session(CredentialsRequest("mfa"), "mfa", scene.ports())


def test_min_remaining_renews_a_valid_session() -> None:
    """If it has less left."""
    scene = fakes(3600, "123456")
    request = CredentialsRequest("mfa", min_remaining=43_000)
    assert renewed_session(request, "mfa", scene.ports()).access_key_id == "ASIA1"


def test_min_remaining_is_guaranteed() -> None:
    """A session with less left isn't returned instead."""
    scene = fakes(3600, "123456", "654321", "111111")
    scene.sts.answers = [WrongCodeError("No."), WrongCodeError("No."), WrongCodeError("No.")]
    with pytest.raises(WrongCodeError):
        renewed_session(CredentialsRequest("mfa", min_remaining=43_000), "mfa", scene.ports())


def test_a_session_that_is_removed_meanwhile() -> None:
    """Another process may log out just then."""
    scene = fakes(0)
    vanishing = replace(scene.ports(), files=VanishingFiles(scene.files))
    with pytest.raises(ConfigurationError, match="was removed meanwhile"):
        renewed_session(CredentialsRequest("mfa", min_remaining=60), "mfa", vanishing)


def test_the_wait_for_another_process_is_limited() -> None:
    """Callers have time-outs, so the wait ends before them."""
    scene = fakes(None, "123456")
    renewed_session(CredentialsRequest("mfa", patience=50), "mfa", scene.ports())
    assert [wait for name, wait in scene.locks.requests if name.startswith("session")] == [50]


def test_a_role_session_that_is_too_short() -> None:
    """The error says how long it lasts, and what to change."""
    with pytest.raises(ConfigurationError, match="lasts 1 h") as short:
        check_remaining(CredentialsRequest("admin", min_remaining=7200), SESSION, Fakes().ports())
    assert "duration_seconds" in short.value.remedy


@pytest.mark.parametrize("seconds", [None, 0, 3600])
def test_a_role_session_that_is_long_enough(seconds: int | None) -> None:
    """The exact limit is enough."""
    check_remaining(CredentialsRequest("admin", min_remaining=seconds), SESSION, Fakes().ports())


REGIONS = [
    ("eu-west-1", {"AWS_REGION": "eu-west-2"}, {"region": "eu-west-3"}, "eu-west-1"),
    (None, {"AWS_REGION": "eu-west-2", "AWS_DEFAULT_REGION": "x"}, {"region": "y"}, "eu-west-2"),
    (None, {"AWS_DEFAULT_REGION": "eu-west-2"}, {"region": "eu-west-3"}, "eu-west-2"),
    (None, {}, {"region": "eu-west-3"}, "eu-west-3"),
    (None, {}, {}, ""),
]


@pytest.mark.parametrize(("option", "environment", "config", "region"), REGIONS)
def test_the_region_beside_a_session(
    option: str | None, environment: dict[str, str], config: dict[str, str], region: str
) -> None:
    """As the CLI itself resolves it: option, environment, profile."""
    assert region_for_session(option, Profile("mfa", config), environment) == region


@pytest.mark.parametrize("seconds", [None, 0, 3599])
def test_min_remaining_below_an_hour_is_accepted_for_a_role(seconds: int | None) -> None:
    """A new role session has that much left."""
    check_min_remaining(CredentialsRequest("admin", min_remaining=seconds))


@pytest.mark.parametrize("seconds", [3600, 7200])
def test_min_remaining_of_an_hour_is_refused_for_a_role(seconds: int) -> None:
    """A moment later less than the hour is left; the error names profile and limit."""
    with pytest.raises(ConfigurationError, match="profile admin can't have") as refused:
        check_min_remaining(CredentialsRequest("admin", min_remaining=seconds))
    assert "less than 3600 seconds" in refused.value.remedy


EXPIRING_AT = 43_200 - 900 + 1
EXPIRED_AT = 43_200
EXPIRED = "The MFA session of profile work has expired, and couldn't be renewed."


def session(number: int, at: float = 0, lifetime: int = 43_200) -> Session:
    """Return a session that is made ``at`` seconds after the start."""
    issued = NOW + timedelta(seconds=at)
    end = issued + timedelta(seconds=lifetime)
    return Session(f"ASIA{number}", f"secret-{number}", f"token-{number}", end, issued)


class Scene:
    """A renewal of the session in ``there``, with the results in ``answers``."""

    def __init__(
        self, there: Session | None, *answers: Session | MfaError | None, profile: str = "work"
    ) -> None:
        """Start at second 0."""
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
        """Return the next scripted result, which is then stored too."""
        self.reasons.append(why)
        assert self.answers, "nothing more may be asked"
        renewed: Session | None = next_of(self.answers)
        self.there = renewed or self.there
        return renewed

    def at(self, seconds: float) -> Session:
        """Return the session that is provided so many seconds after the start."""
        self.clock.time = NOW + timedelta(seconds=seconds)
        return self.renewal.session()


def test_a_session_is_provided_while_it_is_valid() -> None:
    """It is read once, and there is no prompt until it is expiring."""
    scene = Scene(session(1))
    assert [scene.at(seconds) for seconds in (0, 3600, EXPIRING_AT - 1)] == [session(1)] * 3
    assert (scene.reads, scene.reasons) == (1, [])


def test_the_session_is_read_only_when_needed() -> None:
    """A command without signed requests reads nothing."""
    scene = Scene(session(1), session(2))
    assert (scene.reads, scene.reasons) == (0, [])


WHYS: dict[str, tuple[Session | None, float, str]] = {
    "there is none": (None, 0, "Profile work needs an MFA session."),
    "it is expiring": (
        session(1),
        EXPIRING_AT,
        "The MFA session of profile work expires in 14 min.",
    ),
    "its last second": (
        session(1),
        EXPIRED_AT - 1,
        "The MFA session of profile work expires in 1 s.",
    ),
    "it is over": (session(1), EXPIRED_AT, "The MFA session of profile work has expired."),
    "it is over for long": (session(1), 10**6, "The MFA session of profile work has expired."),
    "a short one is expiring": (
        session(1, lifetime=900),
        676,
        "The MFA session of profile work expires in 3 min 44 s.",
    ),
}


@pytest.mark.parametrize(("there", "when", "why"), WHYS.values(), ids=WHYS.keys())
def test_an_expiring_session_is_renewed_and_the_prompt_says_why(
    there: Session | None, when: float, why: str
) -> None:
    """Once: then the new one is used."""
    new = session(2, when)
    scene = Scene(there, new)
    assert [scene.at(when), scene.at(when + 60)] == [new, new]
    assert scene.reasons == [why]


def test_a_long_command_renews_several_times() -> None:
    """With one prompt each."""
    first, second, third = session(1), session(2, EXPIRING_AT), session(3, 2 * EXPIRING_AT)
    scene = Scene(first, second, third)
    times = (0, EXPIRING_AT, EXPIRING_AT + 1, 2 * EXPIRING_AT, 2 * EXPIRING_AT + 1)
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
def test_after_a_refusal_the_valid_session_is_used_without_another_prompt(
    refusal: MfaError,
) -> None:
    """Such as Ctrl-D: the prompt isn't repeated for every request."""
    scene = Scene(session(1), refusal)
    times = (EXPIRING_AT, EXPIRING_AT + 1, EXPIRED_AT - 1)
    assert [scene.at(when) for when in times] == [session(1)] * 3
    assert len(scene.reasons) == 1


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda error: type(error).__name__)
def test_after_a_refusal_an_expired_session_is_an_error(
    refusal: MfaError,
) -> None:
    """Without another prompt; the error says why there is no new one, and what to run."""
    scene = Scene(session(1), refusal)
    scene.at(EXPIRING_AT)
    for _ in range(2):
        with pytest.raises(ConfigurationError) as caught:
            scene.at(EXPIRED_AT)
        assert caught.value.what == f"{EXPIRED} {refusal.what}"
        assert caught.value.remedy == "Log in:  aws mfa login --profile work"
    assert len(scene.reasons) == 1


OVER: dict[str, tuple[Session | None, str]] = {
    "none yet": (
        None,
        "Profile work has no MFA session yet, and couldn't be renewed. Nobody can be asked.",
    ),
    "over": (
        session(1),
        f"{EXPIRED} Nobody can be asked.",
    ),
}


@pytest.mark.parametrize(("there", "what"), OVER.values(), ids=OVER.keys())
def test_without_a_session_a_refusal_is_an_error_at_once(there: Session | None, what: str) -> None:
    """Instead of AWS's ExpiredToken."""
    scene = Scene(there, CannotAskError("Nobody can be asked."))
    for _ in range(2):
        with pytest.raises(ConfigurationError) as caught:
            scene.at(EXPIRED_AT)
        assert caught.value.what == what
        assert caught.value.remedy == "Log in:  aws mfa login --profile work"
    assert len(scene.reasons) == 1


def test_a_renewal_without_a_session_is_an_error() -> None:
    """If somebody logged out at the same moment."""
    scene = Scene(None, None)
    with pytest.raises(ConfigurationError) as caught:
        scene.at(0)
    assert caught.value.what == "Profile work has no MFA session yet."


def test_a_renewal_without_a_session_keeps_the_valid_one() -> None:
    """It is used on."""
    assert Scene(session(1), None).at(EXPIRING_AT) == session(1)


def test_the_result_of_a_renewal_may_be_expiring() -> None:
    """Another process is renewing it, and the session is still valid."""
    scene = Scene(None, session(1))
    assert scene.at(EXPIRING_AT) == session(1)


@pytest.mark.parametrize("when", [EXPIRING_AT, EXPIRED_AT])
def test_ctrl_c_ends_the_command_with_a_valid_session(when: int) -> None:
    """Ctrl-C cancels the whole command, Ctrl-D only the prompt."""
    interrupt = CancelledError("Cancelled.", by_interrupt=True)
    scene = Scene(session(1), interrupt)
    with pytest.raises(CancelledError) as caught:
        scene.at(when)
    assert caught.value is interrupt


def test_other_threads_do_not_prompt_after_ctrl_c() -> None:
    """They get the valid session while the command ends."""
    scene = Scene(session(1), CancelledError("Cancelled.", by_interrupt=True))
    with pytest.raises(CancelledError):
        scene.at(EXPIRING_AT)
    assert scene.at(EXPIRING_AT) == session(1)
    assert len(scene.reasons) == 1


@pytest.mark.parametrize("there", [None, session(1)], ids=["none yet", "over"])
def test_ctrl_d_without_a_valid_session_cancels_the_command(there: Session | None) -> None:
    """Later requests get the error with the command to run."""
    scene = Scene(there, CancelledError("Cancelled."))
    with pytest.raises(CancelledError):
        scene.at(EXPIRED_AT)
    with pytest.raises(ConfigurationError, match="aws mfa login --profile work"):
        scene.at(EXPIRED_AT)


def test_a_session_of_another_process_is_used() -> None:
    """Before any prompt."""
    scene = Scene(session(1))
    assert scene.at(0) == session(1)
    scene.there = session(2, EXPIRING_AT - 60)
    assert scene.at(EXPIRING_AT) == session(2, EXPIRING_AT - 60)
    assert scene.reasons == []


@pytest.mark.parametrize("when", [EXPIRING_AT + 60, EXPIRED_AT + 60])
def test_a_session_of_another_process_is_used_after_a_refusal(when: int) -> None:
    """Also if the old one has expired by then."""
    scene = Scene(session(1), CancelledError("Cancelled."))
    scene.at(EXPIRING_AT)
    scene.there = session(2, when - 1)
    assert scene.at(when) == session(2, when - 1)
    assert len(scene.reasons) == 1


def test_a_session_that_was_logged_out_is_still_used_by_running_commands() -> None:
    """AWS accepts it until it expires."""
    scene = Scene(session(1), CannotAskError("Nobody can be asked."))
    scene.at(0)
    scene.there = None
    assert scene.at(EXPIRING_AT) == session(1)


@pytest.mark.parametrize("there", [None, session(1)], ids=["none", "one"])
@pytest.mark.parametrize("when", [0, EXPIRING_AT, EXPIRED_AT])
def test_the_stored_session_is_returned_without_a_renewal(there: Session | None, when: int) -> None:
    """Also an expiring or expired one: for commands that must not prompt."""
    scene = Scene(there)
    scene.clock.time = NOW + timedelta(seconds=when)
    assert scene.renewal.stored() == there
    assert scene.reasons == []


def test_a_renewed_session_is_remembered() -> None:
    """It isn't read again."""
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
    assert scene.reasons == ["Profile a b\\x1b[2J;$(x) needs an MFA session."]
    assert caught.value.remedy == "Log in:  aws mfa login --profile 'a b\\x1b[2J;$(x)'"
    assert "\x1b" not in str(caught.value)


def test_an_expiring_session_is_returned_without_a_prompt() -> None:
    """If nothing may be asked."""
    scene = Scene(session(1))
    scene.clock.advance(EXPIRING_AT)
    assert scene.renewal.valid() == session(1)


@pytest.mark.parametrize(
    ("there", "words"), [(session(1), "has expired"), (None, "has no MFA session yet")]
)
def test_without_a_valid_session_there_is_no_prompt(there: Session | None, words: str) -> None:
    """The error names the login command."""
    scene = Scene(there)
    scene.clock.advance(EXPIRED_AT)
    with pytest.raises(ConfigurationError, match=words) as over:
        scene.renewal.valid()
    assert over.value.remedy == "Log in:  aws mfa login --profile work"


def test_the_remedy_is_that_of_the_cause() -> None:
    """If a login would fail in the same way, it isn't the remedy."""
    busy = BusyError("process 7 holds what is needed here.", "Answer its question, or end it.")
    scene = Scene(None, busy)
    with pytest.raises(ConfigurationError) as refused:
        scene.renewal.session()
    assert refused.value.remedy == "Answer its question, or end it."
