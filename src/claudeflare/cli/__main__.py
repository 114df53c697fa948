"""`python -m claudeflare.cli`: the `claudeflare` command where it is not on the PATH."""

from claudeflare.cli.main import main

if __name__ == "__main__":
    main()
