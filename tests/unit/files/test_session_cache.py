"""The sessions of profiles with long-lived keys, in the CLI's credential cache."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import replace
from datetime import timedelta, timezone
from threading import Barrier, Thread
from typing import TYPE_CHECKING, Any

import pytest

from awscli_mfa_plugin.errors import UnwritableFileError
from awscli_mfa_plugin.files.locks import Locks
from awscli_mfa_plugin.files.session_cache import SessionCache
from awscli_mfa_plugin.session.records import Session
from tests.fakes import NOW
from tests.unit.store import state_folder

if TYPE_CHECKING:
    from pathlib import Path

SESSION = Session("ASIA1", "secret/1+=", "token//1==", NOW + timedelta(hours=12), NOW)
OTHER = replace(SESSION, access_key_id="ASIA2", session_token="token-2" * 200)
KEY = "AKIAADA"

posix = pytest.mark.skipif(sys.platform == "win32", reason="modes of POSIX")


def folder(home: Path) -> Path:
    """Return the CLI's cache in that home."""
    return home / ".aws" / "cli" / "cache"


def cache_of(home: Path, credentials: str = "/home/ada/.aws/credentials") -> SessionCache:
    """Return the cache of one credentials file."""
    return SessionCache(str(folder(home)), credentials, Locks(state_folder(home)))


def files(home: Path) -> list[Path]:
    """Return what the cache's folder holds, hidden files too."""
    return sorted(folder(home).iterdir())


def mode(path: Path) -> int:
    """Return the permission bits."""
    return path.stat().st_mode & 0o7777


SESSIONS = {
    "as STS gives it": SESSION,
    "without its start": replace(SESSION, issued=None),
    "times of another zone": replace(
        SESSION, expiration=SESSION.expiration.astimezone(timezone(timedelta(hours=5.5)))
    ),
    "a hostile token": replace(SESSION, session_token='"},{\\\n\x1b[2J\u202e\U0001f511'),
}


@pytest.mark.parametrize("session", SESSIONS.values(), ids=SESSIONS.keys())
def test_what_is_saved_is_loaded(tmp_path: Path, session: Session) -> None:
    """By another process too, which has no locks to read with."""
    cache_of(tmp_path).save("work", KEY, session)
    reader = SessionCache(str(folder(tmp_path)), "/home/ada/.aws/credentials")
    assert reader.load("work", KEY) == session
    assert cache_of(tmp_path).load("work", KEY) == session


def test_nothing_is_loaded_where_nothing_was_saved(tmp_path: Path) -> None:
    """And reading creates no folder."""
    assert cache_of(tmp_path).load("work", KEY) is None
    assert list(tmp_path.iterdir()) == []


@posix
def test_folder_and_file_are_private(tmp_path: Path) -> None:
    """Whatever the umask."""
    old_umask = os.umask(0)
    try:
        cache_of(tmp_path).save("work", KEY, SESSION)
    finally:
        os.umask(old_umask)
    (path,) = files(tmp_path)
    assert (mode(folder(tmp_path)), mode(path)) == (0o700, 0o600)


@posix
def test_the_next_save_makes_the_file_private(tmp_path: Path) -> None:
    """Unlike botocore's own cache, which keeps the mode."""
    cache_of(tmp_path).save("work", KEY, SESSION)
    (path,) = files(tmp_path)
    path.chmod(0o644)
    cache_of(tmp_path).save("work", KEY, OTHER)
    assert [mode(file) for file in files(tmp_path)] == [0o600]


def test_the_file_has_the_format_of_the_clis_own(tmp_path: Path) -> None:
    """So other readers of the folder understand it; it doesn't have the long-lived secret."""
    cache_of(tmp_path).save("work", KEY, SESSION)
    (path,) = files(tmp_path)
    assert path.suffix == ".json"
    content = json.loads(path.read_text(encoding="utf-8"))
    assert content["Credentials"] == {
        "AccessKeyId": "ASIA1",
        "SecretAccessKey": "secret/1+=",
        "SessionToken": "token//1==",
        "Expiration": "2026-11-24T21:00:00+00:00",
    }
    assert content["SourceAccessKeyId"] == KEY


def test_the_session_of_another_access_key_isnt_loaded(tmp_path: Path) -> None:
    """A new key in the profile may be another user's."""
    cache_of(tmp_path).save("work", KEY, SESSION)
    assert cache_of(tmp_path).load("work", "AKIANEW") is None
    assert cache_of(tmp_path).load("work", "") is None
    cache_of(tmp_path).save("work", "AKIANEW", OTHER)
    assert cache_of(tmp_path).load("work", "AKIANEW") == OTHER
    assert cache_of(tmp_path).load("work", KEY) is None
    assert len(files(tmp_path)) == 1


