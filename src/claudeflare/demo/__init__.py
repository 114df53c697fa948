"""The demo: the real server over a simulated API, with clients that never notice the limits their accounts hit.

Everything it shows comes from the product's own REST API, from the clients it runs, and from the simulator's state.
"""
