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
