"""What an account makes and keeps: batches, files, skills, containers, threads.

Everything belongs to the workspace of the credential that made it. For any other credential it does not exist, as in
the API: that is what a program that spreads requests over accounts has to get right.
"""
