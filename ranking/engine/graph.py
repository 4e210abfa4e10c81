"""Who can be compared with whom at all."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from ranking.engine.comparisons import PairCounts


@dataclass(frozen=True, slots=True)
class Connectivity:
    """Groups of items.

    Attributes
    ----------
    strong : (M,) group numbers. Within a group every item has beaten or tied, directly or through others, every
        other one: exactly then a finite maximum likelihood estimate exists (Ford 1957).
    weak : (M,) group numbers; between two groups there is no comparison at all.
    beats : (M, M) truth values: row won or tied against column at least once.
    """

    strong: NDArray[np.int64]
    weak: NDArray[np.int64]
    beats: NDArray[np.bool_]

    def largest(self) -> NDArray[np.bool_]:
        """Return (M,) truth values: in the strong group with most items; of equals, the one with most ties to others."""
        sizes = np.bincount(self.strong)
        busy = np.bincount(self.strong, weights=self.beats.sum(axis=0) + self.beats.sum(axis=1))
        best = max(range(len(sizes)), key=lambda group: (sizes[group], busy[group]))
        return np.asarray(self.strong == best)


def connectivity(counts: PairCounts) -> Connectivity:
    """Return the groups of items that counts can and cannot compare."""
    beats = (counts.wins > 0) | (counts.ties > 0)
    graph = csr_array(beats)
    return Connectivity(
        strong=connected_components(graph, directed=True, connection="strong")[1].astype(np.int64),
        weak=connected_components(graph, directed=False)[1].astype(np.int64),
        beats=beats,
    )
