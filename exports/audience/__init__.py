"""What a person releases to others: an opdrachtgever at a measuring moment, residents per project.

Everything comes from the published release, so it is protected already: a release to others only
leaves rows out. What went out at a moment is kept in frozen/ and is the same ever after.
"""

from exports.audience.proposal import Audience, KpiVerdict, Proposal, StoryVerdict, propose
from exports.audience.releasing import hand_out
from exports.audience.told import forget_handed_out

__all__ = [
    "Audience",
    "KpiVerdict",
    "Proposal",
    "StoryVerdict",
    "forget_handed_out",
    "hand_out",
    "propose",
]
