"""A setup manifest: what is accepted, and what is refused at which line and column."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from awscli_mfa_plugin.errors import (
    BusyError,
    CancelledError,
    CannotAskError,
    ConfigurationError,
    MfaError,
)
from awscli_mfa_plugin.files.document import SharedDocument
from awscli_mfa_plugin.files.yaml_reader import root_of
from awscli_mfa_plugin.setup.export import exported, manifest_text
from awscli_mfa_plugin.setup.machine import LARGEST, read_setup_manifest
from awscli_mfa_plugin.setup.manifest import SetupManifest, manifest_of
from awscli_mfa_plugin.setup.plan import (
    changes_by,
    lines_of,
    merged,
    missing_sources,
)
from awscli_mfa_plugin.setup.questions import accepted_changes, confirm
from awscli_mfa_plugin.setup.settings import check_no_secrets
from tests.fakes import LONG_LIVED, NOW, SERIAL, FakeFiles, FakeNotes, FakeTerminal, session_section

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fakes import Sections

TEAM = f"""\
version: 1
profiles:
  mfa:
    mfa_source_profile: default
    mfa_serial: {SERIAL}
    duration_seconds: 28800
    region: eu-west-1
    mfa_process: ykman oath accounts code -s aws
    mfa_prompt: hidden
  "own keys":
    mfa_session: on
  admin:
    role_arn: arn:aws:iam::123456789012:role/team/Admin
    source_profile: mfa
    mfa_session: off
    duration_seconds: 3600
    external_id: shared-with-us
    role_session_name: ada
