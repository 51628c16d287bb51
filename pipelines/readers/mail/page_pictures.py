"""Pictures in a container: whether a picture may show a page of a return, or is a logo, as most in mails are.

What a page says belongs in `pipelines.readers.scans`, which is not imported for a logo.
"""

from __future__ import annotations

import io
import warnings

from pipelines.readers.limits import LEAST_PAGE_SIDE
from pipelines.readers.other_forms import PICTURES


def may_show_page(data: bytes) -> bool:
    """Return whether some bytes are a PNG, JPEG or TIFF as large as a page that can be read; it is not decoded."""
    if not data.startswith(PICTURES):
        return False
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=["PNG", "JPEG", "TIFF"]) as picture:
                return min(picture.size) >= LEAST_PAGE_SIDE
    except Image.DecompressionBombError:
        return True
    except (OSError, SyntaxError, ValueError, EOFError):
        return False
