"""Which of the available accounts takes a request: one file for each policy.

Rule: a policy only picks. It gets those that may be picked, and returns one of them with its reason. What it remembers
(whose turn it was, what is owed) is its own. Why an account is missing from a pick is not its concern.
"""
