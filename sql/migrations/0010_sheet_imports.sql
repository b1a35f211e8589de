-- Sheets that were sent back wait here for their sender to apply them, seven days at most (domain.md). They hold what people
-- wrote, so each is its sender's only.
CREATE TABLE sheet_import (
    id uuid CONSTRAINT sheet_import_key PRIMARY KEY,
    member_id uuid NOT NULL CONSTRAINT sheet_import_member REFERENCES member,
    made_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    applied_at timestamptz,
    sheet jsonb NOT NULL,
    CONSTRAINT sheet_import_sheet_form CHECK (jsonb_typeof(sheet) = 'array'),
    CONSTRAINT sheet_import_wait_order CHECK (made_at < expires_at)
);
COMMENT ON TABLE sheet_import IS 'Sheets of actions that wait to be applied, kept 7 days; each caller reaches its own only.';
COMMENT ON COLUMN sheet_import.id IS 'internal UUIDv7.';
COMMENT ON COLUMN sheet_import.member_id IS 'internal Who sent it.';
COMMENT ON COLUMN sheet_import.made_at IS 'internal When it was sent.';
COMMENT ON COLUMN sheet_import.expires_at IS 'internal When it is forgotten.';
COMMENT ON COLUMN sheet_import.applied_at IS 'internal When it was applied; NULL while it waits.';
COMMENT ON COLUMN sheet_import.sheet IS 'personal Its rows as they were read, which may hold what people wrote; emptied once applied.';
CREATE INDEX sheet_import_of_member ON sheet_import (member_id, id);
CREATE INDEX sheet_import_age ON sheet_import (expires_at);

ALTER TABLE sheet_import ENABLE ROW LEVEL SECURITY;
ALTER TABLE sheet_import FORCE ROW LEVEL SECURITY;
CREATE POLICY sheet_import_own ON sheet_import TO pa31_app, pa31_operator
    USING (member_id::text = current_caller()) WITH CHECK (member_id::text = current_caller());
-- The platform itself forgets what is over its time; it can't write one.
CREATE POLICY sheet_import_seen_by_system ON sheet_import FOR SELECT TO pa31_app
    USING (current_caller() = 'system');
CREATE POLICY sheet_import_forgotten_by_system ON sheet_import FOR DELETE TO pa31_app
    USING (current_caller() = 'system');
GRANT SELECT, INSERT, DELETE ON sheet_import TO pa31_app, pa31_operator;
GRANT UPDATE (applied_at, sheet) ON sheet_import TO pa31_app, pa31_operator;
