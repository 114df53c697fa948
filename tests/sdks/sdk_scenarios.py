"""What SDKs ask through the proxy, and what every one of them must see, the API must see and the record must say."""

from __future__ import annotations

from sdk_scenario import MODEL, OneOf, Scenario, Values, answer, error, result, user

from claudeflare.simulator.catalog import CATALOG
from claudeflare.simulator.resources.code_execution import CONTENT as WRITTEN

BOUND_MODEL = "claude-sonnet-5-5"
"""Its thinking can be read only by the organization it was made for."""
ALL_EVENTS = [
    "message_start",
    "content_block_start",
    "content_block_delta",
    "content_block_stop",
    "message_delta",
    "message_stop",
]
WEATHER = {
    "name": "get_weather",
    "description": "The weather in a city.",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}
TOO_LARGE = 32 * 1024 * 1024 + 1

IN_BETA: Values = {"x-claudeflare-account": "beta"}
COMPLETE: Values = {"terminalState": "complete", "success": True, "statusCode": 200}
TEXT = "Grüße, 世界 🎉"
THINKS: Values = {"thinking": {"type": "enabled", "budget_tokens": 1024}, "max_tokens": 4000}
THINKS_ADAPTIVELY: Values = {"thinking": {"type": "adaptive"}, "model": BOUND_MODEL, "max_tokens": 4000}

ANSWERS = [
    Scenario(
        name="create",
        turns=[user("Hello", text=TEXT)],
        sees=[answer(text=TEXT, blocks=["text"])],
        retries=["0"],
        record={**COMPLETE, "streaming": False, "accountUsed": "alpha", "failoverAttempts": 0},
    ),
    Scenario(
        name="create-cut-off",
        params={"max_tokens": 3},
        turns=[user("Hello", words=50)],
        sees=[answer(stop_reason="max_tokens", output_tokens=3)],
        record={**COMPLETE, "stopReason": "max_tokens", "outputTokens": 3},
    ),
    Scenario(
        name="create-conversation",
        params={"system": "Be brief.", "metadata": {"user_id": "someone"}, "stop_sequences": ["STOP"]},
        turns=[user("One?", text="1"), user("Two?", text="2"), user("Three?", text="3")],
        sees=[answer(text="1"), answer(text="2"), answer(text="3")],
        asked=["alpha"] * 3,
        record=COMPLETE,
    ),
    Scenario(
        name="stream",
        call="stream",
        turns=[user("Hello", text=TEXT * 20)],
        sees=[answer(text=TEXT * 20, streamed=TEXT * 20)],
        record={**COMPLETE, "streaming": True},
    ),
    Scenario(
        name="stream-events",
        call="events",
        turns=[user("Hello", words=40)],
        sees=[{"events": ALL_EVENTS}],
        record={**COMPLETE, "streaming": True, "stopReason": "end_turn"},
    ),
    Scenario(
        name="tools",
        params={"tools": [WEATHER]},
        turns=[
            user("How is Ålesund?", tool="get_weather", input={"city": "Ålesund"}),
            result("4 °C, rain", text="Cold and wet."),
        ],
        sees=[
            answer(stop_reason="tool_use", blocks=["text", "tool_use"], tools=[["get_weather", {"city": "Ålesund"}]]),
            answer(text="Cold and wet.", tools=[]),
        ],
        asked=["alpha"] * 2,
        record=COMPLETE,
    ),
    Scenario(
        name="tools-streamed",
        call="stream",
        params={"tools": [WEATHER], "tool_choice": {"type": "tool", "name": "get_weather"}},
        turns=[
            user("How is Ålesund?", tool="get_weather", input={"city": "Ålesund"}),
            result("4 °C, rain", text="Cold and wet."),
        ],
        sees=[
            answer(stop_reason="tool_use", tools=[["get_weather", {"city": "Ålesund"}]]),
            answer(streamed="Cold and wet."),
        ],
        asked=["alpha"] * 2,
        record=COMPLETE,
    ),
    # The second turn brings the first one's thinking back: the API refuses it when a byte of it has changed.
    Scenario(
        name="thinking",
        params=THINKS,
        turns=[user("Why?", thinking="Let me see: “42”.", text="So."), user("And then?", thinking="Hm.", text="Then.")],
        sees=[
            answer(blocks=["thinking", "text"], thinking=["Let me see: “42”."], signed=[True]),
            answer(blocks=["thinking", "text"], thinking=["Hm."], signed=[True]),
        ],
        asked=["alpha"] * 2,
        record=COMPLETE,
    ),
    Scenario(
        name="thinking-streamed",
        call="stream",
        params=THINKS,
        turns=[user("Why?", thinking="Let me see: “42”.", text="So."), user("And then?", thinking="Hm.", text="Then.")],
        sees=[
            answer(blocks=["thinking", "text"], thinking=["Let me see: “42”."], signed=[True], streamed="So."),
            answer(thinking=["Hm."], signed=[True], streamed="Then."),
        ],
        asked=["alpha"] * 2,
        record=COMPLETE,
    ),
    Scenario(
        name="thinking-with-tools",
        call="stream",
        params={**THINKS_ADAPTIVELY, "tools": [WEATHER]},
        turns=[
            user("How is Oslo?", thinking="I should look.", tool="get_weather", input={"city": "Oslo"}),
            result("4 °C, rain", thinking="I see.", text="Cold and wet."),
        ],
        sees=[
            answer(model=BOUND_MODEL, stop_reason="tool_use", thinking=["I should look."], signed=[True]),
            answer(model=BOUND_MODEL, streamed="Cold and wet."),
        ],
        asked=["alpha"] * 2,
        record=COMPLETE,
    ),
    Scenario(
        name="count-tokens",
        call="count_tokens",
        turns=[user("Hello there, how are you?")],
        sees=[{"headers": {"x-claudeflare-account": "alpha"}}],
        record={**COMPLETE, "path": "/v1/messages/count_tokens"},
    ),
    Scenario(
        name="models",
        call="models",
        params={"limit": 7},
        turns=[],
        sees=[{"models": [model.id for model in CATALOG]}],
        asked=["alpha"] * 2,  # pages
    ),
    Scenario(
        name="model",
        call="model",
        params={"model": MODEL},
        turns=[],
        sees=[{"models": [MODEL]}],
        record={**COMPLETE, "path": f"/v1/models/{MODEL}"},
    ),
]
"""Nothing goes wrong: SDKs see what they see without a proxy."""

