"""The collector is back when the imports are done, and leaves alone what they made."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import gc, weakref
from pipelines.commands.lasting import lasting

class Node:
    pass

def ring():
    node = Node()
    node.self = node
    return weakref.ref(node)

with lasting():
    assert not gc.isenabled()
    with lasting():
        import decimal
    assert not gc.isenabled()
assert gc.isenabled() and gc.get_freeze_count() > 1000
kept = gc.get_freeze_count()
after = ring()
with lasting():
    pass
gc.collect()
assert (gc.get_freeze_count(), after()) == (kept, None)
"""


def test_what_comes_after_the_imports_is_collected() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
