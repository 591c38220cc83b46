"""The names of what workers do, as the queue has them, and of the queues."""

from __future__ import annotations

FINALIZE = "finalize"
WRITE, LETTERS = "write", "letters"
PUBLISH_RETRACTIONS, RETRACTIONS = "publish_retractions", "retractions"
SWEEP, TIDY = "sweep", "tidy"
