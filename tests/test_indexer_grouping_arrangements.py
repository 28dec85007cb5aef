"""What people make of memories: tables of decisions, and what holds for any of them."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.grouping.arrangements import Arranged, Base, Brought, Do, Step, albums, memories, still_to_bring

LISBON = Base("a", "trip", ("a", "b", "c"))
PARTY = Base("m", "day", ("m", "n"))
SUGGESTED = (LISBON, PARTY)


def same(item: str) -> str:
    return item


def held(steps: list[Step], suggested: tuple[Base, ...] = SUGGESTED) -> dict[str, str]:
    return {one.id: "".join(sorted(one.members)) for one in memories(suggested, steps, same)}


RENAME = Step(Do.CHANGE, "a", changes={"title": "Honeymoon"}, bases=(LISBON,))

TABLE = [
    ([], {"a": "abc", "m": "mn"}),
    ([Step(Do.MERGE, "a", others=("m",), bases=SUGGESTED)], {"a": "abcmn"}),
    ([Step(Do.MAKE, "made", ("b", "c"))], {"a": "a", "made": "bc", "m": "mn"}),
    ([Step(Do.MAKE, "made", ("x", "n"))], {"a": "abc", "made": "nx", "m": "m"}),
    ([Step(Do.MOVE, "m", ("c",), bases=(PARTY,))], {"a": "ab", "m": "cmn"}),
    ([Step(Do.MOVE, None, ("m", "n"))], {"a": "abc"}),
    ([Step(Do.MOVE, "gone", ("c",))], {"a": "abc", "m": "mn"}),
    ([Step(Do.MAKE, "made", ("b",)), Step(Do.MERGE, "m", others=("made",))], {"a": "ac", "m": "bmn"}),
    ([Step(Do.MERGE, "a", others=("gone",))], {"a": "abc", "m": "mn"}),
]


@pytest.mark.parametrize(("steps", "expected"), TABLE)
def test_steps(steps: list[Step], expected: dict[str, str]) -> None:
    assert held(steps) == expected


def test_new_pictures_join_a_memory_that_was_renamed() -> None:
    (one,) = memories([Base("a", "trip", ("a", "b", "c", "d"))], [RENAME], same)
    assert (one.title, one.kind, "".join(sorted(one.members))) == ("Honeymoon", "trip", "abcd")


def test_what_was_decided_about_outlives_its_suggestion() -> None:
    assert held([RENAME], ()) == {"a": "abc"}
    fell_apart = (Base("a", "day", ("a",)), Base("b", "day", ("b", "c", "z")))
    assert held([RENAME], fell_apart) == {"a": "abc", "b": "z"}


def test_a_memory_that_got_an_older_shot_keeps_the_name_that_people_know() -> None:
    (one,) = memories([Base("0", "trip", ("0", "a", "b", "c"))], [RENAME], same)
    assert (one.id, one.title, "".join(sorted(one.members))) == ("a", "Honeymoon", "0abc")


def test_members_stand_where_somebody_put_them_and_else_by_time() -> None:
    order = Step(Do.CHANGE, "a", changes={"order": ["c", "a"]}, bases=(LISBON,))
    (one,) = memories([Base("a", "trip", ("a", "b", "c", "d"))], [order], same)
    assert one.ordered(lambda shot: (shot, shot)) == ("c", "a", "b", "d")


def test_hidden_and_pinned_stay_until_they_are_changed() -> None:
    steps = [
        Step(Do.CHANGE, "a", changes={"hidden": True, "pinned": True}),
        Step(Do.CHANGE, "a", changes={"hidden": False, "cover": "b"}),
    ]
    (one,) = memories([LISBON], steps, same)
    assert (one.is_hidden, one.is_pinned, one.cover) == (False, True, "b")


def test_albums_share_shots_and_can_be_deleted() -> None:
    make = [
        Step(Do.MAKE, "1", ("a", "b"), changes={"title": "One"}),
        Step(Do.MAKE, "2", ("b",), changes={"title": "Two"}),
        Step(Do.MOVE, "2", ("c",)),
        Step(Do.REMOVE, "1", ("a",)),
    ]
    assert [(one.title, list(one.members)) for one in albums(make, same)] == [
        ("One", ["b"]),
        ("Two", ["b", "c"]),
    ]
    assert [one.id for one in albums([*make, Step(Do.DELETE, "1")], same)] == ["2"]


SHOTS = "abcdefgh"
shots = st.lists(st.sampled_from(SHOTS), max_size=4).map(tuple)


@st.composite
def libraries(draw: st.DrawFn) -> tuple[Base, ...]:
    """Suggestions: some of the shots, apart."""
    places = draw(st.lists(st.integers(0, 3), min_size=len(SHOTS), max_size=len(SHOTS)))
    groups = [
        tuple(shot for shot, at in zip(SHOTS, places, strict=True) if at == place) for place in (1, 2, 3)
    ]
    return tuple(Base(members[0], "trip", members) for members in groups if members)


GROUPS = st.sampled_from(["a", "b", "c", "made 1", "made 2"])


@st.composite
def decisions(draw: st.DrawFn) -> list[Step]:
    bases = draw(libraries())
    step = st.builds(
        Step,
        st.sampled_from([Do.MAKE, Do.CHANGE, Do.MERGE, Do.MOVE]),
        GROUPS,
        shots,
        st.lists(GROUPS, max_size=2).map(tuple),
        st.fixed_dictionaries(
            {}, optional={"title": st.text(min_size=1, max_size=3), "pinned": st.booleans()}
        ),
        st.lists(st.sampled_from(bases), max_size=2, unique_by=lambda base: base.id).map(tuple)
        if bases
        else st.just(()),
    )
    return draw(st.lists(step, max_size=5))


def told(arranged: tuple[Arranged, ...]) -> list[tuple[str, str | None, str | None, frozenset[str], bool]]:
    return [(one.id, one.kind, one.title, frozenset(one.members), one.is_pinned) for one in arranged]


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(suggested=libraries(), steps=decisions())
def test_a_shot_is_in_one_memory_at_most_and_none_is_empty(
    suggested: tuple[Base, ...], steps: list[Step]
) -> None:
    arranged = memories(suggested, steps, same)
    members = [shot for one in arranged for shot in one.members]
    assert len(members) == len(set(members))
    assert all(one.members for one in arranged)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(suggested=libraries(), steps=decisions(), seed=st.randoms(use_true_random=False))
def test_the_order_of_suggestions_changes_nothing(
    suggested: tuple[Base, ...], steps: list[Step], seed: object
) -> None:
    mixed = list(suggested)
    seed.shuffle(mixed)  # type: ignore[attr-defined]
    assert told(memories(mixed, steps, same)) == told(memories(suggested, steps, same))


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(suggested=libraries(), steps=decisions())
def test_no_decision_takes_a_shot_that_it_does_not_name(
    suggested: tuple[Base, ...], steps: list[Step]
) -> None:
    """Titles and pins alone leave every suggested shot in some memory."""
    gentle = [step for step in steps if step.do is Do.CHANGE and not step.items and not step.others]
    before = {shot for base in suggested for shot in base.members}
    after = {shot for one in memories(suggested, gentle, same) for shot in one.members}
    assert before <= after


BROUGHT = (Brought("g/lisbon", "a1", ("x", "y")), Brought("g/lisbon", "a1", ("z",)))


@pytest.mark.parametrize(
    ("key", "items", "earlier", "titles", "expected"),
    [
        ("g/lisbon", "xy", (), {}, (None, "xy")),
        ("g/lisbon", "xyx", (), {"b": "Cats"}, (None, "xy")),
        ("g/lisbon", "xy", (), {"c": "LISBON", "b": "lisbon"}, ("b", "xy")),
        ("g/lisbon", "xyz", BROUGHT, {"a1": "Lisbon"}, ("a1", "")),
        ("g/lisbon", "xyzq", BROUGHT, {"a1": "Portugal", "b": "Lisbon"}, ("a1", "q")),
        ("g/lisbon", "xyzq", BROUGHT, {"b": "Lisbon"}, ("a1", "")),
        ("g/lisbon(1)", "xq", BROUGHT, {"a1": "Lisbon"}, (None, "xq")),
        ("g/lisbon(1)", "xq", BROUGHT, {"a1": "Lisbon", "b": "Lisbon"}, ("b", "xq")),
    ],
)
def test_what_an_import_still_brings(
    key: str,
    items: str,
    earlier: tuple[Brought, ...],
    titles: dict[str, str],
    expected: tuple[str | None, str],
) -> None:
    album, new = still_to_bring(key, "Lisbon", items, earlier, titles)
    assert (album, "".join(new)) == expected
