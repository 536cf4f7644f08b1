from __future__ import annotations

import asyncio

import pytest
from aiohttp import web

from apim_gateway.running.counters import Counters
from tests.apim_gateway.loopback import (
    WITH_KEY,
    Call,
    Handler,
    answering,
    ask,
    call,
    echo,
    policy,
    run,
    served,
)


class Clock:
    """A time of day that stands still: 2026-01-01T12:34:56Z."""

    now = 1_767_270_896.0

    def __call__(self) -> float:
        return self.now


def calls(
    inbound: str, count: int, handler: Handler = echo, step: float = 0.0, **headers: str
) -> list[Call]:
    """Send requests one after another, `step` seconds apart on the gateway's clock."""

    async def main() -> list[Call]:
        clock = Clock()
        async with served(handler, policy(inbound=inbound), counters=Counters(clock)) as running:
            found = []
            for _ in range(count):
                found.append(await call(running, headers={**WITH_KEY, **headers}))
                clock.now += step
            return found

    answers: list[Call] = run(main())
    return answers


LIMIT = '<rate-limit calls="2" renewal-period="60" remaining-calls-header-name="x-left" />'
BY_KEY = (
    '<rate-limit-by-key calls="1" renewal-period="60" counter-key="@(context.Request.Method)" {} />'
)


def test_429_byte_for_byte() -> None:
    refused = calls(LIMIT, 3)[2]
    assert (refused.status, refused.reason) == (429, "Too Many Requests")
    assert refused.body == (
        b'{ "statusCode": 429, "message": "Rate limit is exceeded. Try again in 60 seconds." }'
    )
    assert refused.headers["Retry-After"] == "60"
    assert refused.headers["Content-Type"] == "application/json"


def test_a_rate_limit_tells_what_is_left() -> None:
    assert [found.headers.get("x-left") for found in calls(LIMIT, 3)] == ["1", "0", None]


def test_a_rate_limit_is_a_sliding_window() -> None:
    assert [found.status for found in calls(LIMIT, 4, step=30.0)] == [200, 200, 200, 200]
    assert [found.status for found in calls(LIMIT, 4, step=20.0)] == [200, 200, 429, 200]


def test_the_time_to_come_back_may_have_its_own_header() -> None:
    own = LIMIT.replace(" />", ' retry-after-header-name="x-wait" />')
    refused = calls(own, 3)[2]
    assert refused.headers["x-wait"] == "60"
    assert "Retry-After" not in refused.headers


def test_only_what_meets_the_condition_is_counted_by_the_responses_status() -> None:
    counted = BY_KEY.format('increment-condition="@(context.Response.StatusCode == 500)"')
    assert [found.status for found in calls(counted, 3)] == [200, 200, 200]
    failing = calls(counted, 3, answering(500))
    assert [found.status for found in failing] == [500, 429, 429]


def test_a_call_may_count_more_than_once() -> None:
    twice = BY_KEY.format('increment-count="2"').replace('calls="1"', 'calls="3"')
    assert [found.status for found in calls(twice, 3)] == [200, 200, 429]


def test_a_quota_answers_403_until_its_period_ends() -> None:
    quota = '<quota calls="1" renewal-period="3600" />'
    first, second, later = calls(quota, 3, step=900.0)  # at 12:34:56, 12:49:56 and 13:04:56
    assert (first.status, second.status, later.status) == (200, 403, 200)
    assert second.json == {
        "statusCode": 403,
        "message": "Out of call volume quota. Quota will be replenished in 00:10:04.",
    }
    assert second.headers["Retry-After"] == "604"


def test_a_quota_of_bandwidth_counts_what_the_backend_sends() -> None:
    quota = (
        '<quota-by-key bandwidth="1" renewal-period="0" counter-key="all" '
        'first-period-start="2026-01-01T00:00:00Z" />'
    )
    found = calls(quota, 3, answering(text="x" * 600))
    assert [answer.status for answer in found] == [200, 200, 403]
    assert found[2].json["message"] == "Out of bandwidth quota."


