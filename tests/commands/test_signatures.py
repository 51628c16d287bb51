"""A home that lists who may decide takes decisions with their signatures alone, and proves them."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipelines.archive.store import Archive
from pipelines.home import Home

Command = Callable[..., Any]
WITHDRAW = ("withdraw", "dla-2563", "--by", "กองคลัง ชั้น 2", "--reason", "wrong day")


def key(folder: Path, name: str) -> Path:
    """A new key without a passphrase."""
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(folder / name)], check=True, timeout=60
    )
    return folder / name


def listed(home: Home, names: dict[str, Path]) -> None:
    """List who may decide."""
    lines = [f'"{name}" {key.with_suffix(".pub").read_text().rpartition(" ")[0]}\n' for name, key in names.items()]
    home.signers.write_text("".join(lines), encoding="utf-8")


@pytest.fixture
def own(home: Home, taken_in: Any, sample: Path, tmp_path: Path) -> Path:
    """The key of who decides, in a home that has taken in the sample."""
    taken_in(sample)
    own = key(tmp_path, "own")
    listed(home, {"กองคลัง ชั้น 2": own})
    return own


def test_a_decision_without_a_signature_is_refused_and_nothing_is_written(
    khrop: Command, home: Home, own: Path
) -> None:
    before = Archive(home.archive).ledger.read_bytes()
    refused = khrop(*WITHDRAW)
    assert refused.returncode == 2
    assert "lists who may decide in this home: name your key with --key FILE or KHROP_SIGNING_KEY" in refused.stderr
    other = khrop(*WITHDRAW, "--key", key(own.parent, "other"))
    assert (other.returncode, "is not a key of กองคลัง ชั้น 2 in" in other.stderr) == (2, True)
    nobody = khrop(*WITHDRAW[:3], "ใครก็ได้", *WITHDRAW[4:], "--key", own)
    assert (nobody.returncode, "is not a key of ใครก็ได้ in" in nobody.stderr) == (2, True)
    missing = khrop(*WITHDRAW, "--key", own.parent / "none")
    assert (missing.returncode, "cannot sign" in missing.stderr) == (2, True)
    assert Archive(home.archive).ledger.read_bytes() == before


def test_a_signed_decision_counts_and_is_proved(
    khrop: Command, home: Home, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KHROP_SIGNING_KEY", str(own))
    assert khrop(*WITHDRAW).returncode == 0
    monkeypatch.delenv("KHROP_SIGNING_KEY")
    (*_, last) = Archive(home.archive).receipts()
    assert last.signature is not None
    assert last.signature.startswith("-----BEGIN SSH SIGNATURE-----")
    assert khrop("verify").returncode == 0

    ledger = Archive(home.archive).ledger
    whole = ledger.read_text(encoding="utf-8")
    ledger.write_text(whole.replace("wrong day", "right day"), encoding="utf-8")
    done = khrop("verify")
    assert (done.returncode, "has a signature that does not hold" in done.stdout) == (1, True)
    ledger.write_text(whole, encoding="utf-8")

    home.signers.unlink()
    done = khrop("verify")
    assert (done.returncode, "which would prove it, is missing" in done.stdout) == (1, True)


def test_after_a_signed_decision_none_without_a_signature_counts(khrop: Command, home: Home, own: Path) -> None:
    assert khrop(*WITHDRAW, "--key", own).returncode == 0
    aside = home.signers.rename(home.root / "aside")
    assert khrop("accept", "dla-2563", "--by", "somebody", "--reason", "so").returncode == 0
    aside.rename(home.signers)
    done = khrop("verify")
    assert done.returncode == 1
    (fault,) = (line for line in done.stdout.splitlines() if "line 3, the decision of somebody" in line)
    assert "is not signed, and one before it is: let somebody decide again with --key" in fault


def test_without_the_program_that_checks_signatures_verify_says_so(
    khrop: Command, home: Home, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert khrop(*WITHDRAW, "--key", own).returncode == 0
    monkeypatch.setenv("PATH", "/nowhere")
    done = khrop("verify")
    assert (done.returncode, "ssh-keygen is not installed (Debian: apt-get install" in done.stdout) == (1, True)


def test_a_key_is_of_no_use_in_a_home_that_lists_nobody(khrop: Command, home: Home, own: Path) -> None:
    home.signers.unlink()
    done = khrop(*WITHDRAW, "--key", own)
    assert (done.returncode, "list there who may decide" in done.stderr) == (2, True)
