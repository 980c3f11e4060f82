"""``aws mfa exec --server``: a program's SDK gets a session that is renewed, and no keys."""

from __future__ import annotations

import os
import shlex
import signal
import stat
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.aws.totp import step_at
from tests.hosts.cache import CHAINS, OLDEST_TOO
from tests.hosts.clients import (
    BOTO3,
    JS_SDK,
    LONG_RUNS,
    RCLONE,
    TERRAFORM,
    WITHOUT_ENDPOINT,
    here,
    logs,
    script_of,
    skip_or_fail_without_all,
    terraform,
)
from tests.hosts.sessions import log_in, log_out, settle_on_session
from tests.hosts.terminal import CTRL_C, CTRL_D, CTRL_Z, Terminal
from tests.hosts.test_renewal import age, settle_managed
from tests.hosts.users import codes_used, keys_of, serial_of, session_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.aws import EmbeddedAws
    from tests.aws.service import CallRecord
    from tests.hosts.home import Home

on_v2 = pytest.mark.parametrize("host", ["v2"], indirect=True)
on_old_ones_too = pytest.mark.parametrize("host", sorted({*CHAINS, *OLDEST_TOO}), indirect=True)


def server(profile: str) -> tuple[str, ...]:
    """Return the arguments that run what follows with a profile's session."""
    return "mfa", "exec", "--profile", profile, "--server", "--"


SERVER = server("mfa")
ROLES = (
    "[profile reader]\nrole_arn = arn:aws:iam::123456789012:role/reader\nsource_profile = mfa\n"
    "region = eu-west-1\n"
)
# AWS's clock is so far behind, which it and the clients put up with: a session of 900 seconds ends
# 27 seconds after it was made.
BEHIND = -873
# Both list the buckets again and again until their stdin ends, and print what failed.
LOOP = """
import sys, threading, boto3
ended = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
client = boto3.client("s3")
while not ended.wait(0.5):
    try:
        client.list_buckets()
        print("ok", flush=True)
    except Exception as error:
        print("failed", error, flush=True)
"""
JAVASCRIPT_LOOP = """
const { S3Client, ListBucketsCommand } = require("@aws-sdk/client-s3");
const client = new S3Client({});
let ended = false;
process.stdin.resume().on("end", () => { ended = true; });
(async () => {
  while (!ended) {
    await client.send(new ListBucketsCommand({})).then(
      () => console.log("ok"), (error) => console.log("failed", String(error)));
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
})();
"""


def private_folders(home: Home) -> list[Path]:
    """Return the folders of programs that run, or that were left."""
    return list((home.aws_folder / "cli" / "awscli-mfa").glob("exec-*"))


def keys_since(aws: EmbeddedAws, before: int) -> set[str]:
    """Return the access keys of the calls after the first ``before``."""
    return {call.access_key_id for call in aws.calls[before:]}


@on_old_ones_too
def test_the_program_gets_the_session_and_no_keys(home: Home, aws: EmbeddedAws) -> None:
    """The CLI itself finds the session by the endpoint, though [default] has long-lived keys."""
    settle_managed(home, aws)
    log_in(home, aws)
    before = len(aws.calls)
    status = "aws mfa status --output text; " if home.host.name == "v2" else ""
    script = f"aws s3 ls; env; cat $AWS_CONFIG_FILE; {status}exit 7"
    result = home.run(*SERVER, "sh", "-c", script)
    assert result.returncode == 7, result.output
    assert "reports" in result.stdout, result.output
    session = session_in(home)
    assert keys_since(aws, before) == {session["aws_access_key_id"]}
    for option in ("aws_access_key_id", "aws_secret_access_key", "aws_session_token"):
        assert session[option] not in result.output
    assert "AKIA" not in result.output
    assert private_folders(home) == []


