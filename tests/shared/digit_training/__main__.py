"""`make train-digits`: train the network that reads digits of scans, and write its weights.

Seeds are fixed, pictures are made while it trains. `--without LINEAGE` leaves the fonts of one design out and prints
how well these are read; `--out` names another file.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

from digit_training.fonts import faces, fetch
from digit_training.samples import Drawn, many
from pipelines.readers.scans.digit_network import CLASSES, WEIGHTS, log_probabilities
from pipelines.readers.scans.signs import shown

FONTS = Path("build/fonts")
BATCH = 256
POOL = 24_000
SEEN = 4
"""Pictures that are made at once, and how often each is seen."""


def initial(seed: int) -> dict[str, jax.Array]:
    """Weights before training."""
    rng = np.random.default_rng(seed)
    shapes = {"a": (5, 5, 1, 24), "b": (3, 3, 24, 48), "c": (3, 3, 48, 80), "d": (4 * 4 * 80, 128), "e": (128, CLASSES)}
    layers = {}
    for name, shape in shapes.items():
        layers[f"{name}_w"] = jnp.asarray(rng.normal(0, np.sqrt(2 / np.prod(shape[:-1])), shape), jnp.float32)
        layers[f"{name}_b"] = jnp.zeros(shape[-1], jnp.float32)
    return layers


def logits(layers: dict[str, jax.Array], x: jax.Array) -> jax.Array:
    """The network, as `digit_network` has it."""
    y = x[..., None]
    for name in ("a", "b", "c"):
        around = layers[f"{name}_w"].shape[0] // 2
        y = jax.lax.conv_general_dilated(
            y, layers[f"{name}_w"], (2, 2), [(around, around)] * 2, dimension_numbers=("NHWC", "HWIO", "NHWC")
        )
        y = jax.nn.relu(y + layers[f"{name}_b"])
    y = jax.nn.relu(y.reshape(len(x), -1) @ layers["d_w"] + layers["d_b"])
    return y @ layers["e_w"] + layers["e_b"]


def loss(layers: dict[str, jax.Array], x: jax.Array, kinds: jax.Array) -> jax.Array:
    """Cross entropy."""
    return -jnp.take_along_axis(jax.nn.log_softmax(logits(layers, x)), kinds[:, None], 1).mean()


@jax.jit
def step(layers, moments, x, kinds, rate, count):  # type: ignore[no-untyped-def]
    """One step of Adam."""
    value, slope = jax.value_and_grad(loss)(layers, x, kinds)
    first, second = moments
    first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, slope)
    second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, second, slope)
    a, b = 1 - 0.9**count, 1 - 0.999**count
    layers = jax.tree.map(
        lambda w, m, v: w * (1 - 1e-5) - rate * (m / a) / (jnp.sqrt(v / b) + 1e-8), layers, first, second
    )
    return layers, (first, second), value


def main() -> None:
    """Train and write."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--without", action="append", default=[])
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    given = parser.parse_args()
    fetch(FONTS)
    drawn = [own for face in faces(FONTS) if (own := Drawn(face)).whole]
    kept = [candidate for candidate in drawn if candidate.face.lineage not in given.without]
    left = [candidate for candidate in drawn if candidate.face.lineage in given.without] or kept
    print(f"{len(kept)} faces of {len({candidate.face.lineage for candidate in kept})} designs", flush=True)
    layers = initial(1)
    moments = (jax.tree.map(jnp.zeros_like, layers), jax.tree.map(jnp.zeros_like, layers))
    rounds = 24
    order, count, begun = np.random.default_rng(2), 0, time.monotonic()
    for number in range(rounds):
        pictures, kinds = many(100 + number, POOL, kept, shown)
        for _ in range(SEEN):
            at = order.permutation(POOL)
            for i in range(0, POOL - BATCH + 1, BATCH):
                count += 1
                total = rounds * SEEN * (POOL // BATCH)
                rate = 2e-3 * min(1, count / 200) * 0.5 * (1 + np.cos(np.pi * count / total))
                some = at[i : i + BATCH]
                layers, moments, value = step(
                    layers, moments, pictures[some].astype(np.float32) / 255, kinds[some].astype(np.int32), rate, count
                )
        print(f"{number + 1:3} {time.monotonic() - begun:5.0f} s, loss {float(value):.4f}", flush=True)
    stored = {name: np.asarray(weight).astype(np.float16) for name, weight in layers.items()}
    np.savez_compressed(given.out, **stored)
    pictures, kinds = many(7, 20_000, left, shown)
    p = log_probabilities(pictures.astype(np.float32) / 255, {n: w.astype(np.float32) for n, w in stored.items()})
    best = p.argmax(1)
    sure = np.exp(p.max(1))
    wrong = best != kinds
    print(
        f"of 20,000 pictures {wrong.sum()} read wrong, mean probability {sure.mean():.4f}, right {1 - wrong.mean():.4f}"
    )
    for least in (0.5, 0.9, 0.99, 0.999):
        print(f"  at {least} or more: {(sure >= least).sum()}, wrong {(wrong & (sure >= least)).sum()}")
    pairs = {}
    for a, b in zip(kinds[wrong], best[wrong], strict=True):
        pairs[int(a), int(b)] = pairs.get((int(a), int(b)), 0) + 1
    print("most confused:", sorted(pairs.items(), key=lambda item: -item[1])[:16])


if __name__ == "__main__":
    sys.exit(main())
