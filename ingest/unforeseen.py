"""Says where an unforeseen error came up, and never what it was about: it may quote a cell."""

import logging
import traceback
from pathlib import Path

_LOG = logging.getLogger(__name__)
_ROOT = Path(__file__).parents[1]
# Errors of our own say in a sentence what is wrong; their authors left the values out.
_OWN = tuple(sorted(place.name for place in _ROOT.iterdir() if (place / "__init__.py").exists()))


def is_own(error: BaseException) -> bool:
    """Say whether an error is one of ours, whose message may be shown."""
    return is_of_ours(type(error).__module__)


def is_of_ours(name: str) -> bool:
    """Say whether a module, or a class by its full name, is one of ours."""
    return name.partition(".")[0] in _OWN


def described(error: BaseException) -> str:
    """Return the kind of an error and the last line of ours that it passed; log its frames."""
    frames = traceback.extract_tb(error.__traceback__)
    _LOG.error("%s\n%s", type(error).__name__, frames_of(error))
    ours = [frame for frame in frames if _ROOT in Path(frame.filename).parents]
    place = ours[-1] if ours else frames[-1]
    name = Path(place.filename)
    shown = name.relative_to(_ROOT) if _ROOT in name.parents else name.name
    return f"{type(error).__name__} in {shown} regel {place.lineno}"


def frames_of(error: BaseException) -> str:
    """Return the frames of an error without its message."""
    return "".join(traceback.format_tb(error.__traceback__))
