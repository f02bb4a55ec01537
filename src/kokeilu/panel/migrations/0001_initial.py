"""The key of the panel's pseudonyms, drawn in the database, and the functions that alone need to read it."""

from django.db import migrations

# HMAC-SHA-256 (RFC 2104) of what the built-in sha256 can do: the key is kept as the two padded blocks that begin the
# inner and the outer hash. Its 32 bytes come from PostgreSQL's strong random numbers (gen_random_uuid).
CREATE = r"""
CREATE TABLE panel_key (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    inner_block bytea NOT NULL CHECK (length(inner_block) = 64),
    outer_block bytea NOT NULL CHECK (length(outer_block) = 64),
    drawn_at timestamptz NOT NULL DEFAULT now()
);
REVOKE ALL ON panel_key FROM PUBLIC;

WITH drawn AS MATERIALIZED (
    SELECT sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())) AS key
), bytes AS (
    SELECT place, CASE WHEN place < 32 THEN get_byte(key, place) ELSE 0 END AS byte
    FROM drawn CROSS JOIN generate_series(0, 63) AS place
)
INSERT INTO panel_key (inner_block, outer_block)
SELECT string_agg(set_byte('\x00', 0, byte # 54), '' ORDER BY place),
       string_agg(set_byte('\x00', 0, byte # 92), '' ORDER BY place)
FROM bytes;

CREATE FUNCTION panel_pseudonyms(persons uuid[]) RETURNS TABLE (person uuid, pseudonym bigint)
LANGUAGE sql STABLE STRICT SECURITY DEFINER ROWS 100000 AS $$
    SELECT person, ('x' || encode(substr(
        sha256(outer_block || sha256(inner_block || uuid_send(person))), 1, 8), 'hex'))::bit(64)::bigint
    FROM panel_key, unnest(persons) AS person
$$;

CREATE FUNCTION panel_key_id() RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER AS $$
    SELECT encode(substr(sha256(outer_block || sha256(inner_block || 'kokeilu panel key'::bytea)), 1, 8), 'hex')
    FROM panel_key
$$;

REVOKE ALL ON FUNCTION panel_pseudonyms(uuid[]), panel_key_id() FROM PUBLIC;

-- What runs with its owner's rights must not find a caller's objects of the same name first.
DO $$ BEGIN
    EXECUTE format('ALTER FUNCTION panel_pseudonyms(uuid[]) SET search_path = %I, pg_temp', current_schema());
    EXECUTE format('ALTER FUNCTION panel_key_id() SET search_path = %I, pg_temp', current_schema());
END $$;
"""

DROP = """
DROP FUNCTION panel_pseudonyms(uuid[]);
DROP FUNCTION panel_key_id();
DROP TABLE panel_key;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies: list[tuple[str, str]] = []
    operations = [migrations.RunSQL(CREATE, DROP)]
