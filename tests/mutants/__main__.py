"""Changes the code of a folder in many small ways, and counts the changes that no test notices.

A copy of the checkout in ``build/mutants`` is what mutmut works on: it rewrites the modules there,
and its own folder comes first on Python's import path, before the editable
install. The tests are those that start no ``aws``.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
PACKAGE = "awscli_mfa_plugin"
COPIED = (PACKAGE, "alias", "tests", "docs", "setup.cfg", "pyproject.toml", "SECURITY.md")
TESTS = ("tests/unit", "tests/in_process", "tests/contract")
# Tests that measure the machine (many processes, many kills, seconds of countdown), and those
# that look at what a process has loaded, which mutmut adds to.
LEFT_OUT = (
    "tests/unit/files/test_many_writers.py",
    "tests/unit/files/test_killed_writes.py",
    "tests/unit/session/test_token_codes.py::test_every_code_passes_in_two_groups",
    "tests/unit/console/test_completion.py::test_an_answer_loads_neither_a_cli_nor_a_socket",
    "tests/unit/console/test_credential_process.py::test_the_fast_path_loads_little",
    "tests/unit/console/test_prompt.py::test_it_loads_little",
    "tests/unit/install/test_install.py",
    "tests/contract/test_terminal.py",
    "tests/unit/system/test_terminal.py",
)
# mutmut's exit codes of a mutant: the rest, pytest's failures and timeouts, are kills.
SURVIVED, NO_TESTS, SKIPPED = 0, 33, 34
CONFIG = """
[tool.mutmut]
source_paths = ["{package}"]
only_mutate = {modules}
also_copy = ["alias", "docs", "SECURITY.md"]
pytest_add_cli_args = ["-p", "no:cacheprovider", "-p", "no:xdist", {left_out}]
pytest_add_cli_args_test_selection = {tests}
use_setproctitle = false
use_git_change_detection = false
track_dependencies = false
"""


def main() -> int:
    """Make the copy, run mutmut in it within the time, print the scores."""
    arguments = parsed_arguments()
    copy = CHECKOUT / "build" / "mutants"
    modules = chosen(arguments.folder, arguments.modules)
    make_copy(copy, modules, arguments.tests or TESTS)
    end = time.monotonic() + arguments.seconds
    names: list[str] = []
    if arguments.count:
        # It makes the mutants, finds out which tests reach each, and then finds none to run.
        run_mutmut(copy, ["no-mutant-of-this-name"], end, arguments.workers, ends_well=False)
        names = sample(copy / "mutants", arguments.count, arguments.seed)
    is_done = run_mutmut(copy, names, end, arguments.workers)
    report(copy / "mutants", show=arguments.show)
    return 0 if is_done else 1


def parsed_arguments() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__)
    parser.add_argument("--folder", default="session", help="a folder of the package")
    parser.add_argument("--modules", nargs="*", default=[], help="modules of it; default: all")
    parser.add_argument("--tests", nargs="*", default=[], help="the tests; default: all units")
    parser.add_argument("--count", type=int, default=0, help="run so many, drawn by lot")
    parser.add_argument("--seed", type=int, default=0, help="of the draw")
    parser.add_argument("--seconds", type=int, default=1800, help="when to stop and count")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--show", action="store_true", help="list the mutants that survived")
    return parser.parse_args()


def chosen(folder: str, modules: list[str]) -> list[str]:
    """Return the patterns of the modules to change; exit if there is none of that name."""
    home = CHECKOUT / PACKAGE / folder
    found = sorted(path.relative_to(CHECKOUT).as_posix() for path in home.rglob("*.py"))
    if modules:
        found = [path for path in found if Path(path).stem in modules]
    if not found:
        sys.exit(f"{PACKAGE}/{folder} has no such module.")
    return found


def make_copy(copy: Path, modules: list[str], tests: list[str] | tuple[str, ...]) -> None:
    """Copy the checkout, with a configuration for mutmut."""
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir(parents=True)
    for name in COPIED:
        source = CHECKOUT / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, copy / name)
    left_out = ", ".join(json.dumps(f"--deselect={test}") for test in LEFT_OUT)
    config = CONFIG.format(
        package=PACKAGE,
        modules=json.dumps(modules),
        left_out=left_out,
        tests=json.dumps(list(tests)),
    )
    with (copy / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write(config)


def run_mutmut(
    copy: Path, names: list[str], end: float, workers: int, *, ends_well: bool = True
) -> bool:
    """Run mutants, all or those named, until the time is up; return whether it finished."""
    command = [sys.executable, "-m", "mutmut", "run", "--max-children", str(workers), *names]
    environment = {**os.environ, "HYPOTHESIS_PROFILE": "mutants"}
    log = copy.with_suffix(".log")
    with log.open("wb") as file:
        process = subprocess.Popen(
            command, cwd=copy, env=environment, start_new_session=True, stdout=file, stderr=file
        )
        try:
            code = process.wait(max(1, end - time.monotonic()))
        except (subprocess.TimeoutExpired, KeyboardInterrupt):
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            print("It was stopped before its end: the mutants that are left are not run.")
            return False
    if code and ends_well:
        print(f"mutmut failed; {log} says why.")
    return code == 0


def sample(mutants: Path, count: int, seed: int) -> list[str]:
    """Return so many mutants of all that were made, the same for the same seed."""
    names = [name for codes in codes_of(mutants).values() for name in codes]
    return sorted(random.Random(seed).sample(names, min(count, len(names))))


def codes_of(mutants: Path) -> dict[str, dict[str, int | None]]:
    """Return the exit code of each mutant by its name, by module; None for one that wasn't run."""
    return {
        path.relative_to(mutants).with_suffix("").as_posix(): json.loads(path.read_text("utf-8"))[
            "exit_code_by_key"
        ]
        for path in sorted(mutants.rglob("*.meta"))
    }


def report(mutants: Path, *, show: bool) -> None:
    """Print how many mutants of each module were killed, and of all."""
    total: Counter[str] = Counter()
    for module, codes in codes_of(mutants).items():
        counts = Counter(state_of(code) for code in codes.values())
        total += counts
        if any(state != "not run" for state in counts):
            print(f"{module}: {line_of(counts)}")
        if show:
            for mutant, code in codes.items():
                if state_of(code) in {"survived", "untested"}:
                    print(f"    {state_of(code)}: {mutant}")
    print(f"all: {line_of(total)}")


def state_of(code: int | None) -> str:
    """Return what a mutant's exit code means."""
    if code is None or code == SKIPPED:
        return "not run"
    return {SURVIVED: "survived", NO_TESTS: "untested"}.get(code, "killed")


def line_of(counts: Counter[str]) -> str:
    """Return the counts, and the share of the mutants that were run and killed."""
    run = counts["killed"] + counts["survived"] + counts["untested"]
    share = f"{100 * counts['killed'] / run:.0f} %" if run else "-"
    states = ("killed", "survived", "untested", "not run")
    return f"{share} ({', '.join(f'{counts[state]} {state}' for state in states)})"


if __name__ == "__main__":
    sys.exit(main())
