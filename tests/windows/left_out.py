"""What isn't run under Wine, each with its reason; read by ``tests.windows.under_wine``."""

from __future__ import annotations

FOLDERS = ("tests/unit", "tests/contract")
"""What is run by default."""

_DEVICES = "each call is to the embedded AWS, by a new client, which takes Wine ten seconds"
_DESKTOP = "its desktop and its schedulers are scripts of the shell"

FILES = {
    "tests/unit/test_embedded_aws.py": "the embedded AWS runs on Linux",
    "tests/unit/test_embedded_proxy.py": "the embedded AWS runs on Linux, with its certificates",
    "tests/unit/install/test_install.py": "its fake aws is a shell script; test_smoke.py installs",
    "tests/unit/devices/test_enroll.py": _DEVICES,
    "tests/unit/devices/test_killed.py": _DEVICES,
    "tests/unit/devices/test_resync_and_remove.py": _DEVICES,
    "tests/unit/devices/test_under_policy.py": _DEVICES,
    "tests/unit/watch/test_dialogs.py": _DESKTOP,
    "tests/unit/watch/test_notifications.py": _DESKTOP,
    "tests/unit/watch/test_schedulers.py": _DESKTOP,
}
"""Whole files; some can't even be imported there."""

_CODE_PAGE = "the ANSI code page has every byte"
_COLORS = "the console itself is asked whether it has colors"
_ENCODING = "compares what we read as UTF-8 with what botocore reads in the ANSI code page"
_LINKS = "links need an administrator"
_MODES = "modes of POSIX"
_SIGNALS = "signals of POSIX"
_SCRIPTS = "programs of POSIX"

TESTS = {
    "tests/unit/aliases/test_files.py::test_the_alias_file_on_disk": _MODES,
    "tests/unit/aliases/test_merge_random.py::*": _ENCODING,
    "tests/unit/commands/test_colors.py::test_a_question_has_colors*auto*": _COLORS,
    "tests/unit/commands/test_colors.py::test_stdout_and_stderr_are_judged*": _COLORS,
    "tests/unit/commands/test_context.py::test_doctor_outside_the_cli*": _MODES,
    "tests/unit/console/test_completion.py::test_a_broken_file*profile*": _CODE_PAGE,
    "tests/unit/devices/test_secret.py::test_a_program*": _SCRIPTS,
    "tests/unit/devices/test_secret.py::test_the_secret*": _SCRIPTS,
    "tests/unit/files/test_botocore_parser.py::test_files_that_cant_be_read*": _CODE_PAGE,
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
    "tests/unit/files/test_state.py::*a symlink*": _LINKS,
    "tests/unit/host/test_command.py::test_help_is_plain_text*": (
        "there the CLI shows its help by 'more', without groff"
    ),
    "tests/unit/host/test_loading.py::test_root_leaves_no_files*": "root of POSIX",
    "tests/unit/host/test_loading.py::test_the_entry_is_compiled*": (
        "byte code is in another folder here"
    ),
    "tests/unit/setup/test_manifest.py::test_a_pipe_is_read*": "pipes of POSIX",
    "tests/unit/system/test_machine.py::test_the_name_on_the_path*": _LINKS,
    "tests/unit/system/test_machine.py::test_whether_a_program*": _SCRIPTS,
    "tests/unit/system/test_subprocesses.py::test_a_child_gets_no_keys_and_no_terminal": _SCRIPTS,
    "tests/unit/system/test_windows.py::test_the_command_line_of_a_process*": (
        "Wine 8 has no ProcessCommandLineInformation"
    ),
    "tests/unit/signin/test_one_shot.py::test_a_browser_that_fetches_nothing": _SCRIPTS,
    "tests/unit/signin/test_one_shot.py::test_the_browser_gets_an_address*": _SCRIPTS,
    "tests/unit/test_entry.py::test_a_running_command_keeps_its_version": _LINKS,
    "tests/unit/watch/test_jobs.py::*cron*": _SCRIPTS,
    "tests/unit/watch/test_loop.py::*signal*": _SIGNALS,
    "tests/contract/test_credential_chain.py::test_any_name_resolves*-real?": _ENCODING,
    "tests/contract/test_machine.py::test_what_a_stream_cant_encode*": "line ends of POSIX",
    "tests/contract/test_machine.py::test_another_time_is_shown*": "the zone can't be set there",
    "tests/contract/test_machine.py::test_adding_seconds_to_now*": "the zone can't be set there",
}
"""Tests by the pattern of their node's id (fnmatch, with ``/``)."""
