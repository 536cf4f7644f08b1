"""What each behaviour of the gateway rests on, and the test that holds it.

documented: a page or release note of Microsoft's says it. on the wire: somebody captured it from
API Management. inferred: neither; the likeliest, and `fidelity` says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

DOCUMENTED, ON_THE_WIRE, INFERRED = "documented", "on the wire", "inferred"
STATUSES = (DOCUMENTED, ON_THE_WIRE, INFERRED)


@dataclass(frozen=True)
class Behaviour:
    """Hold one behaviour; `test` is FILE::NAME below tests/, as pytest takes it."""

    area: str
    what: str
    status: str
    test: str


def behaviours() -> Iterator[Behaviour]:
    """Yield the table below: an area, then two lines for each of its behaviours."""
    area = ""
    lines = iter(_TABLE.strip().splitlines())
    for line in lines:
        if not line.startswith(" "):
            area = line
            continue
        status, _, what = line.strip().partition(": ")
        yield Behaviour(area, what, status, next(lines).strip())


_TABLE = """
Sections and scopes
  documented: an error in a section skips the rest of the way and goes on with on-error
    apim_gateway/running/test_pipeline.py::test_the_rest_of_the_way_is_skipped
  documented: `<base />` stands for the parent scope's section, where it is written
    apim_gateway/reading/test_scopes.py::test_base_stands_for_the_parents_section_where_it_is_written
  documented: without `<base />` the parent's section does not run
    apim_gateway/reading/test_scopes.py::test_without_base_the_parents_section_is_not_applied
  documented: operation stands in API, API in product, product in global
    apim_gateway/serving/test_callers.py::test_a_products_policy_stands_between_the_global_one_and_the_apis
  documented: the global policy to begin with forwards the request
    apim_gateway/policies/test_backend.py::test_the_default_global_policy_forwards
  documented: with an empty backend nothing is forwarded, and outbound runs
    apim_gateway/policies/test_backend.py::test_without_forward_request_the_backend_is_not_asked
  documented: a policy stands only in the sections that its page names
    apim_gateway/reading/test_document.py::test_a_fault_is_told_with_file_line_and_name
  documented: a fragment has neither sections nor `<base />`
    apim_gateway/reading/test_document.py::test_a_fault_in_a_fragment_is_told_with_the_fragments_file
  documented: a key to all APIs brings no product's policy
    apim_gateway/serving/test_callers.py::test_policies_see_whose_the_key_is
  documented: a document has 256 KiB at most
    apim_gateway/reading/test_reader.py::test_bombs_are_refused
  inferred: backend takes one policy
    apim_gateway/reading/test_document.py::test_backend_takes_one_policy
  inferred: a document need not be well-formed XML: expressions keep quotes and angle brackets
    apim_gateway/reading/test_reader.py::test_an_expression_keeps_quotes_brackets_and_generics
  inferred: an error inside on-error ends it, and the answer stands
    apim_gateway/policies/test_message.py::test_an_error_in_on_error_ends_it_and_the_answer_stands
  inferred: `authentication-managed-identity` may stand in every section
    apim_gateway/policies/test_authentication.py::test_the_managed_identity_stands_in_every_section
