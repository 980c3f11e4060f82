"""Each subcommand's function, in the test's own process, on fakes."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from awscli_mfa_plugin.commands import (
    configure,
    credential_process,
    devices,
    doctor,
    exec,  # noqa: A004 - the subcommand's own name
    export,
    login,
    logout,
    status,
    watch,
)
from awscli_mfa_plugin.commands.process import GlobalOptions, Screen
from awscli_mfa_plugin.doctor.findings import Observations, ObservedRead
from awscli_mfa_plugin.errors import CancelledError, ConfigurationError, UsageError
from awscli_mfa_plugin.session.records import MfaDevice, Session
from tests.fakes import (
    LONG_LIVED,
    NOW,
    SERIAL,
    FakeFiles,
    FakeIam,
    FakeProcess,
    FakeTerminal,
    World,
    context,
    session_section,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from awscli_mfa_plugin.commands.context import Context
    from awscli_mfa_plugin.declaration import Result
    from awscli_mfa_plugin.watch.watch import WatchRequest

SESSION = Session("ASIA1", "secret-1", "token-1", NOW + timedelta(hours=12))


def run(module: Any, context: Context, **given: Any) -> Result:
    """Run a subcommand with what is given of its options."""
    result: Result = module.run(module.COMMAND.arguments(**given), context)
    return result


def data_of(result: Result) -> Any:
    """Return the data of a result, which has some."""
    assert result.data is not None
    return result.data


def with_keys(*answers: str, **parts: Any) -> World:
    """Return a world in which profile default has long-lived keys."""
    files = FakeFiles({"default": {"region": "eu-west-1"}}, {"default": LONG_LIVED})
    return World(files=files, terminal=FakeTerminal(*answers), **parts)


def with_session(lifetime: int = 43_200, age: int = 0) -> World:
    """Return a world in which profile mfa has a session."""
    config = {"mfa": {"mfa_source_profile": "default", "mfa_serial": SERIAL}}
    credentials = {"default": LONG_LIVED, "mfa": session_section(lifetime, age)}
    return World(files=FakeFiles(config, credentials))


def test_login_writes_a_session_and_tells_what_it_kept() -> None:
    """The profile is mfa where nothing names one."""
    world = with_keys("123456")
    result = run(login, context(world))
    assert data_of(result) == {
        "Profile": "mfa",
        "SourceProfile": "default",
        "MfaSerial": SERIAL,
        "Expiration": "2026-11-24T21:00:00+00:00",
    }
    assert "Profile mfa has a session until" in result.text
    assert "aws s3 ls --profile mfa" in result.text
    assert any("mfa_source_profile = default" in note for note in world.notes)
    assert world.files.profile("mfa").is_ours


def test_login_takes_profile_and_region_from_the_global_options() -> None:
    """And its own options as they are given."""
    world = with_keys()
    options = GlobalOptions(profile="work", region="eu-central-1")
    result = run(
        login,
        context(world, options),
        source_profile="default",
        serial_number="GAHT12345678",
        token_code="123456",
        duration_seconds=3600,
    )
    assert data_of(result)["Profile"] == "work"
    [call] = world.sts.calls
    assert (call.mfa_serial, call.duration_seconds) == ("GAHT12345678", 3600)
    assert call.region == "eu-central-1"


def test_login_without_need_asks_nothing() -> None:
    """A session that isn't due is kept; ``--dry-run`` says so of one that there isn't."""
    kept = run(login, context(with_session()))
    assert kept.text.endswith("It isn't due; --force makes a new one.")
    would = run(login, context(with_keys()), dry_run=True)
    assert would.text.startswith(f"Would ask for a code of {SERIAL}")
    assert data_of(would)["Expiration"] is None


def test_login_beside_own_keys_warns() -> None:
    """The session is in the CLI's cache there."""
    world = with_keys("123456")
    run(login, context(world, GlobalOptions(profile="default")))
    assert any("keeps its long-lived keys" in note for note in world.notes)


