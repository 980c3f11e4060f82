"""What the embedded AWS knows: accounts, users, keys, devices, roles, sessions and used codes.

A state's JSON form holds the fields of the classes below by their names, as
`example_state.json` beside this module does; what has a default may be left out.
"""

from __future__ import annotations

import json
import threading
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

DeviceKind = Literal["virtual", "hardware", "fido"]
ListPolicy = Literal["own-name", "always", "never"]
CallerKind = Literal["user", "root", "role", "session"]
ROOT = "root"


@dataclass
class AccessKey:
    """A long-lived access key; times are seconds since 1970, 0: since ever."""

    id: str
    secret: str
    active: bool = True
    created: float = 0
    # Until then AWS says that it doesn't know the key.
    known_from: float = 0


@dataclass
class Device:
    """An MFA device; `secret` is base32 and empty for FIDO, which has no codes."""

    serial: str
    secret: str = ""
    kind: DeviceKind = "virtual"
    enabled: bool = True
    enabled_at: str = "2024-02-29T12:00:00+00:00"
    # How many time steps AWS believes the device's clock to be ahead of its own.
    drift_steps: int = 0


@dataclass
class User:
    """An IAM user, or the root of an account (then the name is "root")."""

    name: str
    account: str
    partition: str = "aws"
    path: str = "/"
    access_keys: list[AccessKey] = field(default_factory=list)
    devices: list[Device] = field(default_factory=list)
    # "own-name": as the usual self-service policies have it, only with UserName = the caller.
    list_mfa_devices: ListPolicy = "own-name"
    # Explicit denies by an identity-based policy: "sts:GetSessionToken", "iam:GetUser", …
    denied_actions: list[str] = field(default_factory=list)
    # Identity-based policies as documents; with any, they alone decide, not the two fields above.
    policies: list[dict[str, Any]] = field(default_factory=list)

    @property
    def is_root(self) -> bool:
        """Whether this is the owner of the account."""
        return self.name == ROOT

    @property
    def arn(self) -> str:
        """The user's ARN, with the path."""
        resource = ROOT if self.is_root else f"user{self.path}{self.name}"
        return f"arn:{self.partition}:iam::{self.account}:{resource}"

    @property
    def user_id(self) -> str:
        """The AIDA… identifier; the root's is its account."""
        if self.is_root:
            return self.account
        return "AIDA" + "".join(c for c in self.name.upper() if c.isalnum()).ljust(17, "A")[:17]

    @property
    def access_key_id(self) -> str:
        """The identifier of the first access key."""
        return self.access_keys[0].id

    @property
    def secret_access_key(self) -> str:
        """The secret of the first access key."""
        return self.access_keys[0].secret

    @property
    def mfa_serial(self) -> str:
        """The serial of the first device that has codes."""
        return next(device.serial for device in self.devices if device.kind != "fido")


@dataclass
class Role:
    """An IAM role with the conditions of its trust policy."""

    name: str
    account: str
    partition: str = "aws"
    path: str = "/"
    # ARNs of users and roles, or ARNs of a root, which mean everyone in that account.
    trusts: list[str] = field(default_factory=list)
    require_mfa: bool = False
    max_mfa_age_seconds: int = 0  # 0: any age
    external_id: str = ""
    max_session_duration: int = 3600

    @property
    def arn(self) -> str:
        """The role's ARN, with the path."""
        return f"arn:{self.partition}:iam::{self.account}:role{self.path}{self.name}"

    @property
    def role_id(self) -> str:
        """The AROA… identifier."""
        return "AROA" + "".join(c for c in self.name.upper() if c.isalnum()).ljust(17, "A")[:17]


@dataclass(frozen=True)
class Caller:
    """Who signed a request; 'session' is a user's (or the root's) own, from GetSessionToken."""

    kind: CallerKind
    user: User | None  # None for a role
    account: str
    partition: str
    access_key_id: str
    arn: str
    user_id: str
    mfa: bool = False
    mfa_time: datetime | None = None
    expiration: datetime | None = None
    role: Role | None = None

    @property
    def temporary(self) -> bool:
        """Whether the keys are a session's."""
        return self.kind in {"session", "role"}


