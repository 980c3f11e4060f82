"""``aws mfa configure``: questions, manifests, and the first login."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest

from awscli_mfa_plugin.commands import configure
from awscli_mfa_plugin.errors import CancelledError, MfaError, UsageError
from tests.fakes import (
    LONG_LIVED,
    SERIAL,
    FakeFiles,
    Fakes,
    FakeTerminal,
    context,
)
from tests.unit.commands.run import data_of, run, with_keys, with_session

if TYPE_CHECKING:
    from awscli_mfa_plugin.declaration import Result


@pytest.mark.parametrize("agreed", ["y", ""])
def test_configure_asks_writes_and_logs_in(agreed: str) -> None:
    """The first login follows at once, if the user agrees."""
    fakes = with_keys("", "", "", "", "", "y", agreed, "123456")
    result = run(configure, context(fakes))
    assert fakes.files.profile("mfa").get("mfa_serial") == SERIAL
    assert data_of(result)["Profile"] == "mfa"
    assert fakes.files.profile("mfa").is_ours


def test_configure_asks_nobody_where_questions_are_forbidden() -> None:
    """In CI, on a terminal too; nothing is written."""
    fakes = with_keys("", "", "", "", "", "y", "y", "123456")
    fakes.environment["CI"] = "true"
    with pytest.raises(MfaError):
        run(configure, context(fakes))
    assert fakes.terminal.questions == []
    assert fakes.files.writes == []


def test_configure_shows_without_writing() -> None:
    """``--dry-run`` ends with the diff."""
    fakes = with_keys("", "", "", "", "")
    result = run(configure, context(fakes), dry_run=True)
    assert "+[profile mfa]" in result.text
    assert fakes.files.writes == []


def test_configure_says_what_was_saved_when_it_is_cancelled() -> None:
    """The settings stay; the login can be done later."""
    fakes = Fakes(
        files=FakeFiles({"default": {"region": "eu-west-1"}}, {"default": LONG_LIVED}),
        terminal=FakeTerminal("", "", "", "", "", "y", CancelledError("Cancelled.")),
    )
    with pytest.raises(CancelledError, match="The settings of mfa are saved"):
        run(configure, context(fakes))


def test_export_prints_the_file_exactly() -> None:
    """Without a formatter."""
    result = run(configure, context(with_session()), export=True)
    assert "mfa" in result.exact
    assert result.data is None


@pytest.mark.parametrize(
    ("given", "what", "example"),
    [
        (
            {"export": True, "dry_run": True},
            "--export can't be combined with --from or --dry-run.",
            "--export > FILE",
        ),
        (
            {"export": True, "from": "x.yaml"},
            "--export can't be combined with --from or --dry-run.",
            "--export > FILE",
        ),
        (
            {"import": True, "from": "x.yaml"},
            "--import can't be combined with --from or --export.",
            "--import",
        ),
        (
            {"import": True, "export": True},
            "--import can't be combined with --from or --export.",
            "--import",
        ),
        (
            {"for_programs": "x", "export": True},
            "--for-programs can't be combined with --from, --import or --export.",
            "--for-programs NAME",
        ),
        ({"source_profile": "x"}, "--source-profile needs --import.", "--import"),
        (
            {"yes": True},
            "--allow-commands and --yes need --from or --import.",
            "--from FILE --yes",
        ),
        (
            {"allow_commands": True, "for_programs": "x"},
            "--allow-commands and --yes need --from or --import.",
            "--from FILE --yes",
        ),
    ],
)
def test_options_that_exclude_each_other(given: dict[str, Any], what: str, example: str) -> None:
    """Before anything is read."""
    with pytest.raises(UsageError) as caught:
        run(configure, context(), **given)
    assert (caught.value.what, caught.value.remedy) == (what, f"aws mfa configure {example}")


def test_a_profile_for_programs() -> None:
    """A preview, a yes, and what is missing for it; a second time there is nothing to do."""
    fakes = with_session()
    fakes.environment["PATH"] = "/nowhere"
    fakes.terminal = FakeTerminal("n", "y")
    quote = '"' if os.name == "nt" else ""
    words = (f"{quote}{word}{quote}" for word in ("awscli-mfa", "mfa"))
    command = " credential-process --profile ".join(words)
    here = context(fakes, asking_terminal=fakes.terminal)
    preview = run(configure, here, for_programs="work", dry_run=True)
    assert f"+credential_process = {command}" in preview.text
    with pytest.raises(CancelledError, match="Nothing was changed"):
        run(configure, here, for_programs="work")
    assert fakes.files.writes == []
    done = run(configure, here, for_programs="work")
    assert done.text == (
        "Saved to ~/.aws/config: work.\nTry it:  aws sts get-caller-identity --profile work"
    )
    assert fakes.files.config["work"] == {"credential_process": command}
    assert fakes.notes == ["awscli-mfa isn't on your PATH. Programs need it to use this profile."]
    assert data_of(run(configure, here, for_programs="work"))["Profiles"] == []
    assert len(fakes.terminal.questions) == 2


MANIFEST = """\
version: 1
profiles:
  mfa:
    mfa_source_profile: default
    region: eu-west-1