ERRORS = [
    Scenario(
        name="400",
        accounts=("alpha",),
        params={"max_tokens": -1},
        sees=[error("BadRequestError", 400, "invalid_request_error")],
        record={"terminalState": "complete", "success": False, "statusCode": 400},
    ),
    Scenario(
        name="401",
        accounts=("alpha",),
        turns=[user("Hello", fault="401")],
        sees=[error("AuthenticationError", 401, "authentication_error")],
        record={"statusCode": 401},
    ),
    Scenario(
        name="403",
        accounts=("alpha",),
        turns=[user("Hello", fault="403-account")],
        sees=[error("PermissionDeniedError", 403, "permission_error")],
        record={"statusCode": 403},
    ),
    Scenario(
        name="404-model",
        accounts=("alpha",),
        params={"model": "claude-nothing-9"},
        sees=[error("NotFoundError", 404, "not_found_error")],
        record={"statusCode": 404},
    ),
    Scenario(
        name="404-path",
        accounts=("alpha",),
        call="model",
        params={"model": "claude-nothing-9"},
        turns=[],
        sees=[error("NotFoundError", 404, "not_found_error")],
    ),
    Scenario(
        name="413",
        accounts=("alpha",),
        turns=[user("Hello", fault="413")],
        sees=[error(OneOf("RequestTooLargeError", "ContentTooLargeError"), 413, "request_too_large")],
        record={"statusCode": 413},
    ),
    Scenario(
        name="429",
        accounts=("alpha",),
        # Further away than a request waits for an account.
        turns=[user("Hello", fault="429-bucket;retry-after=99")],
        sees=[error("RateLimitError", 429, "rate_limit_error", headers={"retry-after": "99"})],
        record={"statusCode": 429},
    ),
    Scenario(
        name="500",
        accounts=("alpha",),
        turns=[user("Hello", fault="500")],
        sees=[error("InternalServerError", 500, "api_error")],
        asked=["alpha"] * 2,  # Claudeflare tries once more
        record={"statusCode": 500},
    ),
    Scenario(
        name="529",
        accounts=("alpha",),
        turns=[user("Hello", fault="529")],
        sees=[error("OverloadedError", 529, "overloaded_error")],
        asked=["alpha"] * 2,  # Claudeflare tries once more
        record={"statusCode": 529},
    ),
]
"""The one account's answer is an error, which is the caller's. Who asks, and how often, is not what these are about."""

