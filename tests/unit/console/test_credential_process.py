"""The fast path of ``awscli-mfa credential-process``, compared with the full rules."""

from __future__ import annotations

import json
import string
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from awscli_mfa_plugin.console import credential_process
from awscli_mfa_plugin.console.credential_process import fast_path
from awscli_mfa_plugin.export.formats import process_form
from awscli_mfa_plugin.files.locks import Locks
from awscli_mfa_plugin.files.profiles import SharedConfigFiles
from awscli_mfa_plugin.files.session_cache import SessionCache
from awscli_mfa_plugin.files.state import StateFolder
from awscli_mfa_plugin.session.expiry import DEFAULT_LIFETIME, LONGEST_WINDOW
from awscli_mfa_plugin.session.records import Session
from awscli_mfa_plugin.session.sections import session_options

CHECKOUT = Path(__file__).parents[3]
KEYS = "aws_access_key_id = AKIA1\naws_secret_access_key = long-lived-secret\n"
MANAGED = "[profile mfa]\nmfa_source_profile = default\n"


def test_the_copied_rules_are_the_originals() -> None:
    """Importing them would take longer than the answer."""
    assert credential_process.DEFAULT_LIFETIME == DEFAULT_LIFETIME
    assert credential_process.LONGEST_WINDOW == LONGEST_WINDOW


HEAVY = {"dataclasses", "inspect", "typing", "json", "subprocess", "hashlib", "botocore"}


def test_the_fast_path_loads_little(home: Home) -> None:
    """SDKs start it for each of their clients."""
    home.write(MANAGED, section("mfa", session_options(session())))
    done = subprocess.run(
        [
            *(sys.executable, "-I", "-S", "-X", "importtime", "-c"),
            (
                f"import sys; sys.path.insert(0, {str(CHECKOUT)!r})\n"
                "from awscli_mfa_plugin.console.main import main\n"
                "sys.exit(main(['credential-process', '--profile', 'mfa']))"
            ),
        ],
        env={**home.environment, "HOME": str(home.path), "USERPROFILE": str(home.path)},
        capture_output=True,
        check=True,
        text=True,
    )
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert json.loads(done.stdout) == home.full_answer()
    ours = {name for name in loaded if name.startswith("awscli_mfa_plugin.")}
    assert ours == {
        f"awscli_mfa_plugin.{name}"
        for name in (
            *("console", "console.main", "console.credential_process"),
            *("files", "files.paths", "files.botocore_parser", "session"),
        )
    }
    assert not loaded & HEAVY


class Home:
    """A home with both shared files, and what the full rules read them with."""

    def __init__(self, path: Path) -> None:
        """Make it, empty."""
        self.path = path
        (path / ".aws").mkdir(parents=True, exist_ok=True)
        self.environment = {
            "AWS_CONFIG_FILE": str(path / ".aws/config"),
            "AWS_SHARED_CREDENTIALS_FILE": str(path / ".aws/credentials"),
        }

    def write(self, config: str, credentials: str) -> None:
        """Write both files."""
        (self.path / ".aws/config").write_text(config, "utf-8")
        (self.path / ".aws/credentials").write_text(credentials, "utf-8")

    def files(self) -> SharedConfigFiles:
        """Return what the full rules read."""
        locks = Locks(StateFolder(str(self.path / ".aws/cli/awscli-mfa")))
        credentials = self.environment["AWS_SHARED_CREDENTIALS_FILE"]
        cache = SessionCache(str(self.path / ".aws/cli/cache"), credentials, locks)
        return SharedConfigFiles.on_disk(
            self.environment["AWS_CONFIG_FILE"], credentials, locks, cache
        )

    def answer(self, profile: str = "mfa", **environment: str) -> Any:
        """Return the answer of the fast path, parsed, or None."""
        text = fast_path(profile, {**self.environment, **environment})
        return json.loads(text) if text else None

    def full_answer(self, profile: str = "mfa") -> Any:
        """Return the answer by the full rules without a prompt, or None."""
        files = self.files()
        has = files.profile(profile)
        session = files.session_of(has)
        if not has.is_managed or has.other_way or session is None:
            return None
        return None if session.is_expiring(datetime.now(timezone.utc)) else process_form(session)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """Return an empty home, which is also ``~``."""
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    return Home(tmp_path)


def session(age: float = 60, lifetime: float = 43_200) -> Session:
    """Return a session that was made ``age`` seconds ago."""
    issued = datetime.now(timezone.utc).replace(microsecond=0) - timedelta(seconds=age)
    return Session("ASIA1", "secret-1", "token-1", issued + timedelta(seconds=lifetime), issued)


def section(name: str, options: dict[str, str]) -> str:
    """Return a section of a shared file."""
    return "\n".join([f"[{name}]", *(f"{key} = {value}" for key, value in options.items()), ""])


def test_a_valid_session_is_printed(home: Home) -> None:
    """As by the full rules."""
    home.write(MANAGED, section("mfa", session_options(session())))
    assert home.answer() == home.full_answer()
    assert home.answer()["SecretAccessKey"] == "secret-1"


