"""Fakes of everything outside a command: each implements a Protocol of ``session.ports``."""

from __future__ import annotations

from collections.abc import MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from awscli_mfa_plugin.aliases.merge import HostCommands
from awscli_mfa_plugin.commands.context import Context
from awscli_mfa_plugin.commands.process import GlobalOptions
from awscli_mfa_plugin.errors import BusyError, CannotAskError, ConfigurationError
from awscli_mfa_plugin.files.document import SharedDocument
from awscli_mfa_plugin.files.profiles import WAITING, SharedConfigFiles
from awscli_mfa_plugin.files.session_cache import SessionCache
from awscli_mfa_plugin.files.shared_file import SharedFile
from awscli_mfa_plugin.session.ports import Ports
from awscli_mfa_plugin.session.records import CallerIdentity, Keys, MfaDevice, Profile, Session
from awscli_mfa_plugin.session.sections import (
    SESSION_OPTIONS,
    config_profile,
    config_section,
    session_options,
)
from awscli_mfa_plugin.session.token_codes import STEP_SECONDS
from awscli_mfa_plugin.text import PLAIN, Screen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from awscli_mfa_plugin.session.credentials import CredentialsRequest

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=timezone.utc)
"""When the tests begin: at a boundary of the devices' 30 s steps."""

SERIAL = "arn:aws:iam::123456789012:mfa/ada"
LONG_LIVED = {"aws_access_key_id": "AKIAADA", "aws_secret_access_key": "secret-of-ada"}

Sections = dict[str, dict[str, str]]


def next_of(script: list[Any], default: Any = None) -> Any:
    """Take the next answer of a script; raise it if it is an error."""
    answer = script.pop(0) if script else default
    if isinstance(answer, BaseException):
        raise answer
    return answer


class FakeClock:
    """A clock that doesn't move by itself."""

    def __init__(self, time: datetime = NOW) -> None:
        """Start at ``time``, an aware datetime in the zone to show."""
        self.time = time

    def now(self) -> datetime:
        """Return the present time."""
        return self.time

    def advance(self, seconds: float) -> None:
        """Move the clock."""
        self.time += timedelta(seconds=seconds)


class FakeNotes(list[str]):
    """Keeps the notes."""

    def __call__(self, text: str) -> None:
        """Keep one note."""
        self.append(text)


class FakeTerminal:
    """A terminal with scripted answers; an error among them is raised."""

    def __init__(self, *answers: str | BaseException, nobody: str = "") -> None:
        """Script the answers; ``nobody``: the reason why there is no prompt."""
        self.answers: list[str | BaseException] = list(answers)
        self.nobody = nobody
        self.questions: list[str] = []
        self.hidden: list[bool] = []
        self.shown: list[str] = []

    def unavailable_reason(self) -> str:
        """Return why there is no prompt, or ""."""
        return self.nobody

    def ask(self, question: str, *, hidden: bool = False) -> str:
        """Return the next scripted answer, without surrounding blanks."""
        if self.nobody:
            raise CannotAskError(f"Nobody can be asked: {self.nobody}.")
        if not self.answers:
            raise AssertionError(f"no answer is scripted for '{question}'")
        self.questions.append(question)
        self.hidden.append(hidden)
        return str(next_of(self.answers)).strip()

    def tell(self, text: str) -> None:
        """Keep what was shown."""
        self.shown.append(text)

    def wait(self, seconds: int, reason: str) -> None:
        """Keep the countdown, and let no time pass."""
        self.shown.append(f"{reason} {seconds}")


class FakeWait:
    """Advances a clock at once, and records for how long and why."""

    def __init__(self, clock: FakeClock) -> None:
        """Keep the clock to advance."""
        self._clock = clock
        self.waits: list[tuple[int, str]] = []

    def __call__(self, seconds: int, reason: str) -> None:
        """Advance the clock."""
        self.waits.append((seconds, reason))
        self._clock.advance(seconds)


