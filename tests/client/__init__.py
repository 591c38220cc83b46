"""An independent client of Recital's HTTP API: it knows the published contract and nothing of the program.

with Client(url, token) as client:
    text = client.add_text(prose, "he")
    take = Take(pcm, rate, cut(pcm, rate, "audio/flac"), marks)
    Outbox(client).send(session_id := new_id(), text["id"], take)
    client.wait_for(session_id, "uploaded", 60)
"""

from tests.client.audio import cut, decoded, encoded, sliced
from tests.client.protocol import Answer, Client, Ending, Mark, Refused, Segment, Unreachable, new_id
from tests.client.take import Outbox, Take

__all__ = (
    "Answer",
    "Client",
    "Ending",
    "Mark",
    "Outbox",
    "Refused",
    "Segment",
    "Take",
    "Unreachable",
    "cut",
    "decoded",
    "encoded",
    "new_id",
    "sliced",
)
