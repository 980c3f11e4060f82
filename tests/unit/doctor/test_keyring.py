"""A key in the keyring that aws can't get: the program is gone, or the keyring doesn't answer."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from awscli_mfa_plugin.doctor.findings import (
    ERROR,
    OK,
    WARNING,
    Observations,
    ObservedRead,
)
from awscli_mfa_plugin.doctor.keyring import ObservedKeyring, check_keyring
from awscli_mfa_plugin.doctor.keyrings import seen_keyrings
from awscli_mfa_plugin.session.records import Profile

if TYPE_CHECKING:
    from pathlib import Path

KEY, OTHER = "AKIAIOSFODNN7EXAMPLE", "AKIAOTHEROTHEROTHER0"


def machine(*keyrings: ObservedKeyring) -> Observations:
    """Return a machine with these lines, whose profile mfa has the source default."""
    sections = {"profile mfa": {"mfa_source_profile": "default"}}
    return Observations(ObservedRead("config", exists=True, sections=sections), keyrings=keyrings)


def test_a_program_that_is_gone_is_an_error() -> None:
    """Every command of the profiles fails."""
    seen = ObservedKeyring(("default", "work"), "/bin/awscli-mfa", has_program=False)
    (found,) = check_keyring(machine(seen), None)
    assert found.state == ERROR
    assert found.what == (
        "The key of profiles default, work is in the keyring, but /bin/awscli-mfa, which gets it, "
        "doesn't exist."
    )


def test_a_keyring_that_doesnt_answer_is_a_warning() -> None:
    """It may only be locked."""
    seen = ObservedKeyring(("work",), "x", unavailable_reason="It is locked.", remedy="Unlock it.")
    (found,) = check_keyring(machine(seen), None)
    assert (found.state, found.remedy) == (WARNING, "Unlock it.")
    assert found.what == "aws can't get the key of profile work: It is locked."


def test_all_is_well() -> None:
    """That is shown with --verbose."""
    (found,) = check_keyring(machine(ObservedKeyring(("work",), "x")), None)
    assert found.state == OK


@pytest.mark.parametrize(
    ("only", "count"), [(None, 2), ("mfa", 1), ("default", 1), ("other", 0), ("mfa2", 0)]
)
def test_one_profile_and_its_source(only: str | None, count: int) -> None:
    """Other profiles are left out."""
    both = (ObservedKeyring(("default",), "x"), ObservedKeyring(("work",), "x"))
    assert len(list(check_keyring(machine(*both), only))) == count


def profile(name: str, program: object, key_id: str = KEY) -> Profile:
    """Return a profile whose key is in the keyring."""
    line = f"{program} keyring get --backend pass {key_id}"
    return Profile(name, {"credential_process": line})


def program(folder: Path, script: str) -> Path:
    """Write an ``awscli-mfa``."""
    path = folder / "awscli-mfa"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


@pytest.mark.skipif(sys.platform == "win32", reason="programs of a shell")
def test_each_line_is_tried_once(tmp_path: Path) -> None:
    """By an action that prints no key."""
    path = program(tmp_path, f'echo "$@" >> "{tmp_path}/words"')
    profiles = [profile("a", path), profile("b", path), Profile("x"), profile("c", path, OTHER)]
    seen = list(seen_keyrings(profiles, {}))
    assert seen == [ObservedKeyring(("a", "b"), str(path)), ObservedKeyring(("c",), str(path))]
    words = (tmp_path / "words").read_text().splitlines()
    assert words == [f"keyring check --backend pass {key}" for key in (KEY, OTHER)]


@pytest.mark.skipif(sys.platform == "win32", reason="programs of a shell")
def test_what_is_seen_of_a_line_that_fails(tmp_path: Path) -> None:
    """Gone, with a quote that doesn't end, failing, and hanging."""
    gone = f"{tmp_path}/gone/awscli-mfa"
    (seen,) = seen_keyrings([profile("a", gone)], {})
    assert seen == ObservedKeyring(("a",), gone, has_program=False)
    (seen,) = seen_keyrings([profile("a", "'/bin/awscli-mfa")], {})
    assert "quote" in seen.unavailable_reason
    path = program(tmp_path, "echo 'awscli-mfa: It is locked.' >&2; echo Unlock it. >&2; exit 253")
    (seen,) = seen_keyrings([profile("a", path)], {})
    assert (seen.unavailable_reason, seen.remedy) == ("It is locked.", "Unlock it.")
    path = program(tmp_path, "sleep 60")
    (seen,) = seen_keyrings([profile("a", path)], {"PATH": "/usr/bin:/bin"}, 0.5)
    assert "took longer" in seen.unavailable_reason