"""
SEED = "JBSWY3DPEHPK3PXP"
SECRET_KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


def read(text: str, file: str = "team.yaml") -> SetupManifest:
    """Return the manifest of a text, read like a file."""
    check_no_secrets(text, file)
    return manifest_of(root_of(text, file, "manifest"), file)


def with_setting(line: str, profile: str = "mfa") -> str:
    """Return a manifest with one session profile and one more setting, on line 5."""
    return f"version: 1\nprofiles:\n  {profile}:\n    mfa_source_profile: default\n    {line}\n"


def with_role(line: str) -> str:
    """Return a manifest with one role and one more setting, on line 6."""
    role = "role_arn: arn:aws:iam::123456789012:role/x"
    return f"version: 1\nprofiles:\n  r:\n    {role}\n    source_profile: mfa\n    {line}\n"


def test_a_team_manifest_is_read() -> None:
    """Session profiles, own keys and roles; 'on' and 'off' are words."""
    session, own, role = read(TEAM).profiles
    assert (session.name, session.kind, session.key.line) == ("mfa", "session profile", 3)
    assert session.settings["mfa_process"] == "ykman oath accounts code -s aws"
    assert (own.name, own.kind, own.settings) == (
        "own keys",
        "marked profile",
        {"mfa_session": "on"},
    )
    assert (role.kind, role.settings["mfa_session"]) == ("role", "off")
    place = role.nodes["role_arn"]
    assert (place.line, place.column) == (13, 15)


BAD = [
    ("", "line 1, column 1: the file is empty"),
    ("- a", "line 1, column 1: expected 'version' and 'profiles'"),
    ("version: 1", "line 1, column 1: 'profiles' is missing"),
    ("profiles: {}", "line 1, column 1: 'version' is missing"),
    ("version: 2\nprofiles: {}", "line 1, column 10: version must be 1"),
    ("version: [1]\nprofiles: {}", "line 1, column 10: version must be 1"),
    ("version: 1\nprofiles: {}\nplugins: x", "line 3, column 1: unknown key 'plugins'"),
    ("version: 1\nversion: 1", "line 2, column 1: 'version' is already on line 1"),
    ("version: 1\nprofiles:\n- mfa", "line 3, column 1: expected profiles by their names"),
    ("version: 1\nprofiles:\n  a: x", "line 3, column 6: expected settings of the profile"),
    ("version: 1\nprofiles:\n  [a]: x", "line 3, column 3: expected a name"),
    ("version: 1\nprofiles:\n  a: {region: eu-west-1}", "line 3, column 3: profile a needs mfa_"),
    ("version: 1\nprofiles:\n  DEFAULT: {mfa_session: on}", "line 3, column 3: That can't be"),
    ('version: 1\nprofiles:\n  "a\\e[2J": {mfa_session: on}', "line 3, column 3: That can't be"),
    ("version: 1\nprofiles:\n  a: {mfa_session: on}\n  a: {mfa_session: on}", "line 4, column 3"),
    (with_setting("mfa_source_profile: b"), "line 5, column 5: 'mfa_source_profile' is alr"),
    (with_setting("region: eu-west-1", "default"), "line 4, column 25: profile default has no"),
    (with_setting("output: json"), "line 5, column 5: 'output' isn't a setting for a manifest"),
    (with_setting("endpoint_url: http://x"), "line 5, column 5: 'endpoint_url' decides where"),
    (with_setting("ca_bundle: /x"), "line 5, column 5: 'ca_bundle' decides where"),
    (with_setting("proxy: x"), "line 5, column 5: 'proxy' decides where"),
    (with_setting("credential_process: sh"), "line 5, column 5: 'credential_process' decides"),
    (with_setting("cli_legacy_plugin_path: /"), "line 5, column 5: 'cli_legacy_plugin_path' dec"),
    (with_setting("aws_access_key_id: x"), "line 5, column 5: this looks like a secret (aws_acc"),
    (with_setting("AWS_SECRET_ACCESS_KEY: x"), "line 5, column 5: this looks like a secret (aws"),
    (with_setting("aws_session_token: x"), "line 5, column 5: this looks like a secret"),
    (with_setting("source_profile: a"), "line 5, column 5: source_profile isn't a setting of a"),
    (with_setting("external_id: abc"), "line 5, column 5: external_id isn't a setting of a sess"),
    (
        with_setting("duration_seconds: 10"),
        "line 5, column 23: duration_seconds must be a whole numb",
    ),
    (
        with_setting("duration_seconds: 43_200"),
        "line 5, column 23: duration_seconds must be a whole",
    ),
    (with_setting(f"duration_seconds: {'9' * 31}"), "line 5, column 23: duration_seconds must"),
    (with_setting("duration_seconds: [900]"), "line 5, column 23: expected a value, not"),
    (with_setting("duration_seconds:"), "duration_seconds has no value"),
    (with_setting("region: evil.example/#"), "line 5, column 13: region must be a name such as"),
    (with_setting("mfa_serial: arn:aws:iam::123456789012:user/a"), "line 5, column 17: arn:aws:"),
    (with_setting("mfa_serial: abc"), "line 5, column 17: 'abc' isn't an MFA serial"),
    (with_setting("mfa_session: off"), "line 5, column 18: mfa_session of a session profile must"),
    (with_setting("mfa_prompt: loud"), "line 5, column 17: mfa_prompt must be 'hidden' or 'never'"),
    (with_setting("mfa_process: 'say \"'"), "line 5, column 18: mfa_process is no command"),
    (with_setting("mfa_process: '# '"), "line 5, column 18: mfa_process is no command"),
    (with_setting(f"mfa_process: {'a ' * 501}b"), "line 5, column 18: mfa_process is longer"),
    (with_setting('mfa_process: "a\\nb"'), "line 5, column 18: mfa_process contains a control"),
    (with_setting('mfa_process: "a\\u202Eb"'), "line 5, column 18: mfa_process contains a control"),
    (
        with_setting('mfa_process: "a\\x1b[2Jb"'),
        "line 5, column 18: mfa_process contains a control",
    ),
    (with_role("external_id: a b"), "line 6, column 18: external_id has 2 to"),
    (with_role("role_session_name: a/b"), "line 6, column 24: role_session_name has"),
    (with_role("mfa_session: on"), "line 6, column 18: mfa_session of a role must be 'off'"),
    (with_role("duration_seconds: 50000"), "line 6, column 23: duration_seconds must be a whole"),
    (with_role("mfa_process: x"), "line 6, column 5: mfa_process isn't a setting of a role"),
    ("version: 1\nprofiles:\n  r: {role_arn: x}", "line 3, column 3: profile r has role_arn but"),
    (
        "version: 1\nprofiles:\n  r: {role_arn: x, source_profile: a}",
        "line 3, column 17: role_arn must look like",
    ),
    (
        TEAM + "  a: {role_arn: arn:aws:iam::123456789012:role/x, source_profile: a}\n",
        "line 19, column 67: the source of a leads back to",
    ),
    (with_setting("mfa_process: &a x"), "line 5, column 18: YAML anchors and aliases"),
    ("a: &a [x]\nb: [*a, *a]", "line 1, column 4: YAML anchors and aliases"),
    ("b: [*a, *a]", "line 1, column 5: YAML anchors and aliases"),
    (with_setting("mfa_process: !!python/object/apply:os.system [id]"), "column 18: YAML tags"),
    ("a: {b: {c: {d: {e: {f: g}}}}}", "line 1, column 17: it is nested too deeply"),
    ("[" * 60_000, "it is nested too deeply"),
    ("version: 1\n---\nversion: 1", "line 2, column 1: the file must have one document"),
    ("a: b: c", "line 1, column 5: mapping values are not allowed here"),
    ("a: \x1b[2J", "line 1, column 4: YAML doesn't allow that character"),
    ('a: "\\U99999999"', "YAML doesn't allow a character or an escape in it"),
    ("version: 1\nprofiles: {" + ", ".join(f"p{n}: x" for n in range(501)) + "}", "more than 500"),
]


@pytest.mark.parametrize(("text", "message"), BAD, ids=range(len(BAD)))
def test_an_error_has_its_line_and_column(text: str, message: str) -> None:
    """With the file's name, on one line, without control characters."""
    with pytest.raises(ConfigurationError) as caught:
        read(text)
    assert message in caught.value.what
    assert caught.value.what.startswith("team.yaml, line ")
    assert caught.value.what.isprintable()


