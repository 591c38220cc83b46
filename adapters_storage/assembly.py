"""The composition root: builds the use cases over what the settings name, and closes it all at the end."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adapters_storage.database import Schema, check_migration, database_url, last_migration, missing_after
from adapters_storage.operations import to_see_to
from adapters_storage.readiness import Readiness
from adapters_storage.settings import Settings
from adapters_storage.telemetry.figures import figures_of
from recital_core import errors
from recital_core.accounts import Accounts
from recital_core.aggregation import Aggregation
from recital_core.correspondence import Correspondence
from recital_core.importing import Importing
from recital_core.library import Library
from recital_core.listening import Listening
from recital_core.membership import Membership
from recital_core.orphans import Orphans
from recital_core.oversight import Oversight
from recital_core.personal_data import PersonalData
from recital_core.ports import AudioWorkshop, BlobStore, Collection, News, Store
from recital_core.recording import Recording
from recital_core.speakers import Role
from recital_core.standings import Standings

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from adapters_storage.audio.workshop import FfmpegWorkshop
    from adapters_storage.jobs.worker import Worker
    from adapters_storage.telemetry.metrics import Metrics
    from adapters_storage.telemetry.tracing import Tracer

log = logging.getLogger(__name__)


class Recital:
    """Every use case of one installation."""

    def __init__(
        self,
        *,
        settings: Settings,
        library: Library,
        accounts: Accounts,
        membership: Membership,
        personal_data: PersonalData,
        oversight: Oversight,
        recording: Recording,
        aggregation: Aggregation,
        listening: Listening,
        importing: Importing,
        standings: Standings,
        orphans: Orphans,
        readiness: Readiness,
        news: News,
        metrics: Metrics,
        tracer: Tracer,
        worker: Callable[[], Worker],
    ) -> None:
        self.settings = settings
        self.library = library
        self.accounts = accounts
        self.membership = membership
        self.personal_data = personal_data
        self.oversight = oversight
        self.recording = recording
        self.aggregation = aggregation
        self.listening = listening
        self.importing = importing
        self.standings = standings
        self.orphans = orphans
        self.readiness = readiness
        self.news = news
        self.metrics = metrics
        self.tracer = tracer
        self._worker = worker

    def link_address(self, secret: str) -> str:
        """Where the sign-in link of `secret` leads."""
        return f"{self.settings.address}/api/auth/link/{secret}"

    def invitation_address(self, secret: str) -> str:
        """Where an invitation leads; what follows the # reaches neither the server nor its log."""
        return f"{self.settings.address}/invitation#{secret}"

    def telling(self) -> AbstractContextManager[object]:
        """Tell figures on RECITAL_METRICS_PORT, where one is set, until the block ends. Raises SettingWrong."""
        settings = self.settings
        if settings.metrics_port is None:
            return contextlib.nullcontext()
        self.metrics.also(lambda: figures_of(self.oversight, _folders(settings)))
        return self.metrics.served(settings.metrics_host, settings.metrics_port)

    def worker(self) -> Worker:
        """A worker for the sessions of this installation, not started yet; from now on one of the parts to be ready."""
        worker = self._worker()
        self.readiness.add("worker", worker.check)
        return worker


@contextlib.contextmanager
def assembled(settings: Settings, *, serving: bool = False, upgrading: bool = True) -> Iterator[Recital]:
    """Recital as `settings` describe it, until the block ends.

    The embedded database is started or joined, and brought to the newest migration. `serving` refuses to join it
    (DataFolderInUse), and brings a database of one's own there too, unless it is told not to. Raises
    DatabaseUnavailable, also where too many migrations are missing, SettingWrong, BlobStoreUnavailable.
    """
    with contextlib.ExitStack() as closing:
        url = closing.enter_context(database_url(settings, serving=serving))
        _migrate(url, upgrading=settings.database_url is None or (serving and upgrading))
        yield _built(settings, url, closing)