class MemoryFile(SharedFile):
    """A shared file in memory."""

    def __init__(self, path: str, sections: Mapping[str, Mapping[str, str]]) -> None:
        """Hold sections by their headers."""
        self.path = path
        self.hold(sections)

    def hold(self, sections: Mapping[str, Mapping[str, str]]) -> None:
        """Hold other sections, as somebody else could have written them."""
        self._held = SharedDocument.parse(ini(sections).encode(), self.path)

    def read(self) -> SharedDocument:
        """Return what the file holds now."""
        return self._held

    def check_writable(self) -> None:
        """Allow every write."""

    def update(self, change: Callable[[SharedDocument], SharedDocument]) -> bool:
        """Replace the content with ``change`` of it; return whether it differs."""
        before, self._held = self._held, change(self._held)
        return self._held.render() != before.render()


class MemoryCache(SessionCache):
    """The sessions of profiles with long-lived keys, in memory, and those that wait."""

    def __init__(self) -> None:
        """Hold none."""
        self.sessions: dict[str, Session] = {}
        self.waiting: dict[str, Session] = {}

    def load(self, profile: str, access_key_id: str) -> Session | None:
        """Return the profile's session, whichever key it was made from."""
        return (self.waiting if access_key_id == WAITING else self.sessions).get(profile)

    def check_writable(self) -> None:
        """Allow every write."""

    def save(self, profile: str, access_key_id: str, session: Session) -> None:
        """Keep a session."""
        (self.waiting if access_key_id == WAITING else self.sessions)[profile] = session

    def remove(self, profile: str) -> bool:
        """Remove the profile's session; return whether there was one."""
        was_waiting = self.waiting.pop(profile, None) is not None
        return self.sessions.pop(profile, None) is not None or was_waiting


def ini(sections: Mapping[str, Mapping[str, str]]) -> str:
    """Return the text of a shared file."""
    return "\n".join(
        "\n".join([f"[{name}]", *(f"{option} = {text}" for option, text in has.items()), ""])
        for name, has in sections.items()
    )


class ProfileSections(MutableMapping[str, dict[str, str]]):
    """What a file in memory holds by profile; a section is set as a whole."""

    def __init__(self, file: MemoryFile, *, is_config: bool) -> None:
        """Keep the file."""
        self._file = file
        self._is_config = is_config

    def _header(self, profile: str) -> str:
        names = self._file.read().section_names()
        return config_section(profile, names) if self._is_config else profile

    def __getitem__(self, profile: str) -> dict[str, str]:
        """Return a copy of a profile's section."""
        return dict(self._file.read().sections()[self._header(profile)])

    def __setitem__(self, profile: str, section: Mapping[str, str]) -> None:
        """Let a profile have this section."""
        self._file.hold({**self._file.read().sections(), self._header(profile): section})

    def __delitem__(self, profile: str) -> None:
        """Remove a profile's section."""
        sections = {**self._file.read().sections()}
        del sections[self._header(profile)]
        self._file.hold(sections)

    def __iter__(self) -> Iterator[str]:
        """Iterate over the profiles."""
        names = self._file.read().section_names()
        return (str(config_profile(name)) if self._is_config else name for name in names)

    def __len__(self) -> int:
        """Return how many profiles there are."""
        return len(self._file.read().section_names())

    def __repr__(self) -> str:
        """Show them, for a test that fails."""
        return repr(dict(self))


