"""What a server says after months of use, or in trouble: its answers of today, changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Answer = Any
"""What the server says, as it came from JSON."""

LONG = (
    "הילדים יצאו לחצר הגדולה שמאחורי הבית, ואמא נשארה לבדה במטבח; אחר כך חזרו כולם, רחצו ידיים, ישבו סביב השולחן"
    " וסיפרו זה לזה בפרוטרוט כל מה שראו, שמעו ועשו באותו יום ארוך."
)
MINUTE_MS, HOUR_MS = 60_000, 3_600_000
NAMES = ("מרים", "Yosef Lindenbaum", "רבקה בת־שבע אברמוביץ׳־הורוביץ", "נחום", "Dana", "שרה־לאה", "אליעזר", "Zilpa")
WORKS_BADLY = "BlobStoreUnavailable: the archive did not answer within 30 s (PUT sessions/0193a5c2/main.audio.mka)"


def no_ways_in(config: Answer) -> Answer:
    return {**config, "sign_in": {"providers": [], "mail": False}}


def nothing(page: Answer) -> Answer:
    return {**page, "items": []}


def every_state(page: Answer) -> Answer:
    """The first session once for each that can become of one."""
    one = page["items"][0]
    fates: tuple[Mapping[str, Answer], ...] = (
        {"state": "active", "ended_at": None, "duration_ms": None, "cues": None, "verdict": None, "reasons": []},
        {"state": "ended", "duration_ms": None, "cues": None, "verdict": None, "reasons": []},
        {"state": "ended", "verdict": None, "reasons": [], "attempts": 3, "problem": WORKS_BADLY},
        {"state": "aggregated"},
        {"state": "uploaded", "verdict": "usable", "reasons": ["quiet"], "duration_ms": 47 * MINUTE_MS},
        {"state": "uploaded", "verdict": "doubtful", "reasons": ["noisy", "clipped"], "text_title": LONG[:80]},
        {"state": "discarded", "problem": "empty", "duration_ms": None, "cues": None, "verdict": None, "reasons": []},
        {
            "state": "uploaded",
            "problem": "abandoned",
            "text_title": "A bright morning",
            "language": "en",
            "direction": "ltr",
        },
    )
    return {**page, "items": [{**one, **fate, "id": one["id"][:-2] + f"{n:02}"} for n, fate in enumerate(fates)]}


def doubtful(session: Answer) -> Answer:
    return {**session, "verdict": "doubtful", "reasons": ["noisy", "quiet", "long-silence"]}


def ended(session: Answer) -> Answer:
    return {**session, "state": "ended", "verdict": None, "reasons": [], "measures": None, "cues": None}


def stuck(session: Answer) -> Answer:
    return {**ended(session), "attempts": 3, "problem": WORKS_BADLY}


def discarded(session: Answer) -> Answer:
    return {**ended(session), "state": "discarded"}


def many_leaders(board: Answer) -> Answer:
    me = board["items"][0]
    hours = (61, 40.5, 12.2, 3.1, 1.4, 0.9, 0.4, 0.02)
    leaders = [
        {
            **me,
            "rank": n,
            "display_name": name,
            "duration_ms": int(spent * HOUR_MS),
            "recordings": int(spent * 12) + 1,
            "is_me": n == 4,
        }
        for n, (name, spent) in enumerate(zip(NAMES, hours, strict=True), 1)
    ]
    return {**board, "items": leaders}


def nobody(board: Answer) -> Answer:
    return {**board, "items": []}


def busy_days(overview: Answer) -> Answer:
    """Weeks with weekends, and one day on which a school class came."""
    days = [
        {
            **day,
            "duration_ms": 0 if n % 7 == 5 else (40 + 17 * (n % 5) + (400 if n % 61 == 3 else 0)) * MINUTE_MS,
            "recordings": 0 if n % 7 == 5 else 11 + n % 5,
            "speakers": 0 if n % 7 == 5 else 4 + n % 3,
        }
        for n, day in enumerate(overview["days"])
    ]
    return {
        **overview,
        "days": days,
        "pending_speakers": 3,
        "backlog": {"waiting": 14, "oldest_ms": 26 * MINUTE_MS, "running": 2, "failed": 1},
        "verdicts": {"good": 1204, "usable": 231, "doubtful": 64},
        "totals": {**overview["totals"], "duration_ms": 412 * HOUR_MS, "recordings": 1499, "speakers": 73},
        "active_speakers": {"day": 5, "week": 31, "month": 58},
    }


def failed_jobs(page: Answer) -> Answer:
    job = {"attempts": 6, "queued_at": "2026-01-05T07:31:00Z", "scheduled_at": None, "state": "failed"}
    jobs = [
        {
            **job,
            "id": 41,
            "kind": "finalize",
            "session_id": "00000000-0000-7000-8000-000000000000",
            "problem": WORKS_BADLY,
        },
        {**job, "id": 40, "kind": "letter", "session_id": None, "problem": None},
    ]
    return {**page, "items": jobs, "next": None}