@pytest.mark.parametrize(
    ("keys_by", "profile", "user_name"), [("file", "mfa", "ada"), ("process", "reader", "reader")]
)
@on_v2
def test_long_lived_keys_never_win(
    home: Home, aws: EmbeddedAws, keys_by: str, profile: str, user_name: str
) -> None:
    """Neither those of [default] in the file nor those of its credential_process.

    An SDK that doesn't know the endpoint gets no credentials.
    """
    settle_managed(home, aws, ROLES)
    log_in(home, aws)
    if keys_by == "process":
        keys = home.path / "keys"
        user = aws.user("ada")
        keys.write_text(
            f'#!/bin/sh\necho \'{{"Version": 1, "AccessKeyId": "{user.access_key_id}", '
            f'"SecretAccessKey": "{user.secret_access_key}"}}\'\n'
        )
        keys.chmod(stat.S_IRWXU)
        home.config.write_text(
            home.config.read_text().replace(
                "[default]\n", f"[default]\ncredential_process = {keys}\n"
            )
        )
        without = home.credentials.read_text().replace(keys_of(aws, "ada"), "")
        assert "AKIA" not in without
        home.write_credentials(without)
    before, script = len(aws.calls), script_of(here(), aws.url)
    result = home.run(*server(profile), "sh", "-c", script)
    status = {client: int(client in WITHOUT_ENDPOINT) for client in here()}
    expected = "".join(f"{client.name} {code}\n" for client, code in status.items())
    assert result.stdout == expected, result.output + logs(home)
    reading = [call for call in aws.calls[before:] if call.service == "s3"]
    assert {(call.user, call.access_key_id[:4]) for call in reading} == {(user_name, "ASIA")}
    assert not any(key.startswith("AKIA") for key in keys_since(aws, before))
    skip_or_fail_without_all()


@on_v2
def test_keys_of_boto_2_never_win(home: Home, aws: EmbeddedAws) -> None:
    """boto3 reads them before it asks the endpoint."""
    settle_managed(home, aws)
    log_in(home, aws)
    (home.path / ".boto").write_text(keys_of(aws, "ada", "Credentials"))
    before = len(aws.calls)
    env = [f"{name}={value}" for name, value in BOTO3.environment(aws.url).items()]
    result = home.run(*SERVER, "env", *env, *BOTO3.command(aws.url, ""))
    assert "reports" in result.stdout, result.output
    assert keys_since(aws, before) == {session_in(home)["aws_access_key_id"]}


class Running:
    """Clients that list the buckets again and again under ``exec --server``."""

    def __init__(
        self, home: Home, aws: EmbeddedAws, words: list[str], profile: str = "mfa"
    ) -> None:
        """Start a command in the home, its stdin a pipe."""
        self._aws = aws
        self.log, self.errors = home.path / "log", home.path / "errors"
        with self.log.open("wb") as log, self.errors.open("wb") as errors:
            self.process = subprocess.Popen(
                [str(home.host.aws), *server(profile), *words],
                env=home.environment({"PATH": f"{home.path}/tools:/usr/bin:/bin"}),
                cwd=home.path,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=errors,
                start_new_session=True,
            )
        self.wait_for(lambda: self.count("ok") > 0)

    def count(self, word: str) -> int:
        """Return how often the clients have printed a word so far."""
        return self.log.read_text().count(word)

    def wait_for(self, condition: Callable[[], bool], seconds: float = 60) -> None:
        """Wait until something is so."""
        deadline = time.monotonic() + seconds
        while not condition():
            said = self.errors.read_text() + self.log.read_text()[-500:]
            assert self.process.poll() is None, said
            assert time.monotonic() < deadline, said
            time.sleep(0.05)

    def close(self) -> None:
        """Close its stdin, and it ends."""
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait(60)


@contextmanager
def running(
    home: Home, aws: EmbeddedAws, words: list[str], profile: str = "mfa"
) -> Iterator[Running]:
    """Run clients, and end them; none of their requests failed."""
    program = Running(home, aws, words, profile)
    try:
        yield program
    finally:
        program.close()
    assert program.process.returncode == 0, program.errors.read_text()
    assert program.count("failed") == 0, program.log.read_text()


def listings(aws: EmbeddedAws) -> list[CallRecord]:
    """Return the clients' calls."""
    return [call for call in aws.calls if call.action == "ListBuckets"]


