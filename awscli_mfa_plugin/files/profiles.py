"""The shared config and credentials files, as profiles."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import MfaError
from awscli_mfa_plugin.files.shared_file import SharedFile
from awscli_mfa_plugin.session import keyring_key_id
from awscli_mfa_plugin.session.records import Profile, Session
from awscli_mfa_plugin.session.sections import (
    KEEP_SECTION,
    STALE_OPTIONS,
    check_key_is_ours,
    config_profile,
    config_section,
    credentials_section,
    session_lines,
    session_of,
    session_options,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from awscli_mfa_plugin.files.document import SharedDocument
    from awscli_mfa_plugin.files.session_cache import SessionCache
    from awscli_mfa_plugin.session.access_keys import KeyPair
    from awscli_mfa_plugin.session.ports import Locks

    Sections = Mapping[str, Mapping[str, str]]
    Change = Callable[[SharedDocument], SharedDocument]

_ID, _SECRET = "aws_access_key_id", "aws_secret_access_key"

WAITING = "waiting"
"""In place of an access key's ID: the session is the profile's own."""


class SharedConfigFiles:
    """Both shared files, and the rule which of them holds a session."""

    def __init__(self, config: SharedFile, credentials: SharedFile, cache: SessionCache) -> None:
        self.config_path, self.credentials_path = config.path, credentials.path
        self._config, self._credentials, self._cache = config, credentials, cache
        self._by_profile: tuple[SharedDocument, Sections] | None = None

    @classmethod
    def on_disk(
        cls, config_path: str, credentials_path: str, locks: Locks, cache: SessionCache
    ) -> SharedConfigFiles:
        """Return the files at these absolute paths."""
        config = SharedFile(config_path, locks, secret=False)
        return cls(config, SharedFile(credentials_path, locks, secret=True), cache)

    def profile(self, name: str) -> Profile:
        """Return a profile as the files hold it now; raise UnparsableFileError."""
        config = self._config_profiles().get(name, {})
        return Profile(name, config, self._credentials.read().sections().get(name, {}))

    def session_of(self, profile: Profile) -> Session | None:
        """Return the profile's session from where it is stored, or None."""
        if profile.has_own_keys:
            return self._cache.load(profile.name, profile.long_lived_key_id)
        return session_of(profile)

    def profile_names(self) -> tuple[str, ...]:
        """Return the names of all profiles, those of the config file first."""
        in_both = (*self._config_profiles(), *self._credentials.read().sections())
        return tuple(dict.fromkeys(in_both))

    def check_writable(self, profile: Profile, *, config: bool) -> None:
        """Raise ConfigurationError if a write would be refused, as far as known before."""
        if profile.has_own_keys:
            self._cache.check_writable()
        if not profile.has_own_keys or session_lines(profile.credentials):
            self._credentials.check_writable()
        if config:
            self._config.check_writable()

    def write_session(self, name: str, session: Session) -> None:
        """Store a session: the one rule.

        Into the profile's credentials section, or into the CLI's cache if the profile has
        long-lived keys: whoever wrote them, they are never replaced. Lines of an old session
        beside them go, since AWS refuses a long-lived key with a token.
        """
        profile = self.profile(name)
        section = credentials_section(name)
        if profile.has_own_keys:
            self._cache.save(name, profile.long_lived_key_id, session)
            if session_lines(profile.credentials):
                self._credentials.update(lambda document: _without_session(document, section))
            return

        def change(document: SharedDocument) -> SharedDocument:
            options = document.options(section)
            check_key_is_ours(name, options, session.issued)
            new = session_options(session)
            if document.has_section(section) and not options:
                new[KEEP_SECTION] = "true"
            return document.with_options(section, new).without_options(section, STALE_OPTIONS)

        self._credentials.update(change)
        with suppress(MfaError):  # no login takes up an older one
            self._cache.remove(name)

    def keep_waiting(self, name: str, session: Session) -> None:
        """Keep a session that couldn't be written, beside those of long-lived keys."""
        self._cache.save(name, WAITING, session)

    def waiting_session(self, name: str) -> Session | None:
        """Return the session that waits to be written, or None."""
        return self._cache.load(name, WAITING)

    def write_settings(self, name: str, settings: Mapping[str, str]) -> None:
        """Put settings into the profile's config section."""
        self._config.update(lambda has: has.with_options(_section_in(has, name), settings))

    def config_document(self) -> SharedDocument:
        """Return what the config file holds now."""
        return self._config.read()

    def update_config(self, change: Change) -> bool:
        """Replace the whole config file with ``change`` of it; return whether it differs."""
        return self._config.update(change)

    def remove_session(self, name: str) -> bool:
        """Remove our session from where it is stored; return whether there was one."""
        was_cached = self._cache.remove(name)
        section = credentials_section(name)
        return self._credentials.update(lambda has: _without_session(has, section)) or was_cached

    def remove_settings(self, name: str, options: tuple[str, ...]) -> bool:
        """Remove settings from the profile's config section; return whether there were any."""

        def change(document: SharedDocument) -> SharedDocument:
            section = _section_in(document, name)
            if not document.has_section(section):
                return document
            return document.without_options(section, options).without_section_if_empty(section)

        return self._config.update(change)

    def check_key_writable(self, names: Collection[str], key_id: str) -> None:
        """Raise ConfigurationError if :meth:`replace_key` would be refused, as far as is known."""
        profiles = [self.profile(name) for name in names]
        if any(_names_key(each.credentials, key_id) for each in profiles):
            self._credentials.check_writable()
        if any(_names_key(each.config, key_id) for each in profiles):
            self._config.check_writable()

    def replace_key(
        self, names: Collection[str], key_id: str, new: KeyPair, *, in_keyring: bool = False
    ) -> None:
        """Put a long-lived key where these profiles have the key ``key_id``, in either file.

        ``in_keyring``: the lines that get it from the keyring name the other key. A profile that
        has another key by the time of the write keeps it. Sessions that were made with the old key
        stay: AWS accepts them until they expire.
        """

        def put(document: SharedDocument, section_of: Callable[[str], str]) -> SharedDocument:
            for name in names:
                document = _with_key(document, section_of(name), key_id, new, in_line=in_keyring)
            return document

        self._credentials.update(lambda document: put(document, credentials_section))
        self._config.update(lambda has: put(has, lambda name: _section_in(has, name)))
        for name in names:
            session = self._cache.load(name, key_id)
            if session and self.profile(name).long_lived_key_id == new.access_key_id:
                self._cache.save(name, new.access_key_id, session)

    def _config_profiles(self) -> Sections:
        """Return the config file's sections by profile, made anew only if the file changed."""
        document = self._config.read()
        if self._by_profile is None or self._by_profile[0] is not document:
            named = ((config_profile(name), has) for name, has in document.sections().items())
            self._by_profile = (document, {name: has for name, has in named if name is not None})
        return self._by_profile[1]


