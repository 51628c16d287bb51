"""`make torture`: commands that are killed, that find no room, whose disk or clock fails, or that run beside another.

make torture SEED=N MINUTES=M, or: torture.py --seed N [--minutes M | --times N | --months N] [--keep FOLDER]

What happens, and when, is drawn by chance. Each time a step of a story is disturbed and then run again until it ends;
the home must then be as the step leaves it when nothing disturbs it. What differs is printed with its seed and number,
by which it can be had again, and its home is kept. With `--months` it is one home that lives so long, and what befalls
one command is left to the next (see `life`). Exit code 1 where something differs.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import life
from forked_commands import KHROP, Commands, Running, standing_by
from home_state import differences, processes, state
from story import LONGEST, STORY, Step, Undisturbed, arguments_of, command, environment, given, undisturbed

from pipelines.home import Home

SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
KINDS = {"kill": 8, "room": 1, "beside": 1, "clock": 1, "call": 1}
"""What may befall a command, and how often beside the others."""
AT = ("command", "reader", "all")
"""Whom a signal reaches: the command, the process that reads documents, or the whole group, as Ctrl+C does."""
MOST_TRIES = 3
CLOCKS = ("-400d", "-3h", "+3h", "+400d")
"""How far the clock of a command is off, as faketime writes it."""
CALLS = ("pwrite64", "fsync", "fdatasync", "ftruncate", "rename", "write")
"""Calls of which one fails. Of `write` those to the ledger: the others are to pipes and terminals."""
ERRORS = ("EIO", "ENOSPC")
MOST_CALLS = 60
DISTURBED = 0.6
"""Of the commands of a life, so many are disturbed."""
COLD = 0.25
"""Of the kills, so many meet a command that starts anew."""
LOG = "log"
"""Beside a home: what a command printed that starts anew."""
OURS = "khrop/cli/__init__.py"
"""The file of which a line is in the traceback of whatever a command can catch."""
GRACE = 20
"""Seconds in which a process that lost its parent must be gone."""


@dataclass(frozen=True, slots=True)
class Disturbance:
    """What befalls a command.

    Attributes:
        kind: `kill`, `room` (no file may grow beyond `bytes`), `beside` (the same command runs at the same time),
            `clock` (it is off) or `call` (a call of the system fails once in each thread).
        seconds: After how many it comes.
        cold: Whether the command starts anew and may be met while it imports; else it has its imports, and is met in
            what it does.
        signal: Which signal, for `kill`.
        at: Whom it reaches.
        bytes: How large a file may be, for `room`.
        how: How far the clock is off; or the call, its error, and the how manieth fails.
    """

    kind: str
    seconds: float
    cold: bool
    signal: signal.Signals = signal.SIGKILL
    at: str = "command"
    bytes: int = 0
    how: str = ""

    def __str__(self) -> str:
        if self.kind == "kill":
            return f"{self.signal.name} to {self.at} after {self.seconds:.2f} s{' of a cold start' * self.cold}"
        if self.kind == "room":
            return f"no file larger than {self.bytes:,} bytes"
        if self.how:
            return f"{self.kind} {self.how}"
        return f"another beside it after {self.seconds:.2f} s"


def drawn(chance: Random, whole: Undisturbed, kinds: Mapping[str, int]) -> list[Disturbance]:
    """Return what befalls a step, once or several times in a row: of these kinds, as often as their weights."""
    found = []
    for _ in range(chance.choice((1, 1, 2, 4, 8))):
        kind = chance.choices(list(kinds), list(kinds.values()))[0]
        call = f"{chance.choice(CALLS)}:error={chance.choice(ERRORS)}:when={chance.randint(1, MOST_CALLS)}"
        cold = kind != "kill" or chance.random() < COLD
        seconds = whole.cold_seconds if cold else whole.seconds
        how = {"clock": chance.choice(CLOCKS), "call": call}.get(kind, "")
        found.append(
            Disturbance(
                kind, chance.uniform(0, seconds * 1.05), cold, chance.choice(SIGNALS), chance.choice(AT),
                int(10 ** chance.uniform(2, 7.3)), how,
            )
        )  # fmt: skip
    return found


def disturbed(commands: Commands, home: Home, step: Step, files: Path, what: Disturbance) -> str:
    """Run a step that something befalls, and return what is wrong with how it ended; empty where nothing is."""
    wrong = [_cold(home, step, files, what) if what.cold else _killed(commands, home, step, files, what)]
    until = time.monotonic() + GRACE
    while (left := processes(home)) and time.monotonic() < until:
        time.sleep(0.1)
    if left:
        names = [Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()[-80:] for pid in left]
        for pid in left:
            os.kill(pid, signal.SIGKILL)
        wrong.append(f"processes are left: {names}")
    return "; ".join(filter(None, wrong))


def _killed(commands: Commands, home: Home, step: Step, files: Path, what: Disturbance) -> str:
    """Kill a step that has its imports."""
    running = commands.begin(*arguments_of(step, files), env=environment(home), timeout=LONGEST, own_session=True)
    time.sleep(what.seconds)
    _strike(home, running, what)
    try:
        done = running.wait()
    except subprocess.TimeoutExpired:
        return "it hangs"
    return _ended(done.stdout + done.stderr, done.returncode, what)


def _cold(home: Home, step: Step, files: Path, what: Disturbance) -> str:
    """Disturb a step that starts anew."""
    (home.root.parent / LOG).unlink(missing_ok=True)
    arguments = [str(KHROP), *arguments_of(step, files)]
    limit = (lambda: _limit(what.bytes)) if what.kind == "room" else None
    running = [_begin(home, [*_with(home, what), *arguments], limit)]
    if what.kind in ("kill", "beside"):
        time.sleep(what.seconds)
    if what.kind == "kill":
        _strike(home, running[0], what)
    elif what.kind == "beside":
        running.append(_begin(home, arguments, None))
    return "; ".join(filter(None, (_waited(home, process, what) for process in running)))


def _with(home: Home, what: Disturbance) -> list[str]:
    """Return what a command is begun with, so that its clock is off, or one of its calls fails."""
    if what.kind == "clock":
        return ["faketime", "-f", what.how]
    if what.kind != "call":
        return []
    call = what.how.partition(":")[0]
    to_the_ledger = ["-P", str(home.archive / "receipts.jsonl")] if call == "write" else []
    return [
        "strace",
        "-f",
        "-qqq",
        "-o",
        "/dev/null",
        "-e",
        f"trace={call}",
        "-e",
        f"inject={what.how}",
        *to_the_ledger,
    ]


def _begin(home: Home, arguments: list[str], limit: Any) -> subprocess.Popen[bytes]:
    with open(home.root.parent / LOG, "ab") as log:
        return subprocess.Popen(
            arguments, env=environment(home), stdout=log, stderr=log, preexec_fn=limit, start_new_session=True
        )


def _limit(size: int) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def _strike(home: Home, running: subprocess.Popen[bytes] | Running, what: Disturbance) -> None:
    try:
        if what.at == "all":
            os.killpg(running.pid, what.signal)
        elif what.at == "reader":
            for pid in processes(home):
                if pid != running.pid:
                    os.kill(pid, what.signal)
        else:
            os.kill(running.pid, what.signal)
    except ProcessLookupError:
        pass  # it was done before


def _waited(home: Home, running: subprocess.Popen[bytes], what: Disturbance) -> str:
    try:
        code = running.wait(LONGEST)
    except subprocess.TimeoutExpired:
        running.kill()
        return "it hangs"
    return _ended((home.root.parent / LOG).read_text("utf-8", "replace"), code, what)


def _ended(printed: str, code: int, what: Disturbance) -> str:
    before, is_traceback, traceback = printed.partition("Traceback")
    if is_traceback and not (what.cold and _is_of_python(traceback)):
        return f"a traceback: {before[-200:]}{traceback[-1500:]}"
    if "internal error" in printed:
        return "an internal error"
    return "" if code in (0, 1, 2, 3, 130, -what.signal) else f"exit code {code}"


def _is_of_python(traceback: str) -> bool:
    """Return whether Python itself reports Ctrl+C: it came before the first line of the command that could catch it."""
    return traceback.rstrip().endswith("KeyboardInterrupt") and OURS not in traceback


def once(
    commands: Commands, folder: Path, step: Step, whole: Undisturbed, files: Path, befalls: list[Disturbance]
) -> list[str]:
    """Disturb a step, run it again until it ends, and return what is other than when nothing disturbs it."""
    home = Home(folder / "home")
    shutil.copytree(whole.before.root, home.root, symlinks=True)
    found, ended = to_its_end(commands, home, step, whole, files, befalls)
    return found + list(differences(state(home), whole.state)) if ended else found


def to_its_end(
    commands: Commands, home: Home, step: Step, whole: Undisturbed, files: Path, befalls: list[Disturbance]
) -> tuple[list[str], bool]:
    """Disturb a step and run it again; return what is wrong with it, and whether it came to its end."""
    found = [f"{what}: {wrong}" for what in befalls if (wrong := disturbed(commands, home, step, files, what))]
    for _ in range(MOST_TRIES):
        done = command(commands, home, step, files)
        if done.returncode == whole.exit:
            return found, True
    return [*found, f"run again it ends with {done.returncode}, expected {whole.exit}: {done.stderr[-300:]}"], False


def main() -> int:
    """Disturb steps until the time is over or so many were disturbed."""
    parser = argparse.ArgumentParser(prog="torture", description=main.__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--times", type=int, default=None, help="instead of minutes")
    parser.add_argument("--first", type=int, default=0, help="the number to begin with")
    parser.add_argument("--kinds", default=",".join(KINDS), help="of what may befall a command, some alone")
    parser.add_argument("--months", type=int, default=0, help="disturb a home that lives so long, instead of steps")
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()) / "khrop-torture")
    asked = parser.parse_args()
    # A shell starts what it runs in the background with Ctrl-C ignored, which commands would inherit.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    shutil.rmtree(asked.keep, ignore_errors=True)
    asked.keep.mkdir(parents=True)
    with standing_by() as commands:
        return (live if asked.months else torture)(commands, asked)


def torture(commands: Commands, asked: argparse.Namespace) -> int:
    """Disturb steps as asked, and print what ended otherwise, and how many there were."""
    files = given(asked.keep / "given")
    steps = undisturbed(commands, asked.keep, files)
    for step, whole in steps.items():
        print(f"{step.name}: {whole.seconds:.1f} s undisturbed, {whole.cold_seconds:.1f} from its start", flush=True)
    kinds = {kind: KINDS[kind] for kind in asked.kinds.split(",")}
    until = time.monotonic() + asked.minutes * 60
    number, count, failed = asked.first, Counter[str](), 0
    while number - asked.first < asked.times if asked.times is not None else time.monotonic() < until:
        chance = Random(f"{asked.seed} {number}")
        step = chance.choice(STORY)
        befalls = drawn(chance, steps[step], kinds)
        folder = asked.keep / f"{number:05}"
        folder.mkdir()
        wrong = once(commands, folder, step, steps[step], files, befalls)
        count.update(what.kind for what in befalls)
        if wrong:
            failed += 1
            print(f"{number} {step.name}: {', '.join(map(str, befalls))}")
            print("".join(f"    {line}\n" for line in wrong), end="", flush=True)
        else:
            shutil.rmtree(folder)
        number += 1
    times = ", ".join(f"{n} × {kind}" for kind, n in count.most_common())
    print(f"{number - asked.first} steps disturbed ({times}), {failed} ended otherwise than undisturbed", flush=True)
    return 1 if failed else 0


def live(commands: Commands, asked: argparse.Namespace) -> int:
    """Let a home live with disturbances, and print what is otherwise than without; the first such step ends it."""
    files, chance = asked.keep / "given", Random(f"{asked.seed} life")
    all_months = life.months(asked.months, files)
    kinds = {kind: KINDS[kind] for kind in asked.kinds.split(",")}
    for name in ("whole", "disturbed"):
        life.campaign(Home(asked.keep / name / "home"), asked.months)
    lived = life.undisturbed(commands, all_months, Home(asked.keep / "whole" / "home"), files)
    print(f"{asked.months} months, {len(lived)} commands: {sum(w.seconds for w in lived.values()):.0f} s", flush=True)
    count, befallen = Counter[str](), list[Disturbance]()

    def befall(home: Home, step: Step, whole: Undisturbed) -> list[str]:
        befallen[:] = drawn(chance, whole, kinds) if chance.random() < DISTURBED else []
        count.update(what.kind for what in befallen)
        return to_its_end(commands, home, step, whole, files, befallen)[0]

    failed = False
    for name, wrong in life.disturbed(all_months, Home(asked.keep / "disturbed" / "home"), lived, befall):
        if wrong:
            print(f"{name}: {', '.join(map(str, befallen))}")
            print("".join(f"    {line}\n" for line in wrong), end="", flush=True)
            failed = True
            break
    times = ", ".join(f"{n} × {kind}" for kind, n in count.most_common())
    print(f"{times}: {'it is otherwise than undisturbed' if failed else 'as undisturbed'}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
