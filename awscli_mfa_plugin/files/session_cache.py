"""Keeps the sessions of profiles with long-lived keys in the CLI's credential cache."""

from __future__ import annotations

import errno
import json
import os
from typing import TYPE_CHECKING, Any

from awscli_mfa_plugin.errors import UnwritableFileError
from awscli_mfa_plugin.files.paths import session_cache_name
from awscli_mfa_plugin.session import OUR_NAME
from awscli_mfa_plugin.session.expiry import parsed_time, rfc3339
from awscli_mfa_plugin.session.records import Session

if TYPE_CHECKING:
    from awscli_mfa_plugin.files.locks import Locks


class SessionCache:
    """The sessions of profiles of one credentials file, a file of 0600 each.

    The CLI keeps the sessions of roles in the same folder, and leaves other files there alone.

    They aren't written with botocore's JSONFileCache: that writes in place, so that a reader
    may see half a session, and keeps whatever mode a file has.
    """

    def __init__(self, folder: str, credentials_path: str, locks: Locks | None = None) -> None:
        """Keep the absolute paths; only writing needs ``locks``."""
        self.folder = folder
        self._credentials_path = credentials_path
        self._locks = locks

    def load(self, profile: str, access_key_id: str) -> Session | None:
        """Return the session that was made from the profile's present access key, or None.

        A file that can't be read holds none: the next login replaces it.
        """
        try:
            with open(self._path(profile), encoding="utf-8") as file:
                return _session(json.load(file), access_key_id)
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None

    def check_writable(self) -> None:
        """Raise UnwritableFileError if no session could be kept."""
        from awscli_mfa_plugin.files.atomic import make_private_folder, unwritable

        make_private_folder(self.folder)
        if not os.path.isdir(self.folder):
            raise UnwritableFileError(
                self.folder,
                "isn't a folder, so no session can be saved there",
                "Move it away: the AWS CLI keeps its cache there.",
            )
        if not os.access(self.folder, os.W_OK | os.X_OK):
            raise unwritable(os.path.join(self.folder, OUR_NAME), OSError(errno.EACCES, ""))

    def save(self, profile: str, access_key_id: str, session: Session) -> None:
        """Keep a session; raise UnwritableFileError if that can't be."""
        from awscli_mfa_plugin.files.atomic import make_private_folder, replace_own_file

        # The CLI's own form, and what it lacks for us.
        content = {
            "Credentials": {
                "AccessKeyId": session.access_key_id,
                "SecretAccessKey": session.secret_access_key,
                "SessionToken": session.session_token,
                "Expiration": rfc3339(session.expiration),
            },
            "ProviderType": OUR_NAME,
            "SourceAccessKeyId": access_key_id,
            "Issued": rfc3339(session.issued) if session.issued else None,
        }
        path = self._path(profile)
        with self._held(path):
            make_private_folder(self.folder)
            replace_own_file(path, json.dumps(content, indent=2).encode())

    def remove(self, profile: str) -> bool:
        """Remove the profile's session; return whether there was one."""
        path = self._path(profile)
        if not os.path.lexists(path):
            return False
        from awscli_mfa_plugin.files.atomic import remove_file

        with self._held(path):
            return remove_file(path)

    def _held(self, path: str) -> Any:
        assert self._locks is not None  # noqa: S101 - whoever writes was made with locks
        return self._locks.hold(f"file {path}", 30)

    def _path(self, profile: str) -> str:
        return os.path.join(self.folder, session_cache_name(self._credentials_path, profile))


def _session(content: Any, access_key_id: str) -> Session | None:
    credentials = content["Credentials"]
    expiration = parsed_time(str(credentials["Expiration"]))
    key_id, secret, token = (
        credentials[name] for name in ("AccessKeyId", "SecretAccessKey", "SessionToken")
    )
    if expiration is None or content["SourceAccessKeyId"] != access_key_id:
        return None
    if not all(isinstance(key, str) and key for key in (key_id, secret, token)):
        return None
    return Session(
        access_key_id=key_id,
        secret_access_key=secret,
        session_token=token,
        expiration=expiration,
        issued=parsed_time(str(content.get("Issued") or "")),
    )
