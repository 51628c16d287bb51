"""A contract by its name: one of the library's, of an installed distribution, of a module, of a file.

Here belongs how a name is found. What a contract says belongs in the contract; how an exported one is read belongs
in `khrop.export.odcs`.
"""

from __future__ import annotations

import difflib
import sys
from importlib import import_module, util
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType
from typing import Any

from khrop.model.errors import WrongUse, in_a_line

GROUP = "khrop.contracts"
"""The entry point group by which a distribution announces its contracts: `Name = "package.module:Class"`."""

OWN = {"ProvinceProgress": "khrop.contracts.province_progress:ProvinceProgress"}
EXPORTED = (".yaml", ".yml", ".json")


def known() -> dict[str, EntryPoint]:
    """The contracts that have a name here, the library's own first: no other can take its name. A name that two
    distributions give to different contracts is left out, as which is meant cannot be told."""
    announced: dict[str, list[EntryPoint]] = {}
    for point in entry_points(group=GROUP):
        announced.setdefault(point.name, []).append(point)
    found = {name: EntryPoint(name, value, GROUP) for name, value in OWN.items()}
    for name, points in sorted(announced.items()):
        if name not in found and len({point.value for point in points}) == 1:
            found[name] = points[0]
    return found


def contract(name: str) -> type:
    """The contract of a name: one that is known (`ProvinceProgress`), `package.module:Class`, `path/to/file.py:Class`,
    or the path of an exported one (`*.yaml`, `*.yml`, `*.json`).

    Raises `WrongUse` that says what is known, what is nearest, or why it cannot be loaded.
    """
    if name.lower().endswith(EXPORTED):
        return _exported(Path(name))
    module, colon, attribute = name.rpartition(":")
    if not colon and name.endswith(".py"):
        module = name
    if module.endswith(".py"):
        return _class_of(_module_at(Path(module)), attribute if colon else "", name)
    if colon:
        return _class_of(_module_called(module), attribute, name)
    return _announced(name)


def _announced(name: str) -> type:
    names = known()
    if name not in names:
        near = difflib.get_close_matches(name, names, 1, 0.5)
        meant = f", nearest: {near[0]}" if near else ""
        raise WrongUse(
            f"there is no contract {name!r}{meant}; known: {', '.join(names)}; any other is named as"
            " package.module:Class, as path/to/file.py:Class, or by the path of an exported one (.yaml, .json)"
        )
    try:
        found = names[name].load()
    except Exception as error:
        raise WrongUse(f"the contract {name} ({names[name].value}) cannot be loaded: {in_a_line(error)}") from error
    return _contract(found, name)


def _module_called(module: str) -> ModuleType:
    # A console script does not see the folder it is called in, where a team keeps its contracts.
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.append(here)
    try:
        return import_module(module)
    except Exception as error:
        raise WrongUse(f"the module {module!r} cannot be imported: {in_a_line(error)}") from error


def _module_at(path: Path) -> ModuleType:
    if not path.is_file():
        raise WrongUse(f"there is no file {path} to take a contract from")
    name = f"khrop_contract_{path.stem}"
    spec = util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise WrongUse(f"{path} is not a Python file")
    module = util.module_from_spec(spec)
    # Pandera looks up a model's annotations in the module by its name.
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise WrongUse(f"{path} cannot be loaded: {in_a_line(error)}") from error
    return module


def _class_of(module: ModuleType, attribute: str, name: str) -> type:
    found: Any = getattr(module, attribute, None) if attribute else None
    if found is None:
        own = [n for n, v in vars(module).items() if _is_contract(v) and v.__module__ == module.__name__]
        has = f"it has {', '.join(own)}" if own else "it has none"
        wanted = f"there is no contract {attribute!r} in" if attribute else "say which contract is meant (:Class) of"
        raise WrongUse(f"{wanted} {name.removesuffix(f':{attribute}')}; {has}")
    return _contract(found, name)


def _contract(found: Any, name: str) -> type:
    if not _is_contract(found):
        raise WrongUse(f"{name} is {type(found).__name__!r}, not a contract: a class derived from DataFrameModel")
    try:
        found.to_schema()
    except Exception as error:
        raise WrongUse(f"the contract {name} cannot be used: {in_a_line(error)}") from error
    return found  # type: ignore[no-any-return]


def _is_contract(value: Any) -> bool:
    return isinstance(value, type) and hasattr(value, "to_schema") and hasattr(value, "validate")


def _exported(path: Path) -> type:
    if not path.is_file():
        raise WrongUse(f"there is no file {path} to take a contract from")
    try:
        from khrop.export import odcs

        return _contract(odcs.load(path), str(path))
    except ModuleNotFoundError as error:
        raise WrongUse(f"to read {path} the package {error.name} is needed: pip install 'khrop[odcs]'") from error
    except (ValueError, TypeError, LookupError, OSError) as error:
        raise WrongUse(f"{path} is not a contract that can be read: {in_a_line(error)}") from error
