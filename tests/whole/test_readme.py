"""The README shows what the commands really print."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

from pipelines.home import Home

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
Command = Callable[..., "CompletedProcess[str]"]


def shown(text: str, home: Path) -> str:
    """Output as the README shows it: the default home, no trailing blanks."""
    text = text.replace(str(home), "data")
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def test_the_readme_shows_what_make_run_prints(khrop_process: Command, sample: Path, home: Home) -> None:
    register = sample.with_name("register-synthetic-2563-06-12.xlsx")
    taken, made, summary = khrop_process("ingest", sample, register), khrop_process("publish"), khrop_process("summary")
    assert taken.returncode == made.returncode == summary.returncode == 0, taken.stderr + made.stderr + summary.stderr
    block = re.findall(r"```\n(accepted_with_warnings.*?)```", README, re.DOTALL)[0]
    assert block.strip() == shown(taken.stdout + made.stdout + summary.stdout, home.root)


def test_the_readme_shows_a_return_that_does_not_hold(khrop: Command, returns: Path, home: Home) -> None:
    file = returns / "defective" / "syn_bad_15_swapped_saved_pending.utf8-bom.csv"
    taken = khrop("ingest", file.relative_to(ROOT))
    details = khrop("show", "syn-bad-15")
    assert taken.returncode == details.returncode == 1
    block = re.findall(r"```\n\$ khrop ingest tests/.*?\n(.*?)```", README, re.DOTALL)[0]
    block = block.replace("$ khrop show syn-bad-15\n", "")
    beginning, _, rest = block.rpartition("…")
    assert not rest.strip()
    assert shown(taken.stdout + details.stdout, home.root).startswith(beginning.strip())


def test_the_readme_shows_a_repair(khrop: Command, returns: Path, home: Home) -> None:
    file = returns / "defective" / "syn_bad_15_swapped_saved_pending.utf8-bom.csv"
    khrop("ingest", file.relative_to(ROOT))
    block = re.findall(r"```\n\$ khrop repair .*?\n(.*?)```", README, re.DOTALL)[0]
    proposal, _, accepted = block.partition("…\n")
    assert shown(khrop("repair", "syn-bad-15").stdout, home.root).startswith(proposal.strip())
    call, _, outcome = accepted.partition("\n")
    result = khrop(*shlex.split(call.removeprefix("$ khrop ")))
    assert outcome.strip() == shown(result.stdout, home.root)


def test_the_readme_shows_the_trail_of_a_figure(khrop: Command, sample: Path, returns: Path, home: Home) -> None:
    khrop("ingest", sample)
    block = re.findall(r"```\n(\$ khrop ingest tests/returns/real/.*?)```", README, re.DOTALL)[0]
    calls = re.split(r"^\$ khrop ", block, flags=re.MULTILINE)[1:]
    for call, _, outcome in (call.partition("\n") for call in calls):
        assert outcome.strip() == shown(khrop(*shlex.split(call)).stdout, home.root)
