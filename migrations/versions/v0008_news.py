"""Every process hears of sessions that change, and of people whose sign-ins end, as soon as that commits"""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"

# The database tells, so that nothing that changes a session can forget to. What an upload only touches is not told.
TELLING = (
    """
    CREATE FUNCTION tell_of_session() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_notify('recital', json_build_object('session_id', NEW.id, 'speaker_id', NEW.speaker_id)::text);
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER tell_of_opening AFTER INSERT ON sessions FOR EACH ROW EXECUTE FUNCTION tell_of_session()
    """,
    """
    CREATE TRIGGER tell_of_change AFTER UPDATE OF state, outcome, attempts, problem ON sessions FOR EACH ROW
    WHEN ((OLD.state, OLD.outcome, OLD.attempts, OLD.problem)
        IS DISTINCT FROM (NEW.state, NEW.outcome, NEW.attempts, NEW.problem))
    EXECUTE FUNCTION tell_of_session()
    """,
    """
    CREATE FUNCTION tell_of_speaker() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_notify('recital', json_build_object('speaker_id', to_jsonb(OLD)->TG_ARGV[0])::text);
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER tell_of_sign_out AFTER DELETE ON credentials FOR EACH ROW
    EXECUTE FUNCTION tell_of_speaker('speaker_id')
    """,
    """
    CREATE TRIGGER tell_of_role AFTER UPDATE OF role ON speakers FOR EACH ROW
    WHEN (OLD.role IS DISTINCT FROM NEW.role) EXECUTE FUNCTION tell_of_speaker('id')
    """,
)


def upgrade() -> None:
    for statement in TELLING:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP FUNCTION tell_of_session() CASCADE")
    op.execute("DROP FUNCTION tell_of_speaker() CASCADE")
