-- Servers keep public answers in memory (api.md): each change of what they are made of is told to all of them when it is committed. Only
-- a word is told, of PublicData in Sources/Contract: no id, no value. A statement that touches no row tells too: that costs a read.
CREATE OR REPLACE FUNCTION tell_public_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('pa31_public', TG_ARGV[0]);
    RETURN NULL;
END $$;
COMMENT ON FUNCTION tell_public_change IS 'Trigger: tells the servers what kind of public data has changed.';

DO $$
DECLARE
    watched record;
BEGIN
    FOR watched IN
        SELECT word, name
          FROM (VALUES
              ('plan', ARRAY['action_plan', 'axis', 'action', 'action_partner', 'funding_line', 'milestone', 'indicator',
                             'indicator_value', 'evidence', 'progress_note', 'organisation', 'grant_agreement']),
              ('directory', ARRAY['structure', 'structure_word', 'legal_entity']),
              ('recruitment', ARRAY['need', 'session', 'recruitment_word']),
              ('reference', ARRAY['commune', 'commune_change', 'epci', 'priority_district', 'finess_category',
                                  'finess_legal_status', 'rome_job', 'diploma', 'diploma_synonym', 'collective_agreement',
                                  'refusal_reason', 'contract_type', 'match_criterion', 'job_affinity',
                                  'data_retention', 'retention_column', 'report_indicator']),
              -- Counts change what is told only once their quarter is closed.
              ('figures', ARRAY['person_quarter', 'quarter_figure', 'service_rule']))
              AS data (word, names), unnest(names) AS name
    LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER tell_public_change AFTER INSERT OR UPDATE OR DELETE ON %I '
                       'FOR EACH STATEMENT EXECUTE FUNCTION tell_public_change(%L)', watched.name, watched.word);
    END LOOP;
END
$$;
