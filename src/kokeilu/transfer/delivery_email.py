"""The e-mail of a notice, and the mail server that takes it.

The e-mail is open on its way: it says who is responsible from which day and that a letter tells the rest, and neither
names the person nor says why (docs/decisions/notices-email.md).
"""

import os
import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate
from urllib.parse import unquote, urlsplit

from kokeilu.problems import Problem

TIMEOUT = 20.0  # seconds for each answer of the server
PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
LOOPBACK = ("localhost", "127.0.0.1", "::1")


class Refused(Exception):
    """It will never be taken so. `what` is a key of kokeilu.transfer.outbox_models.Fault; `reply` the server's code."""

    def __init__(self, what: str, reply: int | None = None) -> None:
        self.what, self.reply = what, reply
        super().__init__(what)


class Later(Refused):
    """It was not taken now and may be later."""


@dataclass(frozen=True)
class MailServer:
    """Where e-mail is handed over, as `KOKEILU_SMTP_URL` and `KOKEILU_MAIL_FROM` say."""

    kind: str  # smtp, smtp+starttls or smtps
    host: str
    port: int
    user: str
    password: str
    sender: str

    def __repr__(self) -> str:
        return f"MailServer({self.kind}://{self.host}:{self.port})"

    @property
    def domain(self) -> str:
        """Of the sender's address; message ids are made with it."""
        return self.sender.rpartition("@")[2]


def mail_server(environ: Mapping[str, str] = os.environ) -> MailServer | None:
    """The mail server of the environment; None where none is set: e-mail is off.

    Raises Problem where the setting cannot be used; it never repeats the password.
    """
    url = environ.get("KOKEILU_SMTP_URL", "")
    if not url:
        return None
    mend = "KOKEILU_SMTP_URL is smtp+starttls://USER:PASSWORD@HOST:587 or smtps://USER:PASSWORD@HOST:465"
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or PORTS.get(parts.scheme)
    except ValueError:
        host = port = None
    if not host or not port or parts.scheme not in PORTS:
        raise Problem("the mail server's address cannot be read", mend=mend)
    if parts.scheme == "smtp" and host not in LOOPBACK:
        raise Problem("e-mail without TLS goes only to a mail server on this machine", mend=mend)
    sender = environ.get("KOKEILU_MAIL_FROM", "")
    try:
        if not Address(addr_spec=sender).domain:
            raise ValueError
    except (MessageError, ValueError, IndexError):
        raise Problem("no sender for e-mail", mend="set KOKEILU_MAIL_FROM to an address that takes answers") from None
    return MailServer(
        parts.scheme, host, port, unquote(parts.username or ""), unquote(parts.password or ""), sender
    )  # fmt: skip


def compose(server: MailServer, to: str, identifier: str, subject: str, body: str) -> EmailMessage:
    """The e-mail; by `identifier` a receiver knows the same one again. Raises Refused where `to` is no address."""
    try:
        address = Address(addr_spec=to.strip())
    except (MessageError, ValueError, IndexError):
        raise Refused("no_email") from None
    if not address.domain:
        raise Refused("no_email")
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = server.sender, address, subject
    mail["Date"], mail["Message-ID"] = formatdate(localtime=True), identifier
    mail["Auto-Submitted"] = "auto-generated"  # so that nobody's absence answers it
    mail.set_content(body)
    return mail


class Connection:
    """One connection to the mail server, made when first needed and again after it broke."""

    def __init__(self, server: MailServer) -> None:
        self.server = server
        self._open: smtplib.SMTP | None = None

    def send(self, mail: EmailMessage) -> None:
        """Hand over one e-mail; it is taken when this returns.

        Raises Refused or Later of this e-mail; Problem where the server cannot be used at all: nothing was handed
        over then, and no other e-mail would be taken either.
        """
        smtp = self._open or self._connect()
        try:
            smtp.send_message(mail)
        except smtplib.SMTPRecipientsRefused as refused:
            (code, _text), *_ = refused.recipients.values()
            self._reset()
            raise _judged("recipient_refused", code) from None
        except smtplib.SMTPSenderRefused as refused:
            self._reset()
            if refused.smtp_code >= 500:
                raise self._problem("refuses the sender", "check KOKEILU_MAIL_FROM") from None
            raise Later("later", refused.smtp_code) from None
        except smtplib.SMTPDataError as refused:
            self._reset()
            raise _judged("message_refused", refused.smtp_code) from None
        except smtplib.SMTPNotSupportedError:
            self._reset()
            raise Refused("no_email") from None  # an address with letters that this server cannot carry
        except (smtplib.SMTPException, OSError):
            self.close()
            raise Later("connection_lost") from None

    def close(self) -> None:
        """Let the server go."""
        if self._open is not None:
            try:
                self._open.quit()
            except (smtplib.SMTPException, OSError):
                self._open.close()
            self._open = None

    def _reset(self) -> None:
        """Some servers hang up after refusing; the next e-mail then makes a new connection."""
        try:
            if self._open is not None:
                self._open.rset()
        except (smtplib.SMTPException, OSError):
            self.close()

    def _connect(self) -> smtplib.SMTP:
        try:
            smtp = self._greeted()
        except ssl.SSLError as error:
            reason = getattr(error, "verify_message", "") or error.reason or "TLS failed"
            raise self._problem(f"has no secure connection: {reason}", "check its host name and certificate") from None
        except smtplib.SMTPAuthenticationError:
            raise self._problem("refuses the user or password", "check KOKEILU_SMTP_URL") from None
        except smtplib.SMTPNotSupportedError as error:
            raise self._problem(f"cannot do what is asked: {error}", "check KOKEILU_SMTP_URL") from None
        except (smtplib.SMTPException, OSError) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
            raise self._problem(f"does not answer: {reason}", "try again when it does") from None
        self._open = smtp
        return smtp

    def _greeted(self) -> smtplib.SMTP:
        """A new connection, secured and logged in as the settings say; closed again where that fails."""
        server, context = self.server, ssl.create_default_context()
        if server.kind == "smtps":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT, context=context)
        else:
            smtp = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT)
        try:
            if server.kind == "smtp+starttls":
                smtp.starttls(context=context)
            if server.user:
                smtp.login(server.user, server.password)
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _problem(self, what: str, mend: str) -> Problem:
        return Problem(f"the mail server {self.server.host}:{self.server.port} {what}", mend=mend)


def _judged(what: str, code: int) -> Refused:
    """A code of 500 or more is for ever, one of 400 or more is for now (RFC 5321, 4.2.1)."""
    return Refused(what, code) if code >= 500 else Later("later", code)
