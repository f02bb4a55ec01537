"""What a notice says by open e-mail: who is responsible from when, and that a letter tells the rest."""

from django.utils import translation
from django.utils.translation import gettext as _

from kokeilu.transfer import notices
from kokeilu.transfer.models import Message
from kokeilu.web import formats


def email_text(message: Message) -> tuple[str, str]:
    """Subject and text, in each language of the message. Neither names the person, the reasons nor a benefit."""
    told = [_in(language, message) for language in message.language.split("+")]
    return " / ".join(subject for subject, _body in told), notices.BETWEEN_BODIES.join(body for _subject, body in told)


def _in(language: str, message: Message) -> tuple[str, str]:
    with translation.override(language):
        places = {"organisation": message.organisation.name, "day": formats.day(message.day or message.run.on)}
        opening = _("You have a letter about your employment services.")
        if message.kind == Message.Kind.UNDONE:
            places |= {"told": formats.day(message.replaces)}
            who = _("What we told you on %(told)s no longer holds: %(organisation)s is responsible as before.") % places
        else:
            who = _("From %(day)s they are the responsibility of %(organisation)s.") % places
        lines = [
            f"{opening} {who}",
            _("The letter comes by post and tells you why and how to reach us. You need not do anything."),
            _("You get this e-mail because you have said that we may write to you by e-mail."),
            _("Do not answer with personal data: e-mail is not protected on its way."),
            message.organisation.name,
        ]
        return _("You have a letter from %(organisation)s") % places, "\n\n".join(lines)
