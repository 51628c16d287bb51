"""The contract in a dataset's folder: Python that is run, or YAML (the Open Data Contract Standard), which is not."""

from __future__ import annotations

import hashlib
import sys
import traceback
from pathlib import Path
from types import ModuleType

from khrop.model.rule import rules_of
from pipelines.datasets.dataset import DatasetFault

PYTHON, YAML = "contract.py", "contract.odcs.yaml"


def contract_in(folder: Path) -> type:
    """Return the contract of a dataset's folder, as a Pandera model.

    Args:
        folder: The folder; its `contract.py` is run.

    Raises:
        DatasetFault: Where there is none, or none that can be used.
    """
    present = [name for name in (PYTHON, YAML) if (folder / name).is_file()]
    if len(present) != 1:
        has = "both" if present else "neither"
        raise DatasetFault(f"{folder}: expected {PYTHON} or {YAML}; it has {has}")
    file = folder / present[0]
    contract = _from_python(file) if file.name == PYTHON else _from_yaml(file)
    try:
        contract.to_schema()  # type: ignore[attr-defined]
        rules_of(contract)
    except Exception as error:
        raise DatasetFault(
            f"{at_fault(file, error)}: the contract {contract.__name__} cannot be used: {error}"
        ) from error
    return contract


def digest_of(folder: Path) -> str:
    """Return a hash of the contract in a folder, as it is written; of a folder without one always the same.

    Args:
        folder: The folder, which need not exist.
    """
    files = [folder / name for name in (PYTHON, YAML) if (folder / name).is_file()]
    return hashlib.sha256(b"\0".join(file.name.encode() + file.read_bytes() for file in files)).hexdigest()


def _from_yaml(file: Path) -> type:
    try:
        from khrop.export import odcs

        return odcs.load(file)
    except ModuleNotFoundError as error:
        raise DatasetFault(
            f"{file}: to read it the package {error.name} is needed: pip install 'khrop[odcs]'"
        ) from error
    except ValueError as error:
        raise DatasetFault(str(error)) from error
    except OSError as error:
        raise DatasetFault(f"{file}: {error.strerror}") from error


def _from_python(file: Path) -> type:
    module = _run(file)
    models = [
        value
        for value in vars(module).values()
        if isinstance(value, type) and hasattr(value, "to_schema") and value.__module__ == module.__name__
    ]
    # A base class of another model of the file does not count.
    models = [model for model in models if not any(model in other.__mro__[1:] for other in models)]
    if len(models) != 1:
        has = ", ".join(model.__name__ for model in models) or "none"
        raise DatasetFault(f"{file}: expected one class derived from pandera's DataFrameModel; it has {has}")
    return models[0]


def _run(file: Path) -> ModuleType:
    """Run a file as a module of its own, without reading or writing a compiled copy."""
    # Pandera looks up a model's annotations in `sys.modules`, under a name that no other home has.
    name = f"khrop_dataset_{hashlib.sha256(str(file).encode()).hexdigest()[:12]}"
    module = ModuleType(name)
    module.__file__ = str(file)
    before = sys.modules.get(name)
    sys.modules[name] = module
    try:
        exec(compile(file.read_bytes(), str(file), "exec"), module.__dict__)
    except Exception as error:
        sys.modules.pop(name)
        if before is not None:
            sys.modules[name] = before
        what = f"{type(error).__name__}: {' '.join(str(error).split()) or 'without a message'}"
        raise DatasetFault(f"{at_fault(file, error)}: it cannot be run: {what}") from error
    return module


def at_fault(file: Path, error: BaseException) -> str:
    """Return where an error was raised in a file, for a message.

    Args:
        file: The file.
        error: The error, with its traceback.

    Returns:
        The path, with the line where the file itself raised it.
    """
    if isinstance(error, SyntaxError) and error.filename == str(file):
        return f"{file}, line {error.lineno}"
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(file)]
    return f"{file}, line {lines[-1]}" if lines else str(file)
