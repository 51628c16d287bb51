"""Decisions signed with SSH keys, where a home has a file `signers` or a person names a key.

`signers` is OpenSSH's list of allowed signers: a name, as `--by` gives it, and a public key a line. The program that
signs and verifies is `ssh-keygen`, so that a key may lie in an agent or on a token.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC
from pathlib import Path

from pipelines.archive.ledger import Receipt
from pipelines.home import Home

NAMESPACE = "khrop-decision"
VARIABLE = "KHROP_SIGNING_KEY"
"""Environment variable that names the key where no option does."""
TIMEOUT = 120
"""Seconds; a person may have to type a passphrase or touch a token."""


class NotSigned(Exception):
    """A decision that cannot be signed, or whose signature this home does not accept."""


def sign(home: Home, decided: Receipt, key: Path | None) -> str | None:
    """Return the signature of a decision; None where no key is named and the home demands none.

    Args:
        home: The home.
        decided: The line that is to be written.
        key: The private key, or the public key of one that an agent holds.

    Raises:
        NotSigned: Where a signature is demanded and no key named, or the key is not that of who decides.
    """
    if key is None:
        if home.signers.exists():
            raise NotSigned(
                f"{home.signers} lists who may decide in this home: name your key with --key FILE or {VARIABLE}"
            )
        return None
    if not home.signers.exists():
        raise NotSigned(f"{home.signers} does not exist: list there who may decide, a name and a public key a line")
    done = _ssh_keygen("sign", "-f", os.fspath(key), message=_message(decided))
    if done.returncode:
        raise NotSigned(f"{key} cannot sign: {_last_line(done)}")
    signature = done.stdout.decode("ascii")
    if reason := _refused(home, decided, signature):
        raise NotSigned(f"{key} is not a key of {_by(decided)} in {home.signers}: {reason}")
    return signature


def faults(home: Home, receipts: Sequence[Receipt]) -> Iterator[str]:
    """Yield what is wrong with the signatures of a ledger's decisions.

    Decisions that were made before the first that is signed need no signature.

    Args:
        home: The home.
        receipts: The ledger from its beginning.
    """
    begun = False
    for number, receipt in enumerate(receipts, start=1):
        if receipt.decision is None:
            continue
        what = f"line {number}, the decision of {_by(receipt)} about {receipt.name}"
        if receipt.signature is not None:
            begun = True
            if not home.signers.exists():
                yield f"{what}, is signed, and {home.signers}, which would prove it, is missing: put it back"
            elif reason := _unproved(home, receipt, receipt.signature):
                yield f"{what}, has a signature that does not hold ({reason}): compare with a backup"
        elif begun:
            yield f"{what}, is not signed, and one before it is: let {_by(receipt)} decide again with --key"


def _unproved(home: Home, decided: Receipt, signature: str) -> str:
    """Return why a signature proves nothing, the want of a program to check it among the reasons."""
    try:
        return _refused(home, decided, signature)
    except NotSigned as reason:
        return str(reason)


def _refused(home: Home, decided: Receipt, signature: str) -> str:
    """Return why a signature does not hold; empty where it does."""
    with tempfile.NamedTemporaryFile("w", suffix=".sig") as file:
        file.write(signature)
        file.flush()
        at = decided.received_at.astimezone(UTC)
        done = _ssh_keygen(
            "verify", "-f", os.fspath(home.signers), "-I", _by(decided), "-s", file.name,
            "-O", f"verify-time={at:%Y%m%d%H%M%S}", message=_message(decided),
        )  # fmt: skip
    return _last_line(done) if done.returncode else ""


def _message(decided: Receipt) -> bytes:
    """Return what is signed: which bytes, what was decided, when."""
    signed = {"sha256": decided.sha256, "at": decided.received_at.isoformat(), "decision": decided.decision}
    return json.dumps(signed, ensure_ascii=False, sort_keys=True).encode("utf-8")


def _by(decided: Receipt) -> str:
    return str((decided.decision or {}).get("by", ""))


def _ssh_keygen(action: str, *options: str, message: bytes) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            ["ssh-keygen", "-Y", action, *options, "-n", NAMESPACE],
            input=message, capture_output=True, env={**os.environ, "TZ": "UTC0"}, timeout=TIMEOUT, check=False,
        )  # fmt: skip
    except FileNotFoundError:
        raise NotSigned("ssh-keygen is not installed (Debian: apt-get install openssh-client)") from None
    except subprocess.TimeoutExpired:
        raise NotSigned(f"ssh-keygen did not end within {TIMEOUT} seconds") from None


def _last_line(done: subprocess.CompletedProcess[bytes]) -> str:
    lines = (done.stderr + done.stdout).decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else f"ssh-keygen ended with {done.returncode}"
