"""Lets the CLI's own assume-role provider use a managed profile's session."""

from __future__ import annotations

import copy
import hashlib
from datetime import datetime, timezone
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from botocore.credentials import AssumeRoleProvider

from awscli_mfa_plugin.session.expiry import capped, parsed_time, rfc3339, seconds_left
from awscli_mfa_plugin.session.records import SOURCE_OPTION

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from awscli_mfa_plugin.session.records import Profile, Session

ASSUME_ROLE = "assume-role"


class RoleOnSessionProvider(AssumeRoleProvider):  # type: ignore[misc]
    """botocore's provider, which assumes the role while the command is being prepared.

    So the prompt comes in the main thread, before any pager; a role in the cache costs no
    call, and then the session needn't be alive. ``shows`` is set where keys are only shown:
    then a role that can't be assumed is none.
    """

    shows = False

    def load(self) -> Any:
        """Return the role's credentials, or None if the profile has no role."""
        try:
            credentials = super().load()
            if credentials is not None:
                credentials.get_frozen_credentials()
        except Exception:
            if self.shows:
                return None
            raise
        return credentials


class CacheOfSource:
    """The CLI's cache of roles, kept apart by whose session a role was assumed with.

    botocore's own keys leave the source profile out: a role assumed with one user's keys
    would be returned for another's.
    """

    def __init__(self, cache: Any, source: str, min_remaining: int | None = None) -> None:
        """Keep the CLI's cache, and a text that identifies the source.

        A role with less than ``min_remaining`` seconds left counts as not cached.
        """
        self._cache = cache
        self._min_remaining = min_remaining
        self._suffix = hashlib.sha256(source.encode("utf-8", "surrogatepass")).hexdigest()[:16]

    def __contains__(self, key: str) -> bool:
        """Return whether a role is cached."""
        key = self._key(key)
        return key in self._cache and (
            self._min_remaining is None or self._remaining(key) >= self._min_remaining
        )

    def __getitem__(self, key: str) -> Any:
        """Return a cached role."""
        return self._cache[self._key(key)]

    def __setitem__(self, key: str, value: Any) -> None:
        """Keep a role."""
        self._cache[self._key(key)] = value

    def _remaining(self, key: str) -> int:
        """Return the seconds left of a cached role, 0 where that isn't known."""
        try:
            text = str(self._cache[key]["Credentials"]["Expiration"])
        except (KeyError, TypeError):
            return 0
        expiration = parsed_time(text.replace("UTC", "Z"))  # as botocore writes it into the file
        return seconds_left(expiration, datetime.now(timezone.utc)) if expiration else 0

    def _key(self, key: str) -> str:
        return f"{key}-{self._suffix}"


def metadata(session: Session) -> dict[str, str]:
    """Return a session in the form of botocore's refreshable credentials."""
    return {
        "access_key": session.access_key_id,
        "secret_key": session.secret_access_key,
        "token": session.session_token,
        "expiry_time": rfc3339(session.expiration),
    }


def cache_roles(session: Any, folder: str) -> None:
    """Have a botocore session cache roles in ``folder``, as the CLI does."""
    from botocore.credentials import JSONFileCache

    chain = session.get_component("credential_provider")
    chain.get_provider(ASSUME_ROLE).cache = JSONFileCache(folder)


def role_provider(
    session: Any,
    profile: str,
    source: Profile,
    of_source: Any,
    *,
    create_client: Callable[..., Any],
    min_remaining: int | None = None,
    default_duration: bool = False,
) -> RoleOnSessionProvider:
    """Return what assumes the role of ``profile`` on the session of ``source``.

    ``of_source`` provides that session's keys, ``create_client`` makes the role's client. With
    ``default_duration`` AWS isn't asked for ``duration_seconds``.
    """
    chain = session.get_component("credential_provider")
    return RoleOnSessionProvider(
        load_config=lambda: config_on_session(
            session.full_config, profile, default_duration=default_duration
        ),
        client_creator=create_client,
        cache=CacheOfSource(
            chain.get_provider(ASSUME_ROLE).cache, identity_of(source), min_remaining
        ),
        profile_name=profile,
        # The session resolves every source profile.
        profile_provider_builder=SimpleNamespace(providers=lambda *_, **__: [of_source]),
    )


def identity_of(source: Profile) -> str:
    """Return what distinguishes the session of a profile from another user's."""
    named, serial = source.config.get(SOURCE_OPTION, ""), source.get("mfa_serial")
    return f"{source.name} {source.long_lived_key_id} {named} {serial}"


def config_on_session(
    full_config: Mapping[str, Any], profile: str, *, default_duration: bool = False
) -> dict[str, Any]:
    """Return a copy of the config in which AWS gives each role on the way to the source.

    None wants a code, since the session carries the MFA, and none more than an hour, which is
    all that AWS gives on a session's keys.
    """
    changed = {**full_config, "profiles": dict(full_config["profiles"])}
    profiles, name, seen = changed["profiles"], profile, set[str]()
    while name not in seen and "role_arn" in profiles.get(name, {}):
        seen.add(name)
        role = profiles[name] = copy.copy(profiles[name])
        role.pop("mfa_serial", None)
        if default_duration:
            role.pop("duration_seconds", None)
        if isinstance(role.get("duration_seconds"), str):
            role["duration_seconds"] = capped(role["duration_seconds"])
        name = role.get("source_profile", "")
    return changed