def test_profiles_and_credentials_files_dont_share_sessions(tmp_path: Path) -> None:
    """``AWS_SHARED_CREDENTIALS_FILE`` may have other keys under the same name."""
    cache_of(tmp_path).save("work", KEY, SESSION)
    assert cache_of(tmp_path).load("Work", KEY) is None
    assert cache_of(tmp_path, "/elsewhere").load("work", KEY) is None
    assert not cache_of(tmp_path, "/elsewhere").remove("work")
    assert cache_of(tmp_path).load("work", KEY) == SESSION


NAMES = [
    "team/work",
    "../../credentials",
    "/etc/passwd",
    "..",
    "",
    "a b\\c:d*?",
    "a\x00b",
    "a\x1b[2J\u202e",
    "$(touch x)'\"",
    "-x",
    "ä" * 300,
    "\udcff",
]


@pytest.mark.parametrize("name", NAMES, ids=[f"name {n}" for n in range(len(NAMES))])
def test_any_name_stays_inside_the_folder(tmp_path: Path, name: str) -> None:
    """Names come from files, so they aren't part of the path."""
    cache = cache_of(tmp_path)
    cache.save(name, KEY, SESSION)
    assert cache.load(name, KEY) == SESSION
    (path,) = files(tmp_path)
    assert (path.parent, path.name.isascii()) == (folder(tmp_path), True)
    assert cache.remove(name)
    assert files(tmp_path) == []


def test_hostile_names_have_different_files(tmp_path: Path) -> None:
    """Each has its own session."""
    cache = cache_of(tmp_path)
    for number, name in enumerate(NAMES):
        cache.save(name, KEY, replace(SESSION, access_key_id=f"ASIA{number}"))
    loaded = [cache.load(name, KEY) for name in NAMES]
    assert [session and session.access_key_id for session in loaded] == [
        f"ASIA{number}" for number in range(len(NAMES))
    ]


def changed(**changes: Any) -> bytes:
    """Return the content of a good file, with changes; None takes a field out."""
    credentials = {
        "AccessKeyId": "ASIA1",
        "SecretAccessKey": "s",
        "SessionToken": "t",
        "Expiration": "2026-11-24T21:00:00+00:00",
    }
    content = {"Credentials": credentials, "SourceAccessKeyId": KEY, "Issued": None}
    for place in (content, credentials):
        for field in place.keys() & changes.keys():
            if changes[field] is None:
                del place[field]
            else:
                place[field] = changes[field]
    return json.dumps(content).encode()


DAMAGED = {
    "empty": b"",
    "half of it": changed()[:60],
    "no JSON": b"nonsense",
    "no UTF-8": b'{"\xff": 1}',
    "a list": b"[]",
    "a text": b'"Credentials"',
    "a number": b"1",
    "null": b"null",
    "an empty object": b"{}",
    "credentials that are none": changed(Credentials="x"),
    "a list of credentials": changed(Credentials=["x"]),
    "without the source": changed(SourceAccessKeyId=None),
    "without its key": changed(AccessKeyId=None),
    "without its secret": changed(SecretAccessKey=None),
    "without its token": changed(SessionToken=None),
    "without its end": changed(Expiration=None),
    "an end that is no time": changed(Expiration="soon"),
    "an end beyond all calendars": changed(Expiration="99999-01-01T00:00:00Z"),
    "an end that is a number": changed(Expiration=1e300),
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED.keys())
def test_a_damaged_file_is_ignored_and_replaced(tmp_path: Path, content: bytes) -> None:
    """Without any repair by hand."""
    cache = cache_of(tmp_path)
    cache.save("work", KEY, SESSION)
    (path,) = files(tmp_path)
    path.write_bytes(content)
    assert cache.load("work", KEY) is None
    cache.save("work", KEY, OTHER)
    assert cache.load("work", KEY) == OTHER


def test_the_undamaged_file_is_loaded(tmp_path: Path) -> None:
    """A wrong issue time alone is ignored."""
    cache = cache_of(tmp_path)
    cache.save("work", KEY, SESSION)
    (path,) = files(tmp_path)
    for content in (changed(), changed(Issued="soon"), changed(Issued=[1])):
        path.write_bytes(content)
        session = cache.load("work", KEY)
        assert session is not None
        assert (session.session_token, session.issued) == ("t", None)