Expressions
  documented: they are C# 7, and later C# is refused
    policy_expressions/test_syntax.py::test_what_csharp_7_has_not_is_refused_with_the_version_that_has_it
  documented: members beside the documented ones are doubtful
    policy_expressions/test_standing.py::test_what_is_on_no_list_is_a_warning_and_an_error_when_strict
  documented: `Body.As<T>()` takes the body away unless preserveContent is true
    policy_expressions/test_compile.py::test_a_body_is_consumed_unless_preserved
  documented: several values of a header are joined by commas
    apim_gateway/policies/test_headers.py::test_an_expression_sees_several_values_joined_by_commas
  documented: `Variables.GetValueOrDefault<T>` throws for a value of another type
    apim_gateway/policies/test_flow.py::test_a_variable_of_another_type_is_an_error
  documented: an exception is ExpressionValueEvaluationFailure: on-error, or 500
    apim_gateway/policies/test_message.py::test_an_expression_that_fails_is_500_unless_on_error_answers
  documented: an evaluation that takes longer than seconds is ended
    policy_expressions/test_escapes.py::test_time_memory_and_depth_are_bounded
  inferred: a missing variable is null
    policy_expressions/test_command.py::test_a_missing_variable_can_throw
  documented: `context.Backend` is the backend or pool that was chosen
    apim_gateway/running/test_foundry.py::test_the_backend_is_the_entity_that_was_chosen
  inferred: `context.Request.Foundry.Deployment` is in the path, else the body's model
    apim_gateway/running/test_foundry.py::test_the_deployment_stands_in_the_path_or_is_the_model_in_the_body
  inferred: `context.Response` is there, with 200, from the backend section on
    apim_gateway/policies/test_backend.py::test_the_response_is_there_before_the_backend_has_answered
