-- The directory: home-care and medico-social structures, the legal entities that run them, and what they are searched by.
CREATE EXTENSION IF NOT EXISTS cube;

-- Imports load their rows into a temporary table first.
DO $$
BEGIN
    EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO pa31_operator', current_database());
END
$$;

-- A UUIDv7 of the operation's instant, for rows that a statement makes in bulk.
CREATE FUNCTION new_id() RETURNS uuid
    LANGUAGE sql VOLATILE
    RETURN encode(
        set_bit(set_bit(
            overlay(uuid_send(gen_random_uuid())
                    PLACING substring(int8send((extract(epoch FROM current_instant()) * 1000)::bigint) FROM 3) FROM 1 FOR 6),
            52, 1), 53, 1), 'hex')::uuid;
COMMENT ON FUNCTION new_id IS 'A new UUIDv7 (RFC 9562), of the instant of this transaction.';

-- Distances by the chord between points of the unit sphere. cube is used, not earthdistance: that one's index breaks a
-- restore (architecture.md).
CREATE FUNCTION unit_point(latitude double precision, longitude double precision) RETURNS public.cube
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
    RETURN public.cube(ARRAY[cos(radians(latitude)) * cos(radians(longitude)),
                             cos(radians(latitude)) * sin(radians(longitude)),
                             sin(radians(latitude))]);
COMMENT ON FUNCTION unit_point IS 'A place as a point on the sphere of radius 1.';

-- Text as the words that searches compare: without case, accents and punctuation, each once.
CREATE FUNCTION folded_words(text text) RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
    RETURN array_remove(string_to_array(regexp_replace(folded(text), '[^[:alnum:]]+', ' ', 'g'), ' '), '');
COMMENT ON FUNCTION folded_words IS 'The words of a text without case, accents and punctuation.';

CREATE TABLE legal_entity (
    id uuid CONSTRAINT legal_entity_key PRIMARY KEY,
    finess text NOT NULL CONSTRAINT legal_entity_finess_once UNIQUE,
    name text,
    siren text,
    legal_status text,
    CONSTRAINT legal_entity_finess_form CHECK (finess ~ '^[0-9A-Z]{9}$'),
    CONSTRAINT legal_entity_name_text CHECK (is_text(name, 300)),
    CONSTRAINT legal_entity_siren_form CHECK (siren ~ '^[0-9]{9}$'),
    CONSTRAINT legal_entity_legal_status_form CHECK (legal_status ~ '^[0-9A-Z]{1,4}$')
);
COMMENT ON TABLE legal_entity IS 'Who runs structures: the legal entities (EJ) of FINESS.';
COMMENT ON COLUMN legal_entity.id IS 'public UUIDv7.';
COMMENT ON COLUMN legal_entity.finess IS 'public FINESS number of the legal entity (EJ), never that of a structure (ET).';
COMMENT ON COLUMN legal_entity.name IS 'public Its name, when a file told it.';
COMMENT ON COLUMN legal_entity.siren IS 'public SIREN, when a file told it.';
COMMENT ON COLUMN legal_entity.legal_status IS 'public Code of its legal status (finess_legal_status); a file may know newer ones.';

