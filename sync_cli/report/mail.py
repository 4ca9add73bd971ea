"""Mails a comparison's report by SMTP; what cannot be sent is kept and goes with the next one."""

from __future__ import annotations

import os
import re
import smtplib
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from sync_cli.config import Config
from sync_cli.config.reconcile import MailSecurity, MailSettings, MailWhen
from sync_cli.core.errors import ConfigError, ExitCode, SyncError
from sync_cli.core.findings import Report, verdict
from sync_cli.core.privacy import MASK
from sync_cli.report.html import LISTED, as_html
from sync_cli.report.reconcile_words import (
    SIDE_COLUMNS,
    Group,
    as_csv,
    groups,
    left_out_rows,
    remedy,
    side_rows,
)
from sync_cli.report.together import waiting_row, waiting_together

KEPT_FOR = timedelta(days=7)
_ADDRESS = re.compile(r"[^\s<>()\[\]:;,\"']+@[^\s<>()\[\]:;,\"']+\.\w+")


class MailRefused(SyncError):
    """The server took no mail: access denied, or down; the mails are kept."""

    def __init__(self, message: str, remedy: str, exit_code: ExitCode) -> None:
        super().__init__(message, remedy)
        self.exit_code = exit_code


class Outbox(Struct, frozen=True):
    """Mails that could not be sent, one file each, readable by this user alone."""

    folder: Path

    def keep(self, message: EmailMessage, now: datetime) -> Path:
        """Store a mail; whole or not at all, also when the process dies."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        path = self.folder / f"{now:%Y%m%dT%H%M%S%f}.eml"
        draft = path.with_suffix(".part")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(message.as_bytes(policy=policy.SMTP))
            file.flush()
            os.fsync(file.fileno())
        draft.rename(path)
        return path

    def waiting(self) -> list[Path]:
        """The mails that wait, the oldest first."""
        return sorted(self.folder.glob("*.eml")) if self.folder.is_dir() else []

    def forget_old(self, now: datetime) -> int:
        """Drop mails that nobody needs to read any more; returns how many."""
        limit = f"{now - KEPT_FOR:%Y%m%dT%H%M%S%f}.eml"
        old = [path for path in self.waiting() if path.name < limit]
        for path in old:
            path.unlink()
        return len(old)


class Sent(Struct, frozen=True):
    """What became of the mails: how many went out, and what a person should know."""

    count: int = 0
    notes: tuple[str, ...] = ()


def outbox_of(state: Path) -> Outbox:
    """The outbox beside the state file."""
    return Outbox(state.parent / f"{state.name}-outbox")


def mail_configured(report: Report, config: Config, now: datetime) -> Sent:
    """Mail the report as the configuration says; raises ConfigError if it says nothing."""
    if config.mail is None:
        raise ConfigError(
            "There is no mail server in the configuration.",
            "Write a section `mail`; `sync-cli config example` shows one.",
        )
    return mail_report(report, config.mail, outbox_of(config.state), now)


def mail_report(report: Report, settings: MailSettings, outbox: Outbox, now: datetime) -> Sent:
    """Send what waits and, if it is due, this report.

    A new mail is stored before it is sent, and the file goes when the server has taken it: a kill
    at the worst moment sends it twice with the same Message-ID, never not at all. Raises
    MailRefused if the server takes nothing, ConfigError for a missing password.
    """
    dropped = outbox.forget_old(now)
    notes = (
        [f"Never sent, dropped after {KEPT_FOR.days} days: {dropped} old reports."]
        if dropped
        else []
    )
    if settings.when is MailWhen.ALWAYS or not report.in_step:
        outbox.keep(message_of(report, settings, now), now)
    sent = Sent(notes=tuple(notes))
    waiting = outbox.waiting()
    if not waiting:
        return sent
    mails = f"{len(waiting)} mail{'' if len(waiting) == 1 else 's'}"
    meanwhile = f": {mails} kept, sent with the next `reconcile --mail`"
    with _connected(settings, meanwhile) as server:
        for path in reversed(waiting):  # an old one that is refused must not stop a new one
            refused = _send(server, path, settings)
            path.unlink()
            sent = replace(sent, count=sent.count + 1, notes=(*sent.notes, *refused))
    return sent


def try_server(settings: MailSettings) -> None:
    """Log in at the mail server, and send nothing. Raises MailRefused, or ConfigError."""
    with _connected(settings) as server:
        server.noop()


def message_of(report: Report, settings: MailSettings, now: datetime) -> EmailMessage:
    """The report as plain text, HTML and CSV; no customer data beyond order numbers and amounts."""
    message = EmailMessage(policy=policy.SMTP)
    message["Subject"] = _subject(report)
    message["From"] = settings.sender
    message["To"] = ", ".join(settings.recipients)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = make_msgid(domain=settings.sender.partition("@")[2])
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(without_addresses(as_text(report)))
    message.add_alternative(without_addresses(as_html(report)), subtype="html")
    if report.drifts:
        # The mark in front tells spreadsheets that it is UTF-8.
        table = "\ufeff" + without_addresses(as_csv(report))
        name = f"drifts-{report.shop}-{report.at:%Y-%m-%d}.csv"
        message.add_attachment(table, subtype="csv", cte="base64", filename=name)
    return message


def as_text(report: Report) -> str:
    """The plain part: the verdict, both sides, each drift with its remedy, and what waits."""
    lines = [verdict(report)]
    lines += [text for text in (*report.doubts, *report.notes) if text not in lines[0]]
    if report.sums:
        lines += ["", "Both sides at a glance", *_columns([SIDE_COLUMNS, *side_rows(report)])]
    for group in groups(report):
        lines += ["", group.title, *_lines(group)]
    if report.waiting:
        lines += ["", "In flight or held"]
        listed = waiting_together(report.waiting)[:LISTED]
        lines += [f"  {name}: {why}" for name, why in map(waiting_row, listed)]
        rest = report.waits - sum(map(len, listed))
        lines += [f"  ... and {rest:,} more."] if rest else []
    if report.left_out:
        lines += ["", "Left out on purpose", *_columns(left_out_rows(report))]
    return "\n".join(lines) + "\n"


def _lines(group: Group) -> Iterator[str]:
    listed = group.drifts[:LISTED]
    for drift in listed:
        yield f"  {drift.kind}: {drift.what}"
        yield f"    {remedy(drift)}"
    if rest := group.beyond(len(listed)):
        yield f"  {rest:,} more are in the attached table."
    if group.at_once:
        yield f"  All that a command mends, at once: {group.at_once}"


def _columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The rows in columns of the same width."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield f"  {'  '.join(cells)}".rstrip()


def without_addresses(text: str) -> str:
    """The text with every e-mail address masked: reasons may quote what a system answered."""
    return _ADDRESS.sub(MASK, text)


def _subject(report: Report) -> str:
    if report.in_step:
        return f"[{report.shop}] shop and ERP agree"
    if not report.drift_count:
        return f"[{report.shop}] it cannot be said whether shop and ERP agree"
    plural = "" if report.drift_count == 1 else "s"
    return f"[{report.shop}] {report.drift_count:,} drift{plural} between shop and ERP"


def _send(server: smtplib.SMTP, path: Path, settings: MailSettings) -> Sequence[str]:
    """Send one stored mail to today's recipients; addresses that the server refused, in words."""
    stored = message_from_bytes(path.read_bytes(), policy=policy.SMTP)
    refused = server.send_message(
        stored, from_addr=settings.sender, to_addrs=list(settings.recipients)
    )
    return [
        f"The mail server refused the recipient {address} ({code}). Correct mail.recipients."
        for address, (code, _) in refused.items()
    ]


