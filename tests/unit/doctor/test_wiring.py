"""How each AWS CLI loads the plugin."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from awscli_mfa_plugin.doctor.findings import (
    ERROR,
    NOTE,
    OK,
    WARNING,
    Finding,
    Observations,
    ObservedCli,
    ObservedFolder,
    ObservedRead,
)
from awscli_mfa_plugin.doctor.wiring import check_wiring, checked_versions, is_hidden
from awscli_mfa_plugin.system.subprocesses import Done

WORKS = Done(1, b'{"Sessions": []}')
FOLDER = "/home/ada/plugins"
V1 = {"mfa": "awscli_mfa_plugin"}
BOTH = {"mfa": "awscli_mfa_plugin", "cli_legacy_plugin_path": FOLDER}
WRONG_ORDER = {"cli_legacy_plugin_path": FOLDER, "mfa": "awscli_mfa_plugin"}
PRESENT = {
    "awscli_mfa_plugin": "1.0",
    "filelock": "3.14.0",
    "ruamel.yaml": "0.18.6",
    "segno": "1.6.6",
}


def fails(stderr: str) -> Done:
    """Return a run that failed with a message."""
    return Done(255, stderr=stderr.encode())


def missing(module: str) -> Done:
    """Return a run that failed at an import."""
    return fails(f"Traceback\nModuleNotFoundError: No module named '{module}'\n")


def cli(version: str = "1.46.3", start: Done | None = WORKS, **options: Any) -> ObservedCli:
    """Return a CLI of a version."""
    is_v2 = version.startswith("2.")
    return ObservedCli(
        "/usr/bin/aws", version, is_v2=is_v2, is_frozen=is_v2, start=start, **options
    )


def machine(
    *clis: ObservedCli,
    plugins: dict[str, str] | None = None,
    folders: tuple[ObservedFolder, ...] = (),
    **options: Any,
) -> Observations:
    """Return a machine with these CLIs, [plugins] and folders of v2."""
    sections = {} if plugins is None else {"plugins": plugins}
    config = ObservedRead("/home/ada/.aws/config", exists=True, sections=sections)
    parts: dict[str, Any] = {"aliases": ObservedRead("alias"), "our_version": "1.0", **options}
    return Observations(config, ObservedRead("credentials"), clis=clis, folders=folders, **parts)


def findings(seen: Observations, name: str) -> list[Finding]:
    """Return the findings of one name."""
    return [finding for finding in check_wiring(seen) if finding.name == name]


def only(seen: Observations, name: str = "cli") -> Finding:
    """Return the one finding of a name."""
    [finding] = findings(seen, name)
    return finding


def test_a_working_cli_is_fine() -> None:
    """'aws mfa status' prints JSON, 1 where there is no session."""
    found = only(machine(cli(), plugins=V1))
    assert found == Finding("cli", OK, "/usr/bin/aws 1.46.3: aws mfa works.")


def test_the_cli_that_doctor_runs_in_is_not_started() -> None:
    """The plugin is loaded there."""
    found = only(machine(cli(start=None, is_running=True), plugins=V1))
    assert (found.state, found.what) == (OK, "/usr/bin/aws 1.46.3: aws mfa works (running now).")


def test_a_machine_without_aws() -> None:
    """Doctor says that it found none."""
    assert only(machine()).what == "No aws found on PATH or in the usual places."


FAULTS: dict[str, tuple[ObservedCli, dict[str, str] | None, tuple[ObservedFolder, ...], str]] = {
    "it doesn't start": (cli("", None), V1, (), "doesn't start, even without plugins"),
    "nothing wired": (cli(start=fails("")), None, (), "doesn't name awscli_mfa_plugin"),
    "another plugin": (cli(start=fails("")), {"a": "b"}, (), "doesn't name awscli_mfa_plugin"),
    "no folder": (cli("2.36.12", fails("")), V1, (), "v2 silently skips plugins"),
    "a home sign": (
        cli("2.36.12", fails("")),
        BOTH,
        (ObservedFolder("~/plugins", is_absolute=False, exists=False, holds_plugin=False),),
        "v2 doesn't expand '~'",
    ),
    "a relative folder": (
        cli("2.36.12", fails("")),
        BOTH,
        (ObservedFolder("plugins", is_absolute=False, exists=False, holds_plugin=False),),
        "v2 needs an absolute path",
    ),
    "a folder that is gone": (
        cli("2.36.12", missing("awscli_mfa_plugin")),
        BOTH,
        (ObservedFolder(FOLDER, exists=False, holds_plugin=False),),
        "which doesn't exist",
    ),
    "a folder without the plugin": (
        cli("2.36.12", missing("awscli_mfa_plugin")),
        BOTH,
        (ObservedFolder(FOLDER, holds_plugin=False),),
        "no folder in cli_legacy_plugin_path holds",
    ),
    "another plugin of v2 is missing": (
        cli("2.36.12", missing("their_plugin")),
        BOTH,
        (ObservedFolder(FOLDER),),
        "it can't import their_plugin",
    ),
    "v1 lacks the plugin": (cli(start=missing("awscli_mfa_plugin")), V1, (), "lacks the plugin"),
    "v1 lacks a part of it": (
        cli(start=missing("awscli_mfa_plugin.host")),
        V1,
        (),
        "lacks the plugin",
    ),
    "v1 takes the folder for a plugin": (
        cli(start=missing(FOLDER)),
        WRONG_ORDER,
        (ObservedFolder(FOLDER),),
        "takes cli_legacy_plugin_path for a plugin",
    ),
    "another plugin of v1 is missing": (
        cli(start=missing("their_plugin")),
        BOTH,
        (),
        "it can't import their_plugin",
    ),
    "it can't start": (
        cli(start=fails("awscli-mfa-plugin can't start: ImportError: x")),
        V1,
        (),
        "is loaded but can't start.",
    ),
    "a module of ours is missing": (
        cli(start=fails("awscli-mfa-plugin can't start: No module named 'filelock'")),
        V1,
        (),
        "is loaded but can't start: no module filelock.",
    ),
    "it hangs": (cli(start=Done(None)), V1, (), "didn't finish in time"),
    "it wasn't started": (cli(start=None), V1, (), "it wasn't started"),
    "it isn't loaded": (cli(start=fails("Found invalid choice 'mfa'")), V1, (), "no mfa command"),
    "something else": (
        cli(start=fails("Traceback\nbotocore.exceptions.OddError: a secret\n")),
        V1,
        (),
        "aws mfa fails (OddError).",
    ),
    "no reason told": (cli(start=fails("boom")), V1, (), "aws mfa fails."),
    "no JSON": (cli(start=Done(0, b"hello")), V1, (), "aws mfa fails."),
    "other JSON": (cli(start=Done(0, b"[]")), V1, (), "aws mfa fails."),
}


@pytest.mark.parametrize(("seen", "plugins", "folders", "why"), FAULTS.values(), ids=FAULTS.keys())
def test_each_fault_of_loading_the_plugin_is_reported(
    seen: ObservedCli, plugins: dict[str, str] | None, folders: tuple[ObservedFolder, ...], why: str
) -> None:
    """With the cause and what to do."""
    found = only(machine(seen, plugins=plugins, folders=folders))
    assert found.state == ERROR
    assert why in found.what
    assert found.remedy
    assert "secret" not in found.what + found.remedy


def test_a_config_file_that_cannot_be_read_is_the_cause() -> None:
    """Its own finding says on which line."""
    seen = machine(cli(start=fails("Unable to parse config file")), plugins=V1)
    broken = replace(seen, config=replace(seen.config, unavailable_reason="line 3 is odd"))
    assert "can't read its config file" in only(broken).what


ALIASES: list[tuple[dict[str, dict[str, str]], bool]] = [
    ({}, False),
    ({"toplevel": {"whoami": "sts get-caller-identity"}}, False),
    ({"toplevel": {"mfa": "!rm -rf ~"}}, True),
    ({"command mfa": {"status": "!date"}}, True),
    ({"command  mfa": {"status": "!date"}}, True),
    ({"command mfa": {"left": "status"}}, False),
    ({"command s3": {"status": "!date"}}, False),
]


@pytest.mark.parametrize(("sections", "is_one"), ALIASES)
def test_a_cli_is_not_started_where_an_alias_would_run(
    sections: dict[str, dict[str, str]], *, is_one: bool
) -> None:
    """The alias may run anything."""
    seen = machine(
        cli(start=None), plugins=V1, aliases=ObservedRead("alias", exists=True, sections=sections)
    )
    assert is_hidden(seen) == is_one
    assert ("an alias hides aws mfa" in only(seen).what) == is_one


def test_v1_needs_our_line_first() -> None:
    """With a v1 the wrong order is an error, and can be fixed."""
    right = only(machine(cli(), plugins=BOTH), "plugins-order")
    wrong = only(machine(cli(start=missing(FOLDER)), plugins=WRONG_ORDER), "plugins-order")
    v2_alone = only(machine(cli("2.36.12"), plugins=WRONG_ORDER), "plugins-order")
    assert (right.state, wrong.state, v2_alone.state) == (OK, ERROR, NOTE)
    assert wrong.fix is not None
    assert wrong.fix.path == "/home/ada/.aws/config"
    assert not findings(machine(cli(), plugins=V1), "plugins-order")
    assert not findings(machine(cli(), plugins={"x": "y"}), "plugins-order")


PACKAGES: dict[str, tuple[dict[str, str], str, str]] = {
    "all there": (PRESENT, OK, "filelock 3.14.0, ruamel.yaml 0.18.6, segno 1.6.6."),
    "versions not told": (dict.fromkeys(PRESENT, ""), OK, "all found."),
    "no filelock": (
        {"awscli_mfa_plugin": "1.0", "ruamel.yaml": "0.18", "segno": "1.6.6"},
        ERROR,
        "filelock is missing.",
    ),
    "an old filelock": (PRESENT | {"filelock": "3.8"}, ERROR, "older than 3.12"),
    "a new filelock": (
        PRESENT | {"filelock": "3.15.1"},
        ERROR,
        "too new: it must be older than 3.15",
    ),
    "an old ruamel.yaml": (PRESENT | {"ruamel.yaml": "0.16.5"}, ERROR, "older than 0.17"),
    "a far newer ruamel.yaml": (PRESENT | {"ruamel.yaml": "1.0"}, OK, "ruamel.yaml 1.0"),
}


@pytest.mark.parametrize(("packages", "state", "seen"), PACKAGES.values(), ids=PACKAGES.keys())
def test_the_versions_of_dependencies_are_checked(
    packages: dict[str, str], state: str, seen: str
) -> None:
    """Whether they can be imported, and their versions."""
    found = only(machine(cli(packages=packages), plugins=V1), "dependencies")
    assert found.state == state
    assert seen in found.what


def test_the_frozen_build_brings_its_own_yaml() -> None:
    """The plugin's folder needs none."""
    packages = {"awscli_mfa_plugin": "1.0", "filelock": "3.14.0", "segno": "1.6.6"}
    assert only(machine(cli("2.36.12", packages=packages)), "dependencies").state == OK
    assert only(machine(cli(packages=packages)), "dependencies").state == ERROR


