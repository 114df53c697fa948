"""The control process: everything that is not the traffic itself.

`composition` builds it, `process` runs it under the supervisor, `gateways` keeps the data plane up to date. It may be
slow, crash or restart without hurting traffic: gateways go on with their last snapshot, and the journal keeps what
happened.
"""
