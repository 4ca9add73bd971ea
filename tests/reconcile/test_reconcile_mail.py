"""Reports by mail, against a real SMTP server: TLS, authentication, and mails that wait."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from msgspec.structs import replace
from pydantic import ValidationError

from sync_cli.config.reconcile import MailSettings
from sync_cli.core.drift import Waiting
from sync_cli.core.errors import ConfigError, ExitCode
from sync_cli.core.findings import Report, verdict
from sync_cli.report.mail import MailRefused, Outbox, mail_report, outbox_of, try_server
from tests.reconcile.test_reconcile_words import DRIFTED, IN_STEP, MISSING

NOW = datetime(2026, 1, 6, 4, 31, tzinfo=UTC)
PASSWORD = "correct horse"
AUTHORITY = trustme.CA()


@dataclass
class Inbox:
    """What the server took; recipients in `strangers` are refused."""

    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    secured: list[bool] = field(default_factory=list)
    strangers: frozenset[str] = frozenset()
    answer: str = "250 OK"

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        if address in self.strangers:
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        if self.answer.startswith("250"):
            assert isinstance(envelope.content, bytes)
            mail = message_from_bytes(envelope.content, policy=policy.default)
            assert isinstance(mail, EmailMessage)
            self.mails.append(mail)
            self.recipients.append(list(envelope.rcpt_tos))
            assert server.transport is not None
            self.secured.append(bool(server.transport.get_extra_info("sslcontext")))
        return self.answer


def _check(_server: Any, _session: Any, _envelope: Any, _mechanism: Any, data: Any) -> AuthResult:
    assert isinstance(data, LoginPassword)
    return AuthResult(success=data.password.decode() == PASSWORD, handled=False)


@dataclass
class Post:
    """A running mail server and the settings that reach it."""

    inbox: Inbox
    settings: MailSettings
    outbox: Outbox

    def mail(self, report: Report, *, now: datetime = NOW, **changes: Any) -> int:
        """Mail the report; how many mails the server took."""
        settings = self.settings.model_copy(update=changes)
        return mail_report(report, settings, self.outbox, now).count


def _certificate() -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    AUTHORITY.issue_cert("localhost").configure_cert(context)
    return context


class TlsController(Controller):
    """A server that speaks TLS from the first byte."""

    def factory(self) -> SMTP:
        return SMTP(
            self.handler, authenticator=_check, auth_require_tls=False, hostname="localhost"
        )


@pytest.fixture(params=["starttls", "tls"])
def post(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Post]:
    """A server that demands TLS and a password, with a certificate of our own making."""
    monkeypatch.setenv("MAIL_PASSWORD", PASSWORD)
    inbox = Inbox()
    controller = _controller(inbox, request.param)
    controller.start()
    try:
        yield Post(
            inbox, _settings(controller.port, request.param, tmp_path), outbox_of(tmp_path / "s")
        )
    finally:
        controller.stop()


def _controller(inbox: Inbox, security: str) -> Controller:
    port = free_port()
    if security == "tls":
        return TlsController(inbox, "localhost", port, ssl_context=_certificate())
    return Controller(
        inbox,
        "localhost",
        port,
        tls_context=_certificate(),
        require_starttls=True,
        authenticator=_check,
        auth_required=True,
    )


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("localhost", 0))
        return int(free.getsockname()[1])


def _settings(port: int, way: str, folder: Path, **changes: Any) -> MailSettings:
    authority = folder / "ca.pem"
    AUTHORITY.cert_pem.write_to_path(str(authority))
    return MailSettings.model_validate(
        {
            "server": "localhost",
            "port": port,
            "security": way,
            "user": "sync",
            "password": {"env": "MAIL_PASSWORD"},
            "sender": "sync@shop.example",
            "recipients": ["boss@shop.example", "books@shop.example"],
            "ca_file": str(authority),
            **changes,
        }
    )


def test_a_report_arrives_as_text_html_and_csv_at_every_recipient(post: Post) -> None:
    assert post.mail(DRIFTED) == 1
    (mail,) = post.inbox.mails
    assert post.inbox.secured == [True]
    assert post.inbox.recipients == [["boss@shop.example", "books@shop.example"]]
    assert mail["Subject"] == "[main] 4 drifts between shop and ERP"
    text, page = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert page is not None
    assert text.get_content().splitlines()[0] == verdict(DRIFTED)
    assert f"To mend it: run {MISSING.mend}" in text.get_content()
    assert MISSING.mend in page.get_content()
    (table,) = mail.iter_attachments()
    assert table.get_filename() == "drifts-main-2026-01-06.csv"
    assert table.get_content().startswith("\ufeffpart,kind,id")
    assert not post.outbox.waiting()


@pytest.mark.parametrize(("when", "count"), [("drifts", 0), ("always", 1)])
def test_agreement_is_mailed_only_where_it_is_asked_for(post: Post, when: str, count: int) -> None:
    settings = post.settings.model_copy(update={"when": type(post.settings.when)(when)})
    assert mail_report(IN_STEP, settings, post.outbox, NOW).count == count
    assert [mail["Subject"] for mail in post.inbox.mails] == ["[main] shop and ERP agree"] * count


def test_no_address_of_a_customer_leaves_in_a_mail(post: Post) -> None:
    leak = Waiting(MISSING.part, "7", "Order 7", "the ERP said: jane.doe@example.com is unknown")
    post.mail(replace(DRIFTED, waiting=(leak,)))
    (mail,) = post.inbox.mails
    for part in mail.walk():
        if part.get_content_maintype() == "text":
            assert "jane.doe" not in str(part.get_content())


def test_a_refused_password_is_access_denied_and_the_mail_is_kept(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAIL_PASSWORD", "wrong")
    with pytest.raises(MailRefused, match="refused user and password") as refused:
        post.mail(DRIFTED)
    assert refused.value.exit_code is ExitCode.ACCESS
    assert "wrong" not in refused.value.sentence()
    assert len(post.outbox.waiting()) == 1
    monkeypatch.setenv("MAIL_PASSWORD", PASSWORD)
    assert post.mail(IN_STEP) == 1
    assert post.inbox.mails[0]["Subject"] == "[main] 4 drifts between shop and ERP"
    assert not post.outbox.waiting()


def test_a_certificate_that_is_not_trusted_gets_neither_password_nor_mail(post: Post) -> None:
    with pytest.raises(MailRefused, match="cannot be trusted") as refused:
        post.mail(DRIFTED, ca_file=None)
    assert refused.value.exit_code is ExitCode.ACCESS
    assert not post.inbox.mails
    assert len(post.outbox.waiting()) == 1


def test_one_refused_recipient_does_not_keep_the_mail_from_the_others(post: Post) -> None:
    post.inbox.strangers = frozenset({"books@shop.example"})
    sent = mail_report(DRIFTED, post.settings, post.outbox, NOW)
    assert post.inbox.recipients == [["boss@shop.example"]]
    assert sent.notes == (
        "The mail server refused the recipient books@shop.example (550). Correct mail.recipients.",
    )


Spoil = Callable[[Post], None]
REFUSALS: dict[str, Spoil] = {
    "busy": lambda post: setattr(post.inbox, "answer", "451 try later"),
    "no recipient known": lambda post: setattr(
        post.inbox, "strangers", frozenset(post.settings.recipients)
    ),
}


@pytest.mark.parametrize("spoil", REFUSALS.values(), ids=REFUSALS.keys())
def test_a_mail_that_the_server_refuses_is_kept_and_goes_out_later(
    post: Post, spoil: Spoil
) -> None:
    spoil(post)
    with pytest.raises(MailRefused, match="1 mail kept") as refused:
        post.mail(DRIFTED)
    assert refused.value.exit_code is ExitCode.DOWN
    post.inbox.answer, post.inbox.strangers = "250 OK", frozenset()
    assert post.mail(DRIFTED, now=NOW + timedelta(days=1)) == 2
    assert len({mail["Message-ID"] for mail in post.inbox.mails}) == 2


def test_a_mail_waits_in_a_file_that_only_its_owner_reads(tmp_path: Path) -> None:
    outbox = outbox_of(tmp_path / "state.sqlite")
    settings = _settings(free_port(), "none", tmp_path, user="")
    with pytest.raises(MailRefused, match="1 mail kept"):
        mail_report(DRIFTED, settings, outbox, NOW)
    (path,) = outbox.waiting()
    assert path.parent.name == "state.sqlite-outbox"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_mail_that_nobody_needs_any_more_is_dropped(tmp_path: Path) -> None:
    outbox = outbox_of(tmp_path / "state.sqlite")
    settings = _settings(free_port(), "none", tmp_path, user="")
    with pytest.raises(MailRefused):
        mail_report(DRIFTED, settings, outbox, NOW)
    sent = mail_report(IN_STEP, settings, outbox, NOW + timedelta(days=8))
    assert sent.notes == ("Never sent, dropped after 7 days: 1 old reports.",)
    assert not outbox.waiting()


def test_a_missing_password_is_named_and_the_mail_is_kept(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MAIL_PASSWORD")
    with pytest.raises(ConfigError, match=r"mail\.password"):
        post.mail(DRIFTED)
    assert len(post.outbox.waiting()) == 1


WRONG = [
    ({"security": "none", "server": "mail.example"}, "on this machine"),
    ({"password": None}, "needs a `password`"),
    ({"recipients": []}, "at least 1"),
    ({"recipients": ["a@b.example\nBcc: x@y.example"]}, "pattern"),
    ({"password": "plain"}, "a secret does not belong here"),
]


@pytest.mark.parametrize(("changes", "says"), WRONG)
def test_settings_that_cannot_work_are_refused(
    tmp_path: Path, changes: dict[str, Any], says: str
) -> None:
    with pytest.raises(ValidationError, match=says):
        _settings(25, "starttls", tmp_path, **changes)


# Trying the server


def test_trying_the_server_logs_in_and_sends_nothing(post: Post) -> None:
    try_server(post.settings)
    assert post.inbox.mails == []


def test_a_server_that_refuses_the_password_says_so_and_speaks_of_no_mail(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAIL_PASSWORD", "wrong")
    with pytest.raises(MailRefused, match=r"refused user and password \(535\)\.$") as refused:
        try_server(post.settings)
    assert refused.value.exit_code is ExitCode.ACCESS
