"""What `claudeflare doctor` looks at: a module for each check, which answers what it found and the cure.

Nothing here changes anything: no migration, no key, no token is made, no credential is sent.
"""
