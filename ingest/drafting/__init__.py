"""A first contract for a source, drafted from a sample of what it delivers; a person finishes it.

A night guesses nothing. Here guessing is allowed, because everything guessed is shown as a
proposal and counts only after somebody has confirmed it.
"""

from ingest.drafting.sample import SampleError, read_sample
from ingest.drafting.writing import Draft, draft_contract

__all__ = ["Draft", "SampleError", "draft_contract", "read_sample"]