SECRETS = [
    ("# AKIAIOSFODNN7EXAMPLE", "line 5, column 7", "an access key ID"),
    ("region: ASIAIOSFODNN7EXAMPLE", "line 5, column 13", "an access key ID"),
    (f"mfa_process: oathtool -b {SEED}", "line 5, column 30", "a TOTP seed"),
    (f"mfa_process: oathtool -b {SEED.lower()}", "line 5, column 30", "a TOTP seed"),
    ("mfa_process: oathtool -b jbsw y3dp ehpk 3pxp", "line 5, column 30", "a TOTP seed"),
    ("mfa_process: oathtool " + "3132" * 8, "line 5, column 18", "a TOTP seed"),
    ("mfa_process: x OTPAUTH://totp/a", "line 5, column 20", "an otpauth:// link"),
    (f"mfa_process: x {SECRET_KEY}", "line 5, column 20", "a secret access key"),
    ('mfa_process: "\\x41KIAIOSFODNN7EXAMPLE"', "line 5, column 18", "an access key ID"),
]


@pytest.mark.parametrize(("line", "place", "kind"), SECRETS)
def test_a_secret_is_refused_and_not_repeated(line: str, place: str, kind: str) -> None:
    """In comments, behind escapes and inside a command too."""
    with pytest.raises(ConfigurationError) as caught:
        read(with_setting(line))
    assert place in caught.value.what
    assert f"looks like {kind}" in caught.value.what
    assert not {"AKIAIOSFODNN7EXAMPLE", SEED, SECRET_KEY} & set(str(caught.value).split())


HARMLESS = [
    "role_arn: arn:aws:iam::123456789012:role/AVeryLongNameWith40Characters/Abcdefghijklm01",
    "mfa_process: /usr/local/bin/authenticatorapplication --code",
    "# the same as in commit 2fd4e1c and in PRODUCTION_ACCOUNT_NUMBERS",
    "mfa_serial: GAHT12345678",
    "external_id: 0123456789abcdef0123456789abcdef",
    "# they take only four keys 2 times",
]


@pytest.mark.parametrize("line", HARMLESS)
def test_text_that_only_resembles_a_secret_is_accepted(line: str) -> None:
    """ARNs, paths and words may be long."""
    check_no_secrets(line, "team.yaml")


