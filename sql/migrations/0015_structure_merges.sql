-- What the team says of structures that may be one: merges, each of which can be undone, and pairs that are not the same.
CREATE TABLE structure_merge (
    id uuid CONSTRAINT structure_merge_key PRIMARY KEY,
    from_id uuid NOT NULL CONSTRAINT structure_merge_from REFERENCES structure,
    into_id uuid NOT NULL CONSTRAINT structure_merge_into REFERENCES structure,
    reason text NOT NULL,
    from_status text NOT NULL,
    from_closed_on date,
    taken jsonb NOT NULL DEFAULT '{}',
    merged_at timestamptz NOT NULL,
    merged_by uuid CONSTRAINT structure_merge_merged_by REFERENCES member,
    undone_at timestamptz,
    undone_by uuid CONSTRAINT structure_merge_undone_by REFERENCES member,
    CONSTRAINT structure_merge_other CHECK (from_id <> into_id),
    CONSTRAINT structure_merge_reason_text CHECK (is_text(reason, 1000)),
    CONSTRAINT structure_merge_from_status_known CHECK (from_status IN ('open', 'closed')),
    CONSTRAINT structure_merge_closed_has_day CHECK ((from_status = 'closed') = (from_closed_on IS NOT NULL)),
    CONSTRAINT structure_merge_undone_order CHECK (undone_at >= merged_at)
);
COMMENT ON TABLE structure_merge IS 'Each merge of one structure into another, with what undoing it needs.';
COMMENT ON COLUMN structure_merge.id IS 'internal UUIDv7.';
COMMENT ON COLUMN structure_merge.from_id IS 'internal The structure that is another one since.';
COMMENT ON COLUMN structure_merge.into_id IS 'internal That other one; it may have been merged itself since.';
COMMENT ON COLUMN structure_merge.reason IS 'internal Why, in words.';
COMMENT ON COLUMN structure_merge.from_status IS 'internal What the first one was before: open, closed.';
COMMENT ON COLUMN structure_merge.from_closed_on IS 'internal Since when it was closed.';
COMMENT ON COLUMN structure_merge.taken IS 'internal Fields that the second one lacked and took: {"phone": {"value": …, "source": what field_sources has since, "before": what it had}}.';
COMMENT ON COLUMN structure_merge.merged_at IS 'internal When.';
COMMENT ON COLUMN structure_merge.merged_by IS 'internal By whom of the team.';
COMMENT ON COLUMN structure_merge.undone_at IS 'internal When it was undone.';
COMMENT ON COLUMN structure_merge.undone_by IS 'internal By whom of the team.';
CREATE UNIQUE INDEX structure_merge_once ON structure_merge (from_id) WHERE undone_at IS NULL;
CREATE INDEX structure_merge_from ON structure_merge (from_id);
CREATE INDEX structure_merge_into ON structure_merge (into_id);
CREATE INDEX structure_merge_merged_by ON structure_merge (merged_by);
CREATE INDEX structure_merge_undone_by ON structure_merge (undone_by) WHERE undone_by IS NOT NULL;

CREATE TABLE structure_distinct (
    id uuid CONSTRAINT structure_distinct_key PRIMARY KEY,
    first_id uuid NOT NULL CONSTRAINT structure_distinct_first REFERENCES structure,
    second_id uuid NOT NULL CONSTRAINT structure_distinct_second REFERENCES structure,
    said_at timestamptz NOT NULL,
    said_by uuid CONSTRAINT structure_distinct_said_by REFERENCES member,
    CONSTRAINT structure_distinct_order CHECK (first_id < second_id),
    CONSTRAINT structure_distinct_once UNIQUE (first_id, second_id)
);
COMMENT ON TABLE structure_distinct IS 'Pairs that look like one structure and are two: they are not proposed again.';
COMMENT ON COLUMN structure_distinct.id IS 'internal UUIDv7.';
COMMENT ON COLUMN structure_distinct.first_id IS 'internal The one whose id is less.';
COMMENT ON COLUMN structure_distinct.second_id IS 'internal The other one.';
COMMENT ON COLUMN structure_distinct.said_at IS 'internal When the team said so.';
COMMENT ON COLUMN structure_distinct.said_by IS 'internal Who of the team.';
CREATE INDEX structure_distinct_second ON structure_distinct (second_id);
CREATE INDEX structure_distinct_said_by ON structure_distinct (said_by);

-- A structure is merged into one that is open: so no chain of merges is a ring, whoever writes and however many at once.
CREATE FUNCTION check_structure_merge() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM structure WHERE id = NEW.merged_into AND status = 'open' FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'merged into one that is not open'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'structure_merged_into_open';
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION check_structure_merge IS 'Trigger: a structure is merged into one that is open.';
CREATE TRIGGER check_merge_of_new BEFORE INSERT ON structure FOR EACH ROW
    WHEN (NEW.merged_into IS NOT NULL) EXECUTE FUNCTION check_structure_merge();
CREATE TRIGGER check_merge BEFORE UPDATE OF merged_into ON structure FOR EACH ROW
    WHEN (NEW.merged_into IS NOT NULL AND NEW.merged_into IS DISTINCT FROM OLD.merged_into)
    EXECUTE FUNCTION check_structure_merge();

CREATE TRIGGER record_changes AFTER INSERT OR UPDATE OR DELETE ON structure_merge
    FOR EACH ROW EXECUTE FUNCTION record_changes('');
CREATE TRIGGER record_changes AFTER INSERT OR UPDATE OR DELETE ON structure_distinct
    FOR EACH ROW EXECUTE FUNCTION record_changes('');

GRANT SELECT, INSERT ON structure_merge, structure_distinct TO pa31_operator;
GRANT UPDATE (undone_at, undone_by) ON structure_merge TO pa31_operator;
