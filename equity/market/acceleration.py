"""Anderson's extrapolation of a fixed point, for many products at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["Acceleration"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_RIDGE = 1e-12
_LEAST = np.finfo(float).tiny


class Acceleration:
    """Anderson's extrapolation with weights of its own for every product.

    Parameters
    ----------
    starts : numpy.ndarray
        Where each product's elements begin.
    product : numpy.ndarray
        Product of each element.
    memory : int
        Steps remembered; 0 for none.
    """

    def __init__(self, starts: Integers, product: Integers, memory: int) -> None:
        self._starts, self._product, self._memory = starts, product, memory
        self._moves: list[Floats] = []
        self._images: list[Floats] = []
        self._gram = np.zeros((len(starts), memory, memory))
        self._last: tuple[Floats, Floats] | None = None

    def _dots(self, left: list[Floats], right: Floats) -> Floats:
        return np.stack([np.add.reduceat(one * right, self._starts) for one in left], axis=1)

    def extrapolate(self, image: Floats, move: Floats) -> Floats:
        """Return the next point from the image of the last one and the distance moved."""
        if self._last is not None and self._memory:
            slot = self._remember(image - self._last[0], move - self._last[1])
            row = self._dots(self._moves, self._moves[slot])
            size = len(self._moves)
            self._gram[:, slot, :size] = row
            self._gram[:, :size, slot] = row
        self._last = (image, move)
        size = len(self._moves)
        if not size:
            return image
        gram = self._gram[:, :size, :size]
        right = self._dots(self._moves, move)
        scale = np.sqrt(np.maximum(np.einsum("pii->pi", gram), _LEAST))
        scaled = gram / (scale[:, :, None] * scale[:, None, :]) + _RIDGE * np.eye(size)
        weight = np.linalg.solve(scaled, (right / scale)[..., None])[..., 0] / scale
        spread = weight[self._product]
        return image - sum(
            (spread[:, k] * self._images[k] for k in range(size)), np.zeros(len(image))
        )

    def keep(
        self,
        elements: NDArray[np.bool_],
        products: NDArray[np.bool_],
        starts: Integers,
        product: Integers,
    ) -> None:
        """Forget the products that have left."""
        self._starts, self._product = starts, product
        self._moves = [one[elements] for one in self._moves]
        self._images = [one[elements] for one in self._images]
        self._gram = self._gram[products]
        if self._last is not None:
            self._last = (self._last[0][elements], self._last[1][elements])

    def _remember(self, image: Floats, move: Floats) -> int:
        if len(self._moves) < self._memory:
            self._moves.append(move)
            self._images.append(image)
            self._next = 0
            return len(self._moves) - 1
        slot = self._next
        self._moves[slot], self._images[slot] = move, image
        self._next = (slot + 1) % self._memory
        return slot