def test_reading_files(tmp_path: Path) -> None:
    """A BOM is skipped; a missing, too large or non-UTF-8 file is an error."""
    path = tmp_path / "team.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + TEAM.encode())
    assert len(read_setup_manifest(str(path)).profiles) == 3
    path.write_bytes(b"version: 1\nprofiles: \xff")
    with pytest.raises(ConfigurationError, match=r"line 2, column 11: that isn't UTF-8"):
        read_setup_manifest(str(path))
    path.write_bytes(b"#" * (LARGEST + 1))
    with pytest.raises(ConfigurationError, match=r"larger than 64 KiB"):
        read_setup_manifest(str(path))
    for missing in (tmp_path, tmp_path / "no\x1bwhere"):
        with pytest.raises(
            ConfigurationError, match=r"can't be read: (Is a|No such|Permission|Invalid)"
        ) as caught:
            read_setup_manifest(str(missing))
        assert "\x1b" not in str(caught.value)


def test_a_pipe_is_read_like_a_file() -> None:
    """Such as a shell's process substitution."""
    reader, writer = os.pipe()
    os.write(writer, TEAM.encode())
    os.close(writer)
    assert len(read_setup_manifest(f"/dev/fd/{reader}").profiles) == 3
    os.close(reader)


def merge(text: str, files: FakeFiles) -> None:
    """Merge a manifest into the files without a question."""
    changes = changes_by(read(text), files, NOW)
    files.update_config(lambda document: merged(document, changes))


def test_a_manifest_is_merged() -> None:
    """New profiles are created, those with keys only get ``mfa_session``, other settings stay."""
    files = FakeFiles({"mfa": {"output": "json"}}, {"own keys": LONG_LIVED, "default": LONG_LIVED})
    merge(TEAM, files)
    assert files.config["mfa"]["output"] == "json"
    assert files.config["mfa"]["mfa_source_profile"] == "default"
    assert files.config["own keys"] == {"mfa_session": "on"}
    assert files.config["admin"]["source_profile"] == "mfa"
    assert files.writes == [("config", "")]
    assert changes_by(read(TEAM), files, NOW) == ()


ROLE = {"role_arn": "arn:aws:iam::123456789012:role/x", "source_profile": "default"}
OTHER_KINDS: list[tuple[str, Sections, Sections, str]] = [
    ("mfa", {"mfa": {"sso_session": "x"}}, {}, "gets its credentials from sso_session"),
    ("mfa", {"mfa": ROLE}, {}, "gets its credentials from role_arn"),
    ("mfa", {"mfa": {"mfa_session": "off"}}, {}, "has mfa_session = off"),
    ("mfa", {}, {"mfa": LONG_LIVED}, "which allow only mfa_session: on"),
    (
        "mfa",
        {},
        {"mfa": {"aws_access_key_id": "x", "aws_session_token": "t", "manager": "awsume"}},
        "has a valid session from awsume",
    ),
    ("own keys", {"own keys": {"credential_process": "x"}}, {}, "from credential_process"),
    ("admin", {"admin": {"mfa_session": "on"}}, {}, "is a session profile"),
    ("admin", {}, {"admin": session_section()}, "is a session profile"),
    ("admin", {}, {"admin": LONG_LIVED}, "has long-lived keys"),
    ("admin", {"admin": {**ROLE, "web_identity_token_file": "x"}}, {}, "from web_identity_token"),
]


@pytest.mark.parametrize(("profile", "config", "credentials", "why"), OTHER_KINDS)
def test_a_profile_of_another_kind_is_not_changed(
    profile: str, config: Sections, credentials: Sections, why: str
) -> None:
    """The whole manifest is refused, with the profile's line."""
    with pytest.raises(ConfigurationError) as caught:
        changes_by(read(TEAM), FakeFiles(config, credentials), NOW)
    assert f"your profile {profile} " in caught.value.what
    assert why in caught.value.what