@dataclass
class Session:
    """Temporary keys that STS returned."""

    access_key_id: str
    secret_access_key: str
    token: str
    expiration: datetime
    caller: Caller
    of_global_endpoint: bool = False
    # Of a role: assumed with temporary keys, and with a DurationSeconds.
    chained: bool = False
    has_duration: bool = False


@dataclass
class State:
    """All of it; `sessions` and `last_steps` grow as the embedded AWS runs."""

    users: list[User] = field(default_factory=list)
    roles: list[Role] = field(default_factory=list)
    regions_off: list[str] = field(default_factory=list)  # where STS isn't activated
    # Virtual devices that were created and belong to nobody (yet, or any more).
    unassigned_devices: list[Device] = field(default_factory=list)
    sessions: dict[str, Session] = field(default_factory=dict)
    # Until when each sign-in token of the federation endpoint is valid.
    signin_tokens: dict[str, datetime] = field(default_factory=dict)
    # The newest time step whose code was taken, by serial.
    last_steps: dict[str, int] = field(default_factory=dict)
    # When, for which service and where each long-lived key signed a call.
    uses: dict[str, list[tuple[float, str, str]]] = field(default_factory=dict)
    # How long a new key stays unknown, and how late GetAccessKeyLastUsed hears of a use.
    new_keys_unknown_seconds: float = 0
    uses_unheard_seconds: float = 0
    lock: threading.RLock = field(default_factory=threading.RLock, repr=False, compare=False)

    def user(self, name: str, account: str = "") -> User:
        """Return the user of this name (the first account that has it); raises KeyError."""
        for user in self.users:
            if user.name == name and account in {"", user.account}:
                return user
        raise KeyError(name)

    def role(self, name: str) -> Role:
        """Return the role of this name or ARN; raises KeyError."""
        for role in self.roles:
            if name in {role.name, role.arn}:
                return role
        raise KeyError(name)

    def devices(self) -> Iterator[tuple[User, Device]]:
        """Yield every device with its user."""
        for user in self.users:
            for device in user.devices:
                yield user, device

    def device(self, serial: str) -> Device:
        """Return the device, assigned or not; raises KeyError."""
        for device in (*(device for _, device in self.devices()), *self.unassigned_devices):
            if device.serial == serial:
                return device
        raise KeyError(serial)

    def access_key(self, key_id: str) -> tuple[User, AccessKey] | None:
        """Return the long-lived key and whose it is."""
        for user in self.users:
            for key in user.access_keys:
                if key.id == key_id:
                    return user, key
        return None

    def to_dict(self) -> dict[str, Any]:
        """Return the seed as JSON would have it, without what grew."""
        return {
            "users": [asdict(user) for user in self.users],
            "roles": [asdict(role) for role in self.roles],
            "regions_off": list(self.regions_off),
        }


def state_from_dict(seed: dict[str, Any]) -> State:
    """Read what `State.to_dict` writes; raises TypeError for a key that isn't known."""
    return State(
        users=[user_from_dict(each) for each in seed.get("users", [])],
        roles=[Role(**each) for each in seed.get("roles", [])],
        regions_off=list(seed.get("regions_off", [])),
    )


def state_from_file(path: str | Path) -> State:
    """Read a state from a JSON file."""
    with open(path, encoding="utf-8") as file:  # noqa: PTH123 - the caller's path may be a str
        return state_from_dict(json.load(file))


def user_from_dict(seed: dict[str, Any]) -> User:
    """Read one user of `State.to_dict`; raises TypeError for a key that isn't known."""
    keys = [AccessKey(**each) for each in seed.get("access_keys", [])]
    devices = [Device(**each) for each in seed.get("devices", [])]
    return User(**{**seed, "access_keys": keys, "devices": devices})