def code_program(home: Home, aws: EmbeddedAws, before: str = "") -> Path:
    """Make a command that prints a code as a device would show it; ``before`` is shell."""
    url = f"{aws.url}/_control/fresh-code?serial={serial_of(aws)}"
    script = (
        "import json, sys, urllib.request as r; "
        "print(json.load(r.urlopen(sys.argv[1]))['token_code'])"
    )
    path = home.path / "code"
    path.write_text(f'#!/bin/sh\n{before}\nexec python3 -c "{script}" "{url}"\n')
    path.chmod(stat.S_IRWXU)
    return path


def next_code_counts(aws: EmbeddedAws) -> None:
    """Let AWS believe that the device's clock runs ahead, so that its next code counts now."""
    device = aws.user("ada").devices[0]
    after_last = aws.state.last_steps.get(device.serial, -1) + 1
    device.drift_steps = max(device.drift_steps, after_last - step_at(aws.now()))


def long_runs(home: Home, aws: EmbeddedAws) -> list[str]:
    """Return a command that runs each client of LONG_RUNS until its stdin ends."""
    # What Terraform applies lasts until the end, and then it writes its state.
    applied = "touch ../applying; while ! [ -e ../over ]; do sleep 0.2; done"
    tf_words = shlex.join(terraform(wait=applied))
    tf_env = " ".join(f"{name}={value}" for name, value in TERRAFORM.environment(aws.url).items())
    script = home.path / "clients"
    python, node = BOTO3.command("", "")[0], JS_SDK.command("", "")[0]
    node_env = " ".join(f"{name}={value}" for name, value in JS_SDK.environment(aws.url).items())
    rclone = shlex.join(RCLONE.command(aws.url, ""))
    (home.path / "loop.py").write_text(LOOP)
    (home.path / "loop.js").write_text(JAVASCRIPT_LOOP)
    # A pipe for each, which all end with the script's stdin.
    script.write_text(
        "#!/bin/sh\nmkfifo one two\n"
        f"{python} -I loop.py < one & env {node_env} {node} loop.js < two 2> node.log &\n"
        "exec 3> one 4> two\n"
        f"(while ! [ -e over ]; do if AWS_CA_BUNDLE= {rclone} > listed 2>&1; then echo ok-rclone;"
        " else echo failed rclone; cat listed; fi; sleep 2; done) &\n"
        f"(if env {tf_env} {tf_words} > applied 2>&1; then echo ok-terraform;"
        " else echo failed terraform; cat applied; fi) &\n"
        "cat > /dev/null; touch over; exec 3>&- 4>&-; wait\n"
    )
    script.chmod(stat.S_IRWXU)
    return [str(script)]


def state_writes(aws: EmbeddedAws) -> list[CallRecord]:
    """Return Terraform's calls that write its state, or its lock."""
    return [call for call in aws.calls if call.action == "PutObject"]


@on_v2
def test_renewals_by_a_command(home: Home, aws: EmbeddedAws) -> None:
    """No request of any client fails; each renewal costs one code, each session is used."""
    for client in LONG_RUNS:
        client.need()
    aws.set_offset(BEHIND)
    code = code_program(home, aws)
    settle_managed(home, aws, f"duration_seconds = 900\nmfa_process = {code}\n")
    log_in(home, aws)
    with running(home, aws, long_runs(home, aws)) as program:
        program.wait_for((home.path / "applying").exists)
        for spent in (2, 3):
            next_code_counts(aws)
            program.wait_for(lambda: codes_used(aws) == spent)  # noqa: B023 - used at once
        key = session_in(home)["aws_access_key_id"]
        program.wait_for(lambda: aws.calls[-1].access_key_id == key, 20)
        program.wait_for(lambda: program.count("ok-rclone") > 5)
    assert program.count("ok-terraform") == 1
    assert codes_used(aws) == 3
    assert {call.outcome for call in listings(aws)} == {"ok"}
    assert len({call.access_key_id for call in listings(aws)}) == 3
    written = state_writes(aws)
    assert {call.outcome for call in written} == {"ok"}
    assert written[-1].access_key_id != written[0].access_key_id


