"""What can go wrong with a pull, and how long a night goes on trying."""

import time
from dataclasses import dataclass

from tenacity import RetryCallState, Retrying, retry_if_exception, wait_random_exponential

_LONGEST_WAIT_SECONDS = 30.0


class PullError(Exception):
    """Rows that could not be had: a Dutch sentence with what to do, without secret or value.

    `may_pass` says that asking again may help.
    """

    def __init__(self, message: str, *, may_pass: bool = False) -> None:
        super().__init__(message)
        self.may_pass = may_pass


@dataclass(frozen=True)
class Patience:
    """How long to wait for one source: attempts per question, and seconds in all."""

    total_seconds: float = 600.0
    attempts: int = 5
    first_wait_seconds: float = 1.0


class Deadline:
    """The moment, from now, at which the patience with one source ends."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._at = time.monotonic() + patience.total_seconds

    @property
    def seconds_left(self) -> float:
        """Return how long may still be waited; never less than nothing."""
        return max(0.0, self._at - time.monotonic())

    def out_of_time(self) -> PullError:
        """Return what to say when it has passed."""
        minutes = max(1, round(self._patience.total_seconds / 60))
        return PullError(
            f"de tijd voor deze bron ({minutes} min) is op. Vraag de beheerder van de server "
            "waarom het zo lang duurt, of zet pull_patience_seconds in settings.toml hoger."
        )

    def retrying(self) -> Retrying:
        """Return what asks again, with jitter, as long as that may help and there is time."""
        jitter = wait_random_exponential(self._patience.first_wait_seconds, _LONGEST_WAIT_SECONDS)

        def is_last(state: RetryCallState) -> bool:
            return state.attempt_number >= self._patience.attempts or not self.seconds_left

        def wait(state: RetryCallState) -> float:
            return min(jitter(state), self.seconds_left)

        return Retrying(
            stop=is_last,
            wait=wait,
            retry=retry_if_exception(lambda error: isinstance(error, PullError) and error.may_pass),
            reraise=True,
        )
