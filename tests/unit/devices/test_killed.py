"""Killed at any of AWS's calls, before or after: the next run cleans up or completes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from awscli_mfa_plugin.devices.enroll import add
from awscli_mfa_plugin.devices.owner import ADDING, CREATING, REMOVING
from awscli_mfa_plugin.devices.remove import remove
from awscli_mfa_plugin.devices.unfinished import UnfinishedDevices
from awscli_mfa_plugin.errors import UnwritableFileError
from awscli_mfa_plugin.files.state import StateFolder
from tests.fakes import next_of
from tests.unit.devices.user import ARN, Devices

if TYPE_CHECKING:
    from pathlib import Path

Of = Callable[..., Devices]


class Killed(BaseException):
    """The process is gone: nothing after this happens."""


class Deadly:
    """The calls of a process that is killed before or after one of them."""

    def __init__(self, calls: Any, name: str, *, after: bool) -> None:
        """Keep which call kills."""
        self._calls, self._name, self._after = calls, name, after
        self._is_dead = False

    def __getattr__(self, name: str) -> Any:
        """Return a call that may kill."""

        def call(*given: Any, **named: Any) -> Any:
            if self._is_dead:
                raise Killed
            self._is_dead = name == self._name
            if self._is_dead and not self._after:
                raise Killed
            result = getattr(self._calls, name)(*given, **named)
            if self._is_dead:
                raise Killed
            return result

        return call


def killed(
    devices: Devices, run: Callable[..., Any], call: str, *, after: bool, **more: Any
) -> None:
    """Run a command that is killed at a call."""
    real = devices.calls
    devices.calls = Deadly(real, call, after=after)  # type: ignore[assignment]
    work = devices.work
    with pytest.raises(Killed):
        run(devices.request(**more), work)
    devices.calls = real


@pytest.mark.parametrize(
    ("call", "after"),
    [("virtual_serials", False), ("create", False), ("create", True), ("enable", False)],
)
def test_killed_before_it_was_enabled(devices: Devices, call: str, *, after: bool) -> None:
    """The next run finds the device by our record, offers to delete it, and starts over."""
    devices.answer(*devices.pair("nodevice"))
    killed(devices, add, call, after=after)
    was_created = call == "enable" or after
    assert devices.unassigned() == (["nodevice"] if was_created else [])
    devices.answer(*([""] if was_created else []), *devices.pair("nodevice"))
    added = add(devices.request(), devices.work)
    assert added.mfa_serial == f"{ARN}nodevice"
    assert devices.serials() == ["nodevice"]
    assert devices.unassigned() == []
    assert devices.left() == {}
    assert devices.person.script == []


def test_killed_after_it_was_enabled(devices: Devices) -> None:
    """The next run completes it: nothing is asked."""
    devices.answer(*devices.pair("nodevice"))
    killed(devices, add, "enable", after=True)
    assert "mfa" not in devices.files.config
    devices.answer()
    added = add(devices.request(), devices.work)
    assert added.was_left
    assert devices.files.config["mfa"]["mfa_serial"] == f"{ARN}nodevice"
    assert devices.left() == {}
    assert "an earlier command was interrupted" in devices.fakes.notes[-1]


def test_a_leftover_that_is_kept(devices: Devices) -> None:
    """It stays ours, and another name is taken."""
    devices.answer(*devices.pair("nodevice"))
    killed(devices, add, "enable", after=False)
    devices.answer("n", *devices.pair("nodevice-2"))
    assert add(devices.request(), devices.work).mfa_serial == f"{ARN}nodevice-2"
    assert devices.left() == {f"{ARN}nodevice": ADDING}


def test_a_leftover_where_lists_are_denied(devices: Devices) -> None:
    """It is taken for one that is there; one that isn't is no error."""
    devices.aws.user("nodevice").denied_actions = ["iam:ListVirtualMFADevices"]
    killed(devices, add, "create", after=False)
    assert devices.left() == {f"{ARN}nodevice": CREATING}
    devices.answer("y", *devices.pair("nodevice"))
    add(devices.request(), devices.work)
    assert devices.left() == {}


def test_a_leftover_without_anybody_to_ask(devices_of: Of) -> None:
    """It stays, and another name is taken."""
    devices = devices_of(process=f"{ARN}nodevice-2")
    devices.answer(*devices.pair("nodevice"))
    killed(devices, add, "enable", after=False)
    devices.answer(nobody="there is no terminal")
    add(devices.request(seed_command="store"), devices.work)
    assert devices.serials() == ["nodevice-2"]


def with_second(devices: Devices) -> None:
    """Give ada a session, a second device, and a profile that names the first."""
    devices.log_in()
    devices.files.config["mfa"] = {"mfa_serial": f"{ARN}ada", "mfa_source_profile": "default"}
    devices.answer(*devices.pair("ada-2"))
    add(devices.request(), devices.work)


@pytest.mark.parametrize(
    ("call", "after"),
    [("deactivate", False), ("deactivate", True), ("delete", False), ("delete", True)],
)
def test_killed_while_removing(devices_of: Of, call: str, *, after: bool) -> None:
    """The next run goes on with what was confirmed, or nothing had happened."""
    devices = devices_of("ada")
    with_second(devices)
    request = {"device": "ada", "yes": True}
    killed(devices, remove, call, after=after, **request)
    assert devices.left() == {f"{ARN}ada": REMOVING}
    devices.answer(*devices.pair("ada-3"))
    add(devices.request(name="ada-3"), devices.work)
    assert devices.left() == {}
    if (call, after) == ("deactivate", False):
        assert devices.serials() == ["ada", "ada-2", "ada-3"]
        return
    assert devices.serials() == ["ada-2", "ada-3"]
    assert devices.unassigned() == []
    assert devices.files.config["mfa"].get("mfa_serial") in {None, f"{ARN}ada-3"}
    assert "Finished removing ada." in devices.fakes.notes


def test_a_removal_that_may_not_be_finished(devices_of: Of) -> None:
    """It says who can, and goes on."""
    devices = devices_of("ada")
    with_second(devices)
    killed(devices, remove, "deactivate", after=True, device="ada", yes=True)
    devices.aws.user("ada").denied_actions = ["iam:DeleteVirtualMFADevice"]
    devices.answer(*devices.pair("ada-3"))
    add(devices.request(name="ada-3"), devices.work)
    assert any("An administrator can" in note for note in devices.fakes.notes)


def test_a_record_that_can_t_be_read(devices: Devices) -> None:
    """It is as if there were none."""
    devices.folder.mkdir()
    (devices.folder / "devices.json").write_text("[1")
    assert devices.left() == {}
    devices.answer(*devices.pair("nodevice"))
    add(devices.request(), devices.work)


def test_a_record_that_cant_be_written_fails_no_command(tmp_path: Path) -> None:
    """The device is as it should be by then; the next command looks at it again."""
    folder = StateFolder(str(tmp_path / "state"))
    unfinished = UnfinishedDevices(folder)
    unfinished.note("a", "user", ADDING)
    error = UnwritableFileError(folder.path, "is on a full disk", "Make room.")
    vars(folder)["make"] = lambda: next_of([error])
    unfinished.forget("a")
    assert unfinished.of("user") == {"a": ADDING}
    with pytest.raises(UnwritableFileError):
        unfinished.note("b", "user", ADDING)
