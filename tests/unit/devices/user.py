"""The devices' commands over the embedded AWS, with files in memory and a scripted person."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from awscli_mfa_plugin.aws.calls import Iam, Sts
from awscli_mfa_plugin.aws.clients import BotocoreSessions, ClientOptions, Clients
from awscli_mfa_plugin.aws.iam import MfaDeviceCalls, NewDevice
from awscli_mfa_plugin.devices.owner import DeviceRequest, DeviceWork
from awscli_mfa_plugin.devices.unfinished import UnfinishedDevices
from awscli_mfa_plugin.files.state import StateFolder
from awscli_mfa_plugin.session.records import Keys
from tests.aws_selftest.clients import to_mid_step
from tests.fakes import FakeFiles, Fakes, FakeTerminal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from awscli_mfa_plugin.session.ports import CountingTerminal
    from tests.aws import EmbeddedAws

ARN = "arn:aws:iam::123456789012:mfa/"
REGION = "us-east-1"


class AwsClock:
    """The time by AWS's clock, which a wait moves on."""

    def __init__(self, aws: EmbeddedAws) -> None:
        """Keep whose clock it is."""
        self._aws = aws

    def now(self) -> datetime:
        """Return the time."""
        return self._aws.now()

    def wait(self, seconds: int, reason: str) -> None:
        """Let AWS's clock go on."""
        del reason
        self._aws.advance(seconds)


class Person(FakeTerminal):
    """Somebody at the terminal: each answer is a text, an error, or a function that gives one."""

    def __init__(self, clock: AwsClock, *answers: Any, nobody: str = "") -> None:
        """Script the answers."""
        super().__init__(nobody=nobody)
        self.script = list(answers)
        self._clock = clock

    def ask(self, question: str, *, hidden: bool = False) -> str:
        """Return the next answer, made when it is asked for."""
        answer = self.script.pop(0) if self.script else AssertionError(f"no answer: {question}")
        self.answers.append(answer() if callable(answer) else answer)
        return super().ask(question, hidden=hidden)

    def wait(self, seconds: int, reason: str) -> None:
        """Let time pass."""
        self._clock.wait(seconds, reason)


@dataclass
class Devices:
    """A user of the embedded AWS at their machine; `folder` holds the plugin's state."""

    aws: EmbeddedAws
    folder: Path
    user: str = "nodevice"
    process: str = ""
    files: FakeFiles = field(init=False)
    shown: list[NewDevice] = field(default_factory=list)
    given: list[tuple[str, str]] = field(default_factory=list)
    seed_error: BaseException | None = None
    calls: MfaDeviceCalls = field(init=False)
    person: Person = field(init=False)
    fakes: Fakes = field(init=False)

    def __post_init__(self) -> None:
        """Give the user keys in profile default, and begin in the middle of a time step."""
        to_mid_step(self.aws)
        user = self.aws.user(self.user)
        keys = {
            "aws_access_key_id": user.access_key_id,
            "aws_secret_access_key": user.secret_access_key,
        }
        config = {"default": {"region": REGION}}
        if self.process:
            config["default"]["mfa_process"] = self.process
        self.files = FakeFiles(config, {"default": keys})
        self.clock = AwsClock(self.aws)
        self.clients = Clients(BotocoreSessions(), ClientOptions(endpoint_url=self.aws.url))
        self.calls = MfaDeviceCalls(self.clients, self.clock)
        self.answer()

    def answer(self, *answers: Any, nobody: str = "") -> Devices:
        """Script what the person types next."""
        self.person = Person(self.clock, *answers, nobody=nobody)
        return self

    def code(self, name: str, steps: int = 0) -> Callable[[], str]:
        """Return what gives the code of a device when it is asked for."""
        serial = name if ":" in name else ARN + name
        return lambda: self.aws.token_code(serial, steps)

    def pair(self, name: str) -> tuple[Callable[[], str], ...]:
        """Return two codes as they come: the second once the first has gone."""
        return self.code(name), self.code(name)

    @property
    def work(self) -> DeviceWork:
        """What the commands get."""
        self.fakes = Fakes(files=self.files, terminal=self.person)
        ports = self.fakes.ports()
        ports = type(ports)(
            **{
                **vars(ports),
                "clock": self.clock,
                "wait": self.clock.wait,
                "sts": Sts(self.clients, self.clock),
                "iam": Iam(self.clients, self.clock),
                "token_process": self.token_code,
            }
        )
        folder = StateFolder(str(self.folder))
        return DeviceWork(ports, self.calls, UnfinishedDevices(folder), self._show, self._give)

    def request(self, **given: Any) -> DeviceRequest:
        """Return a request for profile mfa."""
        return DeviceRequest(**{"session_profile": "mfa", **given})

    def token_code(self, command: str) -> str:
        """Print what `mfa_process` names: the serial whose code it prints."""
        return self.aws.token_code(command)

    def log_in(self, serial: str = "") -> None:
        """Give profile mfa a session."""
        user = self.aws.user(self.user)
        keys = Keys(user.access_key_id, user.secret_access_key)
        serial = serial or user.mfa_serial
        code = self.aws.fresh_code(serial)
        session = Sts(self.clients, self.clock).get_session_token(keys, serial, code, 3600, REGION)
        self.files.write_session("mfa", session)

    def serials(self) -> list[str]:
        """Return the user's devices, by short name."""
        return [device.serial.removeprefix(ARN) for device in self.aws.user(self.user).devices]

    def unassigned(self) -> list[str]:
        """Return the devices that are nobody's, by short name."""
        return [each.serial.removeprefix(ARN) for each in self.aws.state.unassigned_devices]

    def left(self) -> dict[str, str]:
        """Return what our own record says is under way."""
        return UnfinishedDevices(StateFolder(str(self.folder))).of(self.aws.user(self.user).arn)

    @contextmanager
    def _show(self, device: NewDevice, account: str) -> Iterator[CountingTerminal]:
        del account
        self.shown.append(device)
        yield self.person

    def _give(self, command: str, text: str) -> None:
        self.given.append((command, text))
        if self.seed_error:
            raise self.seed_error
