"""Stories that others may read: with a consent that holds today, and for their medium."""

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from markupsafe import escape

from exports.audience.selection import MEDIA
from exports.files import READ_ONLY
from ingest.home import Home, replace_durably
from ingest.meetplan.consent import STORIES, media_with_consent
from ingest.meetplan.reading import read_workbook
from ingest.readers import ReadError

# Around every word of a story in a page, so that it can be taken out and all else stays.
_STORY = re.compile(r"<!-- verhaal (.*?) -->.*?<!-- einde verhaal -->\n?", re.DOTALL)


def consented_media(home: Home, day: date) -> dict[str, str]:
    """Return the medium of every story with a consent that holds on `day`.

    Read from the workbook as it is now, so that a withdrawal counts before the next night. A
    workbook or sheet that cannot be read gives no story at all.
    """
    try:
        workbook = read_workbook(home.meetplan_file.read_bytes())
    except (OSError, ReadError):
        return {}
    stories = workbook.tables.get(STORIES)
    return {} if stories is None else media_with_consent(stories, day)


def forget_handed_out(home: Home, media: Mapping[str, str]) -> int:
    """Take out of the released pages every story that `media` does not allow there.

    Returns how many. A page is replaced whole and stays read-only. The caller holds the run lock.
    """
    return sum(
        _forget_in(page, {str(escape(each)) for each in media if media[each] in allowed})
        for audience, allowed in MEDIA.items()
        for page in sorted(home.handed_out(audience).glob("*/*/*.html"))
    )


def _forget_in(page: Path, allowed: set[str]) -> int:
    text = page.read_text(encoding="utf-8")
    gone = [found for found in _STORY.finditer(text) if found.group(1) not in allowed]
    if gone:
        for found in gone:
            text = text.replace(found.group(), "")
        aside = page.with_name(f"{page.name}.new")
        aside.write_text(text, encoding="utf-8")
        aside.chmod(READ_ONLY)
        replace_durably(aside, page)
    return len(gone)
