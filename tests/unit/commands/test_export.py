"""``aws mfa export``: each format, and the notes beside it."""

from __future__ import annotations

import pytest

from awscli_mfa_plugin.commands import export
from awscli_mfa_plugin.commands.process import GlobalOptions
from awscli_mfa_plugin.errors import UsageError
from awscli_mfa_plugin.text import Screen
from tests.fakes import (
    FakeProcess,
    Fakes,
    context,
)
from tests.unit.commands.run import SESSION, data_of, run, with_credentials


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
    """Without the CLI's formatter."""
    here, process = with_credentials()
    result = run(export, here, format=format_name, min_remaining=60)
    assert result.exact.startswith(start)
    assert "secret-1" in result.exact
    assert process.requests[0].min_remaining == 60


def test_export_as_data_is_for_the_clis_formatter() -> None:
    """With ``--output`` or ``--query``, and then without notes."""
    options = GlobalOptions(query="AccessKeyId")
    fakes = Fakes(environment={"AWS_PROFILE": "other"})
    result = run(export, context(fakes, options, FakeProcess(fakes, "work", SESSION)))
    assert sorted(data_of(result)) == [
        "AccessKeyId",
        "Expiration",
        "SecretAccessKey",
        "SessionToken",
    ]
    assert result.exact == ""
    assert not fakes.notes


def test_export_notes_ignored_variables_and_warns_of_secrets() -> None:
    """With the command for the shell."""
    fakes = Fakes(environment={"AWS_PROFILE": "other"})
    process = FakeProcess(fakes, "work", SESSION)
    run(
        export,
        context(fakes, process=process, screen=Screen(is_terminal=True)),
        format="sh",
    )
    assert fakes.notes[0] == "Ignoring AWS_PROFILE from your environment."
    assert fakes.notes[1].endswith('eval "$(aws mfa export --profile work)"')


def test_unset_needs_no_session() -> None:
    """Nothing is resolved for it; file formats have no --unset."""
    here, process = with_credentials()
    result = run(export, here, format="sh", unset=True)
    assert "unset AWS_SESSION_TOKEN;" in result.exact
    assert process.requests == []
    with pytest.raises(UsageError, match="--unset doesn't work with --format json"):
        run(export, here, format="json", unset=True)


@pytest.mark.parametrize(
    ("format_name", "line", "unset"),
    [
        ("sh", "export AWSUME_PROFILE='work';\n", "unset AWSUME_PROFILE;\n"),
        ("fish", "set -gx AWSUME_PROFILE 'work';\n", "set -e AWSUME_PROFILE; end;\n"),
        ("csh", "setenv AWSUME_PROFILE 'work';\n", "unsetenv AWSUME_PROFILE;\n"),
        ("powershell", "$Env:AWSUME_PROFILE = 'work'\n", "Remove-Item Env:AWSUME_PROFILE "),
        ("cmd", 'set "AWSUME_PROFILE=work"\n', 'set "AWSUME_PROFILE="\n'),
        ("env", "AWSUME_PROFILE=work\n", ""),
    ],
)
def test_prompts_learn_the_profile_in_each_format(format_name: str, line: str, unset: str) -> None:
    """Starship and powerlevel10k show ``AWSUME_PROFILE``; ``--unset`` removes it."""
    here, _ = with_credentials()
    assert line in run(export, here, format=format_name).exact
    assert unset in run(export, here, format=format_name, unset=True).exact


def test_a_name_that_a_format_cant_hold_is_left_out() -> None:
    """The session is printed all the same, and no other profile's name stays."""
    fakes = Fakes()
    here = context(fakes, process=FakeProcess(fakes, "50%", SESSION))
    text = run(export, here, format="cmd").exact
    assert 'set "AWS_ACCESS_KEY_ID=ASIA1"\n' in text
    assert 'set "AWSUME_PROFILE="\n' in text
