"""People: identities, invitations, signatures, the audit log, and rows that outlive an erased account"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"

KEEP_ENTRIES = """
CREATE FUNCTION keep_audit_entries() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE erasable CONSTANT text[] := '{actor_id,subject_id,address}';
BEGIN
    IF TG_OP = 'UPDATE'
        AND to_jsonb(NEW) - erasable = to_jsonb(OLD) - erasable
        AND (NEW.actor_id IS NULL OR NEW.actor_id IS NOT DISTINCT FROM OLD.actor_id)
        AND (NEW.subject_id IS NULL OR NEW.subject_id IS NOT DISTINCT FROM OLD.subject_id)
        AND (NEW.address IS NULL OR NEW.address IS NOT DISTINCT FROM OLD.address)
    THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'audit entries are only ever added: no %', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER kept BEFORE UPDATE OR DELETE ON audit_entries
    FOR EACH ROW EXECUTE FUNCTION keep_audit_entries();
CREATE TRIGGER kept_whole BEFORE TRUNCATE ON audit_entries
    FOR EACH STATEMENT EXECUTE FUNCTION keep_audit_entries();
"""

# The tables of 0001 want an address for every account, and an account for every text and session.
GIVE_ADDRESSES = "UPDATE speakers SET email = id || '@recital.invalid' WHERE email IS NULL"
ADD_NOBODY = """
INSERT INTO speakers (id, email, display_name, role, sex, on_leaderboard, created_at)
SELECT gen_random_uuid(), 'erased@recital.invalid', 'erased', 'pending', 'unstated', false, now()
WHERE EXISTS (SELECT FROM texts WHERE owner_id IS NULL) OR EXISTS (SELECT FROM sessions WHERE speaker_id IS NULL)
ON CONFLICT DO NOTHING
"""
GIVE_TO_NOBODY = """
UPDATE {table} SET {column} = (SELECT id FROM speakers WHERE email = 'erased@recital.invalid') WHERE {column} IS NULL
"""
OWNED = (("texts", "owner_id"), ("sessions", "speaker_id"))


def upgrade() -> None:
    op.alter_column("speakers", "email", nullable=True)
    for column in (
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("birth_year", sa.Integer(), nullable=True),
        sa.Column("sex", sa.Text(), nullable=False, server_default="unstated"),
        sa.Column("on_leaderboard", sa.Boolean(), nullable=False, server_default=sa.true()),
    ):
        op.add_column("speakers", column)
    op.add_column("credentials", sa.Column("note", sa.Text(), nullable=False, server_default=""))
    for table, name in (("speakers", "sex"), ("speakers", "on_leaderboard"), ("credentials", "note")):
        op.alter_column(table, name, server_default=None)
    op.create_index(op.f("ix_speakers_role_created_at_id"), "speakers", ["role", "created_at", "id"])
    for table, name in OWNED:
        op.alter_column(table, name, nullable=True)
        op.drop_constraint(op.f(f"fk_{table}_{name}"), table)
        op.create_foreign_key(op.f(f"fk_{table}_{name}"), table, "speakers", [name], ["id"], ondelete="SET NULL")
    op.create_index(
        "ix_sessions_retracted",
        "sessions",
        ["discarded_at", "id"],
        postgresql_where=sa.text("uploaded_at IS NOT NULL AND discarded_at IS NOT NULL"),
    )
    _create_tables()
    op.execute(KEEP_ENTRIES)


def _create_tables() -> None:
    op.create_table(
        "identities",
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("speaker_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["speaker_id"], ["speakers.id"], name=op.f("fk_identities_speaker_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_identities")),
        sa.UniqueConstraint("speaker_id", "issuer", name=op.f("uq_identities_speaker_id_issuer")),
    )
    op.create_table(
        "invitations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("digest", name=op.f("uq_invitations_digest")),
    )
    op.create_index(op.f("ix_invitations_created_at_id"), "invitations", ["created_at", "id"])
    op.create_table(
        "signatures",
        sa.Column("speaker_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["speaker_id"], ["speakers.id"], name=op.f("fk_signatures_speaker_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("speaker_id", "version", name=op.f("pk_signatures")),
    )
    op.create_table(
        "audit_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["speakers.id"], name=op.f("fk_audit_entries_actor_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["speakers.id"], name=op.f("fk_audit_entries_subject_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entries")),
    )
    op.create_index(op.f("ix_audit_entries_at_id"), "audit_entries", ["at", "id"])
    for name in ("event", "actor_id", "subject_id"):
        op.create_index(op.f(f"ix_audit_entries_{name}_at_id"), "audit_entries", [name, "at", "id"])


def downgrade() -> None:
    """What erased people left is given to nobody's account; the log, signatures and identities are lost."""
    for table in ("audit_entries", "signatures", "invitations", "identities"):
        op.drop_table(table)
    op.execute("DROP FUNCTION keep_audit_entries()")
    op.execute(GIVE_ADDRESSES)
    op.execute(ADD_NOBODY)
    op.drop_index("ix_sessions_retracted", "sessions")
    for table, name in OWNED:
        op.execute(GIVE_TO_NOBODY.format(table=table, column=name))
        op.drop_constraint(op.f(f"fk_{table}_{name}"), table)
        op.create_foreign_key(op.f(f"fk_{table}_{name}"), table, "speakers", [name], ["id"])
        op.alter_column(table, name, nullable=False)
    op.drop_index(op.f("ix_speakers_role_created_at_id"), "speakers")
    op.drop_column("credentials", "note")
    for name in ("on_leaderboard", "sex", "birth_year", "language"):
        op.drop_column("speakers", name)
    op.alter_column("speakers", "email", nullable=False)