FAILED_OVER: Values = {"x-claudeflare-account": "beta"}
TROUBLES = [
    *(
        Scenario(
            name=f"{call}-{fault}-elsewhere",
            call=call,
            turns=[user("Hello", text=TEXT)],
            faults=((fault, {"account": "alpha"}),),
            sees=[answer(text=TEXT, headers=FAILED_OVER)],
            asked=["alpha"] * tries + ["beta"],
            retries=["0"] * (tries + 1),
            record={**COMPLETE, "accountUsed": "beta", "failoverAttempts": 1},
        )
        for call, fault, tries in (
            ("create", "429-bucket", 1),
            ("create", "401", 1),
            ("create", "529", 2),
            ("create", "reset-before-answer", 1),
            ("stream", "429-window", 1),
            ("stream", "529-first-event", 2),
        )
    ),
    Scenario(
        name="own-retries",
        accounts=("alpha",),
        client={"max_retries": 2},
        turns=[user("Hello", text=TEXT)],
        faults=(("429-windowless;retry-after=0", {"times": 2}),),
        sees=[answer(text=TEXT)],
        asked=["alpha"] * 3,
        retries=["0", "0", "1"],
    ),
    Scenario(
        name="own-retries-streamed",
        accounts=("alpha",),
        call="stream",
        client={"max_retries": 1},
        turns=[user("Hello", text=TEXT)],
        faults=(("529", {"times": 2}),),
        sees=[answer(streamed=TEXT)],
        asked=["alpha"] * 3,
        retries=["0", "0", "1"],
    ),
    Scenario(
        name="error-mid-stream",
        call="stream",
        turns=[user("Hello", fault="error-mid-stream;after=6", words=40)],
        sees=[{"type": "overloaded_error"}],
        record={"terminalState": "truncated", "statusCode": 200, "success": False, "errorType": "overloaded_error"},
    ),
    Scenario(
        name="broken-off-mid-stream",
        call="stream",
        turns=[user("Hello", fault="abort-mid-stream;after=6", words=40)],
        sees=[{"type": "api_error"}],
        record={"terminalState": "truncated", "statusCode": 200, "success": False},
    ),
    Scenario(
        name="413-refused-here",
        more={"padding": TOO_LARGE},
        sees=[error(OneOf("RequestTooLargeError", "ContentTooLargeError"), 413, "request_too_large")],
        asked=[],
        record={"terminalState": "refused", "statusCode": 413},
    ),
]
"""Something goes wrong on the way."""

LEAVING = [
    Scenario(
        name="before-the-answer",
        client={"timeout": 0.3},
        turns=[user("Hello", fault="stall")],
        sees=[{"error": OneOf("APITimeoutError", "APIConnectionTimeoutError")}],
        record={"terminalState": "client_closed", "statusCode": 499, "success": False},
    ),
    Scenario(
        name="mid-stream",
        call="events",
        turns=[user("Hello", fault="stall;after=6", words=50)],
        more={"leave_after": "content_block_delta"},
        sees=[{"events": ALL_EVENTS[:3]}],
        record={"terminalState": "client_closed", "statusCode": 200, "success": False},
    ),
]
"""The SDK does not wait for the end of the answer."""

HEADERS = [
    Scenario(
        name="headers-of-the-client",
        client={"default_headers": {"x-team": "blue", "anthropic-beta": "context-1m-2025-08-07"}},
        sees=[answer()],
        arrives={
            "x-team": "blue",
            "anthropic-beta": "context-1m-2025-08-07",
            "authorization": None,
            "via": None,
            "x-forwarded-for": None,
        },
        record=COMPLETE,
    ),
    Scenario(
        name="headers-of-one-request",
        client={"default_headers": {"x-team": "blue"}},
        turns=[user("Hello", headers={"x-team": "red", "x-claudeflare-session": "one", "x-note": "a, b;c=d"})],
        sees=[answer()],
        arrives={"x-team": "red", "x-note": "a, b;c=d", "x-claudeflare-session": None},
        record={**COMPLETE, "sessionId": "one"},
    ),
    Scenario(
        name="own-credential",
        accounts=(),
        client={"api_key": "sk-ant-api03-beta"},
        sees=[answer(headers={})],
        asked=["beta"],
        record=COMPLETE,
    ),
    Scenario(
        name="bearer-token",
        client={"api_key": None, "auth_token": "sk-ant-oat01-someone-elses"},
        sees=[answer()],
        arrives={"authorization": None, "x-api-key": "…lpha"},
        record=COMPLETE,
    ),
]
"""What a request says beside its body."""

BOUND = [
    Scenario(
        name="batch",
        call="batches",
        turns=[user("Hello", headers=IN_BETA)],
        sees=[
            {
                "status": "ended",
                "results": {"a": "succeeded", "b": "succeeded"},
                "listed": [True],
                "deleted": "message_batch_deleted",
            }
        ],
        asked=["beta"] * 6,  # for results the SDK asks for the batch, then for what its `results_url` names
    ),
    Scenario(
        name="file",
        call="files",
        params={"tools": [{"type": "code_execution_20250825", "name": "code_execution"}]},
        turns=[user("Run it and write a file.", headers=IN_BETA)],
        sees=[{"size": 4, "written": WRITTEN.decode(), "deleted": "file_deleted"}],
        asked=["beta"] * 5,
    ),
]
"""What exists in one account only: after the first request nothing says where it is but Claudeflare."""

SCENARIOS = [*ANSWERS, *ERRORS, *TROUBLES, *HEADERS, *BOUND]
