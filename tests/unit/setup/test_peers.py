"""Which setups of other MFA tools are found in AWS's files, and which can't be taken over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from awscli_mfa_plugin.session.records import Profile
from awscli_mfa_plugin.setup import peers
from awscli_mfa_plugin.setup.found import Setup, words_of
from awscli_mfa_plugin.setup.keyring_peers import seconds_of
from awscli_mfa_plugin.setup.peers import find_setups
from tests.fakes import LONG_LIVED, SERIAL, session_section

if TYPE_CHECKING:
    from collections.abc import Mapping

    from awscli_mfa_plugin.setup.found import Skipped

Sections = dict[str, dict[str, str]]

SESSION = {
    "aws_access_key_id": "ASIA1",
    "aws_secret_access_key": "s",
    "aws_session_token": "t",
}
KEYS = "--format=json --no-session"


def found(
    credentials: Sections,
    config: Sections | None = None,
    environment: Mapping[str, str] | None = None,
    **programs: str,
) -> tuple[tuple[Setup, ...], tuple[Skipped, ...]]:
    """Find the setups in these sections, which are given by profile."""
    config = config or {}
    profiles = {
        name: Profile(name, config.get(name, {}), credentials.get(name, {}))
        for name in {**config, **credentials}
    }
    known = {name.replace("_", "-"): path for name, path in programs.items()}
    return find_setups(profiles, environment or {}, known)


def only(*args: object, **programs: str) -> Setup:
    """Return the only setup that is found; nothing is skipped."""
    [setup], skipped = found(*args, **programs)  # type: ignore[arg-type]
    assert skipped == ()
    return setup


def test_aws_mfa() -> None:
    """Keys in X-long-term, sessions in X, the device beside the keys, the region in X's config."""
    credentials = {
        "default-long-term": {**LONG_LIVED, "aws_mfa_device": SERIAL},
        "default": {**SESSION, "assumed_role": "False", "expiration": "2026-11-24 09:00:00"},
    }
    config = {"default": {"region": "eu-west-1"}}
    assert only(credentials, config, {"MFA_STS_DURATION": "3600"}) == Setup(
        "aws-mfa",
        source="default-long-term",
        base="default",
        session="default",
        serial=SERIAL,
        duration="3600",
        region="eu-west-1",
    )


def test_aws_mfa_with_a_suffix_of_its_users() -> None:
    """The session's name is chosen by options then; a role can't be taken over."""
    keys = {**LONG_LIVED, "aws_mfa_device": SERIAL, "assume_role": "arn:aws:iam::1:role/x"}
    setup = only({"work": keys})
    assert (setup.tool, setup.base, setup.session) == ("aws-mfa", "work", "")
    assert setup.left == ("the role arn:aws:iam::1:role/x, which aws-mfa assumes",)


def test_aws_mfa_with_the_device_in_the_environment() -> None:
    """As its own users can have it."""
    setup = only({"work-long-term": LONG_LIVED}, {}, {"MFA_DEVICE": SERIAL})
    assert (setup.session, setup.serial) == ("work", SERIAL)


def test_awsmfa() -> None:
    """Keys in identity, sessions in default."""
    credentials = {
        "identity": LONG_LIVED,
        "default": {**SESSION, "awsmfa_expiration": "2026-11-29T18:31:06+00:00"},
    }
    environment = {"AWS_MFA_SERIAL_NUMBER": SERIAL, "AWS_MFA_DURATION": "7200"}
    assert only(credentials, {}, environment) == Setup(
        "awsmfa",
        source="identity",
        base="default",
        session="default",
        serial=SERIAL,
        duration="7200",
    )


def test_awsmfa_with_names_in_the_environment() -> None:
    """Of both profiles."""
    environment = {"AWS_MFA_IDENTITY_PROFILE": "me", "AWS_MFA_TARGET_PROFILE": "sts"}
    setup = only({"me": LONG_LIVED}, {}, environment)
    assert (setup.source, setup.session) == ("me", "sts")


def test_awsmfa_without_its_source() -> None:
    """An option named it, so nobody can know it now."""
    setups, [skipped] = found({"default": {**SESSION, "awsmfa_expiration": "x"}})
    assert setups == ()
    assert (skipped.profile, skipped.tool) == ("default", "awsmfa")
    assert "AWS_MFA_IDENTITY_PROFILE" in skipped.reason


def test_awscli_mfa_sh() -> None:
    """The device and the duration are in the config file."""
    config = {"work": {"mfa_arn": SERIAL, "sessmax": "3600"}}
    credentials = {"work": LONG_LIVED, "work-mfasession": {**SESSION, "aws_session_expiry": "1"}}
    assert only(credentials, config) == Setup(
        "awscli-mfa.sh",
        source="work",
        base="work",
        session="work-mfasession",
        serial=SERIAL,
        duration="3600",
    )


