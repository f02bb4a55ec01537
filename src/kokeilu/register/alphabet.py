"""The Finnish alphabetical order as an immutable SQL function, the same on every build of PostgreSQL.

Collation `fi-x-icu` is not in every build and changes with ICU's version, which would break an index. `fi_key(text)`
folds a name to a key whose order by code points (collation "C") is the primary order of Unicode CLDR's standard
Finnish collation: case and marks do not count, v and w are different letters, ü is y, đ is d, æ is ä, ø is ö, and
å ä ö come last, in that order. Hyphens are spaces, and apostrophes do not count.
"""

import unicodedata
from collections.abc import Iterable
from functools import cache

# CLDR `fi`, standard: letters that are not their base letter with a mark. { | } follow z in ASCII.
_OWN = {
    "å": "{", "ä": "|", "æ": "|", "ö": "}", "ø": "}", "ü": "y",
    "đ": "d", "ð": "d", "ǥ": "g", "ħ": "h", "ı": "i", "ł": "l", "ŋ": "n", "ŧ": "t", "ʒ": "z", "ǯ": "z",
    "-": " ", "\u2010": " ", "\u2011": " ", "\u00a0": " ",
}  # fmt: skip
_LONGER = {"ß": "ss", "ẞ": "ss", "þ": "th", "Þ": "th", "œ": "oe", "Œ": "oe"}
_DROPPED = "'’`´ʼ"
# Latin-1 Supplement to Latin Extended-B, and Latin Extended Additional: the letters of European and Vietnamese names.
_LATIN = (*range(0xC0, 0x250), *range(0x1E00, 0x1F00))


@cache
def _single_letters() -> dict[str, str]:
    """Each accented Latin letter and the ASCII character that it sorts as."""
    pairs = dict(_OWN)
    for letter in map(chr, _LATIN):
        lower = letter.lower()
        base = unicodedata.normalize("NFD", lower)[0]
        if lower in _OWN:
            pairs[letter] = _OWN[lower]
        elif letter not in _LONGER and base.isascii() and base.isalpha():
            pairs[letter] = base
    return pairs


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


# Nearly every Finnish name needs these alone; the long list is gone through only where something else is left.
_COMMON = "åäöÅÄÖéÉüÜ-"


def _translate(text: str, letters: Iterable[str]) -> str:
    pairs = _single_letters()
    known = [letter for letter in letters if letter in pairs]
    # What has no partner in the second list is removed.
    return f"translate({text}, {_quoted(''.join(known) + _DROPPED)}, {_quoted(''.join(map(pairs.__getitem__, known)))})"


def _create() -> str:
    short = _translate("value", _COMMON)
    full = "normalize(value, NFC)"
    for letters, replacement in _LONGER.items():
        full = f"replace({full}, {_quoted(letters)}, {_quoted(replacement)})"
    full = _translate(full, _single_letters())
    # In "C" lower() folds ASCII alone, the same on every server; a text is ASCII where it has as many bytes as letters.
    return f"""
        CREATE OR REPLACE FUNCTION fi_key(value text) RETURNS text
        LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
        RETURN lower(
            CASE WHEN octet_length({short}) = char_length({short}) THEN {short} ELSE {full} END COLLATE "C"
        );
    """


CREATE_FI_KEY = _create()
DROP_FI_KEY = "DROP FUNCTION fi_key(text);"