def test_status_tells_by_its_exit_code_whether_enough_is_left() -> None:
    """0 with more than ``--min-remaining`` seconds, else 1."""
    here = context(with_session())
    found = run(status, here)
    assert (found.exit_code, data_of(found)["Sessions"][0]["State"]) == (0, "valid")
    assert run(status, here, min_remaining=43_200).exit_code == 1
    with pytest.raises(UsageError):
        run(status, here, min_remaining=-1)


def test_status_of_a_profile_without_session_and_of_none() -> None:
    """A profile that isn't there is an error; one without a session has none."""
    none = run(status, context(with_keys(), GlobalOptions(profile="default")))
    assert (none.exit_code, data_of(none)["Sessions"][0]["State"]) == (1, "none")
    with pytest.raises(ConfigurationError, match="doesn't exist"):
        run(status, context(with_keys(), GlobalOptions(profile="nobody")))
    assert run(status, context(with_keys())).text.startswith("No profile is managed yet")


@pytest.mark.parametrize(
    ("screen", "bar"),
    [
        (Screen(), ""),
        (Screen(is_terminal=True, encoding="utf-8"), "██████████░░░░░░░░░░"),
        (Screen(is_terminal=True, encoding="ascii"), "##########.........."),
        (Screen(is_terminal=True, encoding="no such"), "##########.........."),
    ],
)
def test_status_shows_the_time_left_as_a_bar_on_a_terminal(screen: Screen, bar: str) -> None:
    """In characters that it has."""
    text = run(status, context(with_session(age=21_600), screen=screen)).text
    assert text.splitlines()[0].rpartition("left")[2].strip() == bar


def test_status_warns_of_keys_in_the_environment() -> None:
    """They go before every session."""
    world = with_session()
    world.environment["AWS_ACCESS_KEY_ID"] = "AKIA"
    run(status, context(world))
    assert any("AWS_ACCESS_KEY_ID is set" in note for note in world.notes)


def test_logout_removes_the_session_and_forgets_the_profile() -> None:
    """What was removed is told, and until when AWS honours copies."""
    world = with_session()
    result = run(logout, context(world), forget=True)
    [entry] = data_of(result)["Sessions"]
    assert (entry["Profile"], entry["Removed"]) == ("mfa", True)
    assert "AWS honours copies of it until" in result.text
    assert "no longer managed" in result.text
    assert not world.files.profile("mfa").is_managed


def test_logout_of_all_goes_without_a_profile() -> None:
    """Both together are refused."""
    assert len(data_of(run(logout, context(with_session()), all=True))["Sessions"]) == 1
    with pytest.raises(UsageError):
        run(logout, context(with_session(), GlobalOptions(profile="mfa")), all=True)
    nothing = run(logout, context(with_keys()), all=True)
    assert nothing.text == "No profile is managed; there is nothing to log out of."


def test_devices_are_listed_with_the_chosen_one() -> None:
    """What can't serve is marked."""
    fido = MfaDevice("arn:aws:iam::123456789012:u2f/user/ada/key", "FIDO")
    world = with_session()
    world.iam = FakeIam((MfaDevice(SERIAL, "virtual"), fido))
    result = run(devices, context(world, GlobalOptions(region="eu-west-1")))
    chosen, other = data_of(result)["Devices"]
    assert (chosen["MfaSerial"], chosen["Chosen"], other["Usable"]) == (SERIAL, True, False)
    assert "virtual, chosen" in result.text
    none = run(devices, context(with_keys(iam=FakeIam(()))))
    assert none.text == "This user has no MFA device."


def handing_out(options: GlobalOptions | None = None) -> tuple[Context, FakeProcess]:
    """Return a context that hands out SESSION for profile work."""
    world = World()
    process = FakeProcess(world, "work", SESSION)
    return context(world, options, process, parent_process=lambda: "fish"), process