def test_the_session_of_a_profile_with_its_own_keys(home: Home) -> None:
    """It comes from the CLI's cache."""
    home.write("[profile work]\nmfa_session = on\n", f"[work]\n{KEYS}")
    home.files().write_session("work", session())
    assert home.answer("work") == home.full_answer("work")
    assert home.answer("work")["AccessKeyId"] == "ASIA1"


def test_the_cached_session_of_other_keys(home: Home) -> None:
    """It isn't printed for the current keys."""
    home.write("[profile work]\nmfa_session = on\n", f"[work]\n{KEYS}")
    home.files().write_session("work", session())
    home.write("[profile work]\nmfa_session = on\n", f"[work]\n{KEYS.replace('AKIA1', 'AKIA2')}")
    assert home.answer("work") is None


NOT_ANSWERED = {
    "unmanaged": ("[profile mfa]\nregion = x\n", "mfa"),
    "switched off": (f"{MANAGED}mfa_session = off\n", "mfa"),
    "a role": (f"{MANAGED}role_arn = arn\n", "mfa"),
    "another way": (f"{MANAGED}credential_process = p\n", "mfa"),
    "two spellings": (f'{MANAGED}[profile "mfa"]\nregion = x\n', "mfa"),
    "an unusual name": (MANAGED.replace("mfa]", "m a]"), "m a"),
    "no such profile": (MANAGED, "nobody"),
}


@pytest.mark.parametrize(("config", "profile"), NOT_ANSWERED.values(), ids=NOT_ANSWERED.keys())
def test_the_fast_path_leaves_unclear_cases_to_aws(home: Home, config: str, profile: str) -> None:
    """The AWS CLI decides them."""
    home.write(config, section(profile, session_options(session())))
    assert home.answer(profile) is None


def test_switched_off_for_one_call(home: Home) -> None:
    """The AWS CLI prints the error."""
    home.write(MANAGED, section("mfa", session_options(session())))
    assert home.answer(AWS_MFA_SESSION="off") is None


def test_another_tools_session(home: Home) -> None:
    """Only sessions that this plugin wrote are printed."""
    options = session_options(session()) | {"manager": "awsume"}
    home.write(MANAGED, section("mfa", options))
    assert home.answer() is None


def test_a_key_in_the_keyring_is_the_profiles_own(home: Home) -> None:
    """Its session is in the cache, tied to the ID that the line names; nothing is started."""
    line = "credential_process = /bin/awscli-mfa keyring get --backend pass {}\n"
    config = "[profile mfa]\nmfa_session = on\n" + line
    home.write(config.format("AKIA1"), "")
    home.files().write_session("mfa", session())
    assert home.answer() == home.full_answer() is not None
    home.write(config.format("AKIA2"), "")
    assert home.answer() is None


AGES = [(0, 43_200), (42_299, 43_200), (42_301, 43_200), (43_300, 43_200), (600, 900), (700, 900)]


@pytest.mark.parametrize(("age", "lifetime"), AGES)
def test_the_expiry_window_is_that_of_the_full_rules(
    home: Home, age: float, lifetime: float
) -> None:
    """Down to the second."""
    home.write(MANAGED, section("mfa", session_options(session(age, lifetime))))
    assert home.answer() == home.full_answer()


NAMES = st.sampled_from(["mfa", "mfa2", "default", "work"])
GOOD = session_options(session()) | {"expiration": "2999-01-01T00:00:00Z"}
CHANGES = st.dictionaries(
    st.sampled_from(
        [
            *("aws_access_key_id", "aws_secret_access_key", "aws_session_token", "manager"),
            *("expiration", "issued", "aws_security_token", "mfa_source_profile", "mfa_session"),
            *("role_arn", "region", "sso_session", "credential_process", "issued_key"),
        ]
    ),
    st.sampled_from(
        [
            *("", "on", "off", "ON", "awscli-mfa-plugin", "2999-01-01T00:00:00+00:00"),
            *("2001-01-01T00:00:00+00:00", "2999-01-01T00:00:00Z", "AKIA1", "x y"),
            "/bin/awscli-mfa keyring get --backend pass AKIA1",
        ]
    )
    | st.text(string.ascii_letters, max_size=4),
)


OPTIONS = st.tuples(
    st.sampled_from([{}, GOOD, GOOD, {"mfa_source_profile": "default"}, {"mfa_session": "on"}]),
    CHANGES | st.just({}),
).map(lambda parts: parts[0] | parts[1])


@settings(max_examples=300, deadline=None)
@given(
    name=NAMES,
    config=st.dictionaries(NAMES, OPTIONS, max_size=3),
    credentials=st.dictionaries(NAMES, OPTIONS, max_size=3),
)
def test_every_answer_is_that_of_the_full_rules(
    tmp_path_factory: pytest.TempPathFactory,
    name: str,
    config: dict[str, dict[str, str]],
    credentials: dict[str, dict[str, str]],
) -> None:
    """Whatever the files contain: the answer is the same, or left to the AWS CLI."""
    home = Home(tmp_path_factory.mktemp("home"))
    home.write(
        "".join(
            section(key if key == "default" else f"profile {key}", options)
            for key, options in config.items()
        ),
        "".join(section(key, options) for key, options in credentials.items()),
    )
    try:
        answer = home.answer(name)
    except (ValueError, KeyError, OSError, TypeError):
        return  # the AWS CLI prints the error
    assert answer is None or answer == home.full_answer(name)
