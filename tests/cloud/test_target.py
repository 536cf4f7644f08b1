"""A lab in two regions, from nothing to nothing, with real az commands and the real SDK."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import pytest
import requests

from lab_utils.cloud.state import GROUP, Record
from lab_utils.errors import ConfigError, PolicyError
from lab_utils.settings import PROJECT
from lab_utils.target import Deployment, Facts
from tests.arm.identity import CLIENT
from tests.cloud.bench import Bench

POLICY = (PROJECT / "infra" / "gateway" / "policy.xml").read_text(encoding="utf-8")
REGIONS = ("swedencentral", "francecentral")


@dataclass
class Story:
    """Hold what happened, in order."""

    deployment: Deployment
    facts: Facts
    lab: Record
    group: list[str]
    preview: list[str]
    progress: list[str]
    answers: list[requests.Response]
    tags: dict[str, str] = field(default_factory=dict)
    policies: list[str] = field(default_factory=list)
    refused: list[PolicyError] = field(default_factory=list)
    resources: list[str] = field(default_factory=list)
    again: list[str] = field(default_factory=list)
    unconfirmed: list[str] = field(default_factory=list)
    removal: list[str] = field(default_factory=list)
    second_removal: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def ask(deployment: Deployment, **body: object) -> requests.Response:
    return requests.post(
        f"{deployment.gateway_url}/openai/deployments/{deployment.deployment}/chat/completions",
        params={"api-version": "2024-10-21"},
        headers={"api-key": deployment.api_key},
        json={"messages": [{"role": "user", "content": "Count to 3."}], **body},
        timeout=30,
    )


@pytest.fixture(scope="module")
def story(shared_bench: Bench) -> Story:
    """Live through it once; the tests look at what happened."""
    bench = shared_bench
    target = bench.target(openai_locations=REGIONS, monitoring=True)

    def said() -> list[str]:
        lines, bench.said[:] = list(bench.said), []
        return lines

    target.create_resource_group()
    group = said()
    preview = target.preview()
    deployment = target.deploy()
    story = Story(
        deployment,
        target.facts(),
        bench.lab,
        group,
        preview,
        said(),
        [ask(deployment, stream=True) for _ in range(4)],
    )
    story.tags = dict(bench.cloud.groups.get(bench.group)["tags"])
    story.policies.append(target.policy())
    buffered = POLICY.replace('buffer-response="false"', 'buffer-response="true"')
    target.put_policy(buffered, "buffered.xml")
    story.policies.append(target.policy())
    with pytest.raises(PolicyError) as caught:
        target.put_policy(POLICY.replace("set-variable", "set-varable"), "infra/my.xml")
    story.refused.append(caught.value)
    story.policies.append(target.policy())
    story.resources = target.resources()
    said()
    other = bench.target(openai_locations=REGIONS, monitoring=True)  # another kernel
    asked = len(bench.cloud.requests)
    assert other.reach() == deployment
    assert not [path for method, path in bench.cloud.requests[asked:] if method == "PUT"]
    assert other.deploy() == deployment
    story.again = said()
    story.policies.append(other.policy())
    with pytest.raises(ConfigError) as unconfirmed:
        other.remove("another-group")
    story.unconfirmed = [str(unconfirmed.value), *other.resources()]
    said()
    other.remove(GROUP)  # the default name without the id at its end
    story.removal = said()
    other.remove(GROUP)
    story.second_removal = said()
    story.left = other.resources()
    return story


def test_the_group_is_created_with_the_labs_tag(story: Story, shared_bench: Bench) -> None:
    assert story.group == [
        "subscription Lab subscription (00000000-0000-0000-0000-00000000cafe)",
        f"resource group {story.lab.group} created in swedencentral",
    ]
    assert story.lab.group == f"{GROUP}-{story.lab.id}"
    assert story.tags == {
        "lab": "response-streaming",
        "lab-id": story.lab.id,
        "lab-owner": CLIENT,
    }


def test_the_preview_tells_what_would_be_created(story: Story) -> None:
    assert all(line.startswith("Create ") for line in story.preview)
    assert any("ApiManagement/service/apis/policies  policy" in line for line in story.preview)


def test_progress_tells_each_resource_when_its_state_changes(story: Story) -> None:
    pattern = r"(Running  |Succeeded)  (\S+)  (\S+)  \d+\.\d\d s"
    told = [match for line in story.progress if (match := re.fullmatch(pattern, line))]
    assert len({match.groups() for match in told}) == len(told) > 20
    done = [match[2] for match in told if match[1] == "Succeeded"]
    for kind in (
        "ApiManagement/service",
        "CognitiveServices/accounts",
        "ApiManagement/service/apis/policies",
        "Authorization/roleAssignments",
        "Insights/components",
    ):
        assert kind in done
    assert done[0] == "ApiManagement/service"  # in the order things happened
    assert done[-1] == "deployment"


def test_the_outputs_reach_the_target(story: Story) -> None:
    assert story.deployment.deployment == "gpt-5.4-mini"
    assert story.deployment.backends == ("openai1", "openai2")
    assert story.deployment.api_key not in repr(story.deployment)


def test_streams_come_through_from_both_regions(story: Story) -> None:
    for answer in story.answers:
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["x-ms-stream"] == "true"
        assert answer.text.endswith("data: [DONE]\n\n")
    regions = {answer.headers["x-ms-region"] for answer in story.answers}
    assert {re.sub(r"\W", "", region).lower() for region in regions} == set(REGIONS)


def test_the_facts_tell_tier_and_logged_bytes(story: Story) -> None:
    assert story.facts == Facts("BasicV2", {"applicationinsights (this API)": 0})


def test_a_policy_is_swapped_and_read_as_it_was_put(story: Story) -> None:
    assert story.policies[0] == POLICY
    assert 'buffer-response="true"' in story.policies[1]


def test_a_refused_policy_tells_file_line_and_name(story: Story) -> None:
    (error,) = story.refused
    line = POLICY[: POLICY.index("set-variable")].count("\n") + 1
    assert (error.file, error.line, error.name) == ("infra/my.xml", line, "set-varable")
    assert story.policies[2] == story.policies[1]  # nothing was changed


def test_a_second_deployment_is_an_update_that_puts_the_policy_back(story: Story) -> None:
    assert any(line.startswith("Succeeded  deployment ") for line in story.again)
    assert story.policies[3] == POLICY


def test_the_listing_tells_age_and_cost(story: Story) -> None:
    listed = "\n".join(story.resources)
    assert story.resources[0] == f"resource group  {story.lab.group}  swedencentral"
    assert re.search(r"ApiManagement/service .* BasicV2 .* since 2026-01-01 02:03 .* USD", listed)
    assert "by the token" in listed
    assert "not the lab's" not in listed


def test_without_the_right_confirmation_nothing_is_removed(story: Story) -> None:
    assert f"lab.remove(confirm='{story.lab.group}')" in story.unconfirmed[0]
    assert story.unconfirmed[1:] == story.resources


def test_removal_deletes_waits_purges_and_proves(story: Story) -> None:
    steps = [
        "to be deleted: ApiManagement/service  apim-",
        *["to be deleted: "] * 4,
        "resource group .*: being deleted",
        "resource group .*: gone",
        "purged ApiManagement/service apim-",
        "purged CognitiveServices/accounts openai1-",
        "purged CognitiveServices/accounts openai2-",
        "nothing of the lab is left",
    ]
    for step, line in zip(steps, story.removal):
        assert re.match(step, line), line
    assert len(steps) == len(story.removal)
    assert story.left == []


def test_removal_runs_twice(story: Story) -> None:
    assert story.second_removal == [
        f"resource group {story.lab.group}: not there",
        "nothing of the lab is left",
    ]


def test_the_gateway_is_gone_with_its_service(story: Story) -> None:
    with pytest.raises(requests.ConnectionError):
        ask(story.deployment)