def diagnosis(settings: Settings) -> dict[str, str | None]:
    """Each part as `Readiness.ask` says it, mail, and what is to be seen to.

    Where Recital cannot even be assembled, why, as `start`.
    """
    from adapters_storage.mail import mailer_of

    try:
        with assembled(settings) as recital:
            mailer = mailer_of(settings.mail, settings.mail_from)
            if mailer is not None:
                recital.readiness.add("mail", mailer.check)
            for name, check in to_see_to(recital.oversight, _folders(settings)).items():
                recital.readiness.add(name, check)
            return recital.readiness.ask()
    except errors.RecitalError as error:
        return {"start": error.detail}


@contextlib.contextmanager
def schema_of(settings: Settings) -> Iterator[Schema]:
    """The schema of the database that `settings` name, without bringing it to any migration."""
    with database_url(settings) as url:
        yield Schema(url)


@contextlib.contextmanager
def crowd_recital_at(settings: Settings, url: str, archive: str) -> Iterator[Collection]:
    """What crowd-recital collected, to be taken over; `archive` is a folder or s3://bucket.

    Raises DatabaseUnavailable, BlobStoreUnavailable, Invalid.
    """
    from adapters_storage.blobs import blobs_to_read
    from adapters_storage.crowd_recital import crowd_recital
    from adapters_storage.setting_values import database

    try:
        named = database(url)
        objects = blobs_to_read(settings, archive)
    except ValueError as wrong:
        raise errors.Invalid(f"That is not where crowd-recital is: {wrong}") from wrong
    ffmpeg = Path(settings.ffmpeg) if settings.ffmpeg else None
    with crowd_recital(named, objects, ffmpeg, settings.data_dir) as collection:
        yield collection


def _folders(settings: Settings) -> tuple[Path, ...]:
    """Where room may run out."""
    return settings.data_dir, settings.staging_dir, settings.archive_dir


def _migrate(url: str, *, upgrading: bool) -> None:
    schema = Schema(url)
    revision = schema.revision
    missing = missing_after(revision)
    if not missing:
        return
    if upgrading:
        schema.upgrade()
        return
    check_migration(revision)
    log.warning("the database lacks migration %s, without which this goes on: recital db upgrade", *missing)


