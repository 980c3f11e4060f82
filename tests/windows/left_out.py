"""What isn't run under Wine, each with its reason; read by ``tests.windows.under_wine``."""

from __future__ import annotations

FOLDERS = (
    "tests/unit/session",
    "tests/unit/files",
    "tests/unit/system",
    "tests/unit/export",
    "tests/unit/signin",
    "tests/contract",
)
"""What is run by default: what touches the machine, and what decides about sessions.

The other folders of unit tests decide the same on every system, or test programs of POSIX.
"""

FILES = {
    "tests/unit/test_embedded_proxy.py": "the embedded AWS runs on Linux, with its certificates",
    "tests/unit/install/test_install.py": "its fake aws is a shell script; test_smoke.py installs",
}
"""Files that can't even be imported there."""

_ENCODING = "compares what we read as UTF-8 with what botocore reads in the ANSI code page"
_MODES = "modes of POSIX"
_SIGNALS = "signals of POSIX"
_SCRIPTS = "programs of POSIX"

TESTS = {
    "tests/unit/files/test_botocore_parser.py::test_files_that_cant_be_read*": (
        "the ANSI code page has every byte"
    ),
    "tests/unit/files/test_document_random.py::*": _ENCODING,
    "tests/unit/files/test_locks.py::test_a_killed_process_frees_its_lock": _SIGNALS,
    "tests/unit/files/test_locks.py::test_the_note_of_a_holder_is_removed_with_the_lock": (
        "filelock removes its file on Windows"
    ),
    "tests/unit/files/test_profiles.py::test_an_unwritable_file_is_reported_before*": _MODES,
    "tests/unit/files/test_replace_key.py::test_every_other_byte_stays": _MODES,
    "tests/unit/files/test_session_cache.py::test_many_writers_and_a_reader*": (
        "a reader that never pauses keeps the file open for longer than a write waits"
    ),
    "tests/unit/files/test_used_codes.py::*a symlink*": "links need an administrator",
    "tests/unit/system/test_machine.py::test_the_name_on_the_path*": "links need an administrator",
    "tests/unit/system/test_machine.py::test_whether_a_program*": _SCRIPTS,
    "tests/unit/system/test_subprocesses.py::test_a_child_gets_no_keys_and_no_terminal": _SCRIPTS,
    "tests/unit/system/test_windows.py::test_the_command_line_of_a_process*": (
        "Wine 8 has no ProcessCommandLineInformation"
    ),
    "tests/unit/signin/test_one_shot.py::test_a_browser_that_fetches_nothing": _SCRIPTS,
    "tests/unit/signin/test_one_shot.py::test_the_browser_gets_an_address*": _SCRIPTS,
    "tests/contract/test_credential_chain.py::test_any_name_resolves*-real?": _ENCODING,
    "tests/contract/test_machine.py::test_what_a_stream_cant_encode*": "line ends of POSIX",
    "tests/contract/test_machine.py::test_another_time_is_shown*": "the zone can't be set there",
    "tests/contract/test_machine.py::test_adding_seconds_to_now*": "the zone can't be set there",
}
"""Tests by the pattern of their node's id (fnmatch, with ``/``)."""
