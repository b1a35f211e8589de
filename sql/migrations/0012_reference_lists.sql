-- Official lists that the directory of structures, needs and candidates refer to; their rows are in sql/reference/rows.
CREATE TABLE finess_category (
    code text CONSTRAINT finess_category_key PRIMARY KEY,
    label text NOT NULL,
    short_label text NOT NULL,
    domain text NOT NULL,
    opened_on date NOT NULL,
    closed_on date,
    aggregate3_code text NOT NULL,
    aggregate3_label text NOT NULL,
    aggregate2_code text NOT NULL,
    aggregate2_label text NOT NULL,
    aggregate1_code text NOT NULL,
    aggregate1_label text NOT NULL,
    short_name text,
    synonyms text[] NOT NULL DEFAULT '{}',
    publics text[] NOT NULL DEFAULT '{}',
    -- The one place of this rule (domain.md §5). 462: the address may be somebody's home.
    is_sector boolean NOT NULL GENERATED ALWAYS AS (
        aggregate3_code IN ('4101', '4102', '4103', '4104', '4105', '4106', '4301', '4302', '4303', '4304', '4305',
                            '4401', '4402', '4404', '4605')
        AND code <> '462') STORED,
    CONSTRAINT finess_category_code_form CHECK (code ~ '^[0-9]{3}$'),
    CONSTRAINT finess_category_domain_known CHECK (domain IN ('SOC', 'SAN', 'ENS', 'ADM')),
    CONSTRAINT finess_category_closed_order CHECK (closed_on >= opened_on),
    CONSTRAINT finess_category_publics_known CHECK
        (publics <@ ARRAY['elderly', 'adults_with_disability', 'children_with_disability', 'carers']),
    CONSTRAINT finess_category_sector_named CHECK
        (NOT is_sector OR (short_name IS NOT NULL AND cardinality(publics) > 0))
);
COMMENT ON TABLE finess_category IS 'Kinds of establishments: the categories of FINESS, open and closed (sql/reference/rows).';
COMMENT ON COLUMN finess_category.code IS 'public Its code: 500.';
COMMENT ON COLUMN finess_category.label IS 'public Official label.';
COMMENT ON COLUMN finess_category.short_label IS 'public Official short label.';
COMMENT ON COLUMN finess_category.domain IS 'public SOC social, SAN health, ENS teaching, ADM administration.';
COMMENT ON COLUMN finess_category.opened_on IS 'public Since when it is used.';
COMMENT ON COLUMN finess_category.closed_on IS 'public Since when it is not given any more.';
COMMENT ON COLUMN finess_category.aggregate3_code IS 'public Aggregate of the third level, the finest.';
COMMENT ON COLUMN finess_category.aggregate3_label IS 'public Its official label.';
COMMENT ON COLUMN finess_category.aggregate2_code IS 'public Aggregate of the second level.';
COMMENT ON COLUMN finess_category.aggregate2_label IS 'public Its official label.';
COMMENT ON COLUMN finess_category.aggregate1_code IS 'public Aggregate of the first level.';
COMMENT ON COLUMN finess_category.aggregate1_label IS 'public Its official label.';
COMMENT ON COLUMN finess_category.short_name IS 'public The word people use for it: EHPAD, SAD, IME; every kind of the sector has one.';
COMMENT ON COLUMN finess_category.synonyms IS 'public Further words it is looked for by: maison de retraite, SAAD.';
COMMENT ON COLUMN finess_category.publics IS 'public Whom such a place is for unless it says otherwise.';
COMMENT ON COLUMN finess_category.is_sector IS 'public Whether it is of the sector: elderly, disability, home care.';