@pytest.mark.parametrize("packages", [None, {}, {"filelock": "3.14"}])
def test_dependencies_of_a_cli_without_the_plugin_are_not_judged(
    packages: dict[str, str] | None,
) -> None:
    """There is another finding then."""
    assert not findings(machine(cli(packages=packages)), "dependencies")


def test_another_version_of_the_plugin_is_a_warning() -> None:
    """It wasn't updated."""
    seen = machine(cli(packages=PRESENT | {"awscli_mfa_plugin": "0.9"}))
    found = only(seen, "plugin-version")
    assert (found.state, "loads version 0.9, this is 1.0" in found.what) == (WARNING, True)
    assert not findings(machine(cli(packages=PRESENT)), "plugin-version")


def test_a_cli_that_was_updated_is_noticed() -> None:
    """Since the last check; not where nothing was checked before, nor where it is the same."""
    [found] = findings(machine(cli("2.37.0", checked="2.36.12"), plugins=BOTH), "cli-version")
    assert (found.state, found.remedy) == (NOTE, "")
    assert found.what == "/usr/bin/aws is 2.37.0 now; it was 2.36.12 at the last check."
    for other in (cli("2.37.0"), cli("2.37.0", checked="2.37.0"), cli("", checked="2.36.12")):
        assert findings(machine(other, plugins=BOTH), "cli-version") == []


@pytest.mark.parametrize(
    ("found", "version"),
    [
        (cli("2.37.0", uses_sessions=True), "2.37.0"),
        (cli("2.37.0", uses_sessions=True, checked="2.36.12"), "2.37.0"),
        (cli("2.37.0", uses_sessions=False, checked="2.36.12"), "2.36.12"),
        (cli("2.37.0", uses_sessions=None, checked="2.36.12"), "2.36.12"),
        (cli("2.37.0", uses_sessions=None), ""),
        (cli("2.37.0", start=None, uses_sessions=True), ""),
    ],
)
def test_a_version_is_tried_until_it_works(found: ObservedCli, version: str) -> None:
    """Or the second run of doctor would find nothing wrong."""
    assert checked_versions([found]) == ({found.path: version} if version else {})


def test_other_commands_of_a_new_version_are_tried() -> None:
    """A version in which only aws mfa works is a warning."""
    found = only(machine(cli(uses_sessions=False), plugins=V1))
    assert found.state == WARNING
    assert "other commands of this version don't use its sessions" in found.what
    found = only(machine(cli(uses_sessions=True), plugins=V1))
    assert found.state == OK
    assert found.what.endswith("aws mfa works, and other commands use its sessions.")
