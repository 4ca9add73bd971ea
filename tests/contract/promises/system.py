"""Promises about the system as a whole: who it is, who may do what, and what to do in trouble."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta

from sync_cli.connectors.base import Connector, Failed, InDoubt, NotSent
from sync_cli.core.errors import AccessDenied, ConfigError, SyncError, SystemDown
from tests.contract.promises.asking import found, kinds, make, opened
from tests.contract.promises.registry import promise, require
from tests.contract.rig import Ability as A
from tests.contract.rig import Fault, Rig, Subject

GROUP = "The system as a whole"


def _read(connector: Connector, subject: Subject) -> None:
    """The cheapest question about records."""
    list(connector.fetch(subject.entity, ["987654321"]))


def _fault_of(connector: Connector, subject: Subject) -> SyncError:
    """What a first question raises."""
    try:
        connector.identify()
        _read(connector, subject)
    except SyncError as fault:
        return fault
    require(False, "no fault was raised")
    raise AssertionError


@promise(GROUP, once=True)
def identity_is_told(rig: Rig, subject: Subject) -> None:
    """The system says its kind, version and address, and its clock in UTC."""
    with opened(rig) as connector:
        identity = connector.identify()
    for name in ("kind", "version", "address"):
        require(getattr(identity, name), f"the identity has no {name}")
    require(identity.clock.utcoffset() == timedelta(0), f"{identity.clock} is not UTC")
    away = abs(identity.clock - rig.now())
    require(away < timedelta(minutes=2), f"the clock that is told is {away} off")


@promise(GROUP, once=True)
def secrets_stay_secret(rig: Rig, subject: Subject) -> None:
    """Neither the connector nor its identity show a secret when they are printed."""
    with opened(rig) as connector:
        shown = f"{connector!r} {connector.identify()!r} {connector.traits(subject.entity)!r}"
    _require_no_secret(rig, shown)


@promise(GROUP, A.WRONG_SECRET, once=True)
def wrong_credentials_are_told(rig: Rig, subject: Subject) -> None:
    """Wrong credentials end the run as "access denied", naming the system and what to do."""
    with closing(rig.open_with_wrong_secret()) as connector:
        fault = _fault_of(connector, subject)
    require(isinstance(fault, AccessDenied), f"raised was {type(fault).__name__}: {fault}")
    require(fault.remedy, "it is not said what to do")
    _require_no_secret(rig, fault.sentence())


@promise(GROUP, A.FEW_RIGHTS, A.MAKE, once=True)
def missing_rights_are_told(rig: Rig, subject: Subject) -> None:
    """A user who may only read is told so: beforehand as a right that lacks, or when it writes, as
    "access denied" or as the failure of that record; nothing is called done."""
    (made,) = make(rig, subject, 1)
    with closing(rig.open_with_few_rights()) as connector:
        try:
            (result,) = connector.update(subject.entity, [subject.change(made.id, rig.mark())])
            require(isinstance(result, Failed | NotSent), f"the result is {kinds([result])}")
            if isinstance(result, NotSent):
                _read(connector, subject)
                require(False, "the next call raised nothing")
        except AccessDenied as denied:
            require(denied.remedy, "it is not said what to do")


@promise(GROUP, A.OVERLOAD, once=True)
def too_many_requests_are_waited_for(rig: Rig, subject: Subject) -> None:
    """ "Too many requests" is waited for as long as the system asks, and the call made again."""
    for fault in (Fault.BUSY, Fault.BUSY_FOR_A_SECOND):
        rig.fault(fault)
        before = rig.waited()
        with opened(rig) as connector:
            _read(connector, subject)
        rig.heal()
        waited = rig.waited() - before
        require(waited >= 0.5, f"{fault.value}: it came again after {waited:g} s")
        require(waited <= 30, f"{fault.value}: it waited {waited:g} s")


@promise(GROUP, A.OVERLOAD, once=True)
def long_waits_end_the_run(rig: Rig, subject: Subject) -> None:
    """A wait of more than half a minute is not slept through: the run ends and says until when."""
    rig.fault(Fault.BUSY_FOR_LONG)
    with opened(rig) as connector:
        fault = _fault_of(connector, subject)
    rig.heal()
    require(isinstance(fault, SystemDown), f"raised was {type(fault).__name__}: {fault}")
    assert isinstance(fault, SystemDown)
    require(fault.not_before is not None, "it is not said when to come again")


@promise(GROUP, A.OVERLOAD, once=True)
def a_system_that_is_down_is_told(rig: Rig, subject: Subject) -> None:
    """A system that is down ends the run as "down", naming it, and costs no record an attempt."""
    rig.fault(Fault.DOWN)
    with opened(rig) as connector:
        fault = _fault_of(connector, subject)
    rig.heal()
    require(isinstance(fault, SystemDown), f"raised was {type(fault).__name__}: {fault}")
    assert isinstance(fault, SystemDown)
    require(fault.system and fault.system in fault.sentence(), "the system is not named")


@promise(GROUP, A.OVERLOAD, A.CREATE, A.FIND)
def a_write_into_a_falling_system_is_told(rig: Rig, subject: Subject) -> None:
    """When the system goes down during a write, what is known is still told, the rest is in doubt
    or not sent, and only the next call raises."""
    with opened(rig) as connector:
        batch = connector.traits(subject.entity).batch
        drafts = [subject.draft(rig.mark()) for _ in range(min(batch, 20) + 1)]
        rig.fault(Fault.DOWN)
        results = list(connector.create(subject.entity, drafts))
        require(len(results) == len(drafts), f"{len(results)} results for {len(drafts)} drafts")
        lost = [r for r in results if isinstance(r, InDoubt | NotSent)]
        require(len(lost) == len(results), f"results: {kinds(results[:5])} ...")
        fault = _fault_of(connector, subject)
    rig.heal()
    require(isinstance(fault, SystemDown), f"the next call raised {type(fault).__name__}")
    require(not found(rig, subject, drafts[0].reference), "something was written all the same")


@promise(GROUP, A.FETCH, once=True)
def calls_are_counted(rig: Rig, subject: Subject) -> None:
    """Reading and writing calls are counted."""
    with opened(rig) as connector:
        _read(connector, subject)
        require(connector.calls().get("read", 0) >= 1, f"counted: {dict(connector.calls())}")
        require(not connector.calls().get("write"), "a read was counted as a write")


@promise(GROUP, once=True)
def unknown_kinds_of_record_are_refused(rig: Rig, subject: Subject) -> None:
    """A kind of record that the system does not have is an error of the configuration."""
    with opened(rig) as connector:
        try:
            list(connector.changes("no-such-thing", None))
        except ConfigError as error:
            require(error.remedy, "it is not said what to do")
            return
    require(False, "reading a kind of record that does not exist raised nothing")


@promise(GROUP, once=True)
def closing_twice_is_harmless(rig: Rig, subject: Subject) -> None:
    """A connector may be closed twice, also one that was never asked anything."""
    connector = rig.open()
    connector.acknowledge(subject.entity, "")
    connector.close()
    connector.close()


def _require_no_secret(rig: Rig, shown: str) -> None:
    require(not any(secret in shown for secret in rig.secrets), "a secret is shown")
