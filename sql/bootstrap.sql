-- What only a superuser can do, once in each database, before `pa31 migrate`:
--
--     psql -X -v ON_ERROR_STOP=1 -d pa31 -f sql/bootstrap.sql
--
-- Run again, it changes nothing. It is plain SQL (no psql command), so any client can send it whole.
--
-- Passwords are not set here: the default is peer authentication on a private Unix socket, where the operating
-- system vouches for the user. When the server is on another machine, give each role that logs in its own, in psql,
-- with `\password pa31_app` (it sends a SCRAM verifier; `ALTER ROLE … PASSWORD '…'` could leave the text in a log).

BEGIN;
SET LOCAL client_min_messages = warning;  -- "already a member" is what is expected the second time

-- Roles belong to the whole cluster. Two bootstraps in two databases at once would both find a role missing, or both
-- update the same row ("tuple concurrently updated"). This lock is on a shared catalogue: the second waits its turn.
LOCK TABLE pg_catalog.pg_authid IN SHARE ROW EXCLUSIVE MODE;

DO $$
DECLARE
    wanted record;
BEGIN
    FOR wanted IN
        SELECT *
        FROM (VALUES
            -- Owns everything; nobody logs in as it. NOINHERIT: it may give functions to the two below, and sees no more for it.
            ('pa31_owner', 'NOLOGIN NOBYPASSRLS NOINHERIT'),
            ('pa31_migrate', 'LOGIN NOBYPASSRLS INHERIT'),     -- `pa31 migrate`: becomes the owner
            ('pa31_app', 'LOGIN NOBYPASSRLS INHERIT'),         -- the server
            ('pa31_public', 'LOGIN NOBYPASSRLS INHERIT'),      -- the server's reads of public relations
            ('pa31_operator', 'LOGIN NOBYPASSRLS INHERIT'),    -- the command line
            ('pa31_audit_seal', 'LOGIN NOBYPASSRLS INHERIT'),  -- chains the audit's rows
            ('pa31_search', 'NOLOGIN NOBYPASSRLS INHERIT'),    -- owns the few SECURITY DEFINER functions; nobody logs in as it
            ('pa31_stats', 'NOLOGIN NOBYPASSRLS INHERIT'),     -- owns those that count; nobody logs in as it
            ('pa31_backup', 'LOGIN BYPASSRLS INHERIT')         -- dumps, so it must see every row; it writes none
        ) AS role (name, attributes)
    LOOP
        BEGIN
            EXECUTE format('CREATE ROLE %I', wanted.name);
        EXCEPTION
            -- unique_violation: somebody made it by hand between the look and the insert.
            WHEN duplicate_object OR unique_violation THEN NULL;
        END;
        -- Also for a role that was there: what it may do is decided here.
        EXECUTE format(
            'ALTER ROLE %I NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION %s',
            wanted.name, wanted.attributes);
    END LOOP;
END
$$;

GRANT pa31_owner TO pa31_migrate;
GRANT pa31_search TO pa31_owner;
GRANT pa31_stats TO pa31_owner;
GRANT pg_read_all_data TO pa31_backup;

-- The name of the database is the caller's choice, and these statements take no parameter.
DO $$
BEGIN
    EXECUTE format('ALTER DATABASE %I OWNER TO pa31_owner', current_database());
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format(
        'GRANT CONNECT ON DATABASE %I'
        ' TO pa31_migrate, pa31_app, pa31_public, pa31_operator, pa31_audit_seal, pa31_backup',
        current_database());
    -- Imports load their rows into a temporary table first. Here too: rights of a database are not in its dump.
    EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO pa31_operator', current_database());
END
$$;

ALTER SCHEMA public OWNER TO pa31_owner;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;

COMMIT;
