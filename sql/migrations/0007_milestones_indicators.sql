-- What an action's progress is made of: milestones, done or not, and indicators, from their baseline to their target.
CREATE TABLE milestone (
    id uuid CONSTRAINT milestone_key PRIMARY KEY,
    action_id uuid NOT NULL CONSTRAINT milestone_action REFERENCES action,
    title text NOT NULL,
    due_on date NOT NULL,
    done_on date,
    weight integer NOT NULL DEFAULT 1,
    CONSTRAINT milestone_title_text CHECK (is_text(title, 200)),
    CONSTRAINT milestone_weight_range CHECK (weight BETWEEN 0 AND 100),
    CONSTRAINT milestone_due_year_range CHECK (due_on BETWEEN '2000-01-01' AND '2100-12-31')
);
CREATE INDEX milestone_action ON milestone (action_id, due_on, id);
COMMENT ON TABLE milestone IS 'Steps of an action, each with a day.';
COMMENT ON COLUMN milestone.id IS 'internal UUIDv7.';
COMMENT ON COLUMN milestone.action_id IS 'internal The action.';
COMMENT ON COLUMN milestone.title IS 'internal What is reached.';
COMMENT ON COLUMN milestone.due_on IS 'internal By which day.';
COMMENT ON COLUMN milestone.done_on IS 'internal On which day it was reached.';
COMMENT ON COLUMN milestone.weight IS 'internal How much it counts in the action''s progress; 0 counts nothing.';

CREATE TABLE indicator (
    id uuid CONSTRAINT indicator_key PRIMARY KEY,
    action_id uuid NOT NULL CONSTRAINT indicator_action REFERENCES action,
    title text NOT NULL,
    unit text NOT NULL,
    baseline numeric(15, 3) NOT NULL DEFAULT 0,
    target numeric(15, 3) NOT NULL,
    weight integer NOT NULL DEFAULT 1,
    CONSTRAINT indicator_title_once UNIQUE (action_id, title),
    CONSTRAINT indicator_title_text CHECK (is_text(title, 200)),
    CONSTRAINT indicator_unit_text CHECK (is_text(unit, 60)),
    CONSTRAINT indicator_target_above_baseline CHECK (target > baseline),
    CONSTRAINT indicator_weight_range CHECK (weight BETWEEN 0 AND 100)
);
COMMENT ON TABLE indicator IS 'What an action is measured by.';
COMMENT ON COLUMN indicator.id IS 'internal UUIDv7.';
COMMENT ON COLUMN indicator.action_id IS 'internal The action.';
COMMENT ON COLUMN indicator.title IS 'internal What is counted.';
COMMENT ON COLUMN indicator.unit IS 'internal In what: persons, structures, hours.';
COMMENT ON COLUMN indicator.baseline IS 'internal The value before the action.';
COMMENT ON COLUMN indicator.target IS 'internal The value aimed at; above the baseline.';
COMMENT ON COLUMN indicator.weight IS 'internal How much it counts in the action''s progress; 0 counts nothing.';

