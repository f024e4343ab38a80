"""Open data: published figures about regions, from CBS and from others through CBS."""

from ingest.open_data.client import Patience
from ingest.open_data.pull import Addresses, pull
from ingest.open_data.results import (
    TableResult,
    expected_results,
    last_results,
    origin_states,
)

__all__ = [
    "Addresses",
    "Patience",
    "TableResult",
    "expected_results",
    "last_results",
    "origin_states",
    "pull",
]
