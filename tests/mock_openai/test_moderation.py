from __future__ import annotations

from typing import Any

import pytest

from mock_openai.service import CHAT
from tests.mock_openai.harness import chat, joined, played
from tests.mock_openai.shapes import chat_kind, framed


def choices(scenario: str) -> list[dict[str, Any]]:
    """Return the choices of a stream, in order."""
    chunks = [event.payload for event in framed(joined(played(CHAT, chat("Explain"), scenario)))]
    return [choice for chunk in chunks if chunk for choice in chunk["choices"]]


def test_the_default_filter_stops_the_answer_after_so_many_tokens() -> None:
    *passed, last = choices("filter-mid; after=7")
    assert len(passed) == 1 + 7  # the role, then the text
    assert last["finish_reason"] == "content_filter"
    assert last["content_filter_results"]["violence"] == {"filtered": True, "severity": "medium"}


def test_an_answer_shorter_than_that_is_stopped_at_its_end() -> None:
    *passed, last = choices("filter-mid; after=50; tokens=5")
    assert (len(passed), last["finish_reason"]) == (1 + 5, "content_filter")


def test_offsets_of_the_asynchronous_filter_are_characters_and_lag_behind() -> None:
    out, seen = 0, 0
    for choice in choices("async-ok"):
        if "content_filter_offsets" not in choice:
            out += len(choice["delta"].get("content") or "")
            continue
        offsets = choice["content_filter_offsets"]
        assert list(offsets) == ["check_offset", "start_offset", "end_offset"]
        checked = offsets["end_offset"] - offsets["check_offset"]
        assert seen <= checked <= out
        seen = checked
    assert seen == out > 0


def test_the_asynchronous_filter_holds_no_text_back() -> None:
    texts = [
        "".join(c["delta"].get("content") or "" for c in choices(name) if "delta" in c)
        for name in ("ok", "async-ok")
    ]
    assert texts[0] == texts[1]


def test_each_family_judges_the_whole_answer_once_it_is_out() -> None:
    found = choices("async-ok")
    end = next(at for at, choice in enumerate(found) if choice["finish_reason"])
    families = {name for choice in found[end + 1 :] for name in choice["content_filter_results"]}
    assert families == {
        "custom_blocklists",
        "hate",
        "protected_material_code",
        "protected_material_text",
        "self_harm",
        "sexual",
        "violence",
    }


def test_the_asynchronous_filter_stops_the_answer_with_a_verdict() -> None:
    last = choices("async-block; after=30")[-1]
    assert "delta" not in last
    assert last["finish_reason"] == "content_filter"


def test_a_late_objection_ends_nothing() -> None:
    *_, last = choices("async-late-flag")
    assert last["finish_reason"] is None
    assert last["content_filter_results"]["violence"]["filtered"] is True


def test_choices_are_judged_each_on_its_own() -> None:
    events = framed(joined(played(CHAT, chat("Explain", n=2), "async-ok")))
    found = [event.payload["choices"][0] for event in events if chat_kind(event) == "verdict"]
    assert {choice["index"] for choice in found} == {0, 1}


def test_a_blocklist_is_told_by_its_name_and_ends_nothing() -> None:
    found = choices("async-blocklist")
    verdicts = [each.get("content_filter_results", {}) for each in found]
    told = [verdict.get("custom_blocklists") for verdict in verdicts]
    assert [each for each in told if each] == [[{"filtered": True, "id": "mock"}]]
    assert found[-1]["finish_reason"] is None


@pytest.mark.parametrize(
    ("model", "families"), [("gpt-4.1-mini", 6), ("gpt-5.4-mini", 5), ("gpt-4o", 4)]
)
def test_what_stops_an_answer_judges_all_that_the_model_s_chunks_do(
    model: str, families: int
) -> None:
    *_, last, _ = framed(joined(played(CHAT, chat("Explain"), "filter-mid", model)))
    verdict = last.payload["choices"][0]["content_filter_results"]
    assert len(verdict) == families
    assert list(verdict) == sorted(verdict)
    assert verdict["violence"]["filtered"] is True


def test_some_models_judge_the_end_of_a_text_now_and_then() -> None:
    def last(model: str, scenario: str = "", **body: Any) -> Any:
        *_, finish, _ = framed(joined(played(CHAT, chat("Explain", **body), scenario, model)))
        return finish.payload["choices"][0]["content_filter_results"]

    found = [len(last("gpt-4.1-mini", f"ok; tokens={count}")) for count in range(8)]
    assert set(found) == {0, 6}
    assert last("gpt-4.1-mini", "tools") == {}
    assert {len(last("gpt-4o", f"ok; tokens={count}")) for count in range(4)} == {0}
