"""Random numbers that depend on the seed and on what they are for, never on the order of work or threads."""

from zlib import crc32

import numpy as np
from numpy.typing import NDArray


def stream(seed: int, purpose: str, month: int = 0) -> np.random.Generator:
    """A generator of its own for one purpose in one month: the same arguments give the same numbers."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, crc32(purpose.encode()), month])))


def pick(weights: NDArray[np.float64], uniform: NDArray[np.float64]) -> NDArray[np.intp]:
    """Indexes drawn by weights, one for each uniform number in [0, 1)."""
    edges = np.cumsum(weights / weights.sum())
    return np.minimum(np.searchsorted(edges, uniform, side="right"), len(weights) - 1)