def test_an_expired_session_of_another_tool_may_be_replaced() -> None:
    """As by a login."""
    over = {
        "aws_access_key_id": "x",
        "aws_session_token": "t",
        "expiration": "2020-01-01T00:00:00Z",
    }
    files = FakeFiles(credentials={"mfa": over | {"manager": "awsume"}})
    merge(TEAM, files)
    assert files.config["mfa"]["region"] == "eu-west-1"


def test_missing_source_profiles() -> None:
    """A role without a source is refused; a session profile's keys may be added later."""
    with pytest.raises(ConfigurationError, match="line 5, column 21: source_profile mfa is neith"):
        changes_by(read(with_role("region: eu-west-1")), FakeFiles(), NOW)
    assert len(changes_by(read(with_role("region: eu-west-1")), FakeFiles({"mfa": ROLE}), NOW)) == 1
    assert missing_sources(read(TEAM), FakeFiles()) == ("default",)
    assert missing_sources(read(TEAM), FakeFiles({"default": ROLE})) == ()


def test_each_command_is_shown_whole_and_accepted() -> None:
    """A declined one is left out; an existing one needs no approval."""
    text = with_setting(f"mfa_process: run {'x ' * 400}end")
    files = FakeFiles()
    changes = changes_by(read(text), files, NOW)
    terminal = FakeTerminal("no")
    kept = accepted_changes(changes, "team.yaml", terminal, allow_commands=False)
    assert [dict(each.settings) for each in kept] == [{"mfa_source_profile": "default"}]
    assert f"{'x ' * 400}end" in terminal.shown[0]
    terminal = FakeTerminal("Y")
    assert accepted_changes(changes, "f", terminal, allow_commands=False) == changes
    assert accepted_changes(changes, "f", FakeTerminal(), allow_commands=True) == changes
    merge(text, files)
    assert changes_by(read(text), files, NOW) == ()


def test_declining_the_only_command_changes_nothing() -> None:
    """Then there is nothing to write."""
    files = FakeFiles({"mfa": {"mfa_source_profile": "default", "mfa_process": "mine"}})
    changes = changes_by(read(with_setting("mfa_process: theirs")), files, NOW)
    assert accepted_changes(changes, "f", FakeTerminal(""), allow_commands=False) == ()


def test_without_a_terminal_commands_need_the_option() -> None:
    """The error shows the command and names the option."""
    changes = changes_by(read(TEAM), FakeFiles(), NOW)
    with pytest.raises(CannotAskError) as caught:
        accepted_changes(changes, "f", FakeTerminal(nobody="CI is set"), allow_commands=False)
    assert "(CI is set): ykman oath accounts code -s aws" in caught.value.what
    assert "--allow-commands" in caught.value.remedy


def test_a_change_is_confirmed() -> None:
    """Always on a terminal; elsewhere only replacing values needs --yes."""
    changes = changes_by(read(TEAM), FakeFiles(), NOW)
    terminal = FakeTerminal("y", "")
    confirm(changes, "the diff", terminal)
    assert terminal.shown == ["the diff\n"]
    with pytest.raises(CancelledError, match="Nothing was changed"):
        confirm(changes, "the diff", terminal)
    nobody = FakeTerminal(nobody="there is no terminal to ask on")
    confirm(changes, "the diff", nobody)
    changes = changes_by(read(TEAM), FakeFiles({"mfa": {"region": "us-east-1"}}), NOW)
    with pytest.raises(
        CannotAskError, match="replace region of mfa, and you can't be asked: there is no terminal"
    ):
        confirm(changes, "the diff", nobody)


def test_a_concurrent_change_isn_t_overwritten() -> None:
    """What is written is what was shown."""
    files = FakeFiles({"mfa": {"region": "us-east-1"}})
    changes = changes_by(read(TEAM), files, NOW)
    files.config["mfa"] |= {"region": "us-west-2"}
    with pytest.raises(BusyError, match="Another program changed profile"):
        files.update_config(lambda document: merged(document, changes))


def test_a_change_as_lines() -> None:
    """Removed and added lines, under the section's header."""
    changes = changes_by(
        read(with_setting("region: eu-west-1")), FakeFiles({"mfa": {"region": "x"}}), NOW
    )
    assert lines_of(changes[0]) == [
        "  [profile mfa]",
        "+ mfa_source_profile = default",
        "- region = x",
        "+ region = eu-west-1",
    ]


