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
NO_DURATION: Final[Words] = {
    "fi": "Laajaa työttömyyttä ja siirtymiä avoimille työmarkkinoille ei voi jakaa työttömyyden keston mukaan, koska"
    " palveluissa olevilla ei ole käynnissä olevaa työttömyyttä, jonka kestoa laskea. Nämä luvut ovat kuukausiluvuissa"
    " ilman jaottelua; lue ne yhdessä työttömien määrän kanssa.",
    "sv": "Den breda arbetslösheten och övergångarna till den öppna arbetsmarknaden kan inte delas in efter"
    " arbetslöshetens längd, eftersom de som deltar i service inte har någon pågående arbetslöshet vars längd kunde"
    " räknas. Dessa tal finns bland månadstalen utan indelning; läs dem tillsammans med antalet arbetslösa.",
    "en": "Broad unemployment and the exits to the open labour market cannot be divided by duration, because people in"
    " services have no present unemployment whose duration could be counted. They are among the monthly figures,"
    " undivided; read them together with registered unemployment.",
}
"""Of a division by duration: registered unemployment never stands alone without a word."""
KINDS: Final = {
    "stock": _("At the month's end"),
    "rate": _("Rates and amounts"),
    "flow": _("During the month"),
}
