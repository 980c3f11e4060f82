"""Whatever is in AWS's files: an import adds profiles, and changes none that are there."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from awscli_mfa_plugin.session.records import Profile
from awscli_mfa_plugin.session.sections import check_profile_name
from awscli_mfa_plugin.setup.import_plan import imports_of
from awscli_mfa_plugin.setup.peers import find_setups
from tests.fakes import NOW, SERIAL

VALUES: dict[str, tuple[str, ...]] = {
    "aws_access_key_id": ("AKIAADA", "ASIAADA"),
    "aws_session_token": ("token",),
    "mfa_serial": (SERIAL, "GAHT12345678", "no device"),
    "aws_mfa_device": (SERIAL,),
    "mfa_arn": (SERIAL,),
    "awsmfa_expiration": ("2026-11-29T18:31:06+00:00",),
    "aws_session_expiration": ("x",),
    "manager": ("awsume", "awscli-mfa-plugin"),
    "source_profile": ("default", "bastion", "work"),
    "mfa_source_profile": ("default", "work", "work-keys"),
    "role_arn": ("arn:aws:iam::123456789012:role/x",),
    "include_profile": ("default", "work"),
    "mfa_process": ("pass otp aws", "'", "x\x1b"),
    "credential_process": (
        "aws-vault export --no-session work",
        "aws-vault exec work",
        "'aws-vault' work",
        "granted credential-process --profile=work",
        "bastion get-session-token --duration-seconds 7200",
        "bastion 'x",
        "",
    ),
    "region": ("eu-west-1", "nowhere"),
}
NAMES = ("default", "default-long-term", "-long-term", "identity", "bastion", "bastion-sts")
MORE_NAMES = ("work", "work-keys", "work-mfa", "mfa", "a b", " x", "DEFAULT", "123456789012-ada")
VARIABLES = ("MFA_DEVICE", "AWS_MFA_IDENTITY_PROFILE", "AWS_MFA_TARGET_PROFILE")

sections = st.fixed_dictionaries(
    {}, optional={option: st.sampled_from(values) for option, values in VALUES.items()}
)
files = st.dictionaries(st.sampled_from(NAMES + MORE_NAMES), st.tuples(sections, sections))
environments = st.dictionaries(
    st.sampled_from(VARIABLES), st.sampled_from([*NAMES, *MORE_NAMES, SERIAL])
)


@settings(deadline=None)
@given(
    files, environments, st.sampled_from([{}, {"aws-vault": "/bin/aws-vault", "awsumepy": "/x"}])
)
def test_an_import_only_adds_profiles(
    found: dict[str, tuple[dict[str, str], dict[str, str]]],
    environment: dict[str, str],
    programs: dict[str, str],
) -> None:
    """None of them is a tool's, their names differ, and their commands are all asked for."""
    profiles = {name: Profile(name, *both) for name, both in found.items()}
    setups, skipped = find_setups(profiles, environment, programs)
    imports, others = imports_of(setups, profiles, None, NOW)
    assert len(imports) + len(others) == len(setups)
    assert all(each.reason and each.tool for each in (*skipped, *others))
    theirs = {name for setup in setups for name in (setup.session, setup.base)}
    new = [made.profile for made in imports if made.changes]
    assert not {*new} & {*profiles, *theirs}
    assert len({*new}) == len(new)
    for made in imports:
        shown = {command.text for command in made.commands}
        for change in made.changes:
            check_profile_name(change.profile)
            assert change.profile not in profiles or not change.settings
            run = {"mfa_process", "credential_process"} & {*change.settings}
            assert {change.settings[option] for option in run} <= shown
