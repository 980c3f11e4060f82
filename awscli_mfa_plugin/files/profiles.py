"""The shared config and credentials files, as profiles."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import MfaError
from awscli_mfa_plugin.files.key_lines import names_key, with_key, with_key_id_in_line
from awscli_mfa_plugin.files.shared_file import SharedFile
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
    from typing import Protocol

    from awscli_mfa_plugin.files.document import SharedDocument
    from awscli_mfa_plugin.session.access_keys import KeyPair
    from awscli_mfa_plugin.session.ports import Locks

    Sections = Mapping[str, Mapping[str, str]]
    Change = Callable[[SharedDocument], SharedDocument]

    class DocumentFile(Protocol):
        """One of both shared files."""

        path: str

        def read(self) -> SharedDocument:
            """Return what the file holds now: the same object until it changes."""

        def check_writable(self) -> None:
            """Raise ConfigurationError if :meth:`update` would refuse, as far as is known."""

        def update(self, change: Change) -> bool:
            """Replace the content with ``change`` of it; return whether it differs."""

    class CachedSessions(Protocol):
        """The sessions of profiles with long-lived keys, by the ID of the access key."""

        def load(self, profile: str, access_key_id: str) -> Session | None:
            """Return the session that was made from this access key, or None."""

        def check_writable(self) -> None:
            """Raise UnwritableFileError if no session could be kept."""

        def save(self, profile: str, access_key_id: str, session: Session) -> None:
            """Keep a session."""

        def remove(self, profile: str) -> bool:
            """Remove the profile's session; return whether there was one."""


WAITING = "waiting"
"""In place of an access key's ID: the session is the profile's own."""


class SharedConfigFiles:
    """Both shared files, and the rule which of them holds a session."""

    def __init__(
        self, config: DocumentFile, credentials: DocumentFile, cache: CachedSessions
    ) -> None:
        self.config_path, self.credentials_path = config.path, credentials.path
        self._config, self._credentials, self._cache = config, credentials, cache
        self._by_profile: tuple[SharedDocument, Sections] | None = None

    @classmethod
    def on_disk(
        cls, config_path: str, credentials_path: str, locks: Locks, cache: CachedSessions
    ) -> SharedConfigFiles:
        """Return the files at these absolute paths."""
        config = SharedFile(config_path, locks, secret=False)
        return cls(config, SharedFile(credentials_path, locks, secret=True), cache)

    def profile(self, name: str) -> Profile:
        """Return a profile as the files hold it now; raise UnparsableFileError."""
        return Profile(
            name=name,
            config=self._config_profiles().get(name, {}),
            credentials=self._credentials.read().sections().get(name, {}),
        )

    def session_of(self, profile: Profile) -> Session | None:
        """Return the profile's session from where it is stored, or None."""
        if profile.has_own_keys:
            return self._cache.load(profile.name, profile.long_lived_key_id)
        return session_of(profile)

    def profile_names(self) -> tuple[str, ...]:
        """Return the names of all profiles, those of the config file first."""
        return tuple(
            dict.fromkeys((*self._config_profiles(), *self._credentials.read().sections()))
        )

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
            document = document.with_options(section, new)
            return document.without_options(section, STALE_OPTIONS)

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

        def change(document: SharedDocument) -> SharedDocument:
            section = config_section(name, document.section_names())
            return document.with_options(section, dict(settings))

        self._config.update(change)

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
            section = config_section(name, document.section_names())
            if not document.has_section(section):
                return document
            document = document.without_options(section, options)
            return document.without_section_if_empty(section)

        return self._config.update(change)

    def check_key_writable(self, names: Collection[str], key_id: str) -> None:
        """Raise ConfigurationError if :meth:`replace_key` would be refused, as far as is known."""
        profiles = [self.profile(name) for name in names]
        if any(names_key(each.credentials, key_id) for each in profiles):
            self._credentials.check_writable()
        if any(names_key(each.config, key_id) for each in profiles):
            self._config.check_writable()

    def replace_key(
        self, names: Collection[str], key_id: str, new: KeyPair, *, in_keyring: bool = False
    ) -> None:
        """Put a long-lived key where these profiles have the key ``key_id``, in either file.

        ``in_keyring``: the lines that get it from the keyring name the other key. A profile that
        has another key by the time of the write keeps it. Sessions that were made with the old key
        stay: AWS accepts them until they expire.
        """
        put = with_key_id_in_line if in_keyring else with_key

        def in_credentials(document: SharedDocument) -> SharedDocument:
            return put(document, map(credentials_section, names), key_id, new)

        def in_config(document: SharedDocument) -> SharedDocument:
            existing = document.section_names()
            sections = (config_section(name, existing) for name in names)
            return put(document, sections, key_id, new)

        self._credentials.update(in_credentials)
        self._config.update(in_config)
        for name in names:
            session = self._cache.load(name, key_id)
            if session and self.profile(name).long_lived_key_id == new.access_key_id:
                self._cache.save(name, new.access_key_id, session)

    def _config_profiles(self) -> Sections:
        """Return the config file's sections by profile, made anew only if the file changed."""
        document = self._config.read()
        if self._by_profile is None or self._by_profile[0] is not document:
            named = ((config_profile(name), has) for name, has in document.sections().items())
            profiles = {profile: has for profile, has in named if profile is not None}
            self._by_profile = (document, profiles)
        return self._by_profile[1]


def _without_session(document: SharedDocument, section: str) -> SharedDocument:
    """Return a copy without our session, and without the section if the login made it."""
    options = document.options(section)
    gone = session_lines(options)
    if not gone:
        return document
    document = document.without_options(section, (*gone, KEEP_SECTION))
    if options.get(KEEP_SECTION):
        return document
    return document.without_section_if_empty(section)
