-- Where an action takes place, for whom, and how much it matters; what the team and the partners say to one another.
CREATE TABLE epci (
    siren text CONSTRAINT epci_key PRIMARY KEY,
    name text NOT NULL,
    kind text NOT NULL,
    CONSTRAINT epci_siren_form CHECK (siren ~ '^[0-9]{9}$'),
    CONSTRAINT epci_kind_known CHECK (kind IN ('CC', 'CA', 'CU', 'METRO'))
);
COMMENT ON TABLE epci IS 'Groupings of communes of the département (sql/reference/rows).';
COMMENT ON COLUMN epci.siren IS 'public SIREN of the grouping.';
COMMENT ON COLUMN epci.name IS 'public Its name.';
COMMENT ON COLUMN epci.kind IS 'public CC, CA, CU or METRO.';

CREATE TABLE commune (
    insee text CONSTRAINT commune_key PRIMARY KEY,
    name text NOT NULL,
    epci_siren text NOT NULL CONSTRAINT commune_epci REFERENCES epci,
    postal_codes text[] NOT NULL,
    latitude double precision NOT NULL,
    longitude double precision NOT NULL,
    population integer NOT NULL,
    CONSTRAINT commune_insee_form CHECK (insee ~ '^[0-9][0-9AB][0-9]{3}$'),
    CONSTRAINT commune_population_positive CHECK (population >= 0)
);
CREATE INDEX commune_epci ON commune (epci_siren);
COMMENT ON TABLE commune IS 'Communes of the département (sql/reference/rows).';
COMMENT ON COLUMN commune.insee IS 'public INSEE code; not a postal code.';
COMMENT ON COLUMN commune.name IS 'public Its name.';
COMMENT ON COLUMN commune.epci_siren IS 'public The grouping it is part of.';
COMMENT ON COLUMN commune.postal_codes IS 'public Its postal codes; several for some.';
COMMENT ON COLUMN commune.latitude IS 'public Of its centre, WGS84 degrees.';
COMMENT ON COLUMN commune.longitude IS 'public Of its centre, WGS84 degrees.';
COMMENT ON COLUMN commune.population IS 'public Municipal population.';

-- What a place's code means: 31, the whole département; nine digits, a grouping; five characters, a commune.
CREATE FUNCTION place_is_known(code text) RETURNS boolean
    LANGUAGE sql STABLE
    RETURN code = '31' OR EXISTS (SELECT FROM epci WHERE siren = code) OR EXISTS (SELECT FROM commune WHERE insee = code);
COMMENT ON FUNCTION place_is_known IS 'Whether a code is the département''s, a grouping''s or a commune''s.';

ALTER TABLE action ADD COLUMN territory text[] NOT NULL DEFAULT '{}';
ALTER TABLE action ADD COLUMN audiences text[] NOT NULL DEFAULT '{}';
ALTER TABLE action ADD COLUMN priority text NOT NULL DEFAULT 'normal';
ALTER TABLE action ADD CONSTRAINT action_audiences_known CHECK
    (audiences <@ ARRAY['job_seekers', 'career_changers', 'students', 'employees', 'employers', 'prescribers', 'carers',
                        'general_public']);
ALTER TABLE action ADD CONSTRAINT action_priority_known CHECK (priority IN ('low', 'normal', 'high'));
COMMENT ON COLUMN action.territory IS 'public Where it takes place: codes of places (31, SIREN of a grouping, INSEE of a commune); none: not said.';
COMMENT ON COLUMN action.audiences IS 'public For whom it is.';
COMMENT ON COLUMN action.priority IS 'internal How much the team wants it watched: low, normal, high.';
CREATE INDEX action_territory ON action USING gin (territory);