@pytest.mark.parametrize(
    ("command", "serial", "duration"),
    [
        ("bastion get-session-token", SERIAL, ""),
        ("/opt/bastion get-session-token --duration-seconds 7200", SERIAL, "7200"),
        ("bastion get-session-token --mfa-serial=GAHT12345678", "GAHT12345678", ""),
        ("bastion get-session-token --duration-seconds", SERIAL, ""),
    ],
)
def test_awscli_bastion(command: str, serial: str, duration: str) -> None:
    """Its session profile names the source; the options are read from the command."""
    credentials = {
        "bastion": LONG_LIVED,
        "sts": {
            "mfa_serial": SERIAL,
            "credential_process": command,
            "source_profile": "bastion",
        },
        "admin": {"role_arn": "arn:aws:iam::1:role/x", "source_profile": "sts"},
    }
    assert only(credentials) == Setup(
        "awscli-bastion",
        source="bastion",
        base="bastion",
        session="sts",
        serial=serial,
        duration=duration,
    )


@pytest.mark.parametrize(
    ("others", "tool", "session"),
    [
        ({}, "AWS CLI", ""),
        ({"work-out": {**SESSION, "manager": "awsume"}}, "awsume", ""),
        ({"autoawsume-work": {**SESSION, "manager": "awsume"}}, "awsume", "autoawsume-work"),
        ({"123456789012-ada": SESSION}, "aws configure mfa-login", "123456789012-ada"),
    ],
)
def test_a_profile_with_keys_and_a_device(others: Sections, tool: str, session: str) -> None:
    """Several tools read mfa_serial; the sessions beside it tell which one was used."""
    credentials = {"work": LONG_LIVED, **others}
    config = {"work": {"mfa_serial": SERIAL, "region": "eu-west-1", "mfa_process": "code"}}
    assert only(credentials, config) == Setup(
        tool,
        source="work",
        base="work",
        session=session,
        serial=SERIAL,
        token_command="code",
    )


def test_awsume_that_was_not_used_yet() -> None:
    """Its program is on the PATH."""
    assert only({"work": {**LONG_LIVED, "mfa_serial": SERIAL}}, awsumepy="/x").tool == "awsume"


def test_mfa_login_with_a_hardware_device() -> None:
    """It names the session after the serial."""
    credentials = {
        "work": {**LONG_LIVED, "mfa_serial": "GAHT12345678"},
        "session-GAHT12345678": SESSION,
    }
    assert only(credentials).session == "session-GAHT12345678"


@pytest.mark.parametrize(
    ("credentials", "config"),
    [
        ({"default": LONG_LIVED}, {}),
        ({"default": LONG_LIVED}, {"default": {"mfa_session": "on", "mfa_serial": SERIAL}}),
        ({"default": LONG_LIVED}, {"default": {"mfa_session": "off", "mfa_serial": SERIAL}}),
        ({"mfa": session_section()}, {"mfa": {"mfa_source_profile": "x", "mfa_serial": SERIAL}}),
        ({}, {"admin": {"role_arn": "arn:aws:iam::1:role/x", "mfa_serial": SERIAL}}),
        ({}, {"sso": {"sso_session": "x", "mfa_serial": SERIAL}}),
        ({"old": SESSION}, {"old": {"mfa_serial": SERIAL}}),
        ({}, {"other": {"mfa_serial": SERIAL, "source_profile": "work"}}),
        ({}, {"eu": {"region": "eu-west-1"}}),
        ({}, {"tool": {"credential_process": "granted other"}}),
    ],
)
def test_what_is_no_setup_of_another_tool(credentials: Sections, config: Sections) -> None:
    """Plain keys, our own profiles, roles, SSO, sessions."""
    assert found(credentials, config, aws_vault="/bin/aws-vault") == ((), ())


def test_aws_vault_with_the_keys_in_its_keyring() -> None:
    """A new source profile gets them by its documented command; included settings count."""
    config = {
        "home": {"include_profile": "common"},
        "common": {
            "mfa_serial": SERIAL,
            "mfa_process": "pass otp aws",
            "region": "eu-west-1",
            "source_profile": "home",
        },
    }
    environment = {"AWS_SESSION_TOKEN_TTL": "8h"}
    assert only({}, config, environment, aws_vault="/usr/bin/aws-vault") == Setup(
        "aws-vault",
        source="home-keys",
        base="home",
        serial=SERIAL,
        duration="28800",
        region="eu-west-1",
        token_command="pass otp aws",
        keys_command=f"/usr/bin/aws-vault export {KEYS} home",
        is_new_source=True,
    )


def test_a_source_without_a_role_is_no_setup() -> None:
    """Only awscli-bastion's session profile is."""
    assert found({"work": LONG_LIVED}, {"x": {"source_profile": "work"}}) == ((), ())


def test_a_command_is_split_only_where_it_matters(monkeypatch: pytest.MonkeyPatch) -> None:
    """Splitting is slow: with 1,000 profiles of each kind it took 20 s."""
    split: list[str] = []

    def counted(command: str) -> list[str]:
        split.append(command)
        return words_of(command)

    monkeypatch.setattr(peers, "words_of", counted)
    keys = {f"keys{number}": {**LONG_LIVED} for number in range(30)}
    found(keys, {"other": {"credential_process": "program"}})
    assert split == []


