"""What the Claude API's wire format says, as pure functions and small state machines. Never does I/O, never logs.

Start at `provider.py`. Requests: `endpoints` `headers` `facts` `session_key` `models`. Answers: `stream_meter` (on
`sse`), `json_meter`, both through `decompression`. Failures: `errors` (on `error_shape` and `rate_limits`). Billing:
`usage`.
"""