Policies
  documented: `set-header` overrides unless told, appends, skips, deletes
    apim_gateway/policies/test_headers.py::test_override_replaces_and_is_the_default
  documented: several values are joined by commas, but for cookies, dates and challenges
    apim_gateway/policies/test_headers.py::test_several_values_become_one_list_but_for_cookies
  inferred: `set-header` on a header of the connection does nothing
    apim_gateway/policies/test_headers.py::test_headers_of_the_connection_cannot_be_changed
  documented: `set-query-parameter` changes one parameter and leaves the others
    apim_gateway/policies/test_url.py::test_a_query_parameter_is_changed_and_the_others_keep_their_spelling
  documented: a variable lasts until the request ends
    apim_gateway/policies/test_flow.py::test_a_variable_lasts_until_the_request_ends
  documented: `choose` runs the first branch whose condition is true
    apim_gateway/policies/test_flow.py::test_choose_runs_the_first_branch_that_is_true
  documented: `rewrite-uri` fills in its template, and takes the query along unless told
    apim_gateway/policies/test_url.py::test_rewrite_uri_leaves_the_query_out_when_told
  documented: `set-body` gives a new body, and its length
    apim_gateway/policies/test_message.py::test_set_body_replaces_what_the_backend_gets
  documented: a Liquid template sees the body and the context
    apim_gateway/policies/test_liquid.py::test_a_template_sees_the_body_and_the_context
  documented: in `return-response` a Liquid template sees no body
    apim_gateway/policies/test_liquid.py::test_in_return_response_a_template_sees_the_context_and_no_body
  documented: `return-response` ends the pipeline, with 200 and no body unless told
    apim_gateway/policies/test_message.py::test_return_response_is_200_without_body_unless_told
  documented: `return-response` begins with the response in its variable
    apim_gateway/policies/test_message.py::test_return_response_may_start_from_a_response_in_a_variable
  documented: the managed identity's token goes into Authorization, or into the variable named
    apim_gateway/policies/test_authentication.py::test_the_token_goes_into_a_variable_when_one_is_named
  documented: `retry` tries again while its condition holds, 50 times at most
    apim_gateway/policies/test_flow.py::test_retry_ends_with_its_count
  documented: the pauses of `retry` are fixed, linear or exponential
    apim_gateway/policies/test_flow.py::test_the_pauses_of_a_retry_are_fixed_linear_or_exponential
  documented: the next attempt has the request's body only where buffer-request-body kept it
    apim_gateway/policies/test_flow.py::test_a_body_that_is_not_buffered_is_gone_after_the_first_attempt
  documented: `check-header` wants one of its values
    apim_gateway/policies/test_headers.py::test_check_header_wants_one_of_its_values
  documented: `ip-filter` answers 403 with its reason
    apim_gateway/policies/test_callers.py::test_a_refusal_is_403_with_the_documented_reason_and_message
  documented: a rate limit is a sliding window in the classic tiers, 300 seconds at most
    apim_gateway/policies/test_limits.py::test_a_rate_limit_is_a_sliding_window
  documented: limits of an API and an operation hold beside the one around them
    apim_gateway/policies/test_limits.py::test_limits_of_an_api_and_an_operation_hold_beside_the_one_around_them
  documented: increment-condition and increment-count are evaluated when outbound has ended
    apim_gateway/policies/test_limits.py::test_only_what_meets_the_condition_is_counted_by_the_responses_status
  documented: `limit-concurrency` answers 429 at once
    apim_gateway/policies/test_limits.py::test_limit_concurrency_answers_429_at_once
  documented: a token limit answers 429 with Retry-After, a token quota 403
    apim_gateway/policies/test_tokens.py::test_403_when_the_quota_of_the_period_is_used_up
  documented: tokens of a stream are estimated, whatever its usage says
    apim_gateway/policies/test_tokens.py::test_a_stream_counts_its_prompt_and_each_text_delta
  inferred: four characters are a token, and a text delta is one
    apim_gateway/running/test_usage.py::test_a_prompt_is_estimated_from_every_text_in_it
  documented: one key counts a request once, however many policies and scopes name it
    apim_gateway/policies/test_tokens.py::test_a_key_counts_a_request_once_however_many_policies_use_it
  documented: token metrics come from the response's usage; without it there are none
    apim_gateway/policies/test_tokens.py::test_without_usage_there_is_no_metric
  documented: Anthropic's and Google's shapes are counted too
    apim_gateway/running/test_usage.py::test_an_anthropic_stream_tells_prompt_and_completion_apart
  documented: a metric has five custom dimensions at most, each with a value
    apim_gateway/policies/test_telemetry.py::test_dimensions_that_api_management_refuses_are_refused
  documented: `trace` has a source, a severity, a message and metadata
    apim_gateway/policies/test_telemetry.py::test_trace_tells_message_and_metadata
  documented: `log-to-eventhub` cuts at 200 KB
    apim_gateway/policies/test_telemetry.py::test_log_to_eventhub_writes_its_text_cut_to_200_kb
  documented: responses to GET are cached, by query and header
    apim_gateway/policies/test_cached_responses.py::test_responses_to_get_are_cached_by_query_and_header
  documented: `validate-content` needs the body whole, of 4 MB at most
    apim_gateway/policies/test_content.py::test_it_holds_the_stream
  documented: `validate-jwt` answers 401 with its reason unless told otherwise
    apim_gateway/policies/test_jwt.py::test_a_token_that_is_not_valid_is_401_with_its_reason
  documented: a preflight is answered by `cors`, an origin it does not list by an empty 200
    apim_gateway/policies/test_cors.py::test_an_origin_that_is_not_listed_gets_an_empty_200
  on the wire: what `json-to-xml` makes of JSON, without its optional attributes
    apim_gateway/running/test_conversion.py::test_what_was_captured_of_json_to_xml
  documented: what its attributes for namespaces and attributes do
    apim_gateway/running/test_conversion.py::test_the_documented_example_of_json_to_xml
  on the wire: what `xml-to-json` makes of XML, with kind="direct"
    apim_gateway/running/test_conversion.py::test_what_was_captured_of_xml_to_json
  documented: both convert where the Content-Type and the Accept header say so
    apim_gateway/policies/test_conversions.py::test_json_becomes_xml_where_type_and_accept_say_so
  inferred: a body that cannot be read goes on as it came
    apim_gateway/policies/test_conversions.py::test_an_event_stream_is_held_and_goes_on_as_it_came
  documented: `wait` goes on with all or with any of its steps
    apim_gateway/policies/test_flow.py::test_wait_runs_steps_side_by_side
  documented: `send-request` gives null where it fails and may
    apim_gateway/policies/test_calls.py::test_a_call_that_fails_is_null_or_an_error
