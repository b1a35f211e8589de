-- Places by their codes: 31 is the whole département, nine digits a grouping of communes, five characters a commune.
CREATE OR REPLACE FUNCTION places(codes text[]) RETURNS jsonb
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object(
                       'code', code,
                       'kind', CASE WHEN code = '31' THEN 'departement' WHEN e.siren IS NOT NULL THEN 'epci' ELSE 'commune' END,
                       'name', coalesce(e.name, c.name, 'Haute-Garonne')) ORDER BY code), '[]')
              FROM unnest(codes) AS code
              LEFT JOIN epci e ON e.siren = code
              LEFT JOIN commune c ON c.insee = code);
COMMENT ON FUNCTION places IS 'Places of these codes, with what they are and their names.';

CREATE OR REPLACE FUNCTION places_touching(place text) RETURNS text[]
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN ARRAY['31', place]
        || ARRAY(SELECT insee FROM commune WHERE epci_siren = place)
        || ARRAY(SELECT epci_siren FROM commune WHERE insee = place);
COMMENT ON FUNCTION places_touching IS 'Codes of the places that have something in common with one: itself, what it is part of, what is part of it.';

-- A commune that became part of another is followed there, as often as it takes; one that was divided off again is itself.
CREATE OR REPLACE FUNCTION present_commune(insee text) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    BEGIN ATOMIC
        WITH RECURSIVE path (code, day, passed) AS (
            SELECT present_commune.insee, '-infinity'::date, ARRAY[present_commune.insee]
            UNION ALL
            -- The merger tells in the same day what the old code names from then on (COMA, COMD) and the commune it is in (COM).
            SELECT next.insee_after, next.effective_on, path.passed || next.insee_after
              FROM path, LATERAL (
                    SELECT change.insee_after, change.effective_on FROM commune_change AS change
                     WHERE change.insee_before = path.code AND change.type_after = 'COM'
                       AND change.insee_after <> path.code AND change.effective_on >= path.day
                     ORDER BY change.effective_on DESC LIMIT 1) AS next
             WHERE NOT EXISTS (SELECT FROM commune WHERE commune.insee = path.code)
               AND next.insee_after <> ALL (path.passed))
        SELECT code FROM path WHERE EXISTS (SELECT FROM commune WHERE commune.insee = path.code);
    END;
COMMENT ON FUNCTION present_commune IS 'The commune of today that an INSEE code, old or present, stands for; NULL when there is none.';