@on_v2
def test_a_login_elsewhere_is_taken_up(home: Home, aws: EmbeddedAws) -> None:
    """Without a command that prints codes, there is one notice for each session, and no failure."""
    for client in LONG_RUNS:
        client.need()
    settle_on_session(home, aws, 60, "duration_seconds = 900\n")
    received = home.path / "received"
    tools = home.path / "tools"
    tools.mkdir()
    send = tools / "notify-send"
    send.write_text(f'#!/bin/sh\nfor last; do :; done\necho "$last" >> {received}\n')
    send.chmod(stat.S_IRWXU)
    received.touch()
    with running(home, aws, long_runs(home, aws)) as program:
        program.wait_for((home.path / "applying").exists)
        aws.set_offset(BEHIND)
        for session in (1, 2):
            program.wait_for(lambda: received.read_text().count("\n") == session)  # noqa: B023 - same
            next_code_counts(aws)
            log_in(home, aws, "--force")
            key = session_in(home)["aws_access_key_id"]
            program.wait_for(lambda: aws.calls[-1].access_key_id == key, 10)  # noqa: B023 - same
    assert (program.count("ok-terraform"), program.count("ok-rclone") > 3) == (1, True)
    assert len({call.access_key_id for call in state_writes(aws)}) > 1
    assert received.read_text().count("\n") == 2
    assert "Renew it: aws mfa login --profile mfa" in received.read_text()
    assert program.errors.read_text() == ""


@on_v2
def test_a_role_is_assumed_again_without_a_code(home: Home, aws: EmbeddedAws) -> None:
    """Before it expires, on the same MFA session."""
    BOTO3.need()
    settle_managed(home, aws, f"{ROLES}duration_seconds = 900\n")
    log_in(home, aws)
    aws.set_offset(BEHIND)
    python = BOTO3.command("", "")[0]
    with running(home, aws, [python, "-I", "-c", LOOP], "reader"):
        deadline = time.monotonic() + 90
        while len({call.access_key_id for call in listings(aws)}) < 2:
            assert time.monotonic() < deadline
            time.sleep(0.1)
    assert {(call.outcome, call.user) for call in listings(aws)} == {("ok", "reader")}
    assert codes_used(aws) == 1


HUNDRED = """
import concurrent.futures, json, os, sys, time, urllib.request
def fetch(_):
    start = time.monotonic()
    request = urllib.request.Request(os.environ["AWS_CONTAINER_CREDENTIALS_FULL_URI"])
    request.add_header("Authorization", os.environ["AWS_CONTAINER_AUTHORIZATION_TOKEN"])
    with urllib.request.urlopen(request, timeout=5) as answer:
        key = json.load(answer)["AccessKeyId"]
    return key, time.monotonic() - start
print("ready", flush=True)
sys.stdin.readline()
with concurrent.futures.ThreadPoolExecutor(100) as pool:
    answers = list(pool.map(fetch, range(100)))
print(len(answers), max(took for _, took in answers), flush=True)
sys.stdin.readline()
print(fetch(0)[0], flush=True)
"""


