"""`storage.toml` of a home: which of its parts lie in a bucket. Without the file all lie in the home.

It belongs to the home, not to the environment: a command that was started without a variable must not begin a second
archive. Endpoint and credentials are those of the environment, and stay out of it.
"""

from __future__ import annotations

import importlib.util
import re
from dataclasses import dataclass

from khrop.model.errors import WrongUse
from pipelines.home import Home
from pipelines.toml_table import TomlTable
from warehouse.buckets import Bucket

FILE = "storage.toml"
URL = re.compile(r"s3://[a-z0-9][a-z0-9.-]+(/[\w.=-]+)*/?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Storage:
    """The buckets of a home.

    Attributes:
        archive: Where archived bytes lie; None where in the home.
        exports: Where exports are copied to; None where they are in the home alone.
    """

    archive: Bucket | None = None
    exports: Bucket | None = None


def read(home: Home) -> Storage:
    """Return the buckets of a home.

    Args:
        home: The home.

    Raises:
        WrongUse: Where `storage.toml` cannot be used, or what buckets need is not installed.
    """
    file = home.root / FILE
    if not file.exists():
        return Storage()
    table = TomlTable.read(file, WrongUse)
    table.only(("archive", "exports"), FILE)
    urls = {key: str(table.value(key, str)).rstrip("/") + "/" for key in table.values}
    for key, url in urls.items():
        if not URL.fullmatch(url):
            raise table.wrong(key, "s3://BUCKET/PREFIX")
    # Old versions of the exports are deleted.
    if len(urls) == 2 and (urls["archive"].startswith(urls["exports"]) or urls["exports"].startswith(urls["archive"])):
        raise table.mistake("exports", "and archive are one below the other, expected two prefixes side by side")
    if urls and importlib.util.find_spec("s3fs") is None:
        raise WrongUse(f"{file} needs s3fs: pip install 'khrop-pipelines[objects]'")
    return Storage(**{key: Bucket(url) for key, url in urls.items()})