@contextmanager
def _connected(settings: MailSettings, meanwhile: str = "") -> Iterator[smtplib.SMTP]:
    """A connection that is secured and logged in. Raises MailRefused whatever fails inside.

    `meanwhile` says what becomes of the mails then.
    """
    where = f"{settings.server}:{settings.port}"
    secret = settings.password if settings.user else None
    password = secret.reveal("mail.password") if secret else ""
    try:
        with _open(settings) as server:
            if settings.user:
                server.login(settings.user, password)
            yield server
    except smtplib.SMTPAuthenticationError as error:
        message = (
            f"The mail server {where} refused user and password ({error.smtp_code}){meanwhile}."
        )
        remedy = "Correct mail.user and mail.password."
        raise MailRefused(message, remedy, ExitCode.ACCESS) from None
    except (ssl.SSLError, ssl.CertificateError) as error:
        why = getattr(error, "verify_message", "") or error.reason or "no TLS"
        message = f"The way to the mail server {where} cannot be trusted ({why}){meanwhile}."
        remedy = "Check mail.port and mail.security, or name its certificate under mail.ca_file."
        raise MailRefused(message, remedy, ExitCode.ACCESS) from None
    except (smtplib.SMTPException, OSError) as error:
        message = f"The mail server {where} took no mail ({_cause(error)}){meanwhile}."
        raise MailRefused(message, _REMEDY, ExitCode.DOWN) from None


_REMEDY = "Check mail.server, mail.port and mail.security if it does not pass by itself."


def _open(settings: MailSettings) -> smtplib.SMTP:
    seconds = settings.timeout.total_seconds()
    trust = ssl.create_default_context(cafile=settings.ca_file)
    match settings.security:
        case MailSecurity.TLS:
            return smtplib.SMTP_SSL(settings.server, settings.port, timeout=seconds, context=trust)
        case MailSecurity.STARTTLS:
            server = smtplib.SMTP(settings.server, settings.port, timeout=seconds)
            try:
                server.starttls(context=trust)
            except BaseException:
                server.close()
                raise
            return server
        case MailSecurity.NONE:
            return smtplib.SMTP(settings.server, settings.port, timeout=seconds)


def _cause(error: Exception) -> str:
    """Why, without what the server quoted of the mail."""
    if isinstance(error, smtplib.SMTPResponseException):
        return f"it answered {error.smtp_code}"
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return "it refused every recipient"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__
