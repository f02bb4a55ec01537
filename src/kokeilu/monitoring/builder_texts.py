"""The words of tables that people put together themselves, in every language of the files."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from kokeilu.monitoring.published_table import Words

KEY: Final = "monthly-selection"
TITLE: Final[Words] = {
    "fi": "Poiminta kokeilualueiden kuukausiluvuista",
    "sv": "Urval ur försöksområdenas månadstal",
    "en": "Selection from the monthly figures of the trial areas",
}
UNVERIFIED_CLASSES: Final[Words] = {
    "fi": "Luokittelua ei ole vahvistettu: {name}.",
    "sv": "Indelningen är inte bekräftad: {name}.",
    "en": "The division is not verified: {name}.",
}
NOT_REVISED: Final[Words] = {
    "fi": "Luokittaiset luvut jäävät sellaisiksi kuin ne ensin julkaistiin: myöhemmät oikaisut eivät muuta niitä.",
    "sv": "Talen per klass förblir sådana som de först publicerades: senare rättelser ändrar dem inte.",
    "en": "Figures by class stay as they were first published: later corrections do not change them.",
}
KINDS: Final = {
    "stock": _("At the month's end"),
    "rate": _("Rates and amounts"),
    "flow": _("During the month"),
}
