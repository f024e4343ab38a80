"""Open data: published figures about regions, from CBS and from others through CBS."""

from ingest.open_data.client import Patience
from ingest.open_data.pull import TableResult, pull

__all__ = ["Patience", "TableResult", "pull"]
