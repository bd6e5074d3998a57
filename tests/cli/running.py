"""Runs the command line, in this process or in one of its own."""

from __future__ import annotations

import subprocess
import sys

from click.testing import CliRunner, Result

from sagacheck.cli.main import commands

FAULTY = """\
from sagacheck import Saga, Step

reserve = Step("inventory.reserve")
charge = Step("payment.charge", compensation="payment.refund")
checkout = Saga("checkout", reserve >> charge)
"""


def run(*arguments: str) -> Result:
    """Runs a command in this process."""
    return CliRunner().invoke(commands, arguments, prog_name="sagacheck")


def run_process(*arguments: str, **more: object) -> subprocess.CompletedProcess[bytes]:
    """Runs a command in a process of its own."""
    command = [sys.executable, "-m", "sagacheck", *arguments]
    return subprocess.run(command, capture_output=True, timeout=120, check=False, **more)  # type: ignore[call-overload,no-any-return]
