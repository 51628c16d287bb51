"""The fonts that the network for digits is trained on, from packages: npm's @fontsource (OFL), Debian's TLWG and
Arundina. No font goes into the project; AngsanaNew (proprietary) is never used."""

from __future__ import annotations

import subprocess
import tarfile
from pathlib import Path
from typing import NamedTuple

FONTSOURCE = (
    "athiti", "bai-jamjuree", "chakra-petch", "fahkwang", "ibm-plex-sans-thai", "k2d", "kanit", "kodchasan", "krub",
    "maitree", "mali", "mitr", "niramit", "noto-sans-thai", "noto-serif-thai", "pridi", "prompt", "sarabun", "taviraj",
    "trirong",
)  # fmt: skip
DEBIAN = (
    "fonts-arundina",
    *(
        f"fonts-tlwg-{name}-ttf"
        for name in (
            "garuda", "kinnari", "laksaman", "loma", "mono", "norasi", "sawasdee", "typewriter", "typist", "typo",
            "umpush", "waree",
        )
    ),
)  # fmt: skip
LINEAGES = {"sarabun": "sarabun", "laksaman": "sarabun"} | dict.fromkeys(
    ("tlwgmono", "tlwgtypewriter", "tlwgtypist", "tlwgtypo"), "tlwgmono"
)
"""Fonts of one design; another font is a design of its own, by the first word of its name."""


class Face(NamedTuple):
    """A face: its design, its files for Thai and for ASCII signs."""

    lineage: str
    thai: Path
    latin: Path


def fetch(into: Path) -> None:
    """Fetch the packages that are not there yet, and unpack their faces."""
    into.mkdir(parents=True, exist_ok=True)
    for name in FONTSOURCE:
        if not (into / name).exists():
            subprocess.run(["npm", "pack", "--silent", f"@fontsource/{name}"], cwd=into, check=True)
            with tarfile.open(next(into.glob(f"fontsource-{name}-[0-9]*.tgz"))) as packed:
                (into / name).mkdir()
                for member in packed:
                    if member.name.endswith(_wanted()):
                        data = packed.extractfile(member)
                        assert data is not None
                        (into / name / Path(member.name).name).write_bytes(data.read())
    if not (into / "deb").exists():
        subprocess.run(["apt-get", "download", *DEBIAN], cwd=into, check=True)
        for package in into.glob("*.deb"):
            subprocess.run(["dpkg", "-x", package, into / "deb"], check=True)


def _wanted() -> tuple[str, ...]:
    return tuple(f"-{script}-{weight}-normal.woff2" for script in ("thai", "latin") for weight in (400, 700))


def faces(folder: Path) -> list[Face]:
    """The faces in a folder, sorted; slanted ones are left out."""
    found = []
    for thai in sorted(folder.glob("*/*-thai-*-normal.woff2")):
        latin = thai.with_name(
            thai.name.replace("-thai-", "-latin-", 1)
            if "sans-thai" not in thai.name and "serif-thai" not in thai.name
            else thai.name[::-1].replace("-iaht-", "-nital-", 1)[::-1]
        )
        if latin.exists():
            found.append(Face(_lineage(thai.parent.name), thai, latin))
    for path in sorted((folder / "deb").rglob("*.ttf")):
        name = path.stem.lower()
        if "italic" not in name and "oblique" not in name:
            found.append(Face(_lineage(name.partition("-")[0]), path, path))
    return found


def _lineage(name: str) -> str:
    return LINEAGES.get(name, name)
