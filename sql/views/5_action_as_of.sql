-- The plan at the end of a past day (domain.md §4.1): the rows of that day are made again from their history, then go through
-- the very definitions of the present views. One rule, so one text: pg_get_viewdef writes names without their schema, and the
-- rows of the day stand under the tables' names.
DO $$
DECLARE
    part text;
    rows_of_the_day text := '';
    -- Columns that came after the first rows, and what they were before they existed.
    defaults CONSTANT jsonb := '{"territory": [], "audiences": [], "priority": "normal"}';
BEGIN
    FOREACH part IN ARRAY ARRAY['action', 'action_partner', 'funding_line', 'evidence', 'progress_note', 'milestone',
                                'indicator', 'indicator_value']
    LOOP
        rows_of_the_day := rows_of_the_day || format(
            E',\n%I AS (SELECT r.* FROM day_row, jsonb_populate_record(NULL::public.%I, %L || value) AS r WHERE table_name = %L)',
            part, part, CASE part WHEN 'action' THEN defaults ELSE '{}' END, part);
    END LOOP;
    EXECUTE format($function$
        CREATE FUNCTION action_as_of(day date) RETURNS SETOF action_view LANGUAGE sql STABLE AS $body$
        WITH field AS (
            SELECT DISTINCT ON (c.table_name, c.row_id, c.field) c.table_name, c.row_id, c.field, c.new_value
              FROM field_change c JOIN audit_log l ON l.id = c.audit_id
             WHERE c.parent_id IS NOT NULL AND l.at < (day + 1)::timestamp AT TIME ZONE 'Europe/Paris'
             ORDER BY c.table_name, c.row_id, c.field, c.id DESC),
        news AS (
            SELECT c.parent_id, max(l.at) AS at
              FROM field_change c JOIN audit_log l ON l.id = c.audit_id
             WHERE c.parent_id IS NOT NULL AND c.table_name <> 'action_comment'
               AND l.at < (day + 1)::timestamp AT TIME ZONE 'Europe/Paris'
             GROUP BY c.parent_id),
        day_row AS (
            -- A row whose every field is gone was deleted.
            SELECT f.table_name, f.row_id,
                   jsonb_build_object('id', f.row_id)
                   || CASE f.table_name WHEN 'action' THEN jsonb_build_object('updated_at', min(n.at)) ELSE '{}' END
                   || jsonb_object_agg(f.field, f.new_value) FILTER (WHERE f.new_value IS NOT NULL) AS value
              FROM field f LEFT JOIN news n ON n.parent_id = f.row_id
             GROUP BY f.table_name, f.row_id
            HAVING bool_or(f.new_value IS NOT NULL))
        %s,
        indicator_standing AS (%s),
        action_progress AS (%s)
        %s
        $body$
        $function$,
        rows_of_the_day, rtrim(pg_get_viewdef('indicator_standing'), ';'), rtrim(pg_get_viewdef('action_progress'), ';'),
        rtrim(pg_get_viewdef('action_view'), ';'));
END $$;
COMMENT ON FUNCTION action_as_of IS 'The actions as they stood at the end of a day in Paris, made again from their history.';
GRANT EXECUTE ON FUNCTION action_as_of TO pa31_app, pa31_operator;
