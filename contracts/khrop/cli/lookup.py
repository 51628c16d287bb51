"""Look up a contract by its name: of the library, an installed distribution, a module, or a file.

How an exported contract is read belongs in `khrop.export.odcs`.
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
"""The entry point group in which a distribution declares its contracts: `Name = "package.module:Class"`."""

OWN = {
    "ProvinceProgress": "khrop.contracts.province_progress:ProvinceProgress",
    "LocalAuthority": "khrop.contracts.local_authority:LocalAuthority",
}
EXPORTED = (".yaml", ".yml", ".json")


def known_contracts() -> dict[str, EntryPoint]:
    """Return the contracts that have a name, the library's own first.

    Returns:
        The entry points by name. No distribution can replace a contract of the library; a name that two distributions
        give to different contracts is ambiguous, and is left out.
    """
    declared: dict[str, list[EntryPoint]] = {}
    for point in entry_points(group=GROUP):
        declared.setdefault(point.name, []).append(point)
    entry_points_by_name = {name: EntryPoint(name, value, GROUP) for name, value in OWN.items()}
    for name, points in sorted(declared.items()):
        if name not in entry_points_by_name and len({point.value for point in points}) == 1:
            entry_points_by_name[name] = points[0]
    return entry_points_by_name


def load_contract(name: str) -> type:
    """Load a contract by its name.

    Args:
        name: A known name (`ProvinceProgress`), `package.module:Class`, `path/to/file.py:Class`, or the path of an
            exported contract (`*.yaml`, `*.yml`, `*.json`).

    Returns:
        The contract, a class derived from Pandera's DataFrameModel.

    Raises:
        WrongUse: There is no such contract, or it cannot be loaded; the message lists the known names and the nearest.
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
    return _declared(name)


def _declared(name: str) -> type:
    names = known_contracts()
    if name not in names:
        near = difflib.get_close_matches(name, names, 1, 0.5)
        nearest = f", nearest: {near[0]}" if near else ""
        raise WrongUse(
            f"there is no contract {name!r}{nearest}; known: {', '.join(names)}; any other is named as"
            " package.module:Class, as path/to/file.py:Class, or by the path of an exported contract (.yaml, .json)"
        )
    try:
        loaded = names[name].load()
    except Exception as error:
        raise WrongUse(f"the contract {name} ({names[name].value}) cannot be loaded: {in_a_line(error)}") from error
    return _as_contract(loaded, name)


def _module_called(module: str) -> ModuleType:
    # A console script does not import from the working directory, where a team keeps its contracts.
    folder = str(Path.cwd())
    if folder not in sys.path:
        sys.path.append(folder)
    try:
        return import_module(module)
    except (Exception, SystemExit) as error:
        raise WrongUse(f"the module {module!r} cannot be imported: {in_a_line(error)}") from error


def _module_at(path: Path) -> ModuleType:
    if not path.is_file():
        raise WrongUse(f"there is no file {path} to take a contract from")
    name = f"khrop_contract_{path.stem}"
    spec = util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise WrongUse(f"{path} is not a Python file")
    module = util.module_from_spec(spec)
    # Pandera resolves a model's annotations through the name of its module.
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        raise WrongUse(f"{path} cannot be loaded: {in_a_line(error)}") from error
    return module


def _class_of(module: ModuleType, attribute: str, name: str) -> type:
    value: Any = getattr(module, attribute, None) if attribute else None
    if value is None:
        contracts = [n for n, v in vars(module).items() if _is_contract(v) and v.__module__ == module.__name__]
        if not attribute and len(contracts) == 1:
            return _as_contract(getattr(module, contracts[0]), name)
        has = f"it has {', '.join(contracts)}" if contracts else "it has none"
        problem = f"there is no contract {attribute!r} in" if attribute else "name the contract (:Class) of"
        raise WrongUse(f"{problem} {name.removesuffix(f':{attribute}')}; {has}")
    return _as_contract(value, name)


def _as_contract(value: Any, name: str) -> type:
    if not _is_contract(value):
        raise WrongUse(f"{name} is {type(value).__name__!r}, not a contract: a class derived from DataFrameModel")
    try:
        value.to_schema()
    except Exception as error:
        raise WrongUse(f"the contract {name} cannot be used: {in_a_line(error)}") from error
    return value  # type: ignore[no-any-return]


def _is_contract(value: Any) -> bool:
    return isinstance(value, type) and hasattr(value, "to_schema") and hasattr(value, "validate")


def _exported(path: Path) -> type:
    if not path.is_file():
        raise WrongUse(f"there is no file {path} to take a contract from")
    try:
        from khrop.export import odcs

        return _as_contract(odcs.load(path), str(path))
    except ModuleNotFoundError as error:
        raise WrongUse(f"reading {path} needs the package {error.name}: pip install 'khrop[odcs]'") from error
    except (ValueError, TypeError, LookupError, OSError) as error:
        raise WrongUse(f"{path} is not a contract that can be read: {in_a_line(error)}") from error