def test_an_export_is_a_manifest_that_changes_nothing() -> None:
    """The round trip: names that YAML would take for something else are quoted."""
    files = FakeFiles(credentials={"own keys": LONG_LIVED, "default": LONG_LIVED})
    merge(TEAM + "  yes: {mfa_session: on}\n  007: {mfa_session: on}\n", files)
    files.config["on role"] = {**ROLE, "source_profile": "admin"}
    files.config["elsewhere"] = ROLE
    notes = FakeNotes()
    text = manifest_text(exported(files, notes))
    assert '"yes":' in text
    assert '"on role":' in text
    assert "elsewhere" not in text
    assert "mfa_session: on" in text
    assert changes_by(read(text), files, NOW) == ()
    assert notes == []
    assert read(manifest_text({})).profiles == ()


def test_an_export_leaves_out_what_a_manifest_can_t_have() -> None:
    """Secrets, and values that it would refuse, each with a note."""
    files = FakeFiles(
        {
            "mfa": {"mfa_source_profile": "default", "mfa_process": f"oathtool -b {SEED}"},
            "long": {"mfa_session": "ON", "duration_seconds": "1"},
            "loop": {"mfa_source_profile": "loop"},
            "AKIAIOSFODNN7EXAMPLE": {"mfa_session": "on"},
            "broken": {"role_arn": "nonsense", "source_profile": "mfa"},
            "DEFAULT": {"mfa_session": "on"},
        }
    )
    notes = FakeNotes()
    found = exported(files, notes)
    assert found == {"mfa": {"mfa_source_profile": "default"}, "long": {"mfa_session": "on"}}
    assert notes[0] == "Skipped mfa_process of profile mfa: it looks like a TOTP seed."
    assert len(notes) == 6
    assert SEED not in "".join(notes)


def test_an_export_has_the_limits_of_a_manifest() -> None:
    """Too many profiles are an error before anything is written."""
    files = FakeFiles({f"p{number}": {"mfa_session": "on"} for number in range(501)})
    with pytest.raises(ConfigurationError, match="501 profiles are too many"):
        exported(files, FakeNotes())


CONFIG = b"""\
# mine
[default]
region=eu-west-1
[profile  mfa]
S3 =
    addressing_style = path
Region : us-east-1
[plugins]
x = y
"""
_WORDS = st.sampled_from(
    (
        *("version", "1", "profiles", "mfa", "default", "admin", "on", "off", "900", "eu-west-1"),
        *("mfa_source_profile", "mfa_session", "duration_seconds", "region", "mfa_process"),
        *("role_arn", "arn:aws:iam::123456789012:role/x", "source_profile", "null"),
        *(": ", ":\n  ", ":\n    ", "\n", "\n  ", "\n    ", "{", "}", "[", "]", ", ", "- "),
        *("&a ", "*a", "!x ", "'", '"', "|", "#", "? ", "%"),
    )
)
_TEXTS = st.one_of(
    st.lists(_WORDS, max_size=30).map("".join),
    st.lists(_WORDS, max_size=12).map(lambda words: "version: 1\nprofiles:\n  " + "".join(words)),
    st.text(max_size=60).map(lambda text: with_setting(f"mfa_process: {text}")),
    st.text(max_size=200),
)


@settings(max_examples=300, deadline=None)
@given(_TEXTS)
def test_any_text_is_an_error_or_a_merge(text: str) -> None:
    """There is no other outcome, and all other lines of the config file stay."""
    document = SharedDocument.parse(CONFIG)
    files = FakeFiles(
        {"default": document.options("default"), "mfa": document.options("profile  mfa")}
    )
    try:
        changes = changes_by(read(text), files, NOW)
        after = merged(document, changes).render()
    except MfaError:
        return
    kept = [line for line in CONFIG.splitlines() if not line.startswith((b"Region", b"region"))]
    assert [line for line in after.splitlines() if line in kept] == kept
    assert merged(SharedDocument.parse(after), ()).render() == after
