"""Nearly a third of all requests fail, in every way that a network has."""

from __future__ import annotations

from collections import Counter

import numpy as np

from tests.chaos.faults import FAULTS, REPEATED, broken_network
from tests.chaos.published import Published
from tests.chaos.readings import take_of
from tests.client import Client, Outbox, new_id
from tests.reading import Reading
from tests.running import Server

SHARE = 0.3
SESSIONS = 3
SEGMENT_MS = 500
UPLOADED_WITHIN_S = 60


def test_with_a_third_of_the_requests_failing_the_published_audio_is_that_of_an_undisturbed_run(
    server: Server, token: str, outbox: Outbox, text_id: str, spoken: Reading
) -> None:
    take = take_of(spoken, segment_ms=SEGMENT_MS)
    undisturbed, *disturbed = (new_id() for _ in range(1 + SESSIONS))
    outbox.send(undisturbed, text_id, take)
    with broken_network(server.port, share=SHARE, seed=3) as network:
        with Client(network.url, token) as client:
            for session_id in disturbed:
                Outbox(client).send(session_id, text_id, take)
                client.wait_for(session_id, "uploaded", UPLOADED_WITHIN_S)
            assert client.repeated >= network.faults.total() - network.faults[REPEATED], (
                "the network repeats those itself"
            )
        assert set(network.faults) == set(FAULTS)
        assert network.faults.total() > 0.2 * (network.faults.total() + network.passed)
    outbox.client.wait_for(undisturbed, "uploaded", UPLOADED_WITHIN_S)
    expected = Published(server.archive / undisturbed)
    for session_id in disturbed:
        published = Published(server.archive / session_id)
        published.assert_holds(take)
        published.assert_captions_sit_in_the_pauses_of(spoken)
        np.testing.assert_array_equal(published.main(), expected.main())
        assert published.captions == expected.captions
        assert published.cues == expected.cues
    listed = Counter(session["id"] for session in outbox.client.sessions())
    assert {listed[session_id] for session_id in disturbed} == {1}