def test_credential_process_answers_as_an_sdk_wants_it() -> None:
    """Exactly, whatever output is configured; a prompt may stand for 50 s."""
    here, process = handing_out(GlobalOptions(output="text"))
    result = run(credential_process, here)
    answer = json.loads(result.exact)
    assert (answer["Version"], answer["AccessKeyId"]) == (1, "ASIA1")
    assert result.data is None
    [request] = process.requests
    assert (request.profile, request.patience) == ("work", 50)


@pytest.mark.parametrize(
    ("format_name", "start"),
    [
        (None, "while set -q AWS_PROFILE;"),
        ("sh", "unset AWS_PROFILE;"),
        ("env", "AWS_ACCESS_KEY_ID=ASIA1"),
        ("json", "{\n"),
        ("ini", "[work]\n"),
    ],
)
def test_export_prints_in_the_format_of_the_shell_or_the_one_named(
    format_name: str | None, start: str
) -> None:
    """Whole, and by no formatter of the CLI's."""
    here, process = handing_out()
    result = run(export, here, format=format_name, min_remaining=60)
    assert result.exact.startswith(start)
    assert "secret-1" in result.exact
    assert process.requests[0].min_remaining == 60


def test_export_as_data_is_for_the_clis_formatter() -> None:
    """Where ``--output`` or ``--query`` asks for it, and then nothing is said beside."""
    options = GlobalOptions(query="AccessKeyId")
    world = World(environment={"AWS_PROFILE": "other"})
    result = run(export, context(world, options, FakeProcess(world, "work", SESSION)))
    assert sorted(data_of(result)) == [
        "AccessKeyId",
        "Expiration",
        "SecretAccessKey",
        "SessionToken",
    ]
    assert result.exact == ""
    assert not world.notes


def test_export_says_what_gives_way_and_that_secrets_are_on_the_screen() -> None:
    """With the way to let the shell take them."""
    world = World(environment={"AWS_PROFILE": "other"})
    process = FakeProcess(world, "work", SESSION)
    run(
        export,
        context(world, process=process, screen=Screen(is_terminal=True)),
        format="sh",
    )
    assert world.notes[0] == "Set aside from the environment: AWS_PROFILE."
    assert world.notes[1].endswith('eval "$(aws mfa export --profile work)"')


def test_export_takes_the_session_out_again_without_any() -> None:
    """Nothing is resolved for it; a file can't be taken out of an environment."""
    here, process = handing_out()
    result = run(export, here, format="sh", unset=True)
    assert "unset AWS_SESSION_TOKEN;" in result.exact
    assert process.requests == []
    with pytest.raises(UsageError, match="--unset means nothing for json"):
        run(export, here, format="json", unset=True)


def exec_program(calls: list[tuple[list[str], Any]]) -> Callable[..., int]:
    """Return what keeps what would have been run, and fails like a program that isn't there."""

    def keep(words: list[str], variables: Any) -> int:
        calls.append((words, variables))
        return 127

    return keep


@pytest.mark.parametrize("program", [None, ["terraform", "apply"]])
def test_exec_runs_the_program_or_the_shell(program: list[str] | None) -> None:
    """With the session and the profile's name in the environment, and no profile beside it."""
    world = World(environment={"AWS_PROFILE": "other"})
    calls: list[tuple[list[str], Any]] = []
    process = FakeProcess(world, "work", SESSION)
    here = context(
        world, GlobalOptions(region="eu-west-1"), process, exec_program=exec_program(calls)
    )
    assert run(exec, here, program=program).exit_code == 127
    [(words, variables)] = calls
    assert words == (program or [])
    assert variables["AWS_ACCESS_KEY_ID"] == "ASIA1"
    assert variables["AWS_REGION"] == "eu-west-1"
    assert (variables["AWS_MFA_PROFILE"], variables["AWS_PROFILE"]) == ("work", "")
    assert world.notes == ["Set aside from the environment: AWS_PROFILE."]