def _built(settings: Settings, url: str, closing: contextlib.ExitStack) -> Recital:
    from adapters_storage.agreements import agreement_in
    from adapters_storage.analytics import analytics_of
    from adapters_storage.articles.fetching import Fetcher, user_agent
    from adapters_storage.articles.sources import OutsideSources
    from adapters_storage.audio.workshop import FfmpegWorkshop
    from adapters_storage.blobs import staging_and_archive
    from adapters_storage.blobs.stopping import StoppableBlobStore
    from adapters_storage.clock import SystemClock
    from adapters_storage.jobs.queue import ProcrastinateJobs
    from adapters_storage.mail import mailer_of
    from adapters_storage.postgres.connections import separate, transactional
    from adapters_storage.postgres.news import PostgresNews
    from adapters_storage.postgres.unit_of_work import PostgresStore
    from adapters_storage.sealer import JoserfcSealer, secret_in
    from adapters_storage.structs import prepare_structs
    from adapters_storage.telemetry.metrics import Metrics
    from adapters_storage.telemetry.tracing import tracer_of

    clock = SystemClock()
    sealer = JoserfcSealer(
        secret=settings.secret_key or secret_in(settings.data_dir / "secret.key"),
        clock=clock,
        old_secrets=settings.old_secret_keys,
        pseudonym_secret=settings.pseudonym_key,
    )
    staging, archive = staging_and_archive(settings)
    workshop = settings.data_dir / "workshop"
    workshop.mkdir(parents=True, exist_ok=True)
    metrics = Metrics()
    tracer = closing.enter_context(tracer_of(settings.otlp_url))
    audio = FfmpegWorkshop(
        ffmpeg=Path(settings.ffmpeg) if settings.ffmpeg else None, folder=workshop, ran=metrics.ffmpeg_ran
    )
    closing.callback(audio.close)
    engine = separate(url)
    closing.callback(engine.dispose)
    store = PostgresStore(engine, ProcrastinateJobs)
    news = PostgresNews(url)
    closing.callback(news.close)
    analytics = closing.enter_context(analytics_of(settings))
    agreement = agreement_in(settings.agreement_dir)
    recording = Recording(
        store=store,
        staging=staging,
        clock=clock,
        sealer=sealer,
        analytics=analytics,
        agreement_version=agreement.version,
        abandon_after=timedelta(hours=settings.abandon_after_hours),
        open_sessions=settings.open_sessions,
    )
    accounts = Accounts(
        store=store,
        clock=clock,
        sealer=sealer,
        analytics=analytics,
        new_role=Role.PENDING if settings.approval else Role.SPEAKER,
        delegated_admins=settings.delegation_admins,
    )
    stopping = threading.Event()
    stoppable: Any = {
        "staging": StoppableBlobStore(staging, stopping),
        "archive": StoppableBlobStore(archive, stopping),
    }
    aggregation = Aggregation(
        store=store,
        **stoppable,
        audio=audio,
        clock=clock,
        sealer=sealer,
        analytics=analytics,
    )
    orphans = Orphans(store=store, **stoppable, clock=clock)
    correspondence = Correspondence(
        store=store,
        accounts=accounts,
        mailer=mailer_of(settings.mail, settings.mail_from),
        agreement=agreement,
        address=settings.address,
    )

    def interrupt() -> None:
        stopping.set()
        audio.close()

    def worker() -> Worker:
        from adapters_storage.jobs.worker import Worker

        return Worker(
            url=url,
            engine=transactional(engine),
            store=store,
            clock=clock,
            aggregation=aggregation,
            recording=recording,
            accounts=accounts,
            correspondence=correspondence,
            concurrency=settings.concurrency,
            begin=lambda: _sweep_drafts(audio, orphans),
            tidy=orphans.sweep,
            interrupt=interrupt,
            metrics=metrics,
            tracer=tracer,
        )

    prepare_structs()
    return Recital(
        settings=settings,
        library=Library(
            store=store,
            clock=clock,
            sealer=sealer,
            analytics=analytics,
            sources=OutsideSources(fetcher=Fetcher(user_agent=user_agent(settings.contact)), clock=clock),
            languages=settings.languages,
            long_sentence_words=settings.long_sentence_words,
        ),
        accounts=accounts,
        membership=Membership(store=store, clock=clock, agreement=agreement),
        personal_data=PersonalData(store=store, staging=staging, archive=archive, clock=clock),
        oversight=Oversight(store=store, clock=clock),
        recording=recording,
        aggregation=aggregation,
        listening=Listening(store=store, staging=staging, archive=archive, clock=clock, sealer=sealer),
        importing=Importing(store=store, staging=staging, clock=clock, sealer=sealer, language=settings.languages[0]),
        standings=Standings(store=store),
        orphans=orphans,
        readiness=Readiness(
            _checks(engine, store, staging, archive, audio), {"staging": staging.examine, "archive": archive.examine}
        ),
        news=news,
        metrics=metrics,
        tracer=tracer,
        worker=worker,
    )


def _sweep_drafts(audio: FfmpegWorkshop, orphans: Orphans) -> None:
    try:
        audio.sweep()
        orphans.sweep_drafts()
    except errors.Unavailable as failure:  # the next hour's sweep does it, and the next session
        log.warning("what was left half-written is not swept yet: %s", failure)


def _checks(
    engine: Engine, store: Store, staging: BlobStore, archive: BlobStore, audio: AudioWorkshop
) -> dict[str, Callable[[], object]]:
    def queue() -> None:
        from adapters_storage.postgres.unit_of_work import answering

        with answering(), engine.connect() as connection:
            last = last_migration(connection.exec_driver_sql)
        check_migration(last)

    return {
        "database": store.check,
        "queue": queue,
        "staging": staging.check,
        "archive": archive.check,
        "ffmpeg": audio.check,
    }
