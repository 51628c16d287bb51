"""What goes over between the process that asks and the one that reads: bytes one way, records or a reason the other."""

from __future__ import annotations

import gc
import io
import pickle
import struct
from functools import lru_cache
from typing import Any

from pipelines.readers import table_form
from pipelines.readers.table_form import TableForm

LENGTH = struct.Struct(">Q")
LARGEST_ANSWER = 320 << 20
KNOWN = {
    ("builtins", "set"), ("collections", "OrderedDict"), ("datetime", "date"), ("decimal", "Decimal"),
    *(("pipelines.readers.document", name) for name in ("Cell", "Claim", "RawTable", "TableRow")),
    ("pipelines.readers.candidate", "Candidate"),
    *(("pipelines.readers.mail", name) for name in ("Opened", "Part", "Refused")),
}  # fmt: skip
"""What an answer is made of. Nothing else is made of it here, whatever became of the process that wrote it."""


def with_forms(document: bytes) -> bytes:
    """Return a document behind the forms of tables that it is read for."""
    forms = pickle.dumps(table_form.forms(), protocol=5)
    return LENGTH.pack(len(forms)) + forms + document


@lru_cache(maxsize=4)
def _forms(pickled: bytes) -> tuple[TableForm, ...]:
    """The forms that came with a document; the same object for the same bytes, as what is known of headings is kept."""
    forms: tuple[TableForm, ...] = pickle.loads(pickled)
    return forms


def forms_and_document(data: bytes) -> tuple[tuple[TableForm, ...], bytes]:
    """Return what `with_forms` put together."""
    size = LENGTH.unpack_from(data)[0] + LENGTH.size
    return _forms(data[LENGTH.size : size]), data[size:]


def send(pipe: Any, data: bytes) -> None:
    """Write data behind its length."""
    pipe.write(LENGTH.pack(len(data)))
    pipe.write(data)
    pipe.flush()


class _OnlyKnown(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in KNOWN:
            raise pickle.UnpicklingError(f"{module}.{name} is no part of an answer")
        return super().find_class(module, name)


def answer_of(data: bytes) -> tuple[str, Any]:
    """Return an answer as its kind and its content, made of nothing but `KNOWN`.

    Raises:
        pickle.UnpicklingError: Where something else is in it.
    """
    # An answer of many cells has no cycles: to look for some at every 700 of them takes longer than to load it.
    collecting = gc.isenabled()
    gc.disable()
    try:
        kind, content = _OnlyKnown(io.BytesIO(data)).load()
    finally:
        if collecting:
            gc.enable()
    return kind, content
