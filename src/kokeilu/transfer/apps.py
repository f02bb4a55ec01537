from django.apps import AppConfig


class TransferConfig(AppConfig):
    """Who is responsible for whom."""

    name = "kokeilu.transfer"
    label = "transfer"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from kokeilu.access import texts

        # Importing them registers the room's part in imports, in the policy and on the own page.
        from kokeilu.transfer import grounds, identity, intake, operations, own  # noqa: F401
        from kokeilu.web import navigation

        navigation.add(_("Transfer"), "transfer:runs", operations.RESULTS.key, 200)
        navigation.add(_("What if"), "transfer:scenarios", operations.SCENARIOS.key, 910)
        texts.name(
            {
                grounds.RESPONSIBLE: _("The organisation was responsible for you"),
                grounds.TOOK_PART: _("The organisation had a part in the change that the letter tells of"),
                operations.PREVIEW.key: _("Preview of a run: examples"),
                operations.UNDECIDED.key: _("List of people whose case is undecided"),
                operations.BY_HAND_LIST.key: _("List of letters delivered by hand"),
                operations.BY_HAND.key: _("Note on a letter delivered by hand"),
                operations.LETTER.key: _("Your letter"),
                operations.CONTACT_CHOICE.key: _("Whether you allow e-mail"),
                operations.INDIVIDUAL.key: _("Decision about you"),
                operations.INDIVIDUALS.key: _("List of decisions about one person"),
                operations.CONTRADICTORY.key: _("List of contradictory facts"),
                operations.DIFFERENCES.key: _("List of corrections"),
                operations.UNITED.key: _("List of records told apart"),
                operations.END.key: _("Preview of the end of a trial"),
                operations.SCENARIOS.key: _("What-if page"),
            }
        )