@on_v2
def test_a_hundred_requests_at_once_cost_one_code(home: Home, aws: EmbeddedAws) -> None:
    """While the session is being renewed, all are answered with the old one, and soon."""
    code = code_program(home, aws, "sleep 2")
    settle_managed(home, aws, f"mfa_process = {code}\n")
    log_in(home, aws)
    process = subprocess.Popen(
        [str(home.host.aws), *SERVER, sys.executable, "-c", HUNDRED],
        env=home.environment(),
        cwd=home.path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with process:
        assert process.stdin
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        age(home, 300)
        old = session_in(home)["aws_access_key_id"]
        print("go", file=process.stdin, flush=True)
        count, slowest = process.stdout.readline().split()
        assert (count, float(slowest) < 2) == ("100", True)
        deadline = time.monotonic() + 30
        while session_in(home)["aws_access_key_id"] == old:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        print("go", file=process.stdin, flush=True)
        assert process.stdout.readline() != ""
    assert process.returncode == 0
    assert codes_used(aws) == 2


@on_v2
def test_a_command_that_hangs_does_not_keep_the_program_waiting(
    home: Home, aws: EmbeddedAws
) -> None:
    """The old session is valid, so the program starts while the command runs."""
    settle_managed(home, aws, "mfa_process = ./code\n")
    code_program(home, aws, "touch started; sleep 600")
    log_in(home, aws)
    age(home, 300)
    script = "while ! [ -e started ]; do sleep 0.1; done; aws s3 ls"
    result = home.run(*SERVER, "sh", "-c", script, timeout=50)
    assert result.returncode == 0, result.output
    assert "reports" in result.stdout


ASK_UNTIL = """
import json, os, sys, time, urllib.error, urllib.request
def answer():
    request = urllib.request.Request(os.environ["AWS_CONTAINER_CREDENTIALS_FULL_URI"])
    request.add_header("Authorization", os.environ["AWS_CONTAINER_AUTHORIZATION_TOKEN"])
    try:
        return json.load(urllib.request.urlopen(request, timeout=5))
    except urllib.error.HTTPError as error:
        return json.load(error)
for wanted in ("AccessKeyId", "message", "AccessKeyId"):
    while wanted not in (found := answer()):
        time.sleep(0.1)
    print(found[wanted], flush=True)
"""


@pytest.mark.parametrize("profile", ["mfa", "reader"])
@on_v2
def test_a_logout_ends_the_session_here_too(home: Home, aws: EmbeddedAws, profile: str) -> None:
    """Within seconds: requests get an error that names the login, until there is one."""
    settle_managed(home, aws, ROLES)
    log_in(home, aws)
    words = [str(home.host.aws), *server(profile), sys.executable, "-I", "-c", ASK_UNTIL]
    process = subprocess.Popen(
        words, env=home.environment(), cwd=home.path, stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout
        old = process.stdout.readline()
        log_out(home, aws)
        message = "You have logged out of profile mfa. Log in:  aws mfa login --profile mfa\n"
        assert process.stdout.readline() == message
        log_in(home, aws)
        # A role that is cached and valid isn't assumed again.
        assert (process.stdout.readline() == old) == (profile == "reader")
    assert process.returncode == 0


@on_v2
def test_what_a_killed_one_left_is_removed_by_the_next_login(home: Home, aws: EmbeddedAws) -> None:
    """Until then nobody else can read it."""
    settle_managed(home, aws)
    log_in(home, aws)
    words = [str(home.host.aws), *SERVER, "sh", "-c", "echo; read line"]
    process = subprocess.Popen(
        words,
        env=home.environment(),
        cwd=home.path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    with process:
        assert process.stdout
        process.stdout.readline()
        process.kill()
    [left] = private_folders(home)
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (left.parent, left, left / "config")]
    assert modes == [0o700, 0o700, 0o400]
    assert home.run("mfa", "login").returncode == 0
    assert private_folders(home) == []


@on_v2
def test_a_signal_ends_the_program_too(home: Home, aws: EmbeddedAws) -> None:
    """SIGTERM reaches it; its exit status comes back, and a signal's as a signal."""
    settle_managed(home, aws)
    log_in(home, aws)
    for script, number, status in (
        ("trap 'exit 9' TERM; echo; while :; do sleep 0.1; done", signal.SIGTERM, 9),
        ("trap 'exit 8' HUP; echo; while :; do sleep 0.1; done", signal.SIGHUP, 8),
        ("echo; exec sleep 60", signal.SIGINT, -signal.SIGINT),
        ("echo; kill -KILL $$", 0, 128 + signal.SIGKILL),
    ):
        with home.start(*SERVER, "sh", "-c", script) as process:
            assert process.stdout
            process.stdout.readline()
            os.kill(process.pid, number)
            assert process.wait(60) == status
    assert private_folders(home) == []


@on_v2
def test_ctrl_c_is_the_programs(home: Home, aws: EmbeddedAws) -> None:
    """It meets the program once, which may go on; the endpoint is there until it ends."""
    settle_managed(home, aws)
    log_in(home, aws)
    script = "trap 'echo caught' INT; echo ready; read line; aws s3 ls; exit 5"
    terminal = home.spawn(*SERVER, "sh", "-c", script)
    terminal.expect("ready")
    terminal.send(CTRL_C)
    terminal.expect("caught")
    terminal.send_line("")
    terminal.send_line("")
    terminal.expect("reports")
    assert terminal.wait() == 5, terminal.text
    assert terminal.text.count("caught") == 1
    assert private_folders(home) == []


@on_v2
def test_a_shell_with_job_control(home: Home, aws: EmbeddedAws) -> None:
    """It owns the terminal, and Ctrl-Z stops its jobs; a login in it is for the same profile."""
    settle_managed(home, aws)
    log_in(home, aws)
    shell = home.path / "shell"
    shell.write_text("#!/bin/sh\nexec bash --norc -i\n")
    shell.chmod(stat.S_IRWXU)
    env = {"SHELL": str(shell), "PS1": "> "}
    terminal = home.spawn("mfa", "exec", "--profile", "mfa", "--server", env=env)
    terminal.send_line("bind 'set enable-bracketed-paste off'; echo in-$AWS_MFA_PROFILE")
    terminal.expect("in-mfa")
    terminal.send_line("sh -c 'echo $((20 + 3)); cat'")
    terminal.expect("23")
    terminal.send(CTRL_Z)
    terminal.expect("Stopped")
    terminal.send_line("fg")
    terminal.send(CTRL_D)
    terminal.send_line("aws mfa login --force --token-code " + aws.fresh_code(serial_of(aws)))
    terminal.expect("Logged in. Profile mfa is valid")
    terminal.send_line("aws s3 ls")
    terminal.expect("reports")
    terminal.send_line("exit 4")
    assert terminal.wait() == 4, terminal.text
    assert private_folders(home) == []


@on_v2
def test_nobody_is_asked_on_the_programs_terminal(home: Home, aws: EmbeddedAws) -> None:
    """There is a notice, if the desktop shows none on stderr, and the program reads on."""
    settle_managed(home, aws)
    log_in(home, aws)
    terminal = home.spawn(*SERVER, "sh", "-c", "echo ready; read line; echo got-$line")
    terminal.expect("ready")
    age(home, 300)
    terminal.expect("AWS session mfa expires soon.")
    terminal.send_line("mine")
    terminal.expect("got-mine")
    assert terminal.wait() == 0, terminal.text
    assert "MFA code for" not in terminal.text


@on_v2
def test_a_command_that_prints_codes_leaves_the_terminal_to_the_program(
    home: Home, aws: EmbeddedAws
) -> None:
    """The program reads from it while the command runs: nothing stops it."""
    code = code_program(home, aws, "touch started; sleep 3")
    settle_managed(home, aws, f"mfa_process = {code}\n")
    log_in(home, aws)
    script = "echo ready; while ! [ -e started ]; do sleep 0.1; done; read line; echo got-$line"
    terminal = home.spawn(*SERVER, "sh", "-c", f"{script}; while read x; do :; done")
    terminal.expect("ready")
    age(home, 300)
    terminal.send_line("mine")
    terminal.expect("got-mine")
    deadline = time.monotonic() + 30
    while codes_used(aws) < 2:
        assert time.monotonic() < deadline, terminal.text
        time.sleep(0.1)
    terminal.send(CTRL_D)
    assert terminal.wait() == 0, terminal.text


@on_v2
def test_a_program_that_reads_elsewhere_leaves_the_terminal_for_the_code(
    home: Home, aws: EmbeddedAws
) -> None:
    """The prompt comes while the program runs, and is gone when the program ends."""
    settle_managed(home, aws)
    log_in(home, aws)
    waiting = "echo ready; while ! [ -e stop ]; do sleep 0.1; done; aws s3 ls"
    words = " ".join(SERVER)
    terminal = Terminal(
        ["/bin/sh", "-c", f"aws {words} sh -c '{waiting}' < /dev/null"],
        env=home.environment(),
        cwd=home.path,
    )
    home.terminals.append(terminal)
    terminal.expect("ready")
    age(home, 300)
    terminal.expect("MFA code for ada (profile mfa): ")
    old = session_in(home)["aws_access_key_id"]
    terminal.send_line(aws.fresh_code(serial_of(aws)))
    deadline = time.monotonic() + 30
    while session_in(home)["aws_access_key_id"] == old:
        assert time.monotonic() < deadline, terminal.text
        time.sleep(0.1)
    age(home, 200)
    terminal.expect("MFA code for ada (profile mfa): ")
    (home.path / "stop").touch()
    terminal.expect("reports")
    assert terminal.wait() == 0, terminal.text
