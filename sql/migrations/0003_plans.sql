-- The action plan: axes, actions, who carries them, what they cost, what proves them.
CREATE TABLE action_plan (
    id uuid CONSTRAINT action_plan_key PRIMARY KEY,
    code text NOT NULL CONSTRAINT action_plan_code_once UNIQUE,
    title text NOT NULL,
    is_fictional boolean NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    expected_actions integer,
    expected_axes integer,
    expected_budget_cents bigint,
    expected_funder_cents jsonb NOT NULL DEFAULT '{}',
    version integer NOT NULL DEFAULT 1,
    CONSTRAINT action_plan_code_form CHECK (code ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    CONSTRAINT action_plan_title_text CHECK (is_text(title, 300)),
    CONSTRAINT action_plan_period_order CHECK (starts_on <= ends_on),
    CONSTRAINT action_plan_invariants_positive CHECK
        (expected_actions > 0 AND expected_axes > 0 AND expected_budget_cents >= 0)
);
COMMENT ON TABLE action_plan IS 'The plan and the invariants that its file declares.';
COMMENT ON COLUMN action_plan.id IS 'public UUIDv7.';
COMMENT ON COLUMN action_plan.code IS 'public Stable code of the plan.';
COMMENT ON COLUMN action_plan.title IS 'public Its title.';
COMMENT ON COLUMN action_plan.is_fictional IS 'public Whether it was made up for a demonstration.';
COMMENT ON COLUMN action_plan.starts_on IS 'public First day.';
COMMENT ON COLUMN action_plan.ends_on IS 'public Last day.';
COMMENT ON COLUMN action_plan.expected_actions IS 'public How many top-level actions there must be.';
COMMENT ON COLUMN action_plan.expected_axes IS 'public How many axes there must be.';
COMMENT ON COLUMN action_plan.expected_budget_cents IS 'public Total planned money, in cents.';
COMMENT ON COLUMN action_plan.expected_funder_cents IS 'public Planned money by funder''s code, in cents, for those declared.';
COMMENT ON COLUMN action_plan.version IS 'internal Raised by every change.';

CREATE TABLE axis (
    id uuid CONSTRAINT axis_key PRIMARY KEY,
    plan_id uuid NOT NULL CONSTRAINT axis_plan REFERENCES action_plan,
    code text NOT NULL,
    title text NOT NULL,
    CONSTRAINT axis_code_once UNIQUE (plan_id, code),
    CONSTRAINT axis_of_plan UNIQUE (plan_id, id),
    CONSTRAINT axis_code_form CHECK (code ~ '^[A-Z][0-9]{1,2}$'),
    CONSTRAINT axis_title_text CHECK (is_text(title, 300))
);
COMMENT ON TABLE axis IS 'An axis of the plan.';
COMMENT ON COLUMN axis.id IS 'public UUIDv7.';
COMMENT ON COLUMN axis.plan_id IS 'public Of which plan.';
COMMENT ON COLUMN axis.code IS 'public A1, A2.';
COMMENT ON COLUMN axis.title IS 'public Its title.';

CREATE TABLE action (
    id uuid CONSTRAINT action_key PRIMARY KEY,
    plan_id uuid NOT NULL CONSTRAINT action_plan_of REFERENCES action_plan,
    axis_id uuid NOT NULL,
    parent_id uuid,
    code text COLLATE "C" NOT NULL CONSTRAINT action_code_once UNIQUE,
    title text NOT NULL,
    description text,
    lead_organisation_id uuid NOT NULL CONSTRAINT action_lead REFERENCES organisation,
    planned_start date NOT NULL,
    planned_end date NOT NULL,
    actual_start date,
    actual_end date,
    status text NOT NULL,
    status_reason text,
    status_reason_code text,
    blocker text,
    unblocker text,
    health text NOT NULL DEFAULT 'not_filled',
    is_public boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version integer NOT NULL DEFAULT 1,
    public_version integer NOT NULL DEFAULT 1,
    search_text text NOT NULL GENERATED ALWAYS AS
        (folded(code || ' ' || title || ' ' || coalesce(description, ''))) STORED,
    CONSTRAINT action_axis_of_its_plan FOREIGN KEY (plan_id, axis_id) REFERENCES axis (plan_id, id),
    CONSTRAINT action_in_plan UNIQUE (plan_id, id),
    CONSTRAINT action_parent_of_its_plan FOREIGN KEY (plan_id, parent_id) REFERENCES action (plan_id, id),
    CONSTRAINT action_code_form CHECK (code ~ '^[A-Z][0-9]{1,2}\.[0-9]{2,3}(\.[0-9]{1,2})?$'),
    CONSTRAINT action_parent_as_code CHECK ((parent_id IS NOT NULL) = (code ~ '\..*\.')),
    CONSTRAINT action_title_text CHECK (is_text(title, 300)),
    CONSTRAINT action_description_text CHECK (is_text(description, 4000)),
    CONSTRAINT action_planned_order CHECK (planned_start <= planned_end),
    CONSTRAINT action_actual_order CHECK (actual_start <= actual_end),
    CONSTRAINT action_actual_end_has_start CHECK (actual_end IS NULL OR actual_start IS NOT NULL),
    CONSTRAINT action_status_known CHECK
        (status IN ('planned', 'in_progress', 'paused', 'blocked', 'done', 'abandoned')),
    CONSTRAINT action_status_reason_text CHECK (is_text(status_reason, 2000)),
    CONSTRAINT action_status_reason_code_known CHECK (status_reason_code IN ('left_the_plan')),
    CONSTRAINT action_stopped_with_reason CHECK
        (status NOT IN ('paused', 'abandoned') OR status_reason IS NOT NULL OR status_reason_code IS NOT NULL),
    CONSTRAINT action_blocked_by_something CHECK
        ((status = 'blocked') = (blocker IS NOT NULL) AND (status = 'blocked') = (unblocker IS NOT NULL)),
    CONSTRAINT action_blocker_text CHECK (is_text(blocker, 2000) AND is_text(unblocker, 300)),
    CONSTRAINT action_health_known CHECK
        (health IN ('secured', 'attainable', 'support_needed', 'compromised', 'not_filled'))
);
COMMENT ON TABLE action IS 'An action of the plan (domain.md §5).';
COMMENT ON COLUMN action.id IS 'public UUIDv7.';
COMMENT ON COLUMN action.plan_id IS 'public Of which plan.';
COMMENT ON COLUMN action.axis_id IS 'public On which axis.';
COMMENT ON COLUMN action.parent_id IS 'public For a sub-action, the action it is part of.';
COMMENT ON COLUMN action.code IS 'public A1.03, or A1.03.1 for a sub-action; stable, never used twice.';
COMMENT ON COLUMN action.title IS 'public Its title.';
COMMENT ON COLUMN action.description IS 'public What is done, for whom.';
COMMENT ON COLUMN action.lead_organisation_id IS 'public Who carries it.';
COMMENT ON COLUMN action.planned_start IS 'public First day, as planned.';
COMMENT ON COLUMN action.planned_end IS 'public Last day, as planned.';
COMMENT ON COLUMN action.actual_start IS 'public First day, as it was.';
COMMENT ON COLUMN action.actual_end IS 'public Last day, as it was.';
COMMENT ON COLUMN action.status IS 'public Where it stands.';
COMMENT ON COLUMN action.status_reason IS 'internal Why it stands there, in the words of who moved it.';
COMMENT ON COLUMN action.status_reason_code IS 'internal Why, when the system moved it: left_the_plan.';
COMMENT ON COLUMN action.blocker IS 'internal What blocks it, while it is blocked.';
COMMENT ON COLUMN action.unblocker IS 'internal Who can unblock it.';
COMMENT ON COLUMN action.health IS 'internal The lead''s opinion; beside progress, never instead of it.';
COMMENT ON COLUMN action.is_public IS 'internal Whether the public sees it.';
COMMENT ON COLUMN action.created_at IS 'internal When it came into the plan.';
COMMENT ON COLUMN action.updated_at IS 'internal Its last news: change, note or evidence.';
COMMENT ON COLUMN action.version IS 'internal Raised by every change; If-Match names it.';
COMMENT ON COLUMN action.public_version IS 'public Raised by changes of public columns only; the ETag without a token.';
COMMENT ON COLUMN action.search_text IS 'public What the search looks in: public columns only.';
CREATE INDEX action_search ON action USING gin (search_text gin_trgm_ops);
CREATE INDEX action_lead ON action (lead_organisation_id);
CREATE INDEX action_axis ON action (axis_id);
CREATE INDEX action_plan_code ON action (plan_id, code);
CREATE INDEX action_parent ON action (parent_id) WHERE parent_id IS NOT NULL;

-- version on every change; public_version when something the public sees changed. In a trigger because parts of the
-- action (partners, money) raise them too, and no code may forget to.
CREATE FUNCTION raise_action_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.version := OLD.version + 1;
    NEW.updated_at := greatest(current_instant(), OLD.updated_at);
    IF (NEW.title, NEW.description, NEW.lead_organisation_id, NEW.planned_start, NEW.planned_end, NEW.actual_start,
        NEW.actual_end, NEW.status, NEW.is_public, NEW.axis_id)
       IS DISTINCT FROM
       (OLD.title, OLD.description, OLD.lead_organisation_id, OLD.planned_start, OLD.planned_end, OLD.actual_start,
        OLD.actual_end, OLD.status, OLD.is_public, OLD.axis_id)
    THEN NEW.public_version := OLD.public_version + 1;
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION raise_action_version IS 'Trigger: raises an action''s versions and dates its last news.';
CREATE TRIGGER raise_version BEFORE UPDATE ON action FOR EACH ROW EXECUTE FUNCTION raise_action_version();

-- A code is stable: it is what people, files and links know an action by.
CREATE FUNCTION refuse_new_code() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an action''s code never changes' USING ERRCODE = 'check_violation', CONSTRAINT = 'action_code_stable';
END $$;
COMMENT ON FUNCTION refuse_new_code IS 'Trigger: an action''s code never changes.';
CREATE TRIGGER code_stable BEFORE UPDATE OF code ON action FOR EACH ROW
    WHEN (OLD.code IS DISTINCT FROM NEW.code) EXECUTE FUNCTION refuse_new_code();

CREATE TABLE action_partner (
    id uuid CONSTRAINT action_partner_key PRIMARY KEY,
    action_id uuid NOT NULL CONSTRAINT action_partner_action REFERENCES action,
    organisation_id uuid NOT NULL CONSTRAINT action_partner_organisation REFERENCES organisation,
    CONSTRAINT action_partner_once UNIQUE (action_id, organisation_id)
);
CREATE INDEX action_partner_organisation ON action_partner (organisation_id);
COMMENT ON TABLE action_partner IS 'Organisations that take part in an action beside its lead.';
COMMENT ON COLUMN action_partner.id IS 'internal UUIDv7.';
COMMENT ON COLUMN action_partner.action_id IS 'public The action.';
COMMENT ON COLUMN action_partner.organisation_id IS 'public The organisation.';

CREATE TABLE funding_line (
    id uuid CONSTRAINT funding_line_key PRIMARY KEY,
    action_id uuid NOT NULL CONSTRAINT funding_line_action REFERENCES action,
    funder_id uuid NOT NULL CONSTRAINT funding_line_funder REFERENCES organisation,
    year integer NOT NULL,
    planned_cents bigint NOT NULL,
    committed_cents bigint NOT NULL DEFAULT 0,
    spent_cents bigint NOT NULL DEFAULT 0,
    CONSTRAINT funding_line_once UNIQUE (action_id, funder_id, year),
    CONSTRAINT funding_line_year_range CHECK (year BETWEEN 2000 AND 2100),
    CONSTRAINT funding_line_not_negative CHECK (planned_cents >= 0 AND committed_cents >= 0 AND spent_cents >= 0)
);
CREATE INDEX funding_line_funder ON funding_line (funder_id);
COMMENT ON TABLE funding_line IS 'Money for an action, by funder and year, in cents.';
COMMENT ON COLUMN funding_line.id IS 'internal UUIDv7.';
COMMENT ON COLUMN funding_line.action_id IS 'public The action.';
COMMENT ON COLUMN funding_line.funder_id IS 'public The funder.';
COMMENT ON COLUMN funding_line.year IS 'public The year.';
COMMENT ON COLUMN funding_line.planned_cents IS 'public Planned (montant prévu).';
COMMENT ON COLUMN funding_line.committed_cents IS 'internal Committed (montant engagé).';
COMMENT ON COLUMN funding_line.spent_cents IS 'internal Spent (montant réalisé).';

CREATE TABLE evidence (
    id uuid CONSTRAINT evidence_key PRIMARY KEY,
    action_id uuid NOT NULL CONSTRAINT evidence_action REFERENCES action,
    label text NOT NULL,
    url text NOT NULL,
    added_at timestamptz NOT NULL,
    author_id uuid CONSTRAINT evidence_author REFERENCES member,
    CONSTRAINT evidence_label_text CHECK (is_text(label, 200)),
    CONSTRAINT evidence_url_form CHECK (url ~ '^https?://[^\s<>"]+$' AND char_length(url) <= 2000)
);
CREATE INDEX evidence_action ON evidence (action_id, id);
CREATE INDEX evidence_author ON evidence (author_id);
COMMENT ON TABLE evidence IS 'Links that prove what an action did.';
COMMENT ON COLUMN evidence.id IS 'internal UUIDv7.';
COMMENT ON COLUMN evidence.action_id IS 'internal The action.';
COMMENT ON COLUMN evidence.label IS 'internal What it is.';
COMMENT ON COLUMN evidence.url IS 'internal Where it is; never fetched.';
COMMENT ON COLUMN evidence.added_at IS 'internal When it was added.';
COMMENT ON COLUMN evidence.author_id IS 'internal By which member.';

CREATE TABLE progress_note (
    id uuid CONSTRAINT progress_note_key PRIMARY KEY,
    action_id uuid NOT NULL CONSTRAINT progress_note_action REFERENCES action,
    kind text NOT NULL,
    text text NOT NULL,
    written_at timestamptz NOT NULL,
    author_id uuid CONSTRAINT progress_note_author REFERENCES member,
    CONSTRAINT progress_note_kind_known CHECK (kind IN ('result', 'blocker', 'next_step', 'success')),
    CONSTRAINT progress_note_text_text CHECK (is_text(text, 4000))
);
CREATE INDEX progress_note_action ON progress_note (action_id, id);
CREATE INDEX progress_note_author ON progress_note (author_id);
COMMENT ON TABLE progress_note IS 'Dated notes on an action.';
COMMENT ON COLUMN progress_note.id IS 'internal UUIDv7.';
COMMENT ON COLUMN progress_note.action_id IS 'internal The action.';
COMMENT ON COLUMN progress_note.kind IS 'internal result, blocker, next_step or success.';
COMMENT ON COLUMN progress_note.text IS 'internal What its author says.';
COMMENT ON COLUMN progress_note.written_at IS 'internal When.';
COMMENT ON COLUMN progress_note.author_id IS 'internal By which member.';

-- A part that changes is news of its action: it raises the action's versions.
CREATE FUNCTION touch_action() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    part record := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    is_public_change boolean := TG_TABLE_NAME = 'action_partner' OR (TG_TABLE_NAME = 'funding_line' AND
        CASE TG_OP WHEN 'UPDATE' THEN to_jsonb(OLD)->'planned_cents' <> to_jsonb(NEW)->'planned_cents' ELSE true END);
BEGIN
    UPDATE action SET public_version = public_version + is_public_change::integer WHERE id = part.action_id;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION touch_action IS 'Trigger: a change of a part raises its action''s versions.';

CREATE TRIGGER record_changes AFTER INSERT OR UPDATE OR DELETE ON action_plan FOR EACH ROW EXECUTE FUNCTION record_changes('');
CREATE TRIGGER record_changes AFTER INSERT OR UPDATE OR DELETE ON axis FOR EACH ROW EXECUTE FUNCTION record_changes('');
CREATE TRIGGER record_changes AFTER INSERT OR UPDATE OR DELETE ON action FOR EACH ROW EXECUTE FUNCTION record_changes('id');
CREATE TRIGGER record_changes AFTER INSERT OR UPDATE OR DELETE ON action_partner FOR EACH ROW EXECUTE FUNCTION record_changes('action_id');
CREATE TRIGGER record_changes AFTER INSERT OR UPDATE OR DELETE ON funding_line FOR EACH ROW EXECUTE FUNCTION record_changes('action_id');
CREATE TRIGGER record_changes AFTER INSERT OR UPDATE OR DELETE ON evidence FOR EACH ROW EXECUTE FUNCTION record_changes('action_id');
CREATE TRIGGER record_changes AFTER INSERT OR UPDATE OR DELETE ON progress_note FOR EACH ROW EXECUTE FUNCTION record_changes('action_id');
CREATE TRIGGER touch_action AFTER INSERT OR UPDATE OR DELETE ON action_partner FOR EACH ROW EXECUTE FUNCTION touch_action();
CREATE TRIGGER touch_action AFTER INSERT OR UPDATE OR DELETE ON funding_line FOR EACH ROW EXECUTE FUNCTION touch_action();
CREATE TRIGGER touch_action AFTER INSERT OR UPDATE OR DELETE ON evidence FOR EACH ROW EXECUTE FUNCTION touch_action();
CREATE TRIGGER touch_action AFTER INSERT OR UPDATE OR DELETE ON progress_note FOR EACH ROW EXECUTE FUNCTION touch_action();

GRANT SELECT ON action_plan, axis, action, action_partner, funding_line, evidence, progress_note TO pa31_app, pa31_operator;
GRANT UPDATE (title, description, planned_start, planned_end, actual_start, actual_end, status, status_reason,
              status_reason_code, blocker, unblocker, health, is_public, updated_at, version, public_version)
    ON action TO pa31_app;
GRANT UPDATE (committed_cents, spent_cents) ON funding_line TO pa31_app;
GRANT INSERT ON evidence, progress_note TO pa31_app;
GRANT INSERT, UPDATE ON action_plan, axis, action TO pa31_operator;
GRANT INSERT, UPDATE, DELETE ON action_partner, funding_line TO pa31_operator;
GRANT INSERT ON evidence, progress_note TO pa31_operator;
