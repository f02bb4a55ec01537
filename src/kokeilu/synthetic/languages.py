"""Mother tongues by index: domestic ones first."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kokeilu.synthetic import figures
from kokeilu.synthetic.streams import pick

SAMI = ("se", "smn", "sms")
DOMESTIC = ("fi", "sv", *SAMI)
FINNISH, SWEDISH = 0, 1
LANGUAGES = (*DOMESTIC, *figures.value("languages.foreign"))


def is_foreign(language: NDArray[Any]) -> NDArray[np.bool_]:
    """Whether each language index is neither Finnish, Swedish nor Sámi."""
    return np.asarray(language >= len(DOMESTIC))


def draw(shares: dict[str, float], uniform: NDArray[np.float64]) -> NDArray[np.int16]:
    """Language indexes by shares, one for each uniform number."""
    index = np.array([LANGUAGES.index(name) for name in shares], dtype=np.int16)
    return index[pick(np.array(list(shares.values())), uniform)]