class FakeFiles(SharedConfigFiles):
    """The real rules over files in memory; ``refusal`` is raised by the check before a write."""

    config_path = "/home/ada/.aws/config"
    credentials_path = "/home/ada/.aws/credentials"

    def __init__(
        self,
        config: Mapping[str, Mapping[str, str]] | None = None,
        credentials: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        """Hold the sections by profile name."""
        named = {config_section(name, ()): has for name, has in (config or {}).items()}
        files = (
            MemoryFile(self.config_path, named),
            MemoryFile(self.credentials_path, credentials or {}),
        )
        cache = MemoryCache()
        super().__init__(*files, cache)
        self.config = ProfileSections(files[0], is_config=True)
        self.credentials = ProfileSections(files[1], is_config=False)
        self.cached = cache.sessions
        self.refusal: ConfigurationError | None = None
        self.checked: list[bool] = []
        self.writes: list[tuple[str, str]] = []

    def check_writable(self, profile: Profile, *, config: bool) -> None:
        """Raise ``refusal`` if there is one; keep whether the config file counted."""
        self.checked.append(config)
        if self.refusal:
            raise self.refusal
        super().check_writable(profile, config=config)

    def write_session(self, name: str, session: Session) -> None:
        """Note it, and write."""
        self.writes.append(("session", name))
        super().write_session(name, session)

    def write_settings(self, name: str, settings: Mapping[str, str]) -> None:
        """Note it, and write."""
        super().write_settings(name, settings)
        self.writes.append(("settings", name))

    def update_config(self, change: Callable[[SharedDocument], SharedDocument]) -> bool:
        """Note it, and write."""
        self.writes.append(("config", ""))
        return super().update_config(change)

    def remove_session(self, name: str) -> bool:
        """Remove it, and note a change."""
        return self._noted("no session", name, super().remove_session(name))

    def remove_settings(self, name: str, options: tuple[str, ...]) -> bool:
        """Remove them, and note a change."""
        return self._noted("no settings", name, super().remove_settings(name, options))

    def _noted(self, what: str, name: str, was_there: bool) -> bool:  # noqa: FBT001 - the result
        self.writes += [(what, name)] if was_there else []
        return was_there


class FakeChain:
    """Resolves a profile to the keys of its sections, or to what ``resolved`` holds for it."""

    def __init__(self, files: FakeFiles) -> None:
        """Keep the files to look into."""
        self._files = files
        self.resolved: dict[str, Keys] = {}

    def keys_of(self, profile: str) -> Keys:
        """Return the keys of a profile, or raise ConfigurationError."""
        if profile in self.resolved:
            return self.resolved[profile]
        has = self._files.profile(profile)
        if not has.get("aws_access_key_id"):
            raise ConfigurationError(f"Profile {profile} resolves to no keys.")
        return Keys(
            has.get("aws_access_key_id"),
            has.get("aws_secret_access_key"),
            has.get("aws_session_token"),
            profile,
        )


@dataclass(frozen=True)
class SessionTokenCall:
    """One GetSessionToken, as it would have reached AWS."""

    access_key_id: str
    mfa_serial: str
    token_code: str
    duration_seconds: int
    region: str


class FakeSts:
    """AWS STS; ``answers`` holds lifetimes in seconds and errors, by default what is asked for."""

    def __init__(self, clock: FakeClock, *answers: int | BaseException) -> None:
        """Script the answers of GetSessionToken."""
        self._clock = clock
        self.answers: list[int | BaseException] = list(answers)
        self.calls: list[SessionTokenCall] = []
        self.identity: CallerIdentity | BaseException = CallerIdentity(
            "arn:aws:iam::123456789012:user/team/ada", "123456789012"
        )
        self.identity_regions: list[str] = []

    def get_session_token(
        self, keys: Keys, mfa_serial: str, token_code: str, duration_seconds: int, region: str
    ) -> Session:
        """Return a session of the scripted lifetime, or raise the scripted error."""
        call = SessionTokenCall(
            keys.access_key_id, mfa_serial, token_code, duration_seconds, region
        )
        self.calls.append(call)
        lifetime = next_of(self.answers, duration_seconds)
        issued = self._clock.now().astimezone(timezone.utc).replace(microsecond=0)
        number = len(self.calls)
        return Session(
            f"ASIA{number}",
            f"secret-{number}",
            f"token-{number}",
            issued + timedelta(seconds=lifetime),
            issued,
        )

    def get_caller_identity(self, keys: Keys, region: str) -> CallerIdentity:  # noqa: ARG002
        """Return whose the keys are, or raise the scripted error."""
        self.identity_regions.append(region)
        identity: CallerIdentity = next_of([self.identity])
        return identity


class FakeIam:
    """AWS IAM; ``answers`` holds lists of devices and errors, the last stays."""

    def __init__(self, *answers: tuple[MfaDevice, ...] | BaseException) -> None:
        """Script the answers of ListMFADevices, by default the one virtual device."""
        self.answers = list(answers) or [(MfaDevice(SERIAL, "virtual"),)]
        self.calls: list[tuple[str, str | None, str]] = []

    def list_mfa_devices(
        self, keys: Keys, user_name: str | None, region: str
    ) -> tuple[MfaDevice, ...]:
        """Return the scripted devices, or raise the scripted error."""
        self.calls.append((keys.access_key_id, user_name, region))
        script = self.answers if len(self.answers) > 1 else list(self.answers)
        devices: tuple[MfaDevice, ...] = next_of(script)
        return devices


class FakeTokenProcess:
    """A token command with scripted outputs; an error among them is raised."""

    def __init__(self, *outputs: str | BaseException) -> None:
        """Script what the command prints."""
        self.outputs: list[str | BaseException] = list(outputs)
        self.commands: list[str] = []

    def __call__(self, command: str) -> str:
        """Return the next output."""
        if not self.outputs:
            raise AssertionError(f"no output is scripted for '{command}'")
        self.commands.append(command)
        return str(next_of(self.outputs))


class FakeUsedCodes:
    """The last code of each device, forgotten after 120 s."""

    def __init__(self, clock: FakeClock, used: Mapping[str, str] | None = None) -> None:
        """Start with a code used just now of each of some devices."""
        self._clock = clock
        self.used: dict[str, tuple[str, int]] = {}
        for serial, code in (used or {}).items():
            self.remember(serial, code)

    def is_used(self, serial: str, token_code: str) -> bool:
        """Return whether the code was the last one used; its time counts from its step."""
        if serial not in self.used:
            return False
        code, step = self.used[serial]
        age = self._clock.now().timestamp() - step * STEP_SECONDS
        if not -STEP_SECONDS < age < 120:
            del self.used[serial]
            return False
        return code == token_code

    def remember(self, serial: str, token_code: str) -> None:
        """Remember a code."""
        self.used[serial] = (token_code, int(self._clock.now().timestamp() // STEP_SECONDS))


class FakeLocks:
    """Locks that are free, but for those whose name starts with a key of ``busy``.

    ``meanwhile`` is what another process does while this one waits: it runs before a lock is
    taken, under the lock's name.
    """

    def __init__(self) -> None:
        """Start with all locks free."""
        self.busy: dict[str, str] = {}
        self.meanwhile: Callable[[str], None] = lambda _name: None
        self.requests: list[tuple[str, float]] = []
        self.holding: list[str] = []

    @contextmanager
    def hold(
        self, name: str, wait_seconds: float, on_wait: Callable[[str], None] | None = None
    ) -> Iterator[None]:
        """Hold a lock, or raise BusyError after telling ``on_wait`` the holder."""
        if name in self.holding:
            raise AssertionError(f"{name} is held already: this would wait for itself")
        self.requests.append((name, wait_seconds))
        self.meanwhile(name)
        for start, holder in self.busy.items():
            if name.startswith(start):
                if on_wait:
                    on_wait(holder)
                raise BusyError(f"{holder} is busy.", "Wait for it, or end it.")
        self.holding.append(name)
        try:
            yield
        finally:
            self.holding.remove(name)


@dataclass
class Fakes:
    """All fakes together; what a test doesn't give is made."""

    files: FakeFiles = field(default_factory=FakeFiles)
    terminal: FakeTerminal = field(default_factory=FakeTerminal)
    iam: FakeIam = field(default_factory=FakeIam)
    token_process: FakeTokenProcess = field(default_factory=FakeTokenProcess)
    environment: dict[str, str] = field(default_factory=dict)
    clock: FakeClock = field(default_factory=FakeClock)
    notes: FakeNotes = field(default_factory=FakeNotes)
    locks: FakeLocks = field(default_factory=FakeLocks)
    stdin: str = ""

    def __post_init__(self) -> None:
        """Make the fakes that use others."""
        self._code_is_taken = False
        self.chain = FakeChain(self.files)
        self.sts = FakeSts(self.clock)
        self.wait = FakeWait(self.clock)
        self.used_codes = FakeUsedCodes(self.clock)

    def _environment_code(self) -> str:
        """Return the variable's code, once."""
        was_taken, self._code_is_taken = self._code_is_taken, True
        return "" if was_taken else self.environment.get("AWS_MFA_TOKEN_CODE", "")

    def ports(self) -> Ports:
        """Return the ports, implemented by these fakes."""
        return Ports(
            clock=self.clock,
            notes=self.notes,
            terminal=self.terminal,
            wait=self.wait,
            environment=self.environment,
            files=self.files,
            chain=self.chain,
            sts=self.sts,
            iam=self.iam,
            token_process=self.token_process,
            used_codes=self.used_codes,
            locks=self.locks,
            read_stdin=lambda: self.stdin,
            environment_code=self._environment_code,
        )


def ports(**overrides: Any) -> Ports:
    """Return ports of fakes, some of them given: their names are the fields of Fakes."""
    return Fakes(**overrides).ports()


class FakeProcess:
    """The process that a command runs in; ``answers`` are sessions that it returns, or errors."""

    usual_folders = ()
    program = ""

    def __init__(
        self, fakes: Fakes, named_profile: str | None = None, *answers: Session | BaseException
    ) -> None:
        """Keep the fakes, and the profile that option or environment name."""
        self._fakes = fakes
        self.environment = fakes.environment
        self.config_path = fakes.files.config_path
        self.credentials_path = fakes.files.credentials_path
        self.named_profile = named_profile
        self.answers = list(answers)
        self.requests: list[CredentialsRequest] = []

    def environment_code(self) -> str:
        """Return no code: the fake ports have their own."""
        return ""

    def profiles(self) -> list[Profile]:
        """Return all profiles."""
        return [self._fakes.files.profile(name) for name in self._fakes.files.profile_names()]

    def profile(self, name: str) -> Profile | None:
        """Return a profile, or None if there is none."""
        profile = self._fakes.files.profile(name)
        return profile if profile.exists else None

    def data_loader(self) -> None:
        """Return None: nothing of botocore's is used."""

    def host_commands(self) -> HostCommands:
        """Return a CLI of two commands."""
        return HostCommands("v2", frozenset({"s3", "sts"}), ("login", "help"))

    def session_credentials(
        self, request: CredentialsRequest, options: GlobalOptions, ports: Ports
    ) -> tuple[Session, str]:
        """Return the next session and the region of the options."""
        del ports
        self.requests.append(request)
        return next_of(self.answers), options.region or ""


def context(
    fakes: Fakes | None = None,
    options: GlobalOptions | None = None,
    process: FakeProcess | None = None,
    **given: Any,
) -> Context:
    """Return a context on fakes; what isn't ``given`` by its name comes from the fakes."""
    fakes = fakes or Fakes()
    options = options or GlobalOptions()
    made: dict[str, Any] = {
        "clock": fakes.clock,
        "home": "/home/ada",
        "screen": Screen(),
        "note_style": PLAIN,
        "note": fakes.notes,
        "terminal": fakes.terminal,
        "locks": fakes.locks,
        "ports": fakes.ports(),
        "new_ports": lambda _=None: fakes.ports(),
        "session_of": fakes.files.session_of,
    }
    return Context(process or FakeProcess(fakes, options.profile), options, **{**made, **given})


def session_section(
    lifetime: int = 43_200, age: int = 0, now: datetime = NOW, **others: str
) -> dict[str, str]:
    """Return a credentials section with a session of ours, ``age`` seconds old."""
    issued = now - timedelta(seconds=age)
    expiration = issued + timedelta(seconds=lifetime)
    options = session_options(Session("ASIAOLD", "secret-old", "token-old", expiration, issued))
    assert set(options) <= set(SESSION_OPTIONS)
    return options | others
