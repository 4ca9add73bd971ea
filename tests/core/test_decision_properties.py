"""What the decision table never does, whatever is known of a record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sync_cli.core.item import (
    Applied,
    Candidate,
    Intent,
    Item,
    Kind,
    Link,
    Rules,
    Step,
    Target,
)
from sync_cli.core.plan import (
    Adopt,
    Advance,
    Create,
    Defer,
    Operation,
    Reject,
    Skip,
    Update,
    decide,
    is_left_out,
)
from tests.core.planned import DRAFT, IN_DOUBT, MASTER, NOW, PROBLEM, intent, order

STATES = st.sampled_from(["", "draft", "confirmed", "shipped", "cancelled", "unheard of"])
WORDS = st.sampled_from(["", "one", "two"])
BIRTHS = st.sampled_from(["", "key_1", "key_2"])
AGES = st.sampled_from([timedelta(0), IN_DOUBT - timedelta(seconds=1), IN_DOUBT, 9 * IN_DOUBT])


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Often nothing."""
    return st.none() | st.none() | strategy


@st.composite
def candidates(draw: st.DrawFn) -> tuple[Candidate, ...]:
    ids = draw(st.lists(st.sampled_from(["7", "8", "70"]), max_size=3, unique=True))
    found = []
    for id in ids:
        state = draw(STATES)
        found.append(
            Candidate(
                id,
                "WC-main-1042",
                state,
                agrees=draw(st.booleans()),
                linked=draw(st.booleans()),
                cancelled=state == "cancelled",
            )
        )
    return tuple(found)


INTENTS = st.builds(
    lambda step, age, target: intent(step, age=age, target=target),
    st.sampled_from(list(Step)),
    AGES,
    st.sampled_from(["", "7"]),
)
ITEMS = st.builds(
    order,
    birth=BIRTHS,
    match=st.sampled_from(["", "WC-main-1042"]),
    fingerprint=WORDS,
    mapping=WORDS,
    content=WORDS,
    wanted=st.sampled_from(["confirmed", "cancelled"]),
    filtered=st.sampled_from(["", "", "state pending is not transferred"]),
    known_there=st.booleans(),
    problem=maybe(st.just(PROBLEM)),
    waits=st.sampled_from(["", "", "changed just now"]),
    link=maybe(st.builds(Link, st.just("1042"), st.just("7"), BIRTHS)),
    applied=maybe(st.builds(Applied, WORDS, WORDS, WORDS, st.just("confirmed"))),
    intent=maybe(INTENTS),
    target=maybe(st.builds(Target, STATES, st.booleans())),
    same=maybe(st.booleans()),
    candidates=candidates(),
)
RULES = st.builds(
    Rules,
    st.sampled_from(list(Kind)),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.just(IN_DOUBT),
    st.booleans(),
)


def is_young(begun: Intent | None) -> bool:
    """Whether the lost call may still take effect."""
    return begun is not None and begun.begun_at + IN_DOUBT > NOW


Claim = Callable[[Item, Rules, Operation], bool]


def is_made_only_where_nothing_speaks_against_it(
    item: Item, rules: Rules, operation: Operation
) -> bool:
    if not isinstance(operation, Create):
        return True
    nothing_in_the_way = not (item.filtered or item.problem or item.waits or item.link)
    return bool(rules.creates and item.match and nothing_in_the_way and not item.candidates)


def is_not_made_while_a_lost_create_may_still_arrive(
    item: Item, rules: Rules, operation: Operation
) -> bool:
    begun = item.intent
    lost = begun is not None and begun.step is Step.CREATE and is_young(begun)
    return rules.unique_reference or not (lost and isinstance(operation, Create))


def is_not_written_to_a_stranger_or_a_lost_target(
    item: Item, _rules: Rules, operation: Operation
) -> bool:
    link = item.link
    if link is None:
        return True
    is_strange = bool(item.birth and link.birth and item.birth != link.birth)
    is_gone = item.target is not None and item.target.gone
    return not (is_strange or is_gone) or isinstance(operation, Reject | Defer)


def is_linked_only_to_a_free_candidate_that_agrees(
    item: Item, _rules: Rules, operation: Operation
) -> bool:
    if not isinstance(operation, Adopt) or item.link is not None:
        return True
    candidate = operation.candidate
    return candidate in item.candidates and candidate.agrees and not candidate.linked


def leaves_only_further_drafts_to_spare(_item: Item, _rules: Rules, operation: Operation) -> bool:
    if not isinstance(operation, Adopt):
        return True
    drafts = all(spare.state == "draft" for spare in operation.spare)
    return drafts and operation.candidate not in operation.spare


def is_never_overwritten_if_a_document(_item: Item, rules: Rules, operation: Operation) -> bool:
    return rules.kind is not Kind.DOCUMENT or not isinstance(operation, Update)


def goes_only_where_the_order_wants_it_or_is_called_off(
    item: Item, _rules: Rules, operation: Operation
) -> bool:
    wanted = item.wanted if item.link else "cancelled"
    return not isinstance(operation, Advance) or operation.to == wanted


def is_only_skipped_if_it_is_left_out(item: Item, _rules: Rules, operation: Operation) -> bool:
    return not is_left_out(item) or operation == Skip(item, item.filtered)


def is_rejected_if_unreadable_and_not_left_out(
    item: Item, _rules: Rules, operation: Operation
) -> bool:
    if item.problem is None or is_left_out(item):
        return True
    return operation == Reject(item, item.problem)


def is_in_doubt_for_a_while_only(item: Item, rules: Rules, _operation: Operation) -> bool:
    later = decide(item, rules, NOW + IN_DOUBT)
    return bool(item.waits) or not isinstance(later, Defer)


CLAIMS: tuple[Claim, ...] = (
    is_made_only_where_nothing_speaks_against_it,
    is_not_made_while_a_lost_create_may_still_arrive,
    is_not_written_to_a_stranger_or_a_lost_target,
    is_linked_only_to_a_free_candidate_that_agrees,
    leaves_only_further_drafts_to_spare,
    is_never_overwritten_if_a_document,
    goes_only_where_the_order_wants_it_or_is_called_off,
    is_only_skipped_if_it_is_left_out,
    is_rejected_if_unreadable_and_not_left_out,
    is_in_doubt_for_a_while_only,
)


@given(ITEMS, RULES)
def test_whatever_is_known_of_a_record_these_claims_hold(item: Item, rules: Rules) -> None:
    operation = decide(item, rules, NOW)
    broken = [claim.__name__ for claim in CLAIMS if not claim(item, rules, operation)]
    assert not broken, operation


def test_master_data_that_is_left_out_is_never_called_off() -> None:
    master = order(filtered="left out", intent=intent(Step.UPDATE), candidates=(DRAFT,))
    assert not isinstance(decide(master, MASTER, NOW), Advance)