def test_a_quota_by_key_grows_by_what_a_call_counts_for() -> None:
    quota = '<quota-by-key calls="5" renewal-period="0" counter-key="all" increment-count="{}" />'
    for amount in ("3", "@(3)", "@(context.Response.StatusCode - 197)"):
        found = calls(quota.format(amount), 3)
        assert [answer.status for answer in found] == [200, 200, 403]


def test_limit_concurrency_answers_429_at_once() -> None:
    async def main() -> None:
        release = asyncio.Event()
        entered = asyncio.Event()

        async def wait(request: web.Request) -> web.StreamResponse:
            entered.set()
            await release.wait()
            return web.Response(text="done")

        document = policy(
            backend='<limit-concurrency key="all" max-count="1"><forward-request />'
            "</limit-concurrency>"
        )
        async with served(wait, document) as running:
            first = asyncio.ensure_future(call(running))
            await entered.wait()
            assert (await call(running)).status == 429
            release.set()
            assert (await first).status == 200
            assert (await call(running)).status == 200

    run(main())


@pytest.mark.parametrize("seconds", [0, 301])
def test_the_period_of_a_rate_limit_is_at_most_300_seconds(seconds: int) -> None:
    with pytest.raises(Exception, match="should be 1 to 300"):
        calls(LIMIT.replace('"60"', f'"{seconds}"'), 1)


def test_an_increment_that_fails_at_the_end_is_an_error_of_its_policy() -> None:
    counted = BY_KEY.format('increment-count="@((int)context.Variables["none"])"')
    document = policy(
        inbound=counted,
        on_error='<set-header name="x"><value>caught</value></set-header>',
    )
    found = ask(document)
    assert (found.status, found.headers["x"]) == (500, "caught")


def test_limits_of_different_periods_do_not_disturb_each_other() -> None:
    key = 'counter-key="k"'
    both = (
        f'<rate-limit-by-key calls="3" renewal-period="60" {key} />'
        f'<rate-limit-by-key calls="2" renewal-period="10" {key} />'
    )
    assert [found.status for found in calls(both, 4, step=15.0)] == [200, 200, 200, 429]


INNER = """
<rate-limit calls="100" renewal-period="60">
  <api {api} calls="3" renewal-period="60">
    <operation {operation} calls="2" renewal-period="60" />
  </api>
</rate-limit>"""
QUOTAS = """
<quota calls="100" renewal-period="3600">
  <api {api} calls="3" renewal-period="3600">
    <operation {operation} calls="2" renewal-period="3600" />
  </api>
</quota>"""
THIS_API, THIS_OPERATION = 'id="inference"', 'name="chat-completions"'


@pytest.mark.parametrize(("limit", "refused"), [(INNER, 429), (QUOTAS, 403)])
@pytest.mark.parametrize(
    ("api", "operation", "passes"),
    [
        (THIS_API, THIS_OPERATION, 2),
        (THIS_API, 'id="chat-completions"', 2),
        (THIS_API, 'name="another"', 3),
        ('id="another" name="inference"', THIS_OPERATION, 5),
    ],
)
def test_limits_of_an_api_and_an_operation_hold_beside_the_one_around_them(
    limit: str, refused: int, api: str, operation: str, passes: int
) -> None:
    found = [each.status for each in calls(limit.format(api=api, operation=operation), 5)]
    assert found == [200] * passes + [refused] * (5 - passes)


def test_an_inner_limit_has_the_source_of_the_policy() -> None:
    show = '<set-header name="x-source"><value>@(context.LastError.Source)</value></set-header>'
    inner = INNER.format(api=THIS_API, operation=THIS_OPERATION)

    async def main() -> list[Call]:
        async with served(echo, policy(inbound=inner, on_error=show)) as running:
            return [await call(running) for _ in range(3)]

    assert run(main())[2].headers["x-source"] == "rate-limit"
