"""The network that reads one sign of a figure: a picture of 32 by 32 to the probability of each class.

Plain NumPy; its weights (`digits.npz`) are made by `make train-digits`. Here belong the classes and the forward pass;
what is shown to it belongs in `pipelines.readers.scans.signs`.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

SIDE = 32
"""Dots of the side of a picture that the network is shown."""
HEIGHT = 20
"""Dots of the height of a digit in it."""
MARK, MINUS, PERCENT, REJECT = 20, 21, 22, 23
CLASSES = 24
"""Thai digits 0 to 9, ASCII digits 10 to 19, point or comma, minus, percent, and what is none of these."""
SIGNS = (*"๐๑๒๓๔๕๖๗๘๙0123456789.-%", "")
WEIGHTS = Path(__file__).with_name("digits.npz")
_BATCH = 512


@lru_cache(maxsize=1)
def weights() -> dict[str, Floats]:
    """Return the weights of the layers; stored in half precision."""
    with np.load(WEIGHTS, allow_pickle=False) as stored:
        return {name: stored[name].astype(np.float32) for name in stored.files}


def log_probabilities(pictures: Floats, layers: dict[str, Floats] | None = None) -> Floats:
    """Return the logarithm of the probability of each class.

    Args:
        pictures: Ink from 0 (paper) to 1, shape (pictures, SIDE, SIDE).
        layers: The weights; those of the package by default.

    Returns:
        Shape (pictures, CLASSES).
    """
    layers = weights() if layers is None else layers
    batches = [_forward(pictures[i : i + _BATCH], layers) for i in range(0, len(pictures), _BATCH)]
    return np.concatenate(batches) if batches else np.zeros((0, CLASSES), np.float32)


def _forward(x: Floats, layers: dict[str, Floats]) -> Floats:
    y: Any = x[..., None].astype(np.float32)
    for name in ("a", "b", "c"):
        y = np.maximum(_convolved(y, layers[f"{name}_w"]) + layers[f"{name}_b"], 0)
    y = np.maximum(y.reshape(len(y), -1) @ layers["d_w"] + layers["d_b"], 0)
    y = y @ layers["e_w"] + layers["e_b"]
    y -= y.max(axis=1, keepdims=True)
    result: Floats = y - np.log(np.exp(y).sum(axis=1, keepdims=True))
    return result


def _convolved(x: Floats, kernel: Floats) -> Floats:
    """Every second dot with its neighbours; shapes (n, h, w, in), (side, side, in, out)."""
    n, h, w, _ = x.shape
    side, around = len(kernel), len(kernel) // 2
    padded = np.pad(x, ((0, 0), (around, around), (around, around), (0, 0)))
    near = [padded[:, dy : dy + h : 2, dx : dx + w : 2] for dy in range(side) for dx in range(side)]
    result: Floats = np.concatenate(near, axis=3) @ kernel.reshape(-1, kernel.shape[3])
    return result