CREATE TABLE finess_legal_status (
    code text CONSTRAINT finess_legal_status_key PRIMARY KEY,
    label text NOT NULL,
    short_label text NOT NULL,
    opened_on date NOT NULL,
    closed_on date,
    aggregate3_code text NOT NULL,
    aggregate3_label text NOT NULL,
    aggregate2_code text NOT NULL,
    aggregate2_label text NOT NULL,
    aggregate1_code text NOT NULL,
    aggregate1_label text NOT NULL,
    CONSTRAINT finess_legal_status_code_form CHECK (code ~ '^[0-9A-Z]{2}$'),
    CONSTRAINT finess_legal_status_closed_order CHECK (closed_on >= opened_on)
);
COMMENT ON TABLE finess_legal_status IS 'Legal statuses of those who manage establishments, as FINESS has them (sql/reference/rows).';
COMMENT ON COLUMN finess_legal_status.code IS 'public Its code: 60.';
COMMENT ON COLUMN finess_legal_status.label IS 'public Official label.';
COMMENT ON COLUMN finess_legal_status.short_label IS 'public Official short label.';
COMMENT ON COLUMN finess_legal_status.opened_on IS 'public Since when it is used.';
COMMENT ON COLUMN finess_legal_status.closed_on IS 'public Since when it is not given any more.';
COMMENT ON COLUMN finess_legal_status.aggregate3_code IS 'public Aggregate of the third level, the finest.';
COMMENT ON COLUMN finess_legal_status.aggregate3_label IS 'public Its official label.';
COMMENT ON COLUMN finess_legal_status.aggregate2_code IS 'public Aggregate of the second level.';
COMMENT ON COLUMN finess_legal_status.aggregate2_label IS 'public Its official label.';
COMMENT ON COLUMN finess_legal_status.aggregate1_code IS 'public Aggregate of the first level.';
COMMENT ON COLUMN finess_legal_status.aggregate1_label IS 'public Its official label.';

-- Codes before and after may be of places that are no communes any more: no foreign keys.
CREATE TABLE commune_change (
    effective_on date,
    insee_before text,
    type_before text,
    insee_after text,
    type_after text,
    kind text NOT NULL,
    name_before text NOT NULL,
    name_after text NOT NULL,
    CONSTRAINT commune_change_key PRIMARY KEY (effective_on, insee_before, type_before, insee_after, type_after),
    CONSTRAINT commune_change_before_form CHECK (insee_before ~ '^[0-9][0-9AB][0-9]{3}$'),
    CONSTRAINT commune_change_after_form CHECK (insee_after ~ '^[0-9][0-9AB][0-9]{3}$'),
    CONSTRAINT commune_change_type_before_known CHECK (type_before IN ('COM', 'COMA', 'COMD', 'ARM')),
    CONSTRAINT commune_change_type_after_known CHECK (type_after IN ('COM', 'COMA', 'COMD', 'ARM')),
    CONSTRAINT commune_change_kind_known CHECK
        (kind IN ('10', '20', '21', '30', '31', '32', '33', '34', '35', '41', '50', '70', '71'))
);
COMMENT ON TABLE commune_change IS 'Communes of the département that were renamed, merged or divided since 1943 (sql/reference/rows).';
COMMENT ON COLUMN commune_change.effective_on IS 'public The day from which it is so.';
COMMENT ON COLUMN commune_change.insee_before IS 'public INSEE code before.';
COMMENT ON COLUMN commune_change.type_before IS 'public What it was: COM a commune, COMA associated, COMD delegated.';
COMMENT ON COLUMN commune_change.insee_after IS 'public INSEE code after.';
COMMENT ON COLUMN commune_change.type_after IS 'public What it became: COM a commune, COMA associated, COMD delegated.';
COMMENT ON COLUMN commune_change.kind IS 'public INSEE''s kind of change: 10 new name, 20 creation, 21 restored, 31 to 33 merger.';
COMMENT ON COLUMN commune_change.name_before IS 'public Its name before.';
COMMENT ON COLUMN commune_change.name_after IS 'public Its name after.';

CREATE TABLE rome_job (
    version text,
    code text,
    label text NOT NULL,
    parent_code text,
    is_autonomy boolean NOT NULL,
    CONSTRAINT rome_job_key PRIMARY KEY (version, code),
    CONSTRAINT rome_job_version_known CHECK (version IN ('3', '4.60')),
    CONSTRAINT rome_job_code_form CHECK (code ~ '^[A-N][0-9]{4}$')
);
COMMENT ON TABLE rome_job IS 'Jobs: the codes of ROME, in two versions (sql/reference/rows).';
COMMENT ON COLUMN rome_job.version IS 'public The list''s version: a code means something in a version only.';
COMMENT ON COLUMN rome_job.code IS 'public Its code: J1501.';
COMMENT ON COLUMN rome_job.label IS 'public Official label.';
COMMENT ON COLUMN rome_job.parent_code IS 'public The job''s code in the older list that it comes from.';
COMMENT ON COLUMN rome_job.is_autonomy IS 'public Whether places for the elderly or people with a disability hire it.';

