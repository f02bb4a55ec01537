"""Letters as files for the printing house, against a bare loop of the typesetter.

Ours is `kokeilu notices render` without the database: two processes that are spawned, each with its own typesetter,
files written and renamed one by one, and an index. The peer is one process that has its typesetter already and sets
the same letters from the same data and template into nowhere.
"""

import os
import tempfile
from datetime import date
from pathlib import Path
from time import perf_counter
from uuid import NAMESPACE_OID, uuid5

from bench.report import Row

LETTERS = 2_000
PROCESSES = 2
BODY = """1.3.2021 alkaen palveluistasi vastaa Helsinki (Työllisyyden kuntakokeilut).

Perustelut:
– Työnhakusi on voimassa. [laki 1269/2020 2 §]
– Kotikuntasi kuuluu kokeilualueeseen Helsinki. [laki 1269/2020 (ei vahvistettu)]
– Olet työtön työnhakija. [laki 1269/2020 2 §]
– Sinulla ei ole oikeutta ansiopäivärahaan. [laki 1269/2020 4 § (ei vahvistettu)]

Merkintä ”ei vahvistettu”: lainkohdan tekstiä ei ole tarkistettu. Perustelu on
kirjoitettu viranomaisten kuvausten mukaan.

Mitä seuraavaksi tapahtuu:
– Sinun ei tarvitse tehdä mitään. Työnhakusi jatkuu entisellään.
– Saat oman vastuutyöntekijän (Helsinki)."""

FACTS_HEADING = "Tiedot, joihin perustelut nojaavat, ja mistä ne ovat peräisin"
FACTS = (
    "Onko työnhaku voimassa: kyllä (rekisteripoiminta 28.2.2021)",
    "Kuuluuko kotikunta kokeilualueeseen: Helsinki (kotikunta: Helsinki (rekisteripoiminta 28.2.2021))",
    "Onko työtön: kyllä (työllisyyskoodi: 02 Työtön (rekisteripoiminta 28.2.2021))",
    "Onko oikeus ansiopäivärahaan: ei (rekisteripoiminta 28.2.2021)",
)


def run() -> list[Row]:
    """Both over the same letters, each person's own."""
    return [measure(LETTERS)]


def measure(count: int) -> Row:
    """`count` letters."""
    from kokeilu.transfer import letters, letters_folder

    part = letters.Part(
        "fi", "Vastuu työllisyyspalveluistasi siirtyy: Helsinki", letters.blocks(BODY), "Yhteystiedot",
        (("Puhelin", "00 000 0000"),),
    )  # fmt: skip
    sender, day = ("Helsinki", "PL 0", "00099 Helsinki"), date(2021, 3, 1)
    items = []
    for number in range(count):
        person = str(uuid5(NAMESPACE_OID, str(number)))
        row = ("fi", f"Etunimi Sukunimi {number}", f"Katu {number}", "00100", "Helsinki")
        addressee = (row[1], row[2], "00100 Helsinki")
        facts = letters.Block(FACTS_HEADING, items=(*FACTS, f"Ikä: {18 + number % 47} (rekisteripoiminta 28.2.2021)"))
        letter = letters.Letter(sender, addressee, day, "1.3.2021", (part,), (facts,))
        items.append(letters_folder.Item(person, letter, row))
    letters.typeset(items[0].letter)  # reads the template and the fonts
    since = perf_counter()
    for each in items:
        letters.typeset(each.letter)
    bare = perf_counter() - since
    with tempfile.TemporaryDirectory() as place:
        since = perf_counter()
        folder = letters_folder.Folder.begin(Path(place) / "letters", "bench", letters_folder.digest_of(items), day)
        rendered = folder.render(items, processes=PROCESSES, progress=lambda done, total: None)
        ours = perf_counter() - since
    assert rendered.written == count
    return Row(
        f"{count} letters into files, {PROCESSES} processes on {os.cpu_count()} cores", 1000 * ours / count,
        "one loop of the typesetter", 1000 * bare / count, None, "milliseconds a letter", unit="ms",
    )  # fmt: skip
