"""Takes over what programs like this one have stored. Their files are only read, what is taken goes through the API.

Facts of ccflare (github.com/snipeship/ccflare, once claudeflare) and better-ccflare (github.com/tombii/better-ccflare):
their tables are made in `packages/database/src/migrations.ts`. Moments are milliseconds since 1970.
"""