def test_a_folder_instead_of_the_file(tmp_path: Path) -> None:
    """It is ignored, and a save says that it can't be replaced."""
    cache = cache_of(tmp_path)
    cache.save("work", KEY, SESSION)
    (path,) = files(tmp_path)
    path.unlink()
    path.mkdir()
    assert cache.load("work", KEY) is None
    with pytest.raises(UnwritableFileError) as caught:
        cache.save("work", KEY, SESSION)
    assert caught.value.remedy
    assert files(tmp_path) == [path]


def test_a_cache_folder_that_cant_be_created_is_an_error(tmp_path: Path) -> None:
    """With a remedy; a file in the folder's place stays."""
    folder(tmp_path).parent.mkdir(parents=True)
    folder(tmp_path).write_text("mine")
    with pytest.raises(UnwritableFileError) as caught:
        cache_of(tmp_path).save("work", KEY, SESSION)
    assert caught.value.remedy
    assert "secret" not in str(caught.value)
    assert folder(tmp_path).read_text() == "mine"
    assert cache_of(tmp_path).load("work", KEY) is None


def test_only_the_profiles_own_session_is_removed(tmp_path: Path) -> None:
    """Other files in the folder are the CLI's, or another profile's."""
    cache = cache_of(tmp_path)
    cache.save("work", KEY, SESSION)
    cache.save("default", KEY, OTHER)
    role = folder(tmp_path) / "5d0bc7fb31bafa2a8b4a9d1d6c1a4a6a0f0f2b3c.json"
    role.write_text("{}")
    assert cache.remove("work")
    assert cache.load("work", KEY) is None
    assert cache.load("default", KEY) == OTHER
    assert role.read_text() == "{}"
    assert not cache.remove("work")


def test_removing_creates_no_folder(tmp_path: Path) -> None:
    """Every logout looks into the cache."""
    assert not cache_of(tmp_path).remove("work")
    assert not folder(tmp_path).exists()


def test_a_reader_during_a_save_gets_the_old_session(tmp_path: Path) -> None:
    """The file is replaced, never written in place."""
    cache = cache_of(tmp_path)
    cache.save("work", KEY, SESSION)
    (path,) = files(tmp_path)
    before = path.read_bytes()
    if sys.platform == "win32":
        pytest.skip("an open file can't be replaced there")
    with path.open("rb") as reader:
        first = reader.read(10)
        cache.save("work", KEY, OTHER)
        assert first + reader.read() == before
    assert files(tmp_path) == [path]
    assert cache.load("work", KEY) == OTHER


def test_temporary_files_of_a_killed_save_are_removed(tmp_path: Path) -> None:
    """By the next save; other files stay."""
    cache = cache_of(tmp_path)
    cache.save("work", KEY, SESSION)
    (path,) = files(tmp_path)
    left = folder(tmp_path) / f".{path.name}.awscli-mfa-0123abcd.tmp"
    kept = folder(tmp_path) / ".other.json.awscli-mfa-0123abcd.tmp"
    left.write_text("half")
    kept.write_text("mine")
    cache.save("work", KEY, OTHER)
    assert files(tmp_path) == sorted([kept, path])


@posix
def test_a_symlink_in_its_place_is_replaced_and_its_target_stays(tmp_path: Path) -> None:
    """A session isn't written to the target of a link."""
    cache = cache_of(tmp_path)
    cache.save("work", KEY, SESSION)
    (path,) = files(tmp_path)
    target = tmp_path / "target"
    target.write_text("mine")
    path.unlink()
    path.symlink_to(target)
    cache.save("work", KEY, OTHER)
    assert (target.read_text(), path.is_symlink()) == ("mine", False)


def test_many_writers_and_a_reader_see_whole_sessions_only(tmp_path: Path) -> None:
    """Each from one writer; no temporary files are left."""
    writers = 4
    sessions = [
        replace(SESSION, access_key_id=f"ASIA{n}", session_token=f"{n}" * 5000)
        for n in range(writers)
    ]
    cache_of(tmp_path).save("work", KEY, sessions[0])
    start = Barrier(writers + 1)

    def write(session: Session) -> None:
        start.wait()
        for _ in range(5):
            cache_of(tmp_path).save("work", KEY, session)

    threads = [Thread(target=write, args=(session,)) for session in sessions]
    for thread in threads:
        thread.start()
    start.wait()
    seen = []
    while any(thread.is_alive() for thread in threads):
        seen.append(cache_of(tmp_path).load("work", KEY))
    assert seen
    assert all(session in sessions for session in seen)
    assert len(files(tmp_path)) == 1
