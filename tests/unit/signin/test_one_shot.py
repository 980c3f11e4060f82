"""The page that sends a browser on to a secret address, once."""

from __future__ import annotations

from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from awscli_mfa_plugin.signin import one_shot
from awscli_mfa_plugin.signin.one_shot import OneShot, open_once

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRET = "https://signin.example/?SigninToken=secret"


@pytest.fixture
def page() -> Iterator[OneShot]:
    """Return a page that wasn't used yet."""
    with OneShot(SECRET) as page:
        yield page


def fetch(page: OneShot, path: str = "", host: str = "", method: str = "GET") -> tuple[int, str]:
    """Fetch it; return the status and where it leads."""
    connection = HTTPConnection(page.host, timeout=10)
    address = path or urlsplit(page.url).path
    connection.request(method, address, headers={"Host": host or page.host})
    answer = connection.getresponse()
    assert SECRET not in answer.read().decode()
    assert answer.getheader("Cache-Control") == "no-store"
    return answer.status, answer.getheader("Location") or ""


def test_the_first_request_is_sent_on(page: OneShot) -> None:
    """The second one learns nothing."""
    assert not page.wait(0)
    assert fetch(page) == (302, SECRET)
    assert page.wait(0)
    assert fetch(page) == (404, "")
    assert SECRET not in page.url


def test_other_requests_learn_nothing_and_use_nothing_up(page: OneShot) -> None:
    """Another path, a web page with a name of its own, a browser that looks ahead."""
    assert fetch(page, path="/") == (404, "")
    assert fetch(page, host="evil.example") == (404, "")
    assert fetch(page, method="HEAD") == (404, "")
    assert fetch(page, method="POST") == (404, "")
    assert fetch(page) == (302, SECRET)


def browser(folder: Path, text: str) -> dict[str, str]:
    """Make a browser; return the environment that names it."""
    path = folder / "browser"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o700)
    return {"BROWSER": str(path), "PATH": "/usr/bin:/bin", "AWS_SECRET_ACCESS_KEY": "key"}


def test_the_browser_gets_an_address_without_the_secret(tmp_path: Path) -> None:
    """And no keys; it goes on when this process has ended."""
    fetcher = (
        "import sys, urllib.request as u\n"
        "class No(u.HTTPRedirectHandler):\n"
        "    def redirect_request(self, *a): return None\n"
        "try: u.build_opener(No).open(sys.argv[1])\n"
        "except Exception as e: print(e.headers['Location'])\n"
    )
    (tmp_path / "fetch.py").write_text(fetcher)
    script = f"cd {tmp_path}; echo $@ > words; env > env; python3 fetch.py $1 > new; mv new got"
    assert open_once(SECRET, browser(tmp_path, script)) == ""
    assert "127.0.0.1" in (tmp_path / "words").read_text()
    assert "secret" not in (tmp_path / "words").read_text()
    assert "AWS_SECRET_ACCESS_KEY" not in (tmp_path / "env").read_text()


def test_a_browser_that_fetches_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told after a while."""
    monkeypatch.setattr(one_shot, "BROWSER_SECONDS", 0.2)
    assert "didn't fetch the page" in open_once(SECRET, browser(tmp_path, "exit 0"))


def test_no_browser(tmp_path: Path) -> None:
    """Nor one that can't be run."""
    assert "no browser" in open_once(SECRET, {"PATH": str(tmp_path)})
    broken = browser(tmp_path, "")
    Path(broken["BROWSER"]).write_text("#!/no/such/shell\n")
    assert "can't run" in open_once(SECRET, broken)