"""


def from_manifest(fakes: Fakes, content: str = MANIFEST, **given: Any) -> Result:
    """Run ``configure --from`` with this manifest."""
    here = context(fakes, asking_terminal=fakes.terminal)
    with TemporaryDirectory() as folder:
        path = Path(folder, "team.yaml")
        path.write_text(content, "utf-8")
        return run(configure, here, **{"from": str(path), **given})


def test_a_manifest_is_written_after_a_yes() -> None:
    """The change that was shown isn't repeated."""
    fakes = with_keys("y")
    result = from_manifest(fakes)
    assert result.text == "Saved to ~/.aws/config: mfa."
    assert data_of(result) == {
        "File": "/home/ada/.aws/config",
        "Profiles": [
            {
                "Profile": "mfa",
                "Settings": {"mfa_source_profile": "default", "region": "eu-west-1"},
            }
        ],
    }
    assert fakes.files.profile("mfa").config["region"] == "eu-west-1"
    assert fakes.notes == []


def test_the_changes_of_a_manifest_are_listed_with_yes() -> None:
    """Since nobody has seen them."""
    fakes = with_keys()
    text = from_manifest(fakes, yes=True).text
    assert text.startswith("Saved to ~/.aws/config:\n")
    assert "eu-west-1" in text
    assert fakes.terminal.questions == []


def test_importing_the_same_manifest_again_changes_nothing() -> None:
    """And needs no yes."""
    fakes = with_keys()
    from_manifest(fakes, yes=True)
    result = from_manifest(fakes)
    assert (result.text, data_of(result)["Profiles"]) == (
        "Nothing to change in ~/.aws/config.",
        [],
    )
    dry = from_manifest(fakes, dry_run=True)
    assert (dry.text, data_of(dry)["Diff"]) == ("Nothing would change.", "")


def test_a_dry_run_of_a_manifest_is_its_diff() -> None:
    """As text and as data."""
    fakes = with_keys()
    result = from_manifest(fakes, dry_run=True)
    assert "+[profile mfa]" in result.text
    assert data_of(result)["Diff"].rstrip("\n") == result.text
    assert fakes.files.writes == []


def test_a_source_profile_without_keys_is_pointed_out() -> None:
    """With the command that stores them."""
    fakes = with_keys()
    content = MANIFEST.replace("default", "work keys")
    from_manifest(fakes, content, yes=True)
    assert fakes.notes == [
        (
            "Source profile work keys doesn't exist yet. Store its keys:  aws configure --profile "
            "'work keys'"
        )
    ]


@pytest.mark.parametrize(("allowed", "answers"), [(True, []), (False, ["n"])])
def test_a_command_of_a_manifest_needs_consent(*, allowed: bool, answers: list[str]) -> None:
    """``--yes`` isn't enough, and ``--allow-commands`` is; the rest is written without it."""
    fakes = with_keys(*answers)
    content = f"{MANIFEST}    mfa_process: ykman code\n"
    from_manifest(fakes, content, yes=True, allow_commands=allowed)
    assert ("mfa_process" in fakes.files.config["mfa"]) is allowed
    assert fakes.files.config["mfa"]["region"] == "eu-west-1"


def test_the_command_for_a_later_login_is_shown() -> None:
    """If the user doesn't want one now."""
    fakes = with_keys("", "", "", "", "", "y", "n")
    assert run(configure, context(fakes)).text == "Log in later:  aws mfa login --profile mfa"