Streams
  documented: with buffer-response true the response goes on 8 KB at a time
    apim_gateway/serving/test_streaming.py::test_with_buffering_60_deltas_reach_the_client_in_at_most_3_reads
  documented: with buffer-response false each chunk goes on at once
    apim_gateway/serving/test_streaming.py::test_without_buffering_60_deltas_reach_the_client_in_at_least_50_reads
  inferred: no timer releases less than 8 KB, and a block leaves whole
    apim_gateway/wire/test_relay.py::test_buffered_nothing_leaves_before_8_kb_or_the_end
  inferred: the headers leave before the first block
    apim_gateway/serving/test_streaming.py::test_the_headers_do_not_wait_for_the_body
  documented: an option flushes each chunk of a model's API
    apim_gateway/policies/test_backend.py::test_a_setting_flushes_every_chunk_whatever_buffer_response_says
  documented: token policies do not hold a stream
    apim_gateway/policies/test_tokens.py::test_with_token_policies_60_deltas_still_reach_the_client_in_at_least_50_reads
  on the wire: a stream that outbound reads as JSON is 500, "not a valid JSON"
    apim_gateway/policies/test_message.py::test_an_outbound_read_as_json_of_an_event_stream_is_500
  on the wire: a stream that outbound reads as text comes in one piece
    apim_gateway/policies/test_message.py::test_an_outbound_read_of_the_body_holds_the_stream_and_keeps_its_bytes
  on the wire: a response without Content-Type stays without
    apim_gateway/serving/test_server.py::test_a_response_without_content_type_stays_without
  documented: what needs the whole response, such as `validate-content` and caching, holds it
    apim_gateway/streaming/test_agreement.py::test_the_gateway_does_what_the_check_says
  documented: diagnostics that log bodies hold it, and the Consumption tier has none
    apim_gateway/streaming/test_report.py::test_the_tier_and_the_diagnostics_count
  documented: a timeout of more than 240 seconds may not be honoured
    apim_gateway/streaming/test_report.py::test_what_streams_but_surprises_is_a_warning
  documented: `llm-content-safety` holds events until their texts fill a window
    apim_gateway/policies/test_safety.py::test_a_response_that_is_judged_waits_for_a_window
  inferred: a window goes on whole, an overlap makes the next one full earlier
    apim_gateway/running/test_windows.py::test_a_window_that_overlaps_is_full_with_less_that_is_new
  inferred: `retry` decides before the first byte, and not once more after it
    apim_gateway/policies/test_flow.py::test_a_stream_that_breaks_is_not_tried_again
  inferred: a backend that breaks off cuts the client's stream, after what arrived
    apim_gateway/serving/test_streaming.py::test_a_backend_that_breaks_off_cuts_the_clients_stream_after_what_arrived
  inferred: a backend that is silent for 240 seconds in mid-stream is cut off
    apim_gateway/serving/test_faults.py::test_what_arrived_is_delivered_and_every_end_is_told_as_it_was
