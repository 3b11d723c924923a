"""Asks the AWS CLI whether it takes commands: python aws_commands.py <config> < commands, each of arguments that end with a zero byte.

Nothing is sent: a command that is about to send its first request is one that the CLI takes.
"""

import contextlib
import io
import os
import sys

# a configuration of nobody's, so that nothing here could ever reach an account
os.environ.update(AWS_CONFIG_FILE=sys.argv[1], AWS_SHARED_CREDENTIALS_FILE=os.devnull, AWS_PROFILE="customer")

from awscli import clidriver  # noqa: E402


# one for all commands, since it takes a second to read what it knows of a service
driver = clidriver.create_clidriver()
reached = []


def stop(request, **_):
    reached.append(request.url)
    raise RuntimeError("nothing is sent")


driver.session.register("before-send", stop)


def refusal(arguments):
    """What the CLI says against a command; nothing if it takes it."""
    reached.clear()
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        try:
            driver.main(arguments)
        except (Exception, SystemExit) as error:  # each is the CLI's own way to end
            said.write(f" {error}")
    return None if reached else " ".join(said.getvalue().split())[-300:]


# a byte 1 stands between commands
records = dict.fromkeys(sys.stdin.read().split("\1\0")[:-1])
commands = [record.split("\0")[:-1] for record in records]
refused = [(command, reason) for command in commands if (reason := refusal(command)) is not None]
for command, reason in refused:
    print(f"refused: aws {' '.join(command)}: {reason}")
print(f"{len(commands) - len(refused)} different commands taken, {len(refused)} refused")
sys.exit(1 if refused or not commands else 0)