def test_settings_that_include_each_other() -> None:
    """Are read once."""
    config = {"a": {"include_profile": "b"}, "b": {"include_profile": "a"}}
    assert found({}, config, aws_vault="/x") == ((), ())


@pytest.mark.parametrize(
    "command", [f"aws-vault export {KEYS} work", "aws-vault exec -n --json work"]
)
def test_aws_vault_that_gives_the_keys_already(command: str) -> None:
    """Its profile is the source."""
    setup = only({}, {"work": {"mfa_serial": SERIAL, "credential_process": command}})
    assert (setup.source, setup.keys_command, setup.is_new_source) == ("work", command, False)


@pytest.mark.parametrize(
    "program", ["aws-vault", '"C:\\Program Files\\aws-vault.exe"', "aws-vault --backend=pass"]
)
def test_aws_vault_that_gives_a_session(program: str) -> None:
    """The keys need another command, by the same program."""
    config = {"work": {"credential_process": f"{program} exec work --json"}}
    setup = only({}, config, {"AWS_MFA_SERIAL": SERIAL})
    assert (setup.source, setup.serial) == ("work-keys", SERIAL)
    assert setup.keys_command == f"{program} export {KEYS} work"


def test_aws_vault_without_a_subcommand() -> None:
    """What it does isn't known; of its words only the program is taken over."""
    setup = only({}, {"work": {"mfa_serial": SERIAL, "credential_process": "aws-vault work"}})
    assert setup.keys_command == f"aws-vault export {KEYS} work"


@pytest.mark.parametrize("program", [{}, {"aws_vault": "/x/aws-vault"}])
def test_an_mfa_profile_that_was_forgotten_is_not_one_of_aws_vault(program: dict[str, str]) -> None:
    """Logout --forget leaves its device; another device is another profile's."""
    keys = {"work": {**LONG_LIVED, "mfa_serial": SERIAL}}
    config = {"work-mfa-2": {"mfa_serial": SERIAL, "region": "eu-west-1"}}
    [setup], [skipped] = found(keys, config, {}, **program)
    assert setup.base == "work"
    assert skipped.reason == "it looks like a former MFA profile of work"
    other = {"work-mfa": {"mfa_serial": f"{SERIAL}2"}}
    setups, skips = found(keys, other, {}, **program)
    assert len(setups) + len(skips) == 2
    assert "former" not in "".join(each.reason for each in skips)
    managed = {"work-mfa": {"mfa_serial": SERIAL, "mfa_source_profile": "work"}}
    assert only(keys, managed, {}, **program).base == "work"


def test_a_source_that_an_import_made_is_not_found_twice() -> None:
    """Whichever section comes first in the file."""
    made = {"home-keys": {"credential_process": f"/x/aws-vault export {KEYS} home"}}
    home = {"home": {"mfa_serial": SERIAL}}
    for config in ({**made, **home}, {**home, **made}):
        assert only({}, config, aws_vault="/x/aws-vault").base == "home"


@pytest.mark.parametrize(
    ("config", "programs", "reason"),
    [
        ({"home": {"mfa_serial": SERIAL}}, {}, "aws-vault isn't on your PATH"),
        (
            {"a home": {"mfa_serial": SERIAL}},
            {"aws_vault": "/x"},
            "its name can't be put into a command",
        ),
        ({"x": {"credential_process": "aws-vault exec y --json"}}, {}, "session of another"),
        (
            {
                "x": {
                    "credential_process": "granted credential-process --profile x",
                    "granted_sso_start_url": "https://x.example",
                }
            },
            {},
            "temporary keys by SSO",
        ),
    ],
)
def test_what_can_not_be_taken_over(
    config: Sections, programs: dict[str, str], reason: str
) -> None:
    """It is named, with the reason."""
    setups, [skipped] = found({}, config, {}, **programs)
    assert setups == ()
    assert skipped.profile in config
    assert reason in skipped.reason


def test_granted() -> None:
    """Its profile gives the long-lived keys by its command."""
    command = "granted credential-process --profile=work"
    config = {"work": {"credential_process": command, "mfa_serial": SERIAL}}
    assert only({}, config) == Setup(
        "granted", source="work", base="work", serial=SERIAL, keys_command=command
    )


def test_a_command_with_unbalanced_quotes_has_no_words() -> None:
    """It is somebody's text."""
    assert words_of("aws-vault 'x") == []
    assert found({}, {"x": {"credential_process": "aws-vault 'x"}}) == ((), ())


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("12h", "43200"), ("1h30m", "5400"), ("900s", "900"), ("", ""), ("long", "long")],
)
def test_a_duration_of_aws_vault(text: str, seconds: str) -> None:
    """What isn't one stays as it is, and is refused later."""
    assert seconds_of(text) == seconds
