"""Whether a story may be shown: the rule of fct_story, for what happens before dbt runs."""

from datetime import date
from typing import Any

import pyarrow as pa

STORIES = ("meetplan", "stories")
# Where a story may stand, from narrow to wide.
MEDIA = ("intern", "opdrachtgever", "openbaar")
# What a person told; the other columns say who may be asked and until when.
STORY_TEXTS = ("title_nl", "story_nl", "importance_nl", "unexpected_nl")


def stories_with_consent(stories: pa.Table, as_of: date) -> frozenset[str]:
    """Return the ids of the stories that may be shown on `as_of`.

    A story that stands in the workbook more than once may be shown when every row of it may.
    """
    told = [
        row
        for row in stories.to_pylist()
        if row["reject_reason"] is None and row["told_on"] and row["told_on"] <= as_of
    ]
    refused = {row["story_id"] for row in told if not _has_consent(row, as_of)}
    return frozenset(row["story_id"] for row in told) - refused


def media_with_consent(stories: pa.Table, as_of: date) -> dict[str, str]:
    """Return the medium of every story that may be shown on `as_of`: the narrowest of its rows."""
    shown = stories_with_consent(stories, as_of)
    media: dict[str, str] = {}
    for row in stories.to_pylist():
        if row["story_id"] in shown and row["consent_medium"] in MEDIA:
            former = media.get(row["story_id"], MEDIA[-1])
            media[row["story_id"]] = min(former, row["consent_medium"], key=MEDIA.index)
    return media


def without_other_texts(stories: pa.Table, as_of: date) -> pa.Table:
    """Return the same rows without what was told in stories that may not be shown on `as_of`."""
    shown = stories_with_consent(stories, as_of)
    rows = [
        row if row["story_id"] in shown else row | dict.fromkeys(STORY_TEXTS)
        for row in stories.to_pylist()
    ]
    return pa.Table.from_pylist(rows, schema=stories.schema)


def _has_consent(row: dict[str, Any], as_of: date) -> bool:
    return (
        row["consent_on"] is not None
        and row["consent_on"] <= as_of
        and (row["consent_until"] is None or row["consent_until"] >= as_of)
        and (row["consent_withdrawn_on"] is None or row["consent_withdrawn_on"] > as_of)
        and bool((row["consent_purpose_nl"] or "").strip(" "))
        and bool((row["consent_medium"] or "").strip(" "))
    )