Backends
  documented: a timeout counts to the response's headers
    apim_gateway/serving/test_server.py::test_a_timeout_to_the_headers_is_500
  documented: redirects are followed only where told
    apim_gateway/policies/test_backend.py::test_redirects_are_followed_only_when_told
  documented: fail-on-error-status-code goes to on-error
    apim_gateway/policies/test_backend.py::test_fail_on_error_status_code_runs_on_error_over_the_backends_answer
  documented: a lower priority waits until every higher one is tripped
    apim_gateway/running/test_backends.py::test_a_lower_priority_waits_until_every_higher_one_is_tripped
  documented: a pool's session affinity keeps a session with its member, by a cookie
    apim_gateway/serving/test_folder.py::test_a_session_of_a_pool_stays_with_its_member
  documented: weights are shares
    apim_gateway/running/test_backends.py::test_weight_is_the_share_of_the_traffic
  documented: a circuit opens by count or percentage within an interval
    apim_gateway/running/test_backends.py::test_a_breaker_trips_at_the_count_within_the_interval
  documented: the request that trips a circuit is not rescued; `retry` reaches the next member
    apim_gateway/policies/test_flow.py::test_a_retry_over_a_pool_reaches_the_next_member
  documented: an open circuit is 503 with Retry-After
    apim_gateway/policies/test_backend.py::test_503_from_an_exhausted_pool_with_the_time_to_come_back
  documented: acceptRetryAfter keeps a circuit open for as long as the backend says
    apim_gateway/running/test_backends.py::test_a_pool_without_a_closed_circuit_is_unavailable
  inferred: the reason phrase of that 503
    apim_gateway/policies/test_failover.py::test_a_stale_condition_on_the_pools_name_no_longer_ends_a_retry
  inferred: `retry` sees a dead or late backend as no response
    apim_gateway/policies/test_failover.py::test_the_next_member_answers_when_the_first_has_failed_often_enough
  inferred: a dead backend and a timeout count as 500 to a circuit
    apim_gateway/policies/test_backend.py::test_two_dead_backends_open_their_circuits_too
  documented: a pool and its breakers are those of the backend entities
    apim_gateway/serving/test_folder.py::test_the_pool_and_the_breaker_are_those_of_the_backends
  inferred: of several APIs the one with the longest path answers
    apim_gateway/serving/test_folder.py::test_the_api_with_the_longest_path_answers_and_its_version_is_a_part_of_it
Errors and keys
  on the wire: 401 for a missing key
    apim_gateway/serving/test_server.py::test_401_without_a_key_byte_for_byte
  on the wire: 401 for a wrong key
    apim_gateway/serving/test_server.py::test_401_with_a_wrong_key_byte_for_byte
  on the wire: 404 where no operation matches
    apim_gateway/serving/test_server.py::test_404_where_no_operation_matches_byte_for_byte
  on the wire: 500, with an activity id
    apim_gateway/serving/test_server.py::test_500_for_a_dead_backend_byte_for_byte
  on the wire: 429 of a rate limit
    apim_gateway/policies/test_limits.py::test_429_byte_for_byte
  documented: 403 of a quota
    apim_gateway/policies/test_limits.py::test_a_quota_answers_403_until_its_period_ends
  documented: `context.LastError` has source, reason, message, scope, section, path and policy
    apim_gateway/running/test_pipeline.py::test_last_error_tells_what_happened_and_where
  documented: the query's key counts only without the header
    apim_gateway/serving/test_server.py::test_the_query_counts_only_without_the_header
  documented: the key is looked at before inbound, and its refusal runs on-error
    apim_gateway/serving/test_server.py::test_on_error_runs_when_the_key_is_refused
  documented: a key is good for the APIs of its product
    apim_gateway/serving/test_folder.py::test_a_key_is_good_for_the_apis_of_its_product
  on the wire: where no key is needed, a valid one still tells who calls
    apim_gateway/serving/test_folder.py::test_where_no_key_is_needed_a_valid_one_still_tells_who_calls
  inferred: the key travels on to the backend
    apim_gateway/serving/test_server.py::test_the_backend_gets_the_request_as_it_was_sent
Tracing
  documented: a trace has entries by section, with source, time and data
    apim_gateway/running/test_trace.py::test_entries_have_the_documented_shape
  documented: it tells when streaming began and ended
    apim_gateway/running/test_trace.py::test_one_sees_when_streaming_began_and_ended_and_each_flush
  documented: a debug token is for one API and an hour at most
    apim_gateway/running/test_trace.py::test_a_token_is_good_for_an_hour_at_most_and_old_traces_are_forgotten
  inferred: what stands in an entry's data
    apim_gateway/running/test_trace.py::test_every_policy_that_ran_has_an_entry_with_what_it_decided
"""
