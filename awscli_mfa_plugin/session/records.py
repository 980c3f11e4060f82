"""The values that pass between the layers: profiles, keys, devices, sessions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from awscli_mfa_plugin.session import (
    LONG_LIVED,
    OTHER_WAYS,
    OUR_NAME,
    asks_for_session,
    keyring_key_id,
)
from awscli_mfa_plugin.session.expiry import DEFAULT_LIFETIME, expiry_window, seconds_left

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, timedelta

SOURCE_OPTION = "mfa_source_profile"
"""The setting that makes a profile managed and names its source profile."""

SESSION_OPTION = "mfa_session"
"""``on`` makes a profile managed without a source profile, ``off`` takes one out."""


@dataclass(frozen=True)
class Profile:
    """A profile of the shared files: its config section and its credentials section.

    ``config`` and ``credentials`` map option names to values. Where only the merged view of
    botocore is at hand, ``config`` holds all of it.
    """

    name: str
    config: Mapping[str, str] = field(default_factory=dict, repr=False)
    credentials: Mapping[str, str] = field(default_factory=dict, repr=False)

    def get(self, option: str) -> str:
        """Return an option's value, the credentials file's first as in botocore, or ""."""
        return self.credentials.get(option) or self.config.get(option) or ""

    @property
    def exists(self) -> bool:
        """Whether either file has anything of this profile."""
        return bool(self.config or self.credentials)

    @property
    def key_section(self) -> Mapping[str, str]:
        """The section whose access key botocore takes: the credentials file's first."""
        sections = (self.credentials, self.config)
        return next((has for has in sections if has.get("aws_access_key_id")), {})

    @property
    def has_long_lived_keys(self) -> bool:
        """Whether either section holds a long-lived access key, or the keyring does."""
        in_files = any(is_long_lived(section) for section in (self.config, self.credentials))
        return in_files or bool(self.keyring_key_id)

    @property
    def keyring_key_id(self) -> str:
        """The ID of the access key that the keyring has for the profile, or "".

        A key in a file overrides it.
        """
        return "" if self.key_section else keyring_key_id(self.get("credential_process"))

    @property
    def has_own_keys(self) -> bool:
        """Whether long-lived keys are what botocore takes from the profile itself."""
        return is_long_lived(self.key_section) or bool(self.keyring_key_id)

    @property
    def long_lived_key_id(self) -> str:
        """The access key ID of the long-lived keys, the credentials file's first, or ""."""
        sections = (self.credentials, self.config)
        in_files = (has["aws_access_key_id"] for has in sections if is_long_lived(has))
        return next(in_files, self.keyring_key_id)

    @property
    def has_session_token(self) -> bool:
        """Whether the profile holds temporary keys, whoever wrote them.

        A token beside a long-lived key is a leftover: AWS gives those none.
        """
        has_token = bool(self.get("aws_session_token") or self.get("aws_security_token"))
        return has_token and not self.has_own_keys

    @property
    def is_ours(self) -> bool:
        """Whether the session that it holds was written by this plugin."""
        return self.has_session_token and is_written_key(self.key_section)

    @property
    def is_managed(self) -> bool:
        """Whether the profile's own settings ask for an MFA session, and it may get one."""
        return asks_for_session(self.config) and not self.other_way

    @property
    def is_switched_off(self) -> bool:
        """Whether ``mfa_session = off`` takes the profile out."""
        return self.config.get(SESSION_OPTION, "").lower() == "off"

    @property
    def other_way(self) -> str:
        """The first setting by which the profile gets credentials another way, or "".

        Long-lived keys in the keyring are its own.
        """
        found = (option for option in OTHER_WAYS if self.get(option))
        if keyring_key_id(self.get("credential_process")):
            found = (option for option in found if option != "credential_process")
        return next(found, "")


def is_long_lived(section: Mapping[str, str]) -> bool:
    """Return whether a section holds a long-lived access key.

    Lines of an old session may be left beside it, so its ID decides. Keys of an AWS with other
    IDs are long-lived without a token.
    """
    key_id = section.get("aws_access_key_id", "")
    if not key_id or is_written_key(section):
        return False
    has_token = section.get("aws_session_token") or section.get("aws_security_token")
    return key_id.startswith(LONG_LIVED) or not has_token


def is_written_key(section: Mapping[str, str]) -> bool:
    """Return whether a section's access key is the one that a login wrote there.

    ``issued_key`` says so, if it belongs to the section's ``issued``. Version 0.1.0 wrote none,
    and leaves an older one as it is when it renews the session; then the other lines decide.
    """
    if section.get("manager") != OUR_NAME:
        return False
    key_id = section.get("aws_access_key_id", "")
    issued, _, digest = section.get("issued_key", "").partition(" ")
    if digest and issued == section.get("issued"):
        return digest == key_digest(key_id, section.get("aws_secret_access_key", ""))
    has_token = bool(key_id and section.get("aws_session_token"))
    return has_token and not key_id.startswith(LONG_LIVED)


def key_digest(key_id: str, secret: str) -> str:
    """Return what tells one access key from another without holding any of it."""
    from hashlib import sha256

    return sha256(f"{key_id}\n{secret}".encode("utf-8", "surrogateescape")).hexdigest()[:32]


@dataclass(frozen=True)
class Keys:
    """Keys that botocore resolved; ``session_token`` is "" for long-lived ones.

    ``profile`` is whose they are, "" for the environment's.
    """

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str = field(default="", repr=False)
    profile: str = ""


@dataclass(frozen=True)
class Session:
    """A session from GetSessionToken: its keys, when it was issued, when it ends.

    Both times are aware UTC; ``issued`` is None where nobody wrote it down.
    """

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str = field(repr=False)
    expiration: datetime
    issued: datetime | None = None

    @property
    def lifetime(self) -> timedelta:
        """The duration that AWS granted, as far as it is known."""
        if self.issued is None or self.issued >= self.expiration:
            return DEFAULT_LIFETIME
        return self.expiration - self.issued

    def remaining(self, now: datetime) -> int:
        """Return the whole seconds left at ``now``."""
        return seconds_left(self.expiration, now)

    def is_expiring(self, now: datetime, min_remaining: int | None = None) -> bool:
        """Whether less is left than ``min_remaining`` seconds, by default the expiry window."""
        if min_remaining is not None:
            return self.remaining(now) < max(min_remaining, 1)
        return self.expiration - now < expiry_window(self.lifetime)


@dataclass(frozen=True)
class MfaDevice:
    """An MFA device as ``iam:ListMFADevices`` gives it; ``enabled`` is aware UTC or None."""

    mfa_serial: str
    kind: str
    enabled: datetime | None = None

    @property
    def is_usable(self) -> bool:
        """Whether GetSessionToken takes codes of this device."""
        return self.kind != "FIDO"


@dataclass(frozen=True)
class CallerIdentity:
    """Who ``sts:GetCallerIdentity`` says is calling."""

    arn: str
    account: str

    @property
    def user_name(self) -> str:
        """The IAM user's name, without its path, or "" for anybody else."""
        resource = self.arn.split(":", 5)[-1]
        return resource.rsplit("/", 1)[-1] if resource.startswith("user/") else ""
