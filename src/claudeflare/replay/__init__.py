"""What-if: recorded or made-up requests, run through the real balancing rules against modelled limits, in virtual time.

Rule: nothing here decides about accounts. The pool, the queue and `next_step` do, the very ones the gateway uses.
"""