CREATE TABLE structure (
    id uuid CONSTRAINT structure_key PRIMARY KEY,
    finess text COLLATE "C" NOT NULL CONSTRAINT structure_finess_once UNIQUE,
    legal_entity_id uuid CONSTRAINT structure_legal_entity REFERENCES legal_entity,
    kind text NOT NULL CONSTRAINT structure_kind REFERENCES finess_category,
    usual_name text NOT NULL,
    legal_name text,
    siret text,
    street text,
    address_extra text,
    postal_code text,
    city text,
    insee text,
    latitude double precision,
    longitude double precision,
    phone text,
    email text,
    website text,
    opening_hours text,
    publics text[] NOT NULL DEFAULT '{}',
    sad_type text,
    authorising_body text,
    capacity integer,
    service_area text[] NOT NULL DEFAULT '{}',
    recruiting_until date,
    opened_on date,
    authorised_on date,
    status text NOT NULL DEFAULT 'open',
    closed_on date,
    merged_into uuid CONSTRAINT structure_merged_into REFERENCES structure,
    source text NOT NULL,
    seen_on date NOT NULL,
    field_sources jsonb NOT NULL DEFAULT '{}',
    disagreements jsonb NOT NULL DEFAULT '{}',
    verified_on date,
    organisation_id uuid CONSTRAINT structure_organisation REFERENCES organisation,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version integer NOT NULL DEFAULT 1,
    public_version integer NOT NULL DEFAULT 1,
    departement text GENERATED ALWAYS AS (left(insee, CASE WHEN insee ~ '^9[78]' THEN 3 ELSE 2 END)) STORED,
    sort_name text COLLATE "C" NOT NULL GENERATED ALWAYS AS (folded(usual_name)) STORED,
    unit_point public.cube GENERATED ALWAYS AS (unit_point(latitude, longitude)) STORED,
    search_words tsvector NOT NULL DEFAULT '',
    CONSTRAINT structure_finess_form CHECK (finess ~ '^[0-9A-Z]{9}$'),
    CONSTRAINT structure_usual_name_text CHECK (is_text(usual_name, 300)),
    CONSTRAINT structure_legal_name_text CHECK (is_text(legal_name, 300)),
    CONSTRAINT structure_siret_form CHECK (siret ~ '^[0-9]{14}$'),
    CONSTRAINT structure_address_text CHECK (is_text(street, 300) AND is_text(address_extra, 300) AND is_text(city, 120)),
    CONSTRAINT structure_postal_code_form CHECK (postal_code ~ '^[0-9]{5}$'),
    CONSTRAINT structure_insee_form CHECK (insee ~ '^[0-9][0-9AB][0-9]{3}$'),
    CONSTRAINT structure_point_whole CHECK ((latitude IS NULL) = (longitude IS NULL)),
    CONSTRAINT structure_point_range CHECK (latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180),
    CONSTRAINT structure_phone_form CHECK (phone ~ '^\+?[0-9][0-9 .()-]{2,28}$'),
    CONSTRAINT structure_email_form CHECK (email ~ '^[^@\s]+@[^@\s]+\.[^@\s]+$' AND char_length(email) <= 254),
    CONSTRAINT structure_website_form CHECK (website ~ '^https?://[^\s/]+\.[^\s]+$' AND char_length(website) <= 500),
    CONSTRAINT structure_opening_hours_text CHECK (is_text(opening_hours, 500)),
    CONSTRAINT structure_publics_known CHECK
        (publics <@ ARRAY['elderly', 'adults_with_disability', 'children_with_disability', 'carers']),
    CONSTRAINT structure_sad_type_known CHECK (sad_type IN ('aid', 'aid_and_care')),
    CONSTRAINT structure_authorising_body_known CHECK (authorising_body IN ('departement', 'ars', 'both')),
    CONSTRAINT structure_capacity_range CHECK (capacity BETWEEN 0 AND 10000),
    CONSTRAINT structure_status_known CHECK (status IN ('open', 'closed', 'merged')),
    CONSTRAINT structure_closed_has_day CHECK ((status = 'closed') = (closed_on IS NOT NULL)),
    CONSTRAINT structure_merged_into_other CHECK ((status = 'merged') = (merged_into IS NOT NULL) AND merged_into <> id),
    CONSTRAINT structure_source_known CHECK (source IN ('finess', 'file'))
);
COMMENT ON TABLE structure IS 'Home-care and medico-social structures: the establishments (ET) of FINESS in the sector.';
COMMENT ON COLUMN structure.id IS 'public UUIDv7.';
COMMENT ON COLUMN structure.finess IS 'public FINESS geographic number (ET); its identity, never used twice.';
COMMENT ON COLUMN structure.legal_entity_id IS 'public Who runs it.';
COMMENT ON COLUMN structure.kind IS 'public Its FINESS category.';
COMMENT ON COLUMN structure.usual_name IS 'public The name people know.';
COMMENT ON COLUMN structure.legal_name IS 'public Its whole name.';
COMMENT ON COLUMN structure.siret IS 'public SIRET, 14 digits.';
COMMENT ON COLUMN structure.street IS 'public Number and street.';
COMMENT ON COLUMN structure.address_extra IS 'public Building, hamlet, post box.';
COMMENT ON COLUMN structure.postal_code IS 'public Postal code; no INSEE code.';
COMMENT ON COLUMN structure.city IS 'public As on an envelope.';
COMMENT ON COLUMN structure.insee IS 'public INSEE code of its commune, the present one; elsewhere than in the département as the file gave it.';
COMMENT ON COLUMN structure.latitude IS 'public WGS84 degrees.';
COMMENT ON COLUMN structure.longitude IS 'public WGS84 degrees.';
COMMENT ON COLUMN structure.phone IS 'public Switchboard.';
COMMENT ON COLUMN structure.email IS 'public Its own address, of nobody in particular.';
COMMENT ON COLUMN structure.website IS 'public Its site.';
COMMENT ON COLUMN structure.opening_hours IS 'public When it is open, in the syntax of OpenStreetMap.';
COMMENT ON COLUMN structure.publics IS 'public For whom it is.';
COMMENT ON COLUMN structure.sad_type IS 'public For a home autonomy service: aid, aid_and_care.';
COMMENT ON COLUMN structure.authorising_body IS 'public Who authorises it: departement, ars, both.';
COMMENT ON COLUMN structure.capacity IS 'public Places.';
COMMENT ON COLUMN structure.service_area IS 'public Where it works: codes of places (31, SIREN of a grouping, INSEE of a commune).';
COMMENT ON COLUMN structure.recruiting_until IS 'public It says that it recruits, until this day.';
COMMENT ON COLUMN structure.opened_on IS 'public Since when it is open.';
COMMENT ON COLUMN structure.authorised_on IS 'public Since when it is authorised.';
COMMENT ON COLUMN structure.status IS 'public open, closed (a tombstone), merged (into another).';
COMMENT ON COLUMN structure.closed_on IS 'public When it closed, or since when no file knows it.';
COMMENT ON COLUMN structure.merged_into IS 'public Into which other.';
COMMENT ON COLUMN structure.source IS 'public Where its fields come from, but for those of field_sources: finess, file.';
COMMENT ON COLUMN structure.seen_on IS 'public The day of the newest file that had it.';
COMMENT ON COLUMN structure.field_sources IS 'public Fields that somebody wrote or verified by hand: {"phone": {"source": "organisation", "on": "2026-11-24", "file": "what the file said then"}}.';
COMMENT ON COLUMN structure.disagreements IS 'internal What a newer file says against a field kept by hand: {"phone": {"value": "0561000000", "on": "2026-11-24"}}.';
COMMENT ON COLUMN structure.verified_on IS 'public The last day on which its employer, or the team, said that all of it is right.';
COMMENT ON COLUMN structure.organisation_id IS 'internal The employer whose claim is validated.';
COMMENT ON COLUMN structure.created_at IS 'internal When it came into the directory.';
COMMENT ON COLUMN structure.updated_at IS 'internal Its last change.';
COMMENT ON COLUMN structure.version IS 'internal Raised by every change; If-Match names it.';
COMMENT ON COLUMN structure.public_version IS 'public Raised by changes of public columns only; the ETag without a token.';
COMMENT ON COLUMN structure.departement IS 'public Code of its département, from the INSEE code.';
COMMENT ON COLUMN structure.sort_name IS 'public Its usual name without case and accents: what lists are sorted by.';
COMMENT ON COLUMN structure.unit_point IS 'public Its point on the sphere of radius 1: what distances are measured by.';
COMMENT ON COLUMN structure.search_words IS 'public The words it is found by: names, who runs it, kind, commune and grouping.';
CREATE INDEX structure_open_by_name ON structure (sort_name, finess) WHERE status = 'open';
CREATE INDEX structure_kind_by_name ON structure (kind, sort_name, finess) WHERE status = 'open';
CREATE INDEX structure_legal_entity ON structure (legal_entity_id);
CREATE INDEX structure_insee ON structure (insee);
CREATE INDEX structure_departement ON structure (departement);
CREATE INDEX structure_siret ON structure (siret);
CREATE INDEX structure_merged_into ON structure (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX structure_organisation ON structure (organisation_id) WHERE organisation_id IS NOT NULL;
CREATE INDEX structure_recruiting ON structure (recruiting_until) WHERE recruiting_until IS NOT NULL;
CREATE INDEX structure_verified ON structure (verified_on) WHERE verified_on IS NOT NULL;
CREATE INDEX structure_service_area ON structure USING gin (service_area);
CREATE INDEX structure_search ON structure USING gin (search_words);
CREATE INDEX structure_unit_point ON structure USING gist (unit_point);
CREATE INDEX structure_map ON structure USING gist (point(longitude, latitude));

-- Words that occur in the directory: what a mistyped word may have meant is looked for here.
CREATE TABLE structure_word (
    word text CONSTRAINT structure_word_key PRIMARY KEY
);
COMMENT ON TABLE structure_word IS 'Each word that a structure is or was found by.';
COMMENT ON COLUMN structure_word.word IS 'public Without case and accents.';
CREATE INDEX structure_word_near ON structure_word USING gin (word gin_trgm_ops);

CREATE FUNCTION prepare_structure() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    same structure;
BEGIN
    IF NEW.service_area <> '{}' THEN
        IF EXISTS (SELECT FROM unnest(NEW.service_area) AS code WHERE NOT place_is_known(code)) THEN
            RAISE EXCEPTION 'unknown place' USING ERRCODE = 'check_violation', CONSTRAINT = 'structure_service_area_known';
        END IF;
        -- Whatever the order they were given in; each once.
        NEW.service_area := ARRAY(SELECT DISTINCT code FROM unnest(NEW.service_area) AS code ORDER BY code);
    END IF;
    IF cardinality(NEW.publics) > 1 THEN
        NEW.publics := ARRAY(SELECT DISTINCT code FROM unnest(NEW.publics) AS code ORDER BY code);
    END IF;
    IF TG_OP = 'UPDATE' THEN
        NEW.version := OLD.version + 1;
        NEW.updated_at := greatest(current_instant(), OLD.updated_at);
        -- What only members see does not raise the public's version. Generated columns are not yet made here.
        same := NEW;
        same.disagreements := OLD.disagreements;
        same.organisation_id := OLD.organisation_id;
        same.version := OLD.version;
        same.updated_at := OLD.updated_at;
        same.departement := OLD.departement;
        same.sort_name := OLD.sort_name;
        same.unit_point := OLD.unit_point;
        same.search_words := OLD.search_words;
        IF same IS DISTINCT FROM OLD THEN NEW.public_version := OLD.public_version + 1; END IF;
        IF (NEW.usual_name, NEW.legal_name, NEW.siret, NEW.city, NEW.kind, NEW.legal_entity_id, NEW.insee)
           IS NOT DISTINCT FROM
           (OLD.usual_name, OLD.legal_name, OLD.siret, OLD.city, OLD.kind, OLD.legal_entity_id, OLD.insee)
           AND NEW.search_words = OLD.search_words THEN
            RETURN NEW;
        END IF;
    END IF;
    -- One statement, planned once a session: an import runs it for each of its rows. Reference rows change with a release:
    -- words of a kind or a commune reach the structures that are written after that.
    SELECT array_to_tsvector(folded_words(concat_ws(' ', NEW.finess, NEW.siret, NEW.usual_name, NEW.legal_name, NEW.city,
               k.label, k.short_name, array_to_string(k.synonyms, ' '), l.name, c.name, e.name)))
      INTO NEW.search_words
      FROM finess_category k
      LEFT JOIN legal_entity l ON l.id = NEW.legal_entity_id
      LEFT JOIN commune c ON c.insee = NEW.insee
      LEFT JOIN epci e ON e.siren = c.epci_siren
     WHERE k.code = NEW.kind;
    -- A kind that there is not is the foreign key's to refuse.
    NEW.search_words := coalesce(NEW.search_words, '');
    RETURN NEW;
END $$;
COMMENT ON FUNCTION prepare_structure IS 'Trigger: checks places, raises versions, gathers the words a structure is found by.';
-- Not for seen_on alone: that a file had it again is no new version of anything.
CREATE TRIGGER prepare BEFORE INSERT OR UPDATE OF legal_entity_id, kind, usual_name, legal_name, siret, street, address_extra,
    postal_code, city, insee, latitude, longitude, phone, email, website, opening_hours, publics, sad_type, authorising_body,
    capacity, service_area, recruiting_until, opened_on, authorised_on, status, closed_on, merged_into, source, field_sources,
    disagreements, verified_on, organisation_id, search_words
    ON structure FOR EACH ROW EXECUTE FUNCTION prepare_structure();

-- Numbers are no words that anybody mistypes into others.
CREATE FUNCTION keep_structure_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO structure_word (word)
        SELECT DISTINCT word FROM written w, unnest(tsvector_to_array(w.search_words)) AS word WHERE word ~ '[a-z]'
        ON CONFLICT DO NOTHING;
    ELSE
        INSERT INTO structure_word (word)
        SELECT DISTINCT word FROM written w JOIN replaced r ON r.id = w.id AND r.search_words <> w.search_words,
               unnest(tsvector_to_array(w.search_words)) AS word
         WHERE word ~ '[a-z]'
        ON CONFLICT DO NOTHING;
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION keep_structure_words IS 'Trigger: words of structures that were written are known to searches.';
CREATE TRIGGER keep_words_of_new AFTER INSERT ON structure REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION keep_structure_words();
CREATE TRIGGER keep_words_of_changed AFTER UPDATE ON structure REFERENCING OLD TABLE AS replaced NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION keep_structure_words();

-- History keeps every change of a field. A structure's beginning is its created_at and the import's audit row: a file of
-- 100,000 would otherwise write two million rows that say what the table says. Not deleted, ever: no DELETE is granted.
CREATE FUNCTION require_operation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF nullif(current_setting('pa31.audit', true), '') IS NULL THEN
        RAISE EXCEPTION 'a change of % without an operation', TG_TABLE_NAME USING ERRCODE = 'not_null_violation';
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION require_operation IS 'Trigger: rows come only within an operation that the audit knows.';
CREATE TRIGGER require_operation BEFORE INSERT OR UPDATE OR DELETE ON structure
    FOR EACH STATEMENT EXECUTE FUNCTION require_operation();
CREATE TRIGGER require_operation BEFORE INSERT OR UPDATE OR DELETE ON legal_entity
    FOR EACH STATEMENT EXECUTE FUNCTION require_operation();

-- Derived columns are no history.
CREATE OR REPLACE FUNCTION record_changes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before jsonb := CASE WHEN TG_OP = 'INSERT' THEN '{}' ELSE to_jsonb(OLD) END;
    after jsonb := CASE WHEN TG_OP = 'DELETE' THEN '{}' ELSE to_jsonb(NEW) END;
    identity jsonb := CASE WHEN TG_OP = 'DELETE' THEN before ELSE after END;
    masked text[] := coalesce(TG_ARGV[1:], '{}');
BEGIN
    INSERT INTO field_change (audit_id, table_name, row_id, parent_id, field, old_value, new_value)
    SELECT nullif(current_setting('pa31.audit', true), '')::uuid, TG_TABLE_NAME, (identity->>'id')::uuid,
           (identity->>nullif(TG_ARGV[0], ''))::uuid, key,
           CASE WHEN key <> ALL (masked) THEN nullif(before->key, 'null') END,
           CASE WHEN key <> ALL (masked) THEN nullif(after->key, 'null') END
      FROM jsonb_object_keys(identity) AS key
     WHERE key NOT IN ('id', 'updated_at', 'public_version', 'search_text', 'search_words', 'sort_name', 'unit_point',
                       'departement', 'seen_on')
       AND nullif(before->key, 'null') IS DISTINCT FROM nullif(after->key, 'null')
     ORDER BY key;
    RETURN NULL;
END $$;
-- Not for seen_on alone: that each row of a new file was seen again is what its import's audit row says.
CREATE TRIGGER record_changes AFTER DELETE OR UPDATE OF legal_entity_id, kind, usual_name, legal_name, siret, street,
    address_extra, postal_code, city, insee, latitude, longitude, phone, email, website, opening_hours, publics, sad_type,
    authorising_body, capacity, service_area, recruiting_until, opened_on, authorised_on, status, closed_on, merged_into,
    source, field_sources, disagreements, verified_on, organisation_id
    ON structure FOR EACH ROW EXECUTE FUNCTION record_changes('');
CREATE TRIGGER record_changes AFTER UPDATE OR DELETE ON legal_entity FOR EACH ROW EXECUTE FUNCTION record_changes('');

GRANT SELECT, INSERT, UPDATE ON legal_entity, structure TO pa31_operator;
GRANT SELECT ON legal_entity, structure TO pa31_app;
GRANT SELECT ON structure_word TO pa31_public;
GRANT SELECT, INSERT ON structure_word TO pa31_app, pa31_operator;
GRANT UPDATE (usual_name, siret, street, address_extra, postal_code, city, insee, latitude, longitude, phone, email, website,
              opening_hours, publics, sad_type, authorising_body, capacity, service_area, recruiting_until, field_sources,
              disagreements, verified_on, organisation_id) ON structure TO pa31_app;
