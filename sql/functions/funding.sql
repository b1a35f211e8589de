-- Money that runs ahead is kept as it was given, and said.
CREATE OR REPLACE FUNCTION funding_warnings(funding jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (
        SELECT coalesce(jsonb_agg(jsonb_build_object(
                   'code', w.code, 'funder', f.line->'funder', 'year', f.line->'year', 'excess_cents', w.excess)
                   ORDER BY f.position, w.code), '[]')
          FROM jsonb_array_elements(funding) WITH ORDINALITY AS f (line, position)
         CROSS JOIN LATERAL (VALUES
               ('committed_above_planned', (f.line->>'committed_cents')::bigint - (f.line->>'planned_cents')::bigint),
               ('spent_above_committed', (f.line->>'spent_cents')::bigint - (f.line->>'committed_cents')::bigint))
               AS w (code, excess)
         WHERE w.excess > 0);
COMMENT ON FUNCTION funding_warnings IS 'The funding lines on which more was committed than planned, or spent than committed.';