CREATE TABLE diploma (
    id text CONSTRAINT diploma_key PRIMARY KEY,
    acronym text NOT NULL,
    label text NOT NULL,
    level integer NOT NULL,
    rncp text,
    valid_from date,
    valid_until date,
    reliability text NOT NULL,
    source text,
    CONSTRAINT diploma_level_range CHECK (level BETWEEN 1 AND 8),
    CONSTRAINT diploma_rncp_form CHECK (rncp ~ '^RNCP[0-9]{1,6}$'),
    CONSTRAINT diploma_valid_order CHECK (valid_until >= valid_from),
    CONSTRAINT diploma_reliability_known CHECK (reliability IN ('verified', 'single_source', 'number_not_found'))
);
COMMENT ON TABLE diploma IS 'Diplomas of the sector with their registrations: one may have several, as its number changes at each renewal (sql/reference/rows).';
COMMENT ON COLUMN diploma.id IS 'public A name of ours: deas-40692.';
COMMENT ON COLUMN diploma.acronym IS 'public What people call it: DEAS; not unique.';
COMMENT ON COLUMN diploma.label IS 'public Its label.';
COMMENT ON COLUMN diploma.level IS 'public Level of the national framework, 1 to 8.';
COMMENT ON COLUMN diploma.rncp IS 'public Number of this registration in the national directory.';
COMMENT ON COLUMN diploma.valid_from IS 'public Since when this registration holds, if known.';
COMMENT ON COLUMN diploma.valid_until IS 'public Until when, if known.';
COMMENT ON COLUMN diploma.reliability IS 'public How sure its number is: verified, single_source, number_not_found.';
COMMENT ON COLUMN diploma.source IS 'public Where it was found.';

CREATE TABLE collective_agreement (
    idcc text CONSTRAINT collective_agreement_key PRIMARY KEY,
    label text,
    url text,
    CONSTRAINT collective_agreement_idcc_form CHECK (idcc ~ '^[0-9]{4}$')
);
COMMENT ON TABLE collective_agreement IS 'Collective agreements (sql/reference/rows).';
COMMENT ON COLUMN collective_agreement.idcc IS 'public Its number, four digits: 2941 home care.';
COMMENT ON COLUMN collective_agreement.label IS 'public Its label; the source has none for 0403 and 1325.';
COMMENT ON COLUMN collective_agreement.url IS 'public Where Légifrance has its text.';

CREATE TABLE priority_district (
    id text CONSTRAINT priority_district_key PRIMARY KEY,
    name text NOT NULL,
    commune_insee text NOT NULL CONSTRAINT priority_district_commune REFERENCES commune,
    vintage integer NOT NULL,
    polygon jsonb,
    CONSTRAINT priority_district_vintage_known CHECK (vintage IN (2015, 2024))
);
CREATE INDEX priority_district_commune ON priority_district (commune_insee);
COMMENT ON TABLE priority_district IS 'Priority districts of the city policy (QPV), by the year of their list (sql/reference/rows).';
COMMENT ON COLUMN priority_district.id IS 'public Official code for 2015 (QP031012); a name of ours for 2024, whose codes were not found.';
COMMENT ON COLUMN priority_district.name IS 'public Official name.';
COMMENT ON COLUMN priority_district.commune_insee IS 'public The commune it is in; the first named, if several.';
COMMENT ON COLUMN priority_district.vintage IS 'public Year of the list: 2015 or 2024.';
COMMENT ON COLUMN priority_district.polygon IS 'public GeoJSON geometry, WGS84; of 2015 only.';

GRANT SELECT ON finess_category, finess_legal_status, commune_change, rome_job, diploma, collective_agreement, priority_district
    TO pa31_public, pa31_app, pa31_operator;
