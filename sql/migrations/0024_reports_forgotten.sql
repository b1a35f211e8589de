-- Past the time of the register a campaign goes with all that it froze; until then what is frozen stays.
CREATE FUNCTION refuse_rewriting_but_over() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    campaign uuid := CASE WHEN TG_TABLE_NAME = 'report_file'
        THEN (SELECT r.campaign_id FROM report r WHERE r.id = (to_jsonb(OLD)->>'report_id')::uuid)
        ELSE (to_jsonb(OLD)->>'campaign_id')::uuid END;
BEGIN
    IF TG_OP = 'DELETE' AND current_caller() = 'system'
       AND (SELECT c.moved_at FROM campaign c WHERE c.id = campaign) < forgotten_before('report')
       AND NOT EXISTS (SELECT FROM report r WHERE r.campaign_id = campaign AND r.frozen_at >= forgotten_before('report')) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation', CONSTRAINT = 'append_only';
END $$;
COMMENT ON FUNCTION refuse_rewriting_but_over IS 'Trigger: what a campaign froze and said is never rewritten; past the register''s time the system forgets it.';
DROP TRIGGER append_only ON report;
DROP TRIGGER append_only ON report_file;
DROP TRIGGER append_only ON campaign_move;
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OF id, campaign_id, number, as_of, frozen_at, frozen_by, document, sha256
    ON report FOR EACH ROW EXECUTE FUNCTION refuse_rewriting_but_over();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON report_file FOR EACH ROW EXECUTE FUNCTION refuse_rewriting_but_over();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON campaign_move FOR EACH ROW EXECUTE FUNCTION refuse_rewriting_but_over();
CREATE TRIGGER forgotten BEFORE DELETE ON campaign FOR EACH ROW EXECUTE FUNCTION refuse_forgetting();
CREATE TRIGGER forgotten BEFORE DELETE ON campaign_explanation FOR EACH ROW EXECUTE FUNCTION refuse_forgetting();
GRANT DELETE ON campaign, campaign_explanation, campaign_move, report, report_file TO pa31_app, pa31_operator;
CREATE INDEX campaign_moved ON campaign (moved_at);

COMMENT ON COLUMN data_retention.is_outside IS 'public Whether they are files outside of the tables: the purge deletes those of the folders that it is told of, operations the others.';