-- An array has no foreign keys. Reference rows are never deleted, so it is enough to look when the array changes.
CREATE FUNCTION check_territory() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    unknown text := (SELECT string_agg(code, ', ') FROM unnest(NEW.territory) AS code WHERE NOT place_is_known(code));
BEGIN
    IF unknown IS NOT NULL THEN
        RAISE EXCEPTION 'unknown place' USING ERRCODE = 'check_violation', CONSTRAINT = 'action_territory_known';
    END IF;
    -- Whatever the order they were given in; each once.
    NEW.territory := (SELECT coalesce(array_agg(DISTINCT code ORDER BY code), '{}') FROM unnest(NEW.territory) AS code);
    RETURN NEW;
END $$;
COMMENT ON FUNCTION check_territory IS 'Trigger: the places of an action exist, each once.';
-- Before raise_version, whose name comes later: triggers fire in the order of their names.
CREATE TRIGGER check_territory BEFORE INSERT OR UPDATE OF territory ON action FOR EACH ROW EXECUTE FUNCTION check_territory();

CREATE OR REPLACE FUNCTION raise_action_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.version := OLD.version + 1;
    NEW.updated_at := greatest(current_instant(), OLD.updated_at);
    IF (NEW.title, NEW.description, NEW.lead_organisation_id, NEW.planned_start, NEW.planned_end, NEW.actual_start,
        NEW.actual_end, NEW.status, NEW.is_public, NEW.axis_id, NEW.territory, NEW.audiences)
       IS DISTINCT FROM
       (OLD.title, OLD.description, OLD.lead_organisation_id, OLD.planned_start, OLD.planned_end, OLD.actual_start,
        OLD.actual_end, OLD.status, OLD.is_public, OLD.axis_id, OLD.territory, OLD.audiences)
    THEN NEW.public_version := OLD.public_version + 1;
    END IF;
    RETURN NEW;
END $$;

CREATE TABLE action_comment (
    id uuid CONSTRAINT action_comment_key PRIMARY KEY,
    action_id uuid NOT NULL CONSTRAINT action_comment_action REFERENCES action,
    organisation_id uuid NOT NULL CONSTRAINT action_comment_organisation REFERENCES organisation,
    is_from_team boolean NOT NULL,
    text text NOT NULL,
    written_at timestamptz NOT NULL,
    author_id uuid CONSTRAINT action_comment_author REFERENCES member,
    CONSTRAINT action_comment_text_text CHECK (is_text(text, 2000))
);
CREATE INDEX action_comment_action ON action_comment (action_id, id);
CREATE INDEX action_comment_organisation ON action_comment (organisation_id);
CREATE INDEX action_comment_author ON action_comment (author_id);
COMMENT ON TABLE action_comment IS 'What the team and an action''s organisations say to one another; appended, never rewritten. No news of the action.';
COMMENT ON COLUMN action_comment.id IS 'internal UUIDv7.';
COMMENT ON COLUMN action_comment.action_id IS 'internal The action.';
COMMENT ON COLUMN action_comment.organisation_id IS 'internal For which organisation its author spoke.';
COMMENT ON COLUMN action_comment.is_from_team IS 'internal Whether the team spoke.';
COMMENT ON COLUMN action_comment.text IS 'internal What was said.';
COMMENT ON COLUMN action_comment.written_at IS 'internal When.';
COMMENT ON COLUMN action_comment.author_id IS 'internal By which member.';
CREATE TRIGGER record_changes AFTER INSERT OR UPDATE OR DELETE ON action_comment FOR EACH ROW EXECUTE FUNCTION record_changes('action_id');

GRANT SELECT ON epci, commune TO pa31_public, pa31_app, pa31_operator;
GRANT EXECUTE ON FUNCTION place_is_known TO pa31_public, pa31_app, pa31_operator;
GRANT UPDATE (territory, audiences, priority) ON action TO pa31_app;
GRANT SELECT, INSERT ON action_comment TO pa31_app, pa31_operator;

-- They read the new columns: made again from sql/views.
DROP VIEW IF EXISTS action_event, action_change, report_funding, public_action, public_axis, public_plan, action_view;
