"""How often letters and the list of retractions are tried again, and after which pauses."""

from __future__ import annotations

import logging

from procrastinate.jobs import Job
from procrastinate.retry import BaseRetryStrategy, RetryDecision
from procrastinate.utils import utcnow

from adapters_storage.jobs.queue import MOST_ATTEMPTS, pause_after
from recital_core import errors
from recital_core.letters import LetterKind

LINK_ATTEMPTS = 3  # whoever waits for a link asks again

log = logging.getLogger(__name__)


class LetterTries(BaseRetryStrategy):
    """Ten times, a sign-in link three times, after growing pauses; once, if nobody will take the letter."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        kind, reader = job.task_kwargs["kind"], job.task_kwargs["speaker_id"]
        attempts = job.attempts + 1
        most = LINK_ATTEMPTS if kind == LetterKind.SIGN_IN_LINK else MOST_ATTEMPTS
        if isinstance(exception, errors.Invalid) or attempts >= most:
            log.error("the letter %s to speaker %s is given up: %s", kind, reader, exception)
            return None
        pause = pause_after(attempts)
        log.warning(
            "the letter %s to speaker %s failed, again in %d s: %s", kind, reader, pause.total_seconds(), exception
        )
        return RetryDecision(retry_at=utcnow() + pause)


class RetractionTries(BaseRetryStrategy):
    """For ever, after growing pauses: what was erased has to be told."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        if isinstance(exception, errors.Interrupted):
            return RetryDecision(retry_at=utcnow())
        pause = pause_after(job.attempts + 1)
        log.error("the retractions are not published, again in %d s: %r", pause.total_seconds(), exception)
        return RetryDecision(retry_at=utcnow() + pause)