CREATE TABLE indicator_value (
    id uuid CONSTRAINT indicator_value_key PRIMARY KEY,
    indicator_id uuid NOT NULL CONSTRAINT indicator_value_indicator REFERENCES indicator,
    action_id uuid NOT NULL CONSTRAINT indicator_value_action REFERENCES action,
    dated_on date NOT NULL,
    value numeric(15, 3) NOT NULL,
    source text NOT NULL,
    added_at timestamptz NOT NULL,
    author_id uuid CONSTRAINT indicator_value_author REFERENCES member,
    challenge text,
    settlement text,
    settlement_note text,
    CONSTRAINT indicator_value_source_text CHECK (is_text(source, 300)),
    CONSTRAINT indicator_value_challenge_text CHECK (is_text(challenge, 1000)),
    CONSTRAINT indicator_value_settlement_known CHECK (settlement IN ('kept', 'withdrawn')),
    CONSTRAINT indicator_value_settlement_note_text CHECK (is_text(settlement_note, 1000)),
    CONSTRAINT indicator_value_settled_challenge CHECK (settlement IS NULL OR challenge IS NOT NULL),
    CONSTRAINT indicator_value_settled_with_note CHECK ((settlement IS NULL) = (settlement_note IS NULL))
);
CREATE INDEX indicator_value_latest ON indicator_value (indicator_id, dated_on DESC, id DESC);
CREATE INDEX indicator_value_action ON indicator_value (action_id);
CREATE INDEX indicator_value_author ON indicator_value (author_id);
COMMENT ON TABLE indicator_value IS 'Dated values of indicators: appended; a wrong one is challenged and withdrawn, not rewritten.';
COMMENT ON COLUMN indicator_value.id IS 'internal UUIDv7.';
COMMENT ON COLUMN indicator_value.indicator_id IS 'internal Of which indicator.';
COMMENT ON COLUMN indicator_value.action_id IS 'internal Of which action: what its history is found by.';
COMMENT ON COLUMN indicator_value.dated_on IS 'internal The day it was true.';
COMMENT ON COLUMN indicator_value.value IS 'internal The value, in the indicator''s unit.';
COMMENT ON COLUMN indicator_value.source IS 'internal Where it comes from.';
COMMENT ON COLUMN indicator_value.added_at IS 'internal When it was given.';
COMMENT ON COLUMN indicator_value.author_id IS 'internal By which member.';
COMMENT ON COLUMN indicator_value.challenge IS 'internal Why somebody doubts it.';
COMMENT ON COLUMN indicator_value.settlement IS 'internal How the team settled the doubt: kept, or withdrawn and no longer counted.';
COMMENT ON COLUMN indicator_value.settlement_note IS 'internal Why so.';

-- A part that changes is news of its action: it raises the action's versions; the public's too where it moves what the
-- public sees: partners, planned money, and what progress and lateness are made of.
CREATE OR REPLACE FUNCTION touch_action() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    part record := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    is_public_change boolean := TG_TABLE_NAME IN ('action_partner', 'milestone', 'indicator', 'indicator_value')
        OR (TG_TABLE_NAME = 'funding_line' AND
            CASE TG_OP WHEN 'UPDATE' THEN to_jsonb(OLD)->'planned_cents' <> to_jsonb(NEW)->'planned_cents' ELSE true END);
BEGIN
    UPDATE action SET public_version = public_version + is_public_change::integer WHERE id = part.action_id;
    RETURN NULL;
END $$;

CREATE TRIGGER record_changes AFTER INSERT OR UPDATE OR DELETE ON milestone FOR EACH ROW EXECUTE FUNCTION record_changes('action_id');
CREATE TRIGGER record_changes AFTER INSERT OR UPDATE OR DELETE ON indicator FOR EACH ROW EXECUTE FUNCTION record_changes('action_id');
CREATE TRIGGER record_changes AFTER INSERT OR UPDATE OR DELETE ON indicator_value FOR EACH ROW EXECUTE FUNCTION record_changes('action_id');
CREATE TRIGGER touch_action AFTER INSERT OR UPDATE OR DELETE ON milestone FOR EACH ROW EXECUTE FUNCTION touch_action();
CREATE TRIGGER touch_action AFTER INSERT OR UPDATE OR DELETE ON indicator FOR EACH ROW EXECUTE FUNCTION touch_action();
CREATE TRIGGER touch_action AFTER INSERT OR UPDATE OR DELETE ON indicator_value FOR EACH ROW EXECUTE FUNCTION touch_action();

GRANT SELECT, INSERT, UPDATE, DELETE ON milestone, indicator TO pa31_app, pa31_operator;
GRANT SELECT, INSERT ON indicator_value TO pa31_app, pa31_operator;
GRANT UPDATE (challenge, settlement, settlement_note) ON indicator_value TO pa31_app, pa31_operator;

-- A milestone overdue makes its action late: what stands on the old rule is made again from sql/functions and sql/views.
DROP VIEW IF EXISTS action_event, action_change, report_funding, public_action, public_axis, public_plan, action_view;
DROP FUNCTION IF EXISTS action_is_at_risk(text, date, date, text, integer, timestamptz, date);
DROP FUNCTION IF EXISTS action_is_late(text, date, date, date);