def _section_in(config: SharedDocument, profile: str) -> str:
    return config_section(profile, config.section_names())


def _without_session(document: SharedDocument, section: str) -> SharedDocument:
    """Return a copy without our session, and without the section if the login made it."""
    options = document.options(section)
    gone = session_lines(options)
    if not gone:
        return document
    left = document.without_options(section, (*gone, KEEP_SECTION))
    return left if options.get(KEEP_SECTION) else left.without_section_if_empty(section)


def _names_key(section: Mapping[str, str], key_id: str) -> bool:
    """Return whether a section has a key, or gets it from the keyring."""
    in_line = keyring_key_id(section.get("credential_process"))
    return key_id in {section.get(_ID), in_line}


def _with_key(
    document: SharedDocument, section: str, key_id: str, new: KeyPair, *, in_line: bool
) -> SharedDocument:
    """Return a copy whose section has another key; ``in_line``: in the line that gets it."""
    has = document.options(section)
    line = has.get("credential_process", "")
    if in_line and keyring_key_id(line) == key_id:
        options = {"credential_process": line.removesuffix(key_id) + new.access_key_id}
        return document.with_options(section, options)
    if not in_line and has.get(_ID) == key_id:
        key = {_ID: new.access_key_id, _SECRET: new.secret_access_key}
        return document.with_options(section, key)
    return document
