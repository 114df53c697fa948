"""Pure: what a client key may do, and how much. Times are UTC epoch seconds, money is USD.

`client_key` says what its owner allowed; `rate_bucket`, `purse` and `allowance` keep count; `grants` shares budgets
among gateways.
"""
