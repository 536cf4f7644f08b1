from __future__ import annotations

from dataclasses import fields

import pytest

from mock_openai import faults, moderation, scenarios
from mock_openai.behaviour import COMMON, PARAMETERS, Behaviour
from mock_openai.errors import RefusedError
from mock_openai.refusals import KINDS


def told(text: str) -> str:
    with pytest.raises(RefusedError) as caught:
        scenarios.parse(text, "here")
    return caught.value.values["message"]


def test_no_header_is_ok() -> None:
    assert scenarios.parse("", "here") == ("ok", Behaviour())


def test_parameters_replace_those_of_the_scenario() -> None:
    name, behaviour = scenarios.parse(" drop;after = 3 ; ttft=0.5;", "here")
    assert (name, behaviour) == ("drop", Behaviour(fault="drop", after=3, ttft=0.5))


def test_a_parameter_may_be_none() -> None:
    assert scenarios.parse("429; retry-after=none", "here")[1].retry_after is None


def test_a_scenario_for_another_region_is_ok_here() -> None:
    assert scenarios.parse("500; region=there", "here") == ("ok", Behaviour())
    assert scenarios.parse("500; region=here", "here")[1].error == "failed"


def test_faults_of_the_header_are_told_with_what_is_wanted() -> None:
    assert told("nope") == "Unknown scenario 'nope'; GET / lists those there are."
    assert told("drop; after=x") == (
        "Scenario 'drop': 'after' takes a whole number from 0 to 20000, not 'x'."
    )
    assert told("ok; ttft=nan") == "Scenario 'ok': 'ttft' takes seconds, from 0 to 3600, not 'nan'."
    assert told("ok; after=1") == (
        "Scenario 'ok' takes 'parameter=value' of ttft, tpot, tokens, seed, region, not 'after=1'."
    )
    assert "not 'after'" in told("drop; after")


@pytest.mark.parametrize("name", scenarios.SCENARIOS)
def test_each_scenario_names_things_that_exist(name: str) -> None:
    scenario = scenarios.SCENARIOS[name]
    behaviour = scenario.behaviour
    assert behaviour.fault is None or behaviour.fault in faults.FAULTS
    assert behaviour.error is None or behaviour.error in KINDS
    assert behaviour.moderation in moderation.MODERATIONS
    assert set(scenario.takes) <= set(PARAMETERS) - set(COMMON)


def test_every_parameter_is_a_field_that_some_scenario_takes() -> None:
    taken = {name for scenario in scenarios.SCENARIOS.values() for name in scenario.takes}
    assert taken | set(COMMON) == set(PARAMETERS)
    assert set(PARAMETERS) < {field.name for field in fields(Behaviour)}


def test_scenarios_are_described_with_their_defaults() -> None:
    described = scenarios.described()
    assert list(described) == list(scenarios.SCENARIOS)
    assert described["stall"] == "the stream pauses for long (after=20; seconds=10)"
    assert described["429"].endswith("(retry-after=2; retry-after-ms=none)")