def test_exec_wants_a_program_behind_the_hyphens() -> None:
    """Nothing is resolved before."""
    here, process = handing_out()
    with pytest.raises(UsageError):
        run(exec, here, program=[])
    assert process.requests == []


def test_doctor_without_calls_looks_at_the_machine_alone() -> None:
    """And says that it made no call."""
    machine = Observations(
        ObservedRead("config"), ObservedRead("credentials"), ObservedRead("alias")
    )
    world = World()
    result = run(doctor, context(world, machine=lambda: machine), offline=True)
    assert [finding["Name"] for finding in data_of(result)["Findings"]][-1] == "sts"
    assert world.sts.calls == []
    with pytest.raises(UsageError):
        run(doctor, context(world), yes=True)


def test_doctor_asks_sts_for_the_time_by_the_context() -> None:
    """A clock that is right is fine."""
    machine = Observations(
        ObservedRead("config"), ObservedRead("credentials"), ObservedRead("alias")
    )
    asked: list[str] = []

    def date_of_sts(region: str, _profile: str) -> Any:
        asked.append(region)
        return NOW

    run(
        doctor,
        context(
            options=GlobalOptions(region="eu-west-1"),
            machine=lambda: machine,
            date_of_sts=date_of_sts,
        ),
    )
    assert asked == ["eu-west-1"]


def test_configure_asks_writes_and_logs_in() -> None:
    """The first login comes at once, if it is wanted."""
    world = with_keys("", "", "", "", "", "y", "y", "123456")
    result = run(configure, context(world))
    assert world.files.profile("mfa").get("mfa_serial") == SERIAL
    assert data_of(result)["Profile"] == "mfa"
    assert world.files.profile("mfa").is_ours


def test_configure_shows_without_writing() -> None:
    """``--dry-run`` ends with the diff."""
    world = with_keys("", "", "", "", "")
    result = run(configure, context(world), dry_run=True)
    assert "+[profile mfa]" in result.text
    assert world.files.writes == []


def test_configure_says_what_is_done_already_when_it_is_cancelled() -> None:
    """The settings stay; the login is for later."""
    world = World(
        files=FakeFiles({"default": {"region": "eu-west-1"}}, {"default": LONG_LIVED}),
        terminal=FakeTerminal("", "", "", "", "", "y", CancelledError("Cancelled.")),
    )
    with pytest.raises(CancelledError, match="The settings of mfa are saved"):
        run(configure, context(world))


def test_configure_exports_exactly() -> None:
    """Without a formatter: the text is a file."""
    result = run(configure, context(with_session()), export=True)
    assert "mfa" in result.exact
    assert result.data is None


@pytest.mark.parametrize(
    "given",
    [
        {"export": True, "dry_run": True},
        {"export": True, "from": "x.yaml"},
        {"yes": True},
        {"allow_commands": True},
    ],
)
def test_configure_refuses_options_that_dont_go_together(given: dict[str, Any]) -> None:
    """Before anything is read."""
    with pytest.raises(UsageError):
        run(configure, context(), **given)


class FakeScheduler:
    """A scheduler that keeps what it is told."""

    def __init__(self, name: str, *, unavailable_reason: str = "", installed: bool = False) -> None:
        """Start with or without a job."""
        self.name = name
        self.reason = unavailable_reason
        self.installed = installed

    def unavailable_reason(self) -> str:
        """Return the reason."""
        return self.reason

    def preview(self, job: Any) -> str:
        """Return a line of it."""
        return f"run {job}\n"

    def install(self, job: Any) -> str:
        """Keep that there is a job."""
        del job
        self.installed = True
        return "Every five minutes."

    def uninstall(self) -> bool:
        """Forget the job."""
        was_there, self.installed = self.installed, False
        return was_there

    def is_installed(self) -> bool:
        """Tell of the job."""
        return self.installed


