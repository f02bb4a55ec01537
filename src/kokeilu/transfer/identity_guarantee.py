"""What the database guarantees where a person's days end: responsibility covers `[known_since, known_until)`, as SQL.

Takes the place of the function of `guarantee` by the same name, which knew of no end: a death ends the days, and a
record that is united with another has none.
"""

_CHECK = """
CREATE OR REPLACE FUNCTION transfer_check_responsibility() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
    broken uuid[];
BEGIN
    -- EXECUTE plans anew with the array at hand: for one person and for 300 000 the best plans differ.
    EXECUTE $query$
        SELECT array_agg(id) FROM (
            SELECT person.id
              FROM unnest($1) AS touched (id)
              JOIN register_person person ON person.id = touched.id
              LEFT JOIN transfer_responsibility responsibility
                ON responsibility.person_id = person.id AND responsibility.superseded_by_id IS NULL
             GROUP BY person.id
            HAVING {covered} IS DISTINCT FROM datemultirange(daterange(person.known_since, {end}))
        ) AS uncovered
    $query$ INTO broken USING NEW.persons;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION 'no organisation is responsible on some day for % of the people touched, such as %',
                cardinality(broken), broken[1]
            USING ERRCODE = 'check_violation', CONSTRAINT = 'responsible_every_day',
                  TABLE = 'transfer_responsibility';
    END IF;
    DELETE FROM transfer_unchecked WHERE id = NEW.id;
    RETURN NULL;
END
$body$;
"""
_TOUCHED = """
CREATE OR REPLACE FUNCTION register_person_update_touched() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    INSERT INTO transfer_unchecked (persons)
    SELECT persons FROM (
        SELECT array_agg(id) FROM after_rows JOIN before_rows USING (id)
         WHERE ({after}) IS DISTINCT FROM ({before})
    ) AS touched (persons) WHERE persons IS NOT NULL;
    RETURN NULL;
END
$body$;
"""


def _functions(covered: str, end: str, *days: str) -> str:
    after, before = (", ".join(f"{rows}.{day}" for day in days) for rows in ("after_rows", "before_rows"))
    return _CHECK.format(covered=covered, end=end) + _TOUCHED.format(after=after, before=before)


_UNION = "range_agg(responsibility.valid)"
COVER_KNOWN_DAYS = _functions(f"coalesce({_UNION}, '{{}}')", "person.known_until", "known_since", "known_until")
COVER_WITHOUT_END = _functions(_UNION, "NULL", "known_since")