def scheduled(*schedulers: FakeScheduler, options: GlobalOptions | None = None) -> Context:
    """Return a context with these schedulers; the job is its words."""
    kept: list[str] = []
    return context(
        with_session(),
        options,
        schedulers=lambda named="": [one for one in schedulers if named in {"", one.name}],
        keep_schedulers=kept.extend,
        job=lambda words: (" ".join(words), ("PASSWORD stays out.",)),
        other_watch=lambda: "",
    )


def test_watch_runs_with_what_is_asked_for() -> None:
    """The exit code is that of the watch."""
    seen: list[Any] = []

    def watching(request: WatchRequest, command: str, *, once: bool) -> int:
        seen.append((request.profiles, request.before, command, once))
        return 130

    here = context(options=GlobalOptions(profile="mfa"), watch=watching)
    assert run(watch, here, before=60, notify_command="tell", once=True).exit_code == 130
    assert run(watch, context(watch=watching), profiles=["a", "b"]).exit_code == 130
    assert seen == [(("mfa",), 60, "tell", True), (("a", "b"), None, "", False)]


def test_watch_is_installed_by_the_first_scheduler_that_works_and_by_it_alone() -> None:
    """What another one ran is taken back."""
    broken, cron = FakeScheduler("systemd", unavailable_reason="no bus"), FakeScheduler("cron")
    old = FakeScheduler("launchd", installed=True)
    here = scheduled(broken, cron, old, options=GlobalOptions(profile="-mfa"))
    result = run(watch, here, install="", notify_command="a b")
    assert data_of(result) == {"Scheduler": "cron", "Installed": True}
    assert (cron.installed, old.installed) == (True, False)
    removed = run(watch, here, uninstall=True)
    assert (removed.text, cron.installed) == ("Removed from cron.", False)


def test_watch_shows_what_would_be_installed() -> None:
    """By a scheduler that isn't there, too, if it is named; several profiles stand at the end."""
    here = scheduled(FakeScheduler("cron"), FakeScheduler("launchd", unavailable_reason="no macOS"))
    result = run(watch, here, install="launchd", dry_run=True, before=60, profiles=["a", "b"])
    assert result.text == "run mfa watch --once --before=60 --profiles a b"
    gone = run(
        watch, scheduled(FakeScheduler("cron", installed=True)), uninstall=True, dry_run=True
    )
    assert gone.text == "Would be removed from cron."


def test_watch_without_a_scheduler_says_why() -> None:
    """Each with its reason."""
    with pytest.raises(ConfigurationError, match="no bus; no crontab"):
        run(
            watch,
            scheduled(
                FakeScheduler("systemd", unavailable_reason="no bus"),
                FakeScheduler("cron", unavailable_reason="no crontab"),
            ),
            install="",
        )


def test_watch_shows_who_watches_and_when_sessions_expire() -> None:
    """Of the sessions, and who watches."""
    result = run(watch, scheduled(FakeScheduler("cron", installed=True)), status=True)
    assert data_of(result)["Schedulers"] == ["cron"]
    assert data_of(result)["Sessions"][0]["Profile"] == "mfa"
    assert "No process is watching." in result.text
    assert "mfa: valid until 21:00; renewed from 20:45." in result.text


@pytest.mark.parametrize(
    "given",
    [
        {"before": 0},
        {"once": True, "status": True},
        {"install": "", "uninstall": True},
        {"dry_run": True},
        {"install": "at"},
    ],
)
def test_watch_refuses_what_doesnt_go_together(given: dict[str, Any]) -> None:
    """Before anything is looked at."""
    with pytest.raises(UsageError):
        run(watch, context(), **given)


def test_watch_takes_one_profile_or_several() -> None:
    """Not both options at once."""
    with pytest.raises(UsageError):
        run(watch, context(options=GlobalOptions(profile="mfa")), profiles=["a"])
